package statereader

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"ckpt/metadata"
	"ckpt/serializer"
)

// Plan is the compiled plan of a SQL job. It knows what the columns of the job's states are called, which the states
// themselves do not say.
type Plan struct {
	nodes map[int]*planNode
	uids  map[string]int // of nodes that name their operator themselves
}

// planNode is a node of a plan, as far as it says what is in its operators' states.
type planNode struct {
	ID              int             `json:"id"`
	Type            string          `json:"type"`
	UID             string          `json:"uid"`
	OutputType      json.RawMessage `json:"outputType"`
	InputProperties []struct {
		RequiredDistribution struct {
			Type string `json:"type"`
			Keys []int  `json:"keys"`
		} `json:"requiredDistribution"`
	} `json:"inputProperties"`
	Configuration map[string]string `json:"configuration"`

	Grouping               []int          `json:"grouping"`
	AggCalls               []planCall     `json:"aggCalls"`
	AggCallNeedRetractions []bool         `json:"aggCallNeedRetractions"`
	NeedRetraction         bool           `json:"needRetraction"`
	OverSpec               planOver       `json:"overSpec"`
	OrderBy                planFields     `json:"orderBy"`
	SortSpec               planFields     `json:"sortSpec"`
	LeftUpsertKeys         [][]int        `json:"leftUpsertKeys"`
	RightUpsertKeys        [][]int        `json:"rightUpsertKeys"`
	InputUniqueKeys        [][][]int      `json:"inputUniqueKeys"`
	Sink                   planTableOwner `json:"dynamicTableSink"`

	output columns
	inputs []int
}

type planFields struct {
	Fields []struct {
		Index int `json:"index"`
	} `json:"fields"`
}

type planOver struct {
	Groups []struct {
		AggCalls []planCall `json:"aggCalls"`
		OrderBy  planFields `json:"orderBy"`
	} `json:"groups"`
}

// planCall is a call of an aggregate function.
type planCall struct {
	Name         string `json:"name"`
	InternalName string `json:"internalName"`
	ArgList      []int  `json:"argList"`
}

type planTableOwner struct {
	Table struct {
		ResolvedTable struct {
			Schema struct {
				PrimaryKey struct {
					Columns []string `json:"columns"`
				} `json:"primaryKey"`
			} `json:"schema"`
		} `json:"resolvedTable"`
	} `json:"table"`
}

// ParsePlan reads a compiled plan: what COMPILE PLAN writes, JSON.
func ParsePlan(b []byte) (*Plan, error) {
	var raw struct {
		Nodes []*planNode `json:"nodes"`
		Edges []struct {
			Source int `json:"source"`
			Target int `json:"target"`
		} `json:"edges"`
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, fmt.Errorf("compiled plan: %w", err)
	}
	p := &Plan{nodes: map[int]*planNode{}, uids: map[string]int{}}
	for i, n := range raw.Nodes {
		if n == nil || p.nodes[n.ID] != nil {
			return nil, fmt.Errorf("compiled plan: nodes[%d] is null or its id is taken", i)
		}
		p.nodes[n.ID] = n
		if n.UID != "" {
			p.uids[n.UID] = n.ID
		}
		n.output = parseColumns(n.OutputType)
	}
	if len(p.nodes) == 0 {
		return nil, fmt.Errorf("compiled plan: it has no nodes")
	}
	for _, e := range raw.Edges {
		if n := p.nodes[e.Target]; n != nil && p.nodes[e.Source] != nil {
			n.inputs = append(n.inputs, e.Source)
		}
	}
	return p, nil
}

// UIDs returns the uids that the plan's operators may have; none without a plan.
func (p *Plan) UIDs() (uids []string) {
	if p == nil {
		return nil
	}
	for id, n := range p.nodes {
		uids = append(uids, metadata.NodeUIDs(id, n.Configuration["table.exec.uid.format"])...)
		if n.UID != "" {
			uids = append(uids, n.UID)
		}
	}
	return uids
}

// node returns the node that an operator of the given uid belongs to; nil if there is none.
func (p *Plan) node(uid string) *planNode {
	if p == nil {
		return nil
	}
	if id, ok := p.uids[uid]; ok {
		return p.nodes[id]
	}
	uid = strings.TrimPrefix(strings.TrimPrefix(uid, "Sink Committer: "), "Sink ")
	number, _, ok := strings.Cut(uid, "_")
	if id, err := strconv.Atoi(number); ok && err == nil {
		return p.nodes[id]
	}
	return nil
}

// input returns the columns of a node's i-th input.
func (p *Plan) input(n *planNode, i int) columns {
	if i < 0 || i >= len(n.inputs) {
		return columns{}
	}
	return p.nodes[n.inputs[i]].output
}

// columns are names and types of a row. A type is nil where the plan says it in a way that is not read.
type columns struct {
	names []string
	types []*serializer.Type
}

// at returns the columns of the given indices; none if one does not exist.
func (c columns) at(indices []int) (some columns) {
	for _, i := range indices {
		if i < 0 || i >= len(c.names) {
			return columns{}
		}
		some.names, some.types = append(some.names, c.names[i]), append(some.types, c.types[i])
	}
	return some
}

// named returns the columns of the given names; none if one does not exist.
func (c columns) named(names []string) (some columns) {
	for _, name := range names {
		at := -1
		for i := range c.names {
			if c.names[i] == name {
				at = i
			}
		}
		if at < 0 {
			return columns{}
		}
		some.names, some.types = append(some.names, name), append(some.types, c.types[at])
	}
	return some
}

// parseColumns reads the type of a row: a SQL type, or an object where columns have what SQL cannot say.
func parseColumns(raw json.RawMessage) (c columns) {
	if t := parsePlanType(raw); t != nil && t.Kind == serializer.KindTableRow {
		return columns{t.Fields, t.Elems}
	}
	var row struct {
		Fields []struct {
			Name      string          `json:"name"`
			FieldType json.RawMessage `json:"fieldType"`
		} `json:"fields"`
	}
	if json.Unmarshal(raw, &row) != nil {
		return columns{}
	}
	for _, f := range row.Fields {
		c.names, c.types = append(c.names, f.Name), append(c.types, parsePlanType(f.FieldType))
	}
	return c
}

func parsePlanType(raw json.RawMessage) *serializer.Type {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		t, err := serializer.ParseType(text)
		if err != nil {
			return nil
		}
		return t
	}
	var typed struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &typed) != nil {
		return nil
	}
	kinds := map[string]serializer.Kind{"TIMESTAMP_WITHOUT_TIME_ZONE": serializer.KindTableTimestamp,
		"TIMESTAMP_WITH_LOCAL_TIME_ZONE": serializer.KindTableInstant}
	if k, ok := kinds[typed.Type]; ok {
		return &serializer.Type{Kind: k}
	}
	return nil
}

// holds says whether a row has these columns, by the kinds of their types; first that the row may end before they do.
func (c columns) holds(row *serializer.Type, first bool) bool {
	n := len(row.Elems)
	if n == 0 || n > len(c.names) || n < len(c.names) && !first {
		return false
	}
	for i, e := range row.Elems {
		if t := c.types[i]; t != nil && family(t.Kind) != family(e.Kind) {
			return false
		}
	}
	return true
}

// family puts kinds together that a plan and a state may say differently.
func family(k serializer.Kind) serializer.Kind {
	switch k {
	case serializer.KindTableChar:
		return serializer.KindTableVarchar
	case serializer.KindTableBinary:
		return serializer.KindTableVarbinary
	}
	return k
}
