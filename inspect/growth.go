package inspect

import (
	"cmp"
	"slices"
)

// Growth compares the counts of two snapshots.
type Growth struct {
	Left    string        `json:"left"`
	Right   string        `json:"right"`
	Entries Change        `json:"entries"`
	Bytes   Change        `json:"bytes"`
	OnDisk  Change        `json:"onDisk"`
	States  []StateGrowth `json:"states"` // largest growth first
}

// Change is a number in both.
type Change struct {
	Left  int64 `json:"left"`
	Right int64 `json:"right"`
	Delta int64 `json:"delta"`
}

// StateGrowth is one state in both.
type StateGrowth struct {
	Operator string `json:"operator"`
	State    string `json:"state"`
	Kind     string `json:"kind"`
	InLeft   bool   `json:"inLeft"`
	InRight  bool   `json:"inRight"`
	Entries  Change `json:"entries"`
	Bytes    Change `json:"bytes"`
}

func changeOf(left, right int64) Change { return Change{left, right, right - left} }

// GrowthOf says what became more or less from one snapshot to another. Operators are told by id, then by name; states by name and
// kind.
func GrowthOf(left, right *Stats) *Growth {
	g := &Growth{Left: left.Path, Right: right.Path, Entries: changeOf(left.Entries, right.Entries), Bytes: changeOf(left.Bytes, right.Bytes),
		OnDisk: changeOf(left.OnDisk, right.OnDisk), States: []StateGrowth{}}
	rest := slices.Clone(right.Operators)
	for i := range left.Operators {
		a := &left.Operators[i]
		var b *OperatorStats
		if j := counterpart(rest, a); j >= 0 {
			o := rest[j]
			b = &o
			rest = slices.Delete(rest, j, j+1)
		}
		g.operator(a, b)
	}
	for i := range rest {
		g.operator(nil, &rest[i])
	}
	slices.SortStableFunc(g.States, func(a, b StateGrowth) int { return cmp.Compare(b.Bytes.Delta, a.Bytes.Delta) })
	return g
}

func counterpart(list []OperatorStats, of *OperatorStats) int {
	if i := slices.IndexFunc(list, func(o OperatorStats) bool { return o.ID == of.ID }); i >= 0 {
		return i
	}
	return slices.IndexFunc(list, func(o OperatorStats) bool { return o.Operator == of.Operator })
}

func (g *Growth) operator(a, b *OperatorStats) {
	name := ""
	var left, right []StateStats
	if b != nil {
		name, right = b.Operator, slices.Clone(b.States)
	}
	if a != nil {
		name, left = a.Operator, a.States
	}
	for i := range left {
		l, r := &left[i], (*StateStats)(nil)
		if j := slices.IndexFunc(right, func(s StateStats) bool { return s.State == l.State && s.Kind == l.Kind }); j >= 0 {
			s := right[j]
			r = &s
			right = slices.Delete(right, j, j+1)
		}
		g.state(name, l, r)
	}
	for i := range right {
		g.state(name, nil, &right[i])
	}
}

func (g *Growth) state(operator string, a, b *StateStats) {
	s := StateGrowth{Operator: operator, InLeft: a != nil, InRight: b != nil}
	none := &StateStats{}
	l, r := cmp.Or(a, none), cmp.Or(b, none)
	s.State, s.Kind = cmp.Or(l.State, r.State), cmp.Or(l.Kind, r.Kind)
	s.Entries = changeOf(l.Entries, r.Entries)
	s.Bytes = changeOf(l.KeyBytes+l.ValueBytes, r.KeyBytes+r.ValueBytes)
	g.States = append(g.States, s)
}
