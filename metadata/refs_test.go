package metadata

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

func TestRefs(t *testing.T) {
	c := sample(7)
	var got []string
	for ref := range c.Refs() {
		got = append(got, fmt.Sprintf("%s %s %s+%d %d exact=%t relative=%t subtask=%d", ref.Field, ref.Role, ref.Path, ref.Start, ref.Size,
			ref.SizeExact, ref.Relative, ref.Subtask))
	}
	want := []string{
		"operator[0].subtask[0].managedOperator operator ops+0 77 exact=true relative=true subtask=0",
		"operator[0].subtask[0].managedKeyed keyed /p/q+0 9 exact=true relative=false subtask=0",
		"operator[0].subtask[0].inputChannel[0] channel-input channels+0 90 exact=true relative=true subtask=0",
		"operator[0].subtask[0].inputChannel[1] channel-input channels+0 90 exact=true relative=true subtask=0",
		"operator[0].subtask[0].outputChannel[0] channel-output channels+0 90 exact=true relative=true subtask=0",
		"operator[0].subtask[1].managedKeyed.meta meta meta+0 5 exact=true relative=true subtask=1",
		"operator[0].subtask[1].managedKeyed.shared[0] shared /c/j/shared/seg+10 20 exact=false relative=false subtask=1",
		"operator[0].subtask[1].managedKeyed.shared[1] shared s3://b/j/shared/x+0 -1 exact=false relative=false subtask=1",
		"operator[0].subtask[2].rawOperator raw-operator /c/j/shared/seg+10 20 exact=false relative=false subtask=2",
		"operator[0].subtask[2].managedKeyed.base[1] keyed /c/j/taskowned/base+0 60 exact=true relative=false subtask=2",
		"operator[0].subtask[2].managedKeyed.delta[0].part[0] changes /c/j/dstl/u+0 33 exact=false relative=false subtask=2",
		"operator[1].subtask[1].managedKeyed.private[0] private /p/c+0 16 exact=true relative=false subtask=1",
		"operator[1].subtask[2].managedKeyed.delta[0].part[0] changes /d+0 7 exact=false relative=false subtask=2",
		"operator[1].subtask[3].managedKeyed keyed canonical+0 8 exact=true relative=true subtask=3",
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("ref %d\ngot  %q\nwant %q", i, slices.Concat(got, []string{""})[min(i, len(got))], slices.Concat(want, []string{""})[min(i, len(want))])
		}
	}
	for ref := range c.Refs() { // an early stop must not visit more
		if ref.Field != "operator[0].subtask[0].managedOperator" {
			t.Fatalf("went on to %s", ref.Field)
		}
		break
	}
	inline := map[string]bool{}
	for ref := range c.Streams() {
		if _, ok := innermost(ref.Handle).(*InlineHandle); ok {
			inline[ref.Role] = true
		}
	}
	for _, role := range []string{RoleCoordinator, RoleRawKeyed, RolePrivate, RoleKeyed, RoleOutput} {
		if !inline[role] {
			t.Errorf("no inline stream of role %s", role)
		}
	}
	if got := c.Directories(); !reflect.DeepEqual(got, []string{"/c/j/taskowned/tm", "/c/j/shared/op", "/t", "/s"}) {
		t.Errorf("directories %q", got)
	}
	if got := c.References(); !reflect.DeepEqual(got, []CheckpointID{41}) {
		t.Errorf("references %v", got)
	}
}

// TestRefsCoverTrace demands that no path of a file is written in `_metadata` without being a ref or a directory.
func TestRefsCoverTrace(t *testing.T) {
	c := sample(6)
	known := map[string]bool{}
	for ref := range c.Refs() {
		known[ref.Path] = true
	}
	n := 0
	for _, f := range trace(t, encode(t, c)) {
		if path, ok := f.Value.(string); ok && len(f.Path) > 5 && f.Path[len(f.Path)-5:] == ".path" {
			n++
			if !known[path] {
				t.Errorf("%s: %q is no ref", f.Path, path)
			}
		}
	}
	if n != 14 {
		t.Errorf("%d paths, want 14", n)
	}
}

func TestSelfContained(t *testing.T) {
	with := func(h StreamHandle) *Checkpoint {
		return &Checkpoint{Version: 3, Operators: []*Operator{{Subtasks: []*Subtask{{ManagedOperator: &OperatorStateHandle{Code: 4, Stream: h}}}}}}
	}
	for _, tc := range []struct {
		h    StreamHandle
		want bool
	}{
		{&RelativeHandle{Path: "x"}, true},
		{&InlineHandle{Name: "x"}, true},
		{&KeyGroupsStream{Stream: &RelativeHandle{Path: "x"}}, true},
		{&FileHandle{Path: "/x"}, false},
		{&SegmentHandle{Path: "/x"}, false},
		{&KeyGroupsStream{Stream: &FileHandle{Path: "/x"}}, false},
	} {
		if got := with(tc.h).SelfContained(); got != tc.want {
			t.Errorf("%T: %t", tc.h, got)
		}
	}
	merged := with(&EmptySegment{})
	merged.Operators[0].Subtasks[0].ManagedOperator.SharedDir = "/s"
	if merged.SelfContained() {
		t.Error("directories of file merging lie elsewhere")
	}
	if sample(7).SelfContained() {
		t.Error("the sample has absolute paths")
	}
}
