package statereader

import (
	"slices"
	"strconv"
	"strings"

	"ckpt/serializer"
	"ckpt/state"
)

// nameTables names what the states of SQL operators hold: columns by the plan, parts of tuples by the state's name.
func (v *View) nameTables() {
	for _, op := range v.operators {
		n := v.opts.Plan.node(op.UID)
		done := map[*state.Header]*state.Header{}
		for _, h := range op.handles {
			if h.header == nil || n == nil && !isTable(h.header) {
				continue
			}
			if done[h.header] == nil {
				done[h.header] = v.opts.Plan.rename(n, h.header)
			}
			h.use(done[h.header])
		}
	}
}

// isTable says whether a header is that of a SQL operator: only these are keyed by SQL rows.
func isTable(h *state.Header) bool { return h.Key != nil && h.Key.Type.Kind == serializer.KindTableRow }

// use replaces a handle's header by one that differs in its serializers only.
func (h *handle) use(header *state.Header) {
	for i, m := range h.metas {
		if j := slices.Index(h.header.States, m); j >= 0 {
			if i == 0 {
				h.metas = slices.Clone(h.metas)
			}
			h.metas[i] = header.States[j]
		}
	}
	h.header = header
}

// rename returns a copy of a header of n's operator with names; n may be nil. Headers are shared by operators.
func (p *Plan) rename(n *planNode, h *state.Header) *state.Header {
	c := *h
	keys := p.keys(n)
	c.Key = renamed(h.Key, keys, nil)
	c.States = make([]*state.Meta, len(h.States))
	for i, m := range h.States {
		named := *m
		named.TimerKey = renamed(m.TimerKey, keys, nil)
		named.UserKey = renamed(m.UserKey, p.mapKeys(n, m), nil)
		named.Value = renamed(m.Value, p.values(n, m.Name), tupleLabels[m.Name])
		c.States[i] = &named
	}
	return &c
}

// tupleLabels say what the parts of tuples are that SQL operators keep, by the state's name. "record" is "count" where
// it is a number.
var tupleLabels = map[string][]string{
	"left-records": {"record", "associations"}, "right-records": {"record", "associations"},
	"IntervalJoinLeftCache": {"record", "emitted"}, "IntervalJoinRightCache": {"record", "emitted"},
	"data-state-with-update": {"record", "rank"},
	"sortedListState":        {"sortKey", "ids"},
	"list":                   {"record", "timestamp"},

	"_delta_join_operator_async_wait_state_": {"left", "right", "watermark", "side"},
}

// keys are the columns by which the operators of n are keyed.
func (p *Plan) keys(n *planNode) (choices []columnChoice) {
	if n == nil {
		return nil
	}
	in := p.input(n, 0)
	if len(n.inputs) > 0 {
		from := p.nodes[n.inputs[0]]
		if strings.HasPrefix(from.Type, "stream-exec-exchange") {
			choices = append(choices, from.distribution(in))
		}
	}
	return append(choices, n.distribution(in), exactly(in.at(n.Grouping)),
		exactly(in.named(n.Sink.Table.ResolvedTable.Schema.PrimaryKey.Columns)))
}

// distribution are the columns by which a node wants its first input to be distributed.
func (n *planNode) distribution(in columns) columnChoice {
	if len(n.InputProperties) > 0 && n.InputProperties[0].RequiredDistribution.Type == "HASH" {
		return exactly(in.at(n.InputProperties[0].RequiredDistribution.Keys))
	}
	return columnChoice{}
}

// mapKeys are the columns that keys of a map state may have: what the rows are sorted by, a unique key, or all.
func (p *Plan) mapKeys(n *planNode, m *state.Meta) []columnChoice {
	var choices []columnChoice
	if strings.HasPrefix(m.Name, multiJoin) && m.Value != nil {
		what := "uniqueKey"
		if m.Value.Type.Kind != serializer.KindTableRow {
			what = "record"
		}
		choices = []columnChoice{exactly(columns{[]string{"joinKey", what}, []*serializer.Type{anyRow, anyRow}})}
	}
	if n == nil {
		return choices
	}
	i := inputOf(m.Name)
	in := p.input(n, i)
	choices = append(choices, n.sorting(in)...)
	unique := n.LeftUpsertKeys
	if i == 1 {
		unique = n.RightUpsertKeys
	}
	if i < len(n.InputUniqueKeys) {
		unique = n.InputUniqueKeys[i]
	}
	for _, key := range unique {
		choices = append(choices, exactly(in.at(key)))
	}
	return append(choices, exactly(in))
}

var anyRow = &serializer.Type{Kind: serializer.KindTableRow}

// sorting are the columns that a node sorts by.
func (n *planNode) sorting(in columns) (choices []columnChoice) {
	sorts := []planFields{n.OrderBy, n.SortSpec}
	for _, g := range n.OverSpec.Groups {
		sorts = append(sorts, g.OrderBy)
	}
	for _, f := range sorts {
		var indices []int
		for _, x := range f.Fields {
			indices = append(indices, x.Index)
		}
		choices = append(choices, exactly(in.at(indices)))
	}
	return choices
}

// values are the columns that rows in a state's values may have.
func (p *Plan) values(n *planNode, name string) []columnChoice {
	if n == nil {
		return nil
	}
	in := p.input(n, inputOf(name))
	switch name {
	case "accState", "accMapState", "window-aggs":
		return []columnChoice{{accumulators: p.calls(n)}}
	case "sortedListState":
		return n.sorting(in)
	}
	return []columnChoice{{columns: in, first: n.Sink.Table.ResolvedTable.Schema.PrimaryKey.Columns != nil}}
}

// multiJoin begins the names of the states of a join of several inputs.
const multiJoin = "multi-join-input-"

// inputOf is the input whose rows a state holds.
func inputOf(name string) int {
	switch name {
	case "right-records", "IntervalJoinRightCache", "right", "build-table", "build-change-buffer":
		return 1
	}
	if number, ok := strings.CutPrefix(name, multiJoin); ok {
		if i, err := strconv.Atoi(number); err == nil {
			return i
		}
	}
	return 0
}

// columnChoice is one thing that a row may be.
type columnChoice struct {
	columns
	first        bool // the row may end before the columns do
	accumulators []accumulator
}

func exactly(c columns) columnChoice { return columnChoice{columns: c} }

// namesFor returns the names of a row's columns; nil if the row is something else.
func (c columnChoice) namesFor(row *serializer.Type) []string {
	if c.accumulators != nil {
		return accumulatorNames(c.accumulators, row)
	}
	if c.holds(row, c.first) {
		return c.names[:len(row.Elems)]
	}
	return nil
}

// renamed returns a serializer for the same values with names for the columns of rows and the parts of tuples that have
// none.
func renamed(s *serializer.Serializer, choices []columnChoice, labels []string) *serializer.Serializer {
	if s == nil {
		return nil
	}
	r := renamer{choices, labels}
	t := r.named(s.Type, 0)
	if t == s.Type {
		return s
	}
	return &serializer.Serializer{Snapshot: s.Snapshot, Type: t, Program: serializer.Compile(t)}
}

// renamer gives names to rows and tuples.
type renamer struct {
	choices []columnChoice
	labels  []string
}

// named returns t, or a copy of it with names.
func (r *renamer) named(t *serializer.Type, depth int) *serializer.Type {
	switch {
	case depth > maxBindDepth || t.Undecodable():
		return t
	case t.Kind == serializer.KindTableRow:
		return r.row(t)
	case t.Kind == serializer.KindPojo || t.Kind >= serializer.KindAvroNull:
		return t
	}
	c := *t
	c.Elems = slices.Clone(t.Elems)
	changed := false
	for i, e := range t.Elems {
		c.Elems[i] = r.named(e, depth+1)
		changed = changed || c.Elems[i] != e
	}
	if t.Kind == serializer.KindTuple && t.Fields == nil && len(r.labels) == len(t.Elems) {
		c.Fields, changed = slices.Clone(r.labels), true
		if c.Elems[0].Kind == serializer.KindInt && c.Fields[0] == "record" {
			c.Fields[0] = "count"
		}
	}
	if !changed {
		return t
	}
	return &c
}

func (r *renamer) row(t *serializer.Type) *serializer.Type {
	if t.Fields != nil {
		return t
	}
	for _, choice := range r.choices {
		if names := choice.namesFor(t); names != nil {
			c := *t
			c.Fields = names
			return &c
		}
	}
	return t
}
