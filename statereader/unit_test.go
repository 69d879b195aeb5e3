package statereader

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ckpt/metadata"
	"ckpt/state"
	"ckpt/storage"
)

func TestKeyGroupSet(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""}, {"3", "3"}, {"0-63,70", "0-63,70"}, {"5, 1-4 ,2", "1-5"}, {"32767", "32767"}, {"9-9", "9"},
	} {
		if s, err := ParseKeyGroupSet(tc.in); err != nil || s.String() != tc.want || (s == nil) != (tc.in == "") {
			t.Errorf("%q: %q, %v", tc.in, s, err)
		}
	}
	for _, in := range []string{"x", "3-", "-3", "5-4", "32768", "1,,2", "99999999999"} {
		if s, err := ParseKeyGroupSet(in); err == nil {
			t.Errorf("%q: %v", in, s)
		}
	}
	s := KeyGroupSet{{2, 4}, {8, 8}}
	for g, want := range []bool{false, false, true, true, true, false, false, false, true, false} {
		if s.Contains(state.KeyGroup(g)) != want {
			t.Errorf("%d is in %v: %v", g, s, !want)
		}
	}
	if all := KeyGroupSet(nil); !all.Contains(7) {
		t.Error("nil is not all")
	}
}

// TestUnitsAreCut cuts a handle whose recorded size is large; nothing is read for that.
func TestUnitsAreCut(t *testing.T) {
	f := small(false)
	b, offsets := f.full()
	v := f.view(t, Options{}, 7, b, offsets)
	h := v.Operators()[0].handles[0]
	h.keyed.(*metadata.KeyGroupsHandle).KeyGroups = metadata.KeyGroupOffsets{
		Range:   metadata.KeyGroupRange{Start: 10, Count: 6},
		Offsets: []int64{0, 100, 200 << 20, 0, 201 << 20, 300 << 20},
	}
	h.recorded = 301 << 20
	units := func(sel Selection) (out []string) {
		for _, u := range v.Units(sel) {
			out = append(out, fmt.Sprintf("%d-%d %d", u.First, u.Last, u.Bytes))
		}
		return out
	}
	want := []string{"10-11 209715100", "12-14 104857600", "15-15 1048576"}
	if got := units(Selection{}); !slices.Equal(got, want) {
		t.Errorf("units %q, want %q", got, want)
	}
	if got := units(Selection{KeyGroups: KeyGroupSet{{13, 13}}}); !slices.Equal(got, want[1:2]) {
		t.Errorf("units %q, want %q", got, want[1:2])
	}
}

func TestHeadersDifferBetweenSubtasks(t *testing.T) {
	first := &fixture{maxParallelism: 128, first: 0, last: 1, key: longSnap, states: []fixState{
		{name: "a", kind: "VALUE", ns: voidSnap, value: longSnap, rows: []fixRow{{key: long(1), ns: void, values: [][]byte{long(1)}}}},
		{name: "b", kind: "VALUE", ns: voidSnap, value: stringSnap, rows: []fixRow{{key: long(1), ns: void, values: [][]byte{text("b")}}}},
	}}
	second := &fixture{maxParallelism: 128, first: 2, last: 3, key: longSnap, states: []fixState{
		{name: "c", kind: "VALUE", ns: voidSnap, value: longSnap, rows: []fixRow{{group: 2, key: long(2), ns: void, values: [][]byte{long(3)}}}},
		{name: "b", kind: "VALUE", ns: voidSnap, value: longSnap, rows: []fixRow{{group: 2, key: long(2), ns: void, values: [][]byte{long(4)}}}},
		{name: "a", kind: "VALUE", ns: voidSnap, value: longSnap, rows: []fixRow{{group: 3, key: long(2), ns: void, values: [][]byte{long(5)}}}},
	}}
	for _, l := range layouts {
		b1, off1 := l.write(first)
		b2, off2 := l.write(second)
		v := testView(t, 128, Options{}, map[string][]byte{"1": b1, "2": b2},
			keyedSubtask(l.code, "2", len(b2), 2, off2), keyedSubtask(l.code, "1", len(b1), 0, off1))
		got, missing, errs, _ := collect(v.Units(Selection{}))
		slices.Sort(got)
		want := []string{
			"a kg=0 k=0000000000000001 n=00 v=0000000000000001", "a kg=3 k=0000000000000002 n=00 v=0000000000000005",
			"b kg=0 k=0000000000000001 n=00 v=0262", "b kg=2 k=0000000000000002 n=00 v=0000000000000004",
			"c kg=2 k=0000000000000002 n=00 v=0000000000000003",
		}
		if !slices.Equal(got, want) || len(missing)+len(errs) > 0 {
			t.Errorf("%s: got\n%s\n%v", l.name, strings.Join(got, "\n"), errs)
		}
		op := v.Operators()[0]
		var states []string
		for _, s := range op.States() {
			states = append(states, fmt.Sprintf("%s %d %d", s.Name, s.Subtasks, len(s.Metas)))
		}
		if want := []string{"a 2 1", "b 2 2", "c 1 1"}; !slices.Equal(states, want) {
			t.Errorf("states %q, want %q", states, want)
		}
		if units := v.Units(Selection{}); units[0].First != 0 || units[0].Subtask != 1 {
			t.Error("units are not in the order of key groups")
		}
		if units := v.Units(Selection{States: []*State{op.State("c")}}); len(units) != 1 || units[0].Subtask != 0 {
			t.Errorf("units of a state that one subtask has: %d", len(units))
		}
	}
}

// TestUnknownSerializer has a user's serializer, whose snapshot no one can delimit, as second of five states.
func TestUnknownSerializer(t *testing.T) {
	row := func(v []byte) []fixRow { return []fixRow{{key: text("k"), ns: void, values: [][]byte{v}}} }
	f := &fixture{maxParallelism: 128, first: 0, last: 1, key: stringSnap, states: []fixState{
		{name: "1", kind: "VALUE", ns: voidSnap, value: longSnap, rows: row(long(1))},
		{name: "2", kind: "VALUE", ns: voidSnap, value: customSnap, rows: row([]byte("opaque"))},
		{name: "3", kind: "LIST", ns: voidSnap, value: listSnap(customSnap), rows: row([]byte("opaque list"))},
		{name: "4", kind: "VALUE", ns: voidSnap, value: stringSnap, rows: row(text("four"))},
		{name: "5", kind: "VALUE", ns: voidSnap, value: longSnap},
	}}
	// The body of the class: 7 bytes that are none of the usual forms.
	body := "\x2c\x00\x80\xff\x61\x00\x02"
	patch := func(b []byte, offsets []int64) ([]byte, []int64) {
		head := strings.ReplaceAll(string(b[:headerEnd(b, offsets)]), string(customSnap), string(customSnap)+body)
		grown := int64(len(head)) - headerEnd(b, offsets)
		b = append([]byte(head), b[headerEnd(b, offsets):]...)
		for i := range offsets {
			if offsets[i] > 0 {
				offsets[i] += grown
			}
		}
		return b, offsets
	}
	for i, l := range layouts {
		b, offsets := patch(l.write(f))
		v := testView(t, 128, Options{}, map[string][]byte{"f": b}, keyedSubtask(l.code, "f", len(b), 0, offsets))
		got, missing, errs, _ := collect(v.Units(Selection{}))
		if len(errs)+len(v.Problems()) > 0 {
			t.Fatal(errs, v.Problems())
		}
		slices.Sort(got)
		if i >= 2 { // the full layout has lengths
			want := []string{
				"1 kg=0 k=026b n=00 v=0000000000000001", fmt.Sprintf("2 kg=0 k=026b n=00 v=%x", "opaque"),
				fmt.Sprintf("3 kg=0 k=026b n=00 v=%x whole", "opaque list"), fmt.Sprintf("4 kg=0 k=026b n=00 v=%x", text("four")),
			}
			if !slices.Equal(got, want) || len(missing) > 0 {
				t.Errorf("%s: got\n%s", l.name, strings.Join(got, "\n"))
			}
			continue
		}
		// In the heap layout the sections 4 and 3 come before those of 2 and 1 (5 is empty); 3 blocks.
		if want := []string{fmt.Sprintf("4 kg=0 k=026b n=00 v=%x", text("four"))}; !slices.Equal(got, want) {
			t.Errorf("%s: got\n%s", l.name, strings.Join(got, "\n"))
		}
		var names []string
		for _, m := range missing {
			names = append(names, m.State.Name+" "+m.Code+" "+m.Class[strings.LastIndex(m.Class, ".")+1:]+" "+m.KeyGroups.String())
		}
		want := []string{"1 OPAQUE_BLOCKED ListSerializer 0", "2 OPAQUE_BLOCKED ListSerializer 0", "3 OPAQUE_BLOCKED ListSerializer 0"}
		if !slices.Equal(names, want) {
			t.Errorf("%s: missing %q", l.name, names)
		}
	}
}

func headerEnd(b []byte, offsets []int64) int64 {
	end := int64(len(b))
	for _, off := range offsets {
		if off > 0 {
			end = min(end, off)
		}
	}
	return end
}

func TestDetectionOfKeyGroup0(t *testing.T) {
	for _, l := range layouts {
		for _, compressed := range []bool{false, true} {
			for _, rows := range []int{0, 1, 100, 3000} {
				f := wide(rows, compressed)
				f.maxParallelism = 1
				b, offsets := l.write(f)
				v := f.view(t, Options{}, 12, b, offsets)
				want := LayoutHeap
				if l.name[0] != 'h' {
					want = LayoutFull
				}
				if got := v.Operators()[0].handles[0].layout; got != want {
					t.Errorf("%s compressed=%v with %d rows: detected %s", l.name, compressed, rows, got)
				}
			}
		}
	}
}

// TestRequests counts what is asked of the storage: one read for each header, and chunks for entries.
func TestRequests(t *testing.T) {
	ctx := context.Background()
	for _, l := range layouts {
		f := everything(128, false)
		b, offsets := l.write(f)
		v := f.view(t, Options{}, l.code, b, offsets)
		counter := storage.Counting(v.fs)
		v, err := Open(ctx, counter, v.checkpoint, v.layout, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := counter.Counts(); n.Requests() > 2 {
			t.Errorf("%s: opening takes %+v", l.name, n)
		}
		before := counter.Counts()
		count(t, v)
		if n := counter.Counts().Sub(before); n.Requests() > 2+int64(len(b)/chunkSize)+1 {
			t.Errorf("%s: scanning %d bytes takes %+v", l.name, len(b), n)
		}
	}
}

// TestLargeFiles reads files of many chunks, with values across their borders, skipping what is not selected.
func TestLargeFiles(t *testing.T) {
	f := &fixture{maxParallelism: 128, first: 0, last: 4, key: longSnap, states: []fixState{
		{name: "v", kind: "VALUE", ns: voidSnap, value: bytesSnap}, {name: "l", kind: "LIST", ns: voidSnap, value: listSnap(bytesSnap)},
	}}
	for i := range 200 {
		row := fixRow{group: int32(i % 5), key: long(int64(i)), ns: void, values: [][]byte{blob(i * 300)}}
		if i == 77 {
			row.values[0] = blob(3 << 20)
		}
		f.states[0].rows = append(f.states[0].rows, row)
		row.values = [][]byte{blob(i), blob(i * 100), blob(7)}
		f.states[1].rows = append(f.states[1].rows, row)
	}
	for _, l := range layouts {
		for _, f.compressed = range []bool{false, true} {
			b, offsets := l.write(f)
			v := f.view(t, Options{}, l.code, b, offsets)
			for _, tc := range []struct {
				sel  Selection
				keep func(s fixState, r fixRow) bool
			}{
				{Selection{}, nil},
				{Selection{States: []*State{v.Operators()[0].State("l")}}, func(s fixState, _ fixRow) bool { return s.name == "l" }},
				{Selection{KeyGroups: KeyGroupSet{{1, 1}, {4, 4}}}, func(_ fixState, r fixRow) bool { return r.group == 1 || r.group == 4 }},
			} {
				got, _, errs, _ := collect(v.Units(tc.sel))
				slices.Sort(got)
				if want := f.want(tc.keep); !slices.Equal(got, want) || len(errs) > 0 {
					t.Errorf("%s compressed=%v: %d entries, want %d; %v", l.name, f.compressed, len(got), len(want), errs)
				}
			}
		}
	}
}

func FuzzScan(f *testing.F) {
	for i, l := range layouts {
		for _, compressed := range []bool{false, true} {
			b, off := l.write(small(compressed))
			f.Add(b[headerEnd(b, off):], uint8(i), compressed)
		}
	}
	for _, compressed := range []bool{false, true} {
		b, metas := operators(compressed).operatorFile()
		f.Add(b[metas[1].Offsets[0]:], uint8(4), compressed)
	}
	f.Fuzz(func(t *testing.T, data []byte, layout uint8, compressed bool) {
		var sub *metadata.Subtask
		if layout >= 4 {
			fix := operators(compressed)
			head := fix.header(true).AppendTo(nil)
			at := int64(len(head))
			if compressed {
				at += 10
			}
			var metas []metadata.OperatorStateMeta
			for i, s := range fix.states {
				mode := metadata.DistributionMode(0)
				if s.backend == state.BroadcastType {
					mode = metadata.Broadcast
				}
				metas = append(metas, metadata.OperatorStateMeta{Name: s.name, Mode: mode, Offsets: []int64{at + int64(i*len(data)/8)}})
			}
			sub = operatorSubtask("", 0, metas)
			sub.ManagedOperator.Stream = &metadata.InlineHandle{Data: append(append(head, streamID[:at-int64(len(head))]...), data...)}
		} else {
			head := small(compressed).header(false).AppendTo(nil)
			at := int64(len(head))
			sub = keyedSubtask(layouts[layout].code, "", 0, 1, []int64{at, at + int64(len(data))/3 + 1, at + 2*int64(len(data))/3 + 2})
			sub.ManagedKeyed.(*metadata.KeyGroupsHandle).Stream = &metadata.InlineHandle{Data: append(head, data...)}
		}
		v := testView(t, 128, Options{}, nil, sub)
		for _, u := range v.Units(Selection{}) {
			n := 0
			for e, err := range u.Scan(context.Background()).All() {
				if n++; err == nil && len(e.Value) > 1<<22 {
					t.Fatalf("value of %d bytes from %d", len(e.Value), len(data))
				}
				if n > 1<<20 { // elements of no bytes
					break
				}
			}
		}
	})
}
