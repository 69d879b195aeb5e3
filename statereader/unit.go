package statereader

import (
	"slices"

	"ckpt/metadata"
	"ckpt/state"
)

// Selection says which entries are wanted. The zero value selects everything.
type Selection struct {
	// States; nil: all states of the view.
	States []*State
	// Operators have the States; nil: any may. Shards are balanced by it, and nothing is chosen.
	Operators []*Operator
	// KeyGroups restricts keyed states.
	KeyGroups KeyGroupSet
	// AllCopies yields every subtask's copy of a broadcast state; else that of the lowest subtask alone.
	AllCopies bool
}

// Unit is a part of a checkpoint that is read in one pass: a handle, or a range of its key groups.
// Units are cut at fixed places, so that the same selection gives the same units on any machine.
type Unit struct {
	Operator *Operator
	Subtask  int32 // who wrote it
	Keyed    bool
	// First and Last are the key groups of a keyed unit; 0 and -1 elsewhere.
	First, Last int32
	// Bytes is the size of what is read, selected or not.
	Bytes int64
	// States are the selected states that the unit may hold, in the order of its file.
	States []*State

	view   *View
	handle *handle
	groups KeyGroupSet // selected
	probe  *Probe      // nil: all entries
}

// unitSize is the number of bytes above which the key groups of a handle are read as several units.
const unitSize = 64 << 20

// Units cuts the selection into units: by operator, keyed state before operator state, keyed state by key group, and
// operator state by subtask. Handles whose format is not read, or that are broken, have units too: their scans say what
// is missing. Raw state, whose bytes are the user's, has none.
func (v *View) Units(sel Selection) []*Unit {
	var units []*Unit
	for _, op := range v.operators {
		at := len(units)
		copies := map[*State]bool{}
		for _, h := range op.handles {
			units = append(units, v.unitsOf(h, sel, copies)...)
		}
		slices.SortStableFunc(units[at:], func(a, b *Unit) int {
			return unitOrder(a.Keyed, b.Keyed, a.First, b.First, a.Subtask, b.Subtask)
		})
	}
	return units
}

// unitsOf returns the units of a handle. copies remembers the broadcast states that an earlier subtask has.
func (v *View) unitsOf(h *handle, sel Selection, copies map[*State]bool) []*Unit {
	u := &Unit{Operator: h.op, Subtask: h.subtask, Keyed: h.isKeyed(), Last: -1, Bytes: h.size, view: v, handle: h, groups: sel.KeyGroups}
	for i, s := range h.states {
		if sel.States != nil && !slices.Contains(sel.States, s) {
			continue
		}
		if s.Class == state.ClassBroadcast && !sel.AllCopies {
			if copies[s] || !h.hasData(i) {
				continue
			}
			copies[s] = true
		}
		u.States = append(u.States, s)
	}
	if h.err != nil {
		u.States = h.mayHold(sel)
	}
	if len(u.States) == 0 && (h.err == nil || sel.States != nil) || h.header == nil && len(h.metas) > 0 {
		return nil
	}
	if !u.Keyed {
		return []*Unit{u}
	}
	r := h.keyed.KeyGroupRange()
	u.First, u.Last = r.Start, r.Start+r.Count-1
	if h.err != nil {
		return []*Unit{u}
	}
	var parts []*Unit
	for _, s := range h.spans() {
		if s.first > s.last || u.groups.Overlaps(keyGroupSpan(s.first, s.last)) {
			part := *u
			part.First, part.Last, part.Bytes = s.first, s.last, s.bytes
			parts = append(parts, &part)
		}
	}
	return parts
}

// mayHold returns the selected states that a handle may hold whose header cannot be read.
func (h *handle) mayHold(sel Selection) (states []*State) {
	for _, s := range h.op.states {
		keyed := s.Class == state.ClassKeyed || s.Class == state.ClassTimer
		if keyed == h.isKeyed() && (sel.States == nil || slices.Contains(sel.States, s)) {
			states = append(states, s)
		}
	}
	return states
}

// groupEnds returns where each key group ends: where the next one begins that has data, or at end.
func (h *handle) groupEnds(offsets []int64, end int64) []int64 {
	ends := make([]int64, len(offsets))
	next := end
	for i := len(offsets) - 1; i >= 0; i-- {
		if ends[i] = offsets[i]; offsets[i] != h.noData() {
			ends[i], next = next, offsets[i]
		}
	}
	return ends
}

// noData is the offset of key groups without data. Managed state has a header, so that nothing begins at 0.
func (h *handle) noData() int64 {
	if h.slot == rawKeyed {
		return -1
	}
	return 0
}

// File returns the file that the unit reads, as the metadata names it; for inline state, the metadata file.
func (u *Unit) File() string { return u.handle.fileName(u.view.layout.File()) }

func (h *handle) fileName(metadataFile string) string {
	var s metadata.StreamHandle
	switch k := h.keyed.(type) {
	case nil:
		s = h.operator.Stream
	case *metadata.KeyGroupsHandle:
		s = k.Stream
	case *metadata.IncrementalHandle:
		s = k.Meta
	}
	return nameOf(s, metadataFile)
}

// nameOf returns the file that a stream points at, as the metadata names it; for inline state, the metadata file.
func nameOf(s metadata.StreamHandle, metadataFile string) string {
	for {
		switch t := s.(type) {
		case *metadata.KeyGroupsStream:
			s = t.Stream
			continue
		case *metadata.FileHandle:
			return t.Path
		case *metadata.RelativeHandle:
			return t.Path
		case *metadata.SegmentHandle:
			return t.Path
		}
		return metadataFile
	}
}

// hasData says whether the handle has something of operator state i.
func (h *handle) hasData(i int) bool {
	return slices.ContainsFunc(h.operator.States, func(s metadata.OperatorStateMeta) bool {
		return len(s.Offsets) > 0 && h.index(s) == i
	})
}
