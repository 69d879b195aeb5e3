package metadata

import (
	"fmt"
	"reflect"
	"testing"
)

func TestKeyGroupRange(t *testing.T) {
	r := KeyGroupRange{4, 3}
	if r.Last() != 6 || !r.Contains(4) || !r.Contains(6) || r.Contains(3) || r.Contains(7) || (KeyGroupRange{5, 0}).Contains(5) {
		t.Error("4-6 contains the wrong groups")
	}
	for _, tc := range []struct{ o, want KeyGroupRange }{
		{KeyGroupRange{0, 128}, r},
		{KeyGroupRange{6, 9}, KeyGroupRange{6, 1}},
		{KeyGroupRange{0, 5}, KeyGroupRange{4, 1}},
		{KeyGroupRange{7, 1}, KeyGroupRange{}},
		{KeyGroupRange{5, 0}, KeyGroupRange{}},
	} {
		if got := r.Intersect(tc.o); got != tc.want || tc.o.Intersect(r) != tc.want {
			t.Errorf("%v and %v: %v, want %v", r, tc.o, got, tc.want)
		}
	}
	k := offsetsFor(r, 10)
	if got := k.Intersect(KeyGroupRange{5, 9}); got.Range != (KeyGroupRange{5, 2}) || !reflect.DeepEqual(got.Offsets, []int64{11, 12}) {
		t.Errorf("offsets %+v", got)
	}
	if got := k.Intersect(KeyGroupRange{9, 9}); got.Range.Count != 0 || len(got.Offsets) != 0 {
		t.Errorf("offsets %+v", got)
	}
}

func TestRangeOf(t *testing.T) {
	for _, tc := range []struct {
		par, most int32
		want      []KeyGroupRange
	}{
		{1, 128, []KeyGroupRange{{0, 128}}},
		{3, 128, []KeyGroupRange{{0, 43}, {43, 43}, {86, 42}}},
		{4, 128, []KeyGroupRange{{0, 32}, {32, 32}, {64, 32}, {96, 32}}},
		{3, 4, []KeyGroupRange{{0, 2}, {2, 1}, {3, 1}}},
	} {
		for i, want := range tc.want {
			if got := RangeOf(int32(i), tc.par, tc.most); got != want {
				t.Errorf("subtask %d of %d, %d groups: %v, want %v", i, tc.par, tc.most, got, want)
			}
		}
	}
}

func TestRedistributeKeyed(t *testing.T) {
	heap := func(start, count int32) *KeyGroupsHandle {
		return &KeyGroupsHandle{Code: 12, KeyGroups: offsetsFor(KeyGroupRange{start, count}, int64(start)), Stream: &RelativeHandle{Path: fmt.Sprint(start)}}
	}
	old := []KeyedHandle{heap(0, 4), nil, heap(8, 4)} // the middle subtask had no state
	same := RedistributeKeyed(old, 3, 12)
	if len(same[0]) != 1 || same[0][0] != old[0] || same[1] != nil || same[2][0] != old[2] {
		t.Errorf("at the same parallelism: %v", same)
	}
	got := RedistributeKeyed(old, 2, 12)
	if len(got[0]) != 1 || len(got[1]) != 1 || got[0][0].KeyGroupRange() != (KeyGroupRange{0, 4}) || got[1][0].KeyGroupRange() != (KeyGroupRange{8, 4}) {
		t.Errorf("to two subtasks: %v", got)
	}
	got = RedistributeKeyed(old, 6, 12)
	if h := got[5][0].(*KeyGroupsHandle); h.KeyGroupRange() != (KeyGroupRange{10, 2}) || !reflect.DeepEqual(h.KeyGroups.Offsets, []int64{10, 11}) ||
		h.Stream != heap8(old) || got[2] != nil {
		t.Errorf("to six subtasks: %v", got)
	}
}

func heap8(old []KeyedHandle) StreamHandle { return old[2].(*KeyGroupsHandle).Stream }

func TestIntersectKeyed(t *testing.T) {
	whole := KeyGroupRange{0, 8}
	half := KeyGroupRange{4, 4}
	inc := &IncrementalHandle{Code: 11, Range: whole, Shared: []NamedFile{{"1.sst", &RelativeHandle{Path: "x"}}}}
	if got := IntersectKeyed(inc, half).(*IncrementalHandle); got.Range != half || len(got.Shared) != 1 || inc.Range != whole {
		t.Errorf("incremental %+v", got)
	}
	files := &FileChangesHandle{Code: 13, Range: whole, Size: 9, IncrementalSize: 4, Parts: []ChangePart{{}}}
	if got := IntersectKeyed(files, half).(*FileChangesHandle); got.Range != half || got.Size != 0 || got.IncrementalSize != 0 || len(got.Parts) != 1 {
		t.Errorf("changes %+v", got)
	}
	inline := &InlineChangesHandle{Range: whole, Changes: []Change{{-1, nil}, {5, nil}}}
	if got := IntersectKeyed(inline, half).(*InlineChangesHandle); got.Range != whole || len(got.Changes) != 2 {
		t.Errorf("inline changes %+v", got)
	}
	if got := IntersectKeyed(inline, KeyGroupRange{0, 4}); got != nil {
		t.Errorf("inline changes without a change of the range: %+v", got)
	}
	log := &ChangelogHandle{Code: 14, Range: whole, Base: []KeyedHandle{nil, inc}, Delta: []KeyedHandle{files, inline}}
	if got := IntersectKeyed(log, KeyGroupRange{0, 4}).(*ChangelogHandle); len(got.Base) != 1 || len(got.Delta) != 1 || got.Range.Count != 4 {
		t.Errorf("changelog %+v", got)
	}
	if got := IntersectKeyed(inc, KeyGroupRange{8, 4}); got != nil {
		t.Errorf("disjoint: %+v", got)
	}
	if got := IntersectKeyed(nil, whole); got != nil {
		t.Errorf("nil: %+v", got)
	}
}

// dealt describes what each subtask gets: state, stream and offsets.
func dealt(out [][]*OperatorStateHandle) []string {
	list := make([]string, len(out))
	for i, handles := range out {
		for _, h := range handles {
			list[i] += h.Stream.(*RelativeHandle).Path + ":"
			for _, m := range h.States {
				list[i] += fmt.Sprint(" ", m.Name, m.Offsets)
			}
			list[i] += "; "
		}
	}
	return list
}

func TestRedistributeOperator(t *testing.T) {
	handle := func(path string, states ...OperatorStateMeta) *OperatorStateHandle {
		return &OperatorStateHandle{Code: 4, Stream: &RelativeHandle{Path: path}, States: states}
	}
	list := func(name string, offsets ...int64) OperatorStateMeta {
		return OperatorStateMeta{name, SplitDistribute, offsets}
	}
	old := []*OperatorStateHandle{
		handle("A", list("l", 1, 2, 3), list("m", 7), OperatorStateMeta{"u", Union, []int64{4}}, OperatorStateMeta{"b", Broadcast, []int64{5}}),
		nil,
		handle("C", list("l", 1, 2), OperatorStateMeta{"u", Union, []int64{3}}, OperatorStateMeta{"b", Broadcast, []int64{6}}),
	}
	for _, tc := range []struct {
		parallelism int32
		want        []string
	}{
		// "b" first, then "l": 5 elements to 2 subtasks are 3 and 2, so that "m" begins at the second.
		{2, []string{"A: b[5] l[1 2 3] u[4]; C: u[3]; ", "C: b[6] l[1 2] u[3]; A: m[7] u[4]; "}},
		{1, []string{"A: b[5] l[1 2 3] m[7] u[4]; C: l[1 2] u[3]; "}},
		{4, []string{"A: b[5] l[1 2] u[4]; C: u[3]; ", "C: b[6] u[3]; A: l[3] m[7] u[4]; ", "A: b[5] u[4]; C: l[1] u[3]; ", "C: b[6] l[2] u[3]; A: u[4]; "}},
		// The same parallelism: lists stay, the second subtask gets the union and a copy of the broadcast state.
		{3, []string{"A: b[5] l[1 2 3] m[7] u[4]; C: u[3]; ", "C: b[6] u[3]; A: u[4]; ", "C: l[1 2] u[3]; A: b[5] u[4]; "}},
	} {
		if got := dealt(RedistributeOperator(old, tc.parallelism)); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("to %d:\ngot  %q\nwant %q", tc.parallelism, got, tc.want)
		}
	}
	if got := dealt(RedistributeOperator([]*OperatorStateHandle{handle("A", list("l"))}, 1)); got[0] != "A: l[]; " {
		t.Errorf("a state without elements, same parallelism: %q", got)
	}
	if got := dealt(RedistributeOperator([]*OperatorStateHandle{handle("A", list("l"))}, 2)); got[0] != "" {
		t.Errorf("a state without elements: %q", got)
	}
	if old[0].States[0].Offsets[0] != 1 || len(old[0].States) != 4 {
		t.Error("the input was changed")
	}
}

// Whatever the parallelism, no element of a list is lost or given twice.
func TestRedistributeLosesNothing(t *testing.T) {
	var old []*OperatorStateHandle
	total := 0
	for i := range 7 {
		h := &OperatorStateHandle{Code: 4, Stream: &RelativeHandle{Path: fmt.Sprint(i)}}
		for s := range 3 {
			m := OperatorStateMeta{Name: fmt.Sprint(s)}
			for e := range (i*5 + s*3) % 11 {
				m.Offsets = append(m.Offsets, int64(e))
				total++
			}
			h.States = append(h.States, m)
		}
		old = append(old, h)
	}
	for par := int32(1); par <= 20; par++ {
		seen := map[string]int{}
		for i, handles := range RedistributeOperator(old, par) {
			n := 0
			for _, h := range handles {
				for _, m := range h.States {
					for _, o := range m.Offsets {
						seen[fmt.Sprint(physicalID(h.Stream), m.Name, o)]++
						n++
					}
				}
			}
			if par != 7 && (n < total/int(par)-3 || n > total/int(par)+3) {
				t.Errorf("subtask %d of %d has %d of %d", i, par, n, total)
			}
		}
		if len(seen) != total {
			t.Errorf("%d subtasks: %d different elements, want %d", par, len(seen), total)
		}
	}
}
