package statereader

import (
	"slices"
	"strconv"

	"ckpt/serializer"
)

// accumulator is a call of an aggregate function, whose columns in the accumulator row are the function's buffers.
type accumulator struct {
	planCall
	name    string
	retract bool
}

// calls returns the aggregate functions of n.
func (p *Plan) calls(n *planNode) (all []accumulator) {
	calls := slices.Clone(n.AggCalls)
	for _, g := range n.OverSpec.Groups {
		calls = append(calls, g.AggCalls...)
	}
	for i, c := range calls {
		a := accumulator{planCall: c, name: c.Name, retract: n.NeedRetraction}
		if i < len(n.AggCallNeedRetractions) {
			a.retract = n.AggCallNeedRetractions[i]
		}
		if at := len(n.Grouping) + i; a.name == "" && n.AggCalls != nil && at < len(n.output.names) {
			a.name = n.output.names[at] // results follow the keys
		}
		if a.name == "" {
			a.name = "agg" + strconv.Itoa(i)
		}
		all = append(all, a)
	}
	return all
}

// buffers are the columns that the function keeps; the empty name stands for one that holds its own type.
func (a accumulator) buffers() []string {
	switch a.InternalName {
	case "$COUNT$1":
		if len(a.ArgList) == 0 {
			return []string{"count1"}
		}
		return []string{"count"}
	case "$SUM$1":
		if a.retract {
			return []string{"sum", "count"}
		}
		return []string{"sum"}
	case "$$SUM0$1":
		return []string{"sum"}
	case "$AVG$1":
		return []string{"sum", "count"}
	case "$MIN$1":
		return []string{"min"}
	case "$MAX$1":
		return []string{"max"}
	case "$SINGLE_VALUE$1":
		return []string{"value", "count"}
	case "$LISTAGG$1":
		if !a.retract {
			return []string{"delimiter", "list"}
		}
	}
	return []string{""}
}

// accumulatorNames names the columns of an accumulator row: the buffers of each function, a count of all rows where one
// is kept, and a place for each view of distinct values.
func accumulatorNames(calls []accumulator, row *serializer.Type) []string {
	names := []string{}
	for _, a := range calls {
		for _, b := range a.buffers() {
			if b == "" {
				names = append(names, a.name)
			} else {
				names = append(names, a.name+"."+b)
			}
		}
	}
	columns := len(row.Elems)
	for columns > 0 && isView(row.Elems[columns-1]) {
		columns--
	}
	if columns == len(names)+1 {
		names = append(names, "count1")
	}
	if columns != len(names) {
		return nil
	}
	for i := range len(row.Elems) - columns {
		names = append(names, "distinct"+strconv.Itoa(i))
	}
	return names
}

// isView says whether a column is only the place of a view, whose entries are a state of their own.
func isView(t *serializer.Type) bool {
	return t.Kind == serializer.KindTableRaw && t.Elems[0].Kind == serializer.KindVoid
}
