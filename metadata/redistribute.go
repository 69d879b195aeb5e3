package metadata

import (
	"slices"

	"ckpt/internal/keygroup"
)

// How Flink deals state out to the subtasks of another parallelism. All functions are pure; the handles that they return
// are new, but share streams, offsets and changes with the old ones. Channel state cannot be dealt out this way.

// RangeOf returns the key groups of a subtask.
func RangeOf(subtask, parallelism, maxParallelism int32) KeyGroupRange {
	first, last := keygroup.Range(subtask, parallelism, maxParallelism)
	return KeyGroupRange{first, last - first + 1}
}

// RedistributeKeyed deals the handles of the old subtasks, in order, to the subtasks of a new parallelism. At another
// parallelism each gets the intersection of its range with every handle; at the same, each keeps what it has.
func RedistributeKeyed(old []KeyedHandle, parallelism, maxParallelism int32) [][]KeyedHandle {
	out := make([][]KeyedHandle, parallelism)
	for i := range out {
		r := RangeOf(int32(i), parallelism, maxParallelism)
		for j, h := range old {
			switch {
			case h == nil:
			case len(old) == int(parallelism) && i == j:
				out[i] = append(out[i], h)
			case len(old) != int(parallelism):
				if part := IntersectKeyed(h, r); part != nil {
					out[i] = append(out[i], part)
				}
			}
		}
	}
	return out
}

// IntersectKeyed returns the part of a handle that lies in r, nil if there is none. Only streams with offsets are really
// cut; of the others the reader must pass over what does not belong to the range.
func IntersectKeyed(h KeyedHandle, r KeyGroupRange) KeyedHandle {
	if h == nil {
		return nil
	}
	both := h.KeyGroupRange().Intersect(r)
	if both.Count == 0 {
		return nil
	}
	switch h := h.(type) {
	case *KeyGroupsHandle:
		out := *h
		out.KeyGroups = h.KeyGroups.Intersect(r)
		return &out
	case *IncrementalHandle:
		out := *h
		out.Range = both
		return &out
	case *ChangelogHandle:
		out := *h
		out.Range, out.Base, out.Delta = both, intersectAll(h.Base, r), intersectAll(h.Delta, r)
		return &out
	case *FileChangesHandle:
		out := *h
		out.Range, out.Size, out.IncrementalSize = both, 0, 0
		return &out
	case *InlineChangesHandle:
		// Kept whole if a change of data belongs to the range; changes of metadata alone do not keep it.
		if slices.ContainsFunc(h.Changes, func(c Change) bool { return c.KeyGroup >= 0 && r.Contains(c.KeyGroup) }) {
			out := *h
			return &out
		}
	}
	return nil
}

func intersectAll(list []KeyedHandle, r KeyGroupRange) []KeyedHandle {
	var out []KeyedHandle
	for _, h := range list {
		if part := IntersectKeyed(h, r); part != nil {
			out = append(out, part)
		}
	}
	return out
}

// RedistributeOperator deals the handles of the old subtasks (nil: none), in order, to the subtasks of a new parallelism.
//
// At another parallelism the elements of split states are dealt out evenly in order, union states go to everyone whole, and
// each subtask picks one copy of a broadcast state. At the same parallelism only the latter two move. Names are taken in
// ascending order; Flink takes them in the order of a hash map, so that only the multiset of each name is portable.
func RedistributeOperator(old []*OperatorStateHandle, parallelism int32) [][]*OperatorStateHandle {
	d := dealer{out: make([][]*OperatorStateHandle, parallelism), same: len(old) == int(parallelism)}
	for i, h := range old {
		if d.same && h != nil {
			out := *h
			out.States = nil
			d.out[i] = append(d.out[i], &out)
		}
	}
	for _, name := range stateNames(old) {
		d.state(old, name)
	}
	return d.out
}

// stateNames returns the names of all states, ascending.
func stateNames(old []*OperatorStateHandle) []string {
	var names []string
	for _, h := range old {
		if h != nil {
			for i := range h.States {
				names = append(names, h.States[i].Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// dealer collects what each new subtask gets.
type dealer struct {
	out   [][]*OperatorStateHandle
	same  bool // the parallelism does not change
	start int  // subtask at which the next split state begins
}

// share is the elements of one state in one old handle.
type share struct {
	from *OperatorStateHandle
	meta *OperatorStateMeta
	old  int
}

func (d *dealer) state(old []*OperatorStateHandle, name string) {
	var split, union, broadcast []share
	for i, h := range old {
		if h == nil {
			continue
		}
		for j := range h.States {
			m := &h.States[j]
			switch s := (share{h, m, i}); {
			case m.Name != name:
			case m.Mode == Union:
				union = append(union, s)
			case m.Mode == Broadcast:
				broadcast = append(broadcast, s)
			default:
				split = append(split, s)
			}
		}
	}
	d.split(split)
	for i := range d.out {
		for _, s := range union {
			d.give(i, s, s.meta.Offsets)
		}
		if n := len(broadcast); n > 0 {
			s := broadcast[i%n]
			d.give(i, s, s.meta.Offsets)
		}
	}
}

func (d *dealer) split(shares []share) {
	if d.same {
		for _, s := range shares {
			d.give(s.old, s, s.meta.Offsets)
		}
		return
	}
	total := 0
	for _, s := range shares {
		total += len(s.meta.Offsets)
	}
	if total == 0 {
		return
	}
	n := len(d.out)
	base, extra := total/n, total%n
	at, used := 0, 0 // the next element: shares[at].Offsets[used]
	for i := range n {
		want := base
		if i < extra {
			want++
		}
		for want > 0 {
			offsets := shares[at].meta.Offsets[used:]
			take := min(want, len(offsets))
			if take > 0 {
				d.give((i+d.start)%n, shares[at], offsets[:take:take])
			}
			if want, used = want-take, used+take; take == len(offsets) {
				at, used = at+1, 0
			}
		}
	}
	d.start = (d.start + extra) % n
}

// give adds elements to what subtask i gets: one handle per stream, with all its states.
func (d *dealer) give(i int, s share, offsets []int64) {
	for _, h := range d.out[i] {
		if physicalID(h.Stream) != physicalID(s.from.Stream) {
			continue
		}
		for j := range h.States {
			if m := &h.States[j]; m.Name == s.meta.Name {
				m.Offsets = append(slices.Clip(m.Offsets), offsets...)
				return
			}
		}
		h.States = append(h.States, OperatorStateMeta{s.meta.Name, s.meta.Mode, offsets})
		return
	}
	out := *s.from
	out.States = []OperatorStateMeta{{s.meta.Name, s.meta.Mode, offsets}}
	d.out[i] = append(d.out[i], &out)
}
