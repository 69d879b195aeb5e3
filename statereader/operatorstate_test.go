package statereader

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/state"
)

// operators is a fixture with list, union and broadcast state, some elements of which span compressed chunks.
func operators(compressed bool) *fixture {
	rows := func(values ...[]byte) (out []fixRow) {
		for _, v := range values {
			out = append(out, fixRow{values: [][]byte{v}})
		}
		return out
	}
	return &fixture{compressed: compressed, states: []fixState{
		{name: "list", backend: state.Operator, kind: "SPLIT_DISTRIBUTE", value: stringSnap, rows: rows(text("a"), text(strings.Repeat("b", 200_000)), text(""))},
		{name: "union", backend: state.Operator, kind: "UNION", value: longSnap, rows: rows(long(1), long(2))},
		{name: "registered", backend: state.Operator, kind: "UNION", value: longSnap},
		{name: "custom", backend: state.Operator, kind: "SPLIT_DISTRIBUTE", value: customSnap, rows: rows([]byte("one"), []byte("two"))},
		{name: "broadcast", backend: state.BroadcastType, kind: "BROADCAST", ns: stringSnap, value: longSnap, rows: []fixRow{
			{userKeys: [][]byte{text("k"), text("l")}, values: [][]byte{long(3), long(4)}}}},
		{name: "broadcast custom", backend: state.BroadcastType, kind: "BROADCAST", ns: stringSnap, value: customSnap, rows: []fixRow{
			{userKeys: [][]byte{text("k")}, values: [][]byte{[]byte("?")}}}},
		{name: "empty", backend: state.BroadcastType, kind: "BROADCAST", ns: stringSnap, value: longSnap, rows: []fixRow{{}}},
	}}
}

func TestOperatorState(t *testing.T) {
	for _, compressed := range []bool{false, true} {
		t.Run(fmt.Sprintf("compressed=%v", compressed), func(t *testing.T) {
			b, metas := operators(compressed).operatorFile()
			v := testView(t, 128, Options{}, map[string][]byte{"f": b}, operatorSubtask("f", len(b), metas))
			got, missing, errs, warnings := collect(v.Units(Selection{}))
			if len(missing)+len(errs)+len(warnings)+len(v.Problems()) > 0 {
				t.Fatal(missing, errs, warnings, v.Problems())
			}
			want := []string{
				fmt.Sprintf("list kg=0 k= n= v=%x i=0", text("a")),
				fmt.Sprintf("list kg=0 k= n= v=%x i=1", brief(text(strings.Repeat("b", 200_000)))),
				fmt.Sprintf("list kg=0 k= n= v=%x i=2", text("")),
				"union kg=0 k= n= v=0000000000000001 i=0",
				"union kg=0 k= n= v=0000000000000002 i=1",
				fmt.Sprintf("custom kg=0 k= n= v=%x i=0", "one"),
				fmt.Sprintf("custom kg=0 k= n= v=%x i=1", "two"),
				fmt.Sprintf("broadcast kg=0 k= n= uk=%x v=0000000000000003", text("k")),
				fmt.Sprintf("broadcast kg=0 k= n= uk=%x v=0000000000000004", text("l")),
				"broadcast custom kg=0 k= n= v=00000001026b3f whole",
				"empty kg=0 k= n= empty",
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for _, s := range v.Operators()[0].States() {
				if s.Name == "broadcast" && (s.Class != state.ClassBroadcast || s.Kind != state.BroadcastState || s.Key != nil) {
					t.Errorf("broadcast is %+v", s)
				}
			}
		})
	}
}

func TestMetadataOnlyNamesOperatorStates(t *testing.T) {
	b, metas := operators(false).operatorFile()
	v := testView(t, 128, Options{MetadataOnly: true}, nil, operatorSubtask("missing", len(b), metas), keyedSubtask(7, "missing", 1, 0, []int64{0}))
	var got []string
	for _, s := range v.Operators()[0].States() {
		got = append(got, s.Name+" "+string(s.Kind))
	}
	want := []string{"custom operator-list", "list operator-list", "registered operator-union", "union operator-union",
		"broadcast broadcast", "broadcast custom broadcast", "empty broadcast"}
	if !slices.Equal(got, want) || len(v.Problems()) > 0 {
		t.Errorf("got %q, %v", got, v.Problems())
	}
}

func TestBroadcastIsGivenOnce(t *testing.T) {
	f := operators(false)
	b, metas := f.operatorFile()
	without := slices.Clone(metas)
	for i := range without {
		if without[i].Mode == metadata.Broadcast {
			without[i].Offsets = nil
		}
	}
	// Cut the maps off for subtask 0: its first copy is that of subtask 1.
	first := b[:metas[4].Offsets[0]]
	v := testView(t, 128, Options{}, map[string][]byte{"f": b, "g": first},
		operatorSubtask("g", len(first), without), operatorSubtask("f", len(b), metas), operatorSubtask("f", len(b), metas))
	op := v.Operators()[0]
	for _, tc := range []struct {
		sel  Selection
		want int
	}{
		{Selection{States: []*State{op.State("broadcast")}}, 2},
		{Selection{States: []*State{op.State("broadcast")}, AllCopies: true}, 4},
		{Selection{States: []*State{op.State("list"), op.State("broadcast")}}, 9 + 2},
	} {
		units := v.Units(tc.sel)
		got, missing, errs, _ := collect(units)
		if len(got) != tc.want || len(errs)+len(missing) > 0 {
			t.Errorf("%d entries, want %d, errors %v", len(got), tc.want, errs)
		}
		if tc.want == 2 && units[0].Subtask != 1 {
			t.Errorf("copy of subtask %d, want 1", units[0].Subtask)
		}
	}
}

func TestStatesOfOneName(t *testing.T) {
	f := &fixture{states: []fixState{
		{name: "same", backend: state.Operator, kind: "SPLIT_DISTRIBUTE", value: longSnap},
		{name: "same", backend: state.BroadcastType, kind: "BROADCAST", ns: longSnap, value: longSnap, rows: []fixRow{
			{userKeys: [][]byte{long(1)}, values: [][]byte{long(2)}}}},
	}}
	b, metas := f.operatorFile()
	metas = metas[1:] // the handle is a map by name: Flink writes the broadcast state last
	v := testView(t, 128, Options{}, map[string][]byte{"f": b}, operatorSubtask("f", len(b), metas))
	got, _, errs, _ := collect(v.Units(Selection{}))
	if want := []string{"same kg=0 k= n= uk=0000000000000001 v=0000000000000002"}; !slices.Equal(got, want) || len(errs) > 0 {
		t.Errorf("got %q, %v", got, errs)
	}
}

func TestDamagedOperatorState(t *testing.T) {
	for _, tc := range []struct {
		name    string
		damage  func(b []byte, metas []metadata.OperatorStateMeta)
		class   error
		offset  func(metas []metadata.OperatorStateMeta) int64
		field   string
		entries int // of 11
	}{
		{"element beyond the next", func(b []byte, m []metadata.OperatorStateMeta) { b[m[0].Offsets[2]] = 100 }, javaio.ErrCorrupt,
			func(m []metadata.OperatorStateMeta) int64 { return m[0].Offsets[2] }, `managedOperator.state["list"][2]`, 10},
		{"element before the next", func(b []byte, m []metadata.OperatorStateMeta) { b[m[0].Offsets[0]] = 1 }, javaio.ErrCorrupt,
			func(m []metadata.OperatorStateMeta) int64 { return m[0].Offsets[0] + 1 }, `managedOperator.state["list"][0]`, 11},
		{"count of a map", func(b []byte, m []metadata.OperatorStateMeta) { b[m[4].Offsets[0]] = 0x40 }, javaio.ErrCorrupt,
			func(m []metadata.OperatorStateMeta) int64 { return m[4].Offsets[0] }, `managedOperator.state["broadcast"][0]`, 9},
		{"one entry too many", func(b []byte, m []metadata.OperatorStateMeta) { b[m[4].Offsets[0]+3] = 3 }, javaio.ErrCorrupt,
			func(m []metadata.OperatorStateMeta) int64 { return m[5].Offsets[0] }, `managedOperator.state["broadcast"][0]`, 11},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, metas := operators(false).operatorFile()
			tc.damage(b, metas)
			v := testView(t, 128, Options{}, map[string][]byte{"f": b}, operatorSubtask("f", len(b), metas))
			entries, missing, errs, _ := collect(v.Units(Selection{}))
			if len(errs) != 1 || len(missing) != 1 || len(entries) != tc.entries {
				t.Fatalf("%d entries, errors %v, missing %v", len(entries), errs, missing)
			}
			assertDefect(t, errs[0], tc.class, "/cp/f", tc.field)
			if fe, _ := errors.AsType[*javaio.FormatError](errs[0]); fe.Offset != tc.offset(metas) {
				t.Errorf("%v: want offset %d", errs[0], tc.offset(metas))
			}
		})
	}
	t.Run("state of no header", func(t *testing.T) {
		b, metas := operators(false).operatorFile()
		metas[1].Name = "other"
		v := testView(t, 128, Options{}, map[string][]byte{"f": b}, operatorSubtask("f", len(b), metas))
		if len(v.Problems()) != 1 {
			t.Fatal(v.Problems())
		}
		assertDefect(t, v.Problems()[0], javaio.ErrCorrupt, "/cp/f", "managedOperator.states[1]")
	})
	t.Run("two offsets of a map", func(t *testing.T) {
		b, metas := operators(false).operatorFile()
		metas[4].Offsets = append(metas[4].Offsets, metas[4].Offsets[0])
		v := testView(t, 128, Options{}, map[string][]byte{"f": b}, operatorSubtask("f", len(b), metas))
		entries, _, errs, warnings := collect(v.Units(Selection{}))
		if len(entries) != 11 || len(errs) > 0 || len(warnings) != 1 {
			t.Errorf("%d entries, %v, %v", len(entries), errs, warnings)
		}
	})
}
