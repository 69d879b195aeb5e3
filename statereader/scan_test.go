package statereader

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"ckpt/metadata"
	"ckpt/state"
)

// everything is a fixture with every kind of keyed state in key groups 3 to 6, of which 5 is empty.
func everything(maxParallelism int32, compressed bool) *fixture {
	ttl := func(t int64, v []byte) []byte { return append(long(t), v...) }
	big := strings.Repeat("x", 70_000)
	f := &fixture{maxParallelism: maxParallelism, first: 3, last: 6, compressed: compressed, key: stringSnap}
	f.states = []fixState{
		{name: "value", kind: "VALUE", ns: voidSnap, value: longSnap, rows: []fixRow{
			{group: 3, key: text("a"), ns: void, values: [][]byte{long(1)}},
			{group: 3, key: text(big), ns: void, values: [][]byte{long(2)}},
			{group: 6, key: text(""), ns: void, values: [][]byte{long(-1)}},
		}},
		{name: "list", kind: "LIST", ns: stringSnap, value: listSnap(stringSnap), rows: []fixRow{
			{group: 3, key: text("a"), ns: text(","), values: [][]byte{text(",,"), text(""), text(","), text(strings.Repeat(",x", 100<<10))}},
			{group: 4, key: text(strings.Repeat("k", 254)), ns: text(strings.Repeat("n", 255)), values: [][]byte{text("e")}},
			{group: 4, key: text(strings.Repeat("k", 255)), ns: text(strings.Repeat("n", 254)), values: [][]byte{text("e")}},
			{group: 6, key: text(big), ns: text(big), values: [][]byte{text("z"), text("y")}},
		}},
		{name: "map", kind: "MAP", ns: stringSnap, value: mapSnap(longSnap, stringSnap), rows: []fixRow{
			{group: 4, key: text("m"), ns: text(""), userKeys: [][]byte{long(1), long(2), long(3)},
				values: [][]byte{text("one"), nil, text("three")}},
			{group: 6, key: text(big), ns: text("n"), userKeys: [][]byte{long(9)}, values: [][]byte{text(big)}},
		}},
		{name: "window", kind: "REDUCING", ns: windowSnap, value: longSnap, rows: []fixRow{
			{group: 3, key: text("w"), ns: append(long(math.MinInt64), long(math.MaxInt64)...), values: [][]byte{long(5)}},
		}},
		{name: "ttl value", kind: "VALUE", ns: voidSnap, value: ttlSnap(longSnap), rows: []fixRow{
			{group: 3, key: text("t"), ns: void, values: [][]byte{ttl(1000, long(7))}},
		}},
		{name: "ttl list", kind: "LIST", ns: voidSnap, value: listSnap(ttlSnap(longSnap)), rows: []fixRow{
			{group: 4, key: text("t"), ns: void, values: [][]byte{ttl(1001, long(7)), ttl(1002, long(0x2C2C2C2C2C2C2C2C))}},
		}},
		{name: "ttl map", kind: "MAP", ns: voidSnap, value: mapSnap(stringSnap, ttlSnap(longSnap)), rows: []fixRow{
			{group: 6, key: text("t"), ns: void, userKeys: [][]byte{text("u")}, values: [][]byte{ttl(1003, long(8))}},
		}},
		{name: "never used", kind: "VALUE", ns: voidSnap, value: longSnap},
		{name: "_timer_state/event_t", backend: state.PriorityQueue, value: timerSnap(stringSnap, windowSnap), rows: []fixRow{
			{group: 3, key: text("a"), ns: append(long(0), long(10)...), time: math.MinInt64 + 10},
			{group: 3, key: text("a"), ns: append(long(0), long(10)...), time: -1},
			{group: 4, key: text("b"), ns: append(long(0), long(10)...), time: 1},
			{group: 6, key: text("c"), ns: append(long(0), long(10)...), time: math.MaxInt64},
		}},
	}
	return f
}

// want spells the entries of a fixture out.
func (f *fixture) want(keep func(s fixState, r fixRow) bool) (out []string) {
	for _, s := range f.states {
		ttl := bytes.Contains(s.value, []byte("TtlSerializerSnapshot"))
		for _, r := range s.rows {
			if keep != nil && !keep(s, r) {
				continue
			}
			entry := func(i int64, uk, v []byte, flags state.EntryFlags) {
				e := state.Entry{KeyGroup: state.KeyGroup(r.group), Key: r.key, Namespace: r.ns, UserKey: uk, Value: v, Index: i, Time: r.time, Flags: flags}
				if ttl && v != nil {
					e.Time = int64(binary.BigEndian.Uint64(v))
					e.Value, e.Flags = v[8:], flags|state.HasTTL
				}
				out = append(out, describe(&State{Name: s.name}, &e))
			}
			switch {
			case s.backend == state.PriorityQueue:
				entry(-1, nil, nil, 0)
			case s.kind == "LIST":
				for i, v := range r.values {
					entry(int64(i), nil, v, 0)
				}
			case s.kind == "MAP":
				for i, uk := range r.userKeys {
					if r.values[i] == nil {
						entry(-1, uk, nil, state.Null)
					} else {
						entry(-1, uk, r.values[i], 0)
					}
				}
			default:
				entry(-1, nil, r.values[0], 0)
			}
		}
	}
	slices.Sort(out)
	return out
}

var layouts = []struct {
	name  string
	code  metadata.HandleCode
	write func(*fixture) ([]byte, []int64)
}{
	{"heap", 12, (*fixture).heap},
	{"heap-1.14", 3, (*fixture).heap},
	{"canonical", 7, (*fixture).full},
	{"full-1.15", 12, (*fixture).full},
}

func eachLayout(t *testing.T, run func(t *testing.T, f *fixture, code metadata.HandleCode, b []byte, offsets []int64)) {
	for _, l := range layouts {
		for _, maxParallelism := range []int32{128, 129, 4096, 32768} {
			for _, compressed := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d/compressed=%v", l.name, maxParallelism, compressed), func(t *testing.T) {
					f := everything(maxParallelism, compressed)
					b, offsets := l.write(f)
					run(t, f, l.code, b, offsets)
				})
			}
		}
	}
}

func TestScanGivesEveryEntry(t *testing.T) {
	eachLayout(t, func(t *testing.T, f *fixture, code metadata.HandleCode, b []byte, offsets []int64) {
		v := testView(t, f.maxParallelism, Options{}, map[string][]byte{"f": b}, keyedSubtask(code, "f", len(b), f.first, offsets))
		got, missing, errs, warnings := collect(v.Units(Selection{}))
		if len(missing)+len(errs)+len(warnings)+len(v.Problems()) > 0 {
			t.Fatal(missing, errs, warnings, v.Problems())
		}
		slices.Sort(got)
		if want := f.want(nil); !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if names := v.Operators()[0].States(); len(names) != len(f.states) || names[0].Name != "list" {
			t.Errorf("states %v", names)
		}
	})
}

func TestScanOfSelection(t *testing.T) {
	eachLayout(t, func(t *testing.T, f *fixture, code metadata.HandleCode, b []byte, offsets []int64) {
		v := testView(t, f.maxParallelism, Options{}, map[string][]byte{"f": b}, keyedSubtask(code, "f", len(b), f.first, offsets))
		op := v.Operators()[0]
		sel := Selection{States: []*State{op.State("map"), op.State("value")}, KeyGroups: KeyGroupSet{{4, 4}, {6, 9}}}
		got, _, errs, _ := collect(v.Units(sel))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		slices.Sort(got)
		want := f.want(func(s fixState, r fixRow) bool { return (s.name == "map" || s.name == "value") && r.group != 3 })
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if units := v.Units(Selection{KeyGroups: KeyGroupSet{{7, 9}}}); len(units) != 0 {
			t.Errorf("%d units outside the handle's key groups", len(units))
		}
	})
}

func TestEntriesOfOneKeyFollowEachOther(t *testing.T) {
	eachLayout(t, func(t *testing.T, f *fixture, code metadata.HandleCode, b []byte, offsets []int64) {
		v := testView(t, f.maxParallelism, Options{}, map[string][]byte{"f": b}, keyedSubtask(code, "f", len(b), f.first, offsets))
		seen := map[string]bool{}
		last := ""
		for _, u := range v.Units(Selection{}) {
			sc := u.Scan(context.Background())
			for e, err := range sc.All() {
				if err != nil {
					t.Fatal(err)
				}
				id := fmt.Sprintf("%d %x %x", e.State, e.Key, e.Namespace)
				if id != last && seen[id] && e.Meta().Kind != state.Timer {
					t.Fatalf("%s comes back", id)
				}
				seen[id], last = true, id
			}
		}
	})
}

func TestEmptyCollectionsOfHeapState(t *testing.T) {
	f := &fixture{maxParallelism: 4, first: 0, last: 3, key: longSnap, states: []fixState{
		{name: "list", kind: "LIST", ns: voidSnap, value: listSnap(longSnap), rows: []fixRow{{group: 1, key: long(1), ns: void}}},
		{name: "map", kind: "MAP", ns: voidSnap, value: mapSnap(longSnap, longSnap), rows: []fixRow{{group: 2, key: long(2), ns: void}}},
	}}
	b, offsets := f.heap()
	v := testView(t, 4, Options{}, map[string][]byte{"f": b}, keyedSubtask(12, "f", len(b), 0, offsets))
	got, _, errs, _ := collect(v.Units(Selection{}))
	want := []string{"list kg=1 k=0000000000000001 n=00 empty", "map kg=2 k=0000000000000002 n=00 empty"}
	if !slices.Equal(got, want) || len(errs) > 0 {
		t.Errorf("got %q, %v", got, errs)
	}
}

func TestOversizeValuesAreLeftOut(t *testing.T) {
	big := blob(300_000)
	f := &fixture{maxParallelism: 4, first: 0, last: 0, key: longSnap, states: []fixState{
		{name: "l", kind: "LIST", ns: voidSnap, value: listSnap(bytesSnap), rows: []fixRow{
			{key: long(1), ns: void, values: [][]byte{blob(1), big, blob(2)}}}},
		{name: "m", kind: "MAP", ns: voidSnap, value: mapSnap(longSnap, ttlSnap(bytesSnap)), rows: []fixRow{
			{key: long(1), ns: void, userKeys: [][]byte{long(1), long(2)}, values: [][]byte{append(long(77), big...), append(long(78), blob(1)...)}}}},
		{name: "v", kind: "VALUE", ns: voidSnap, value: bytesSnap, rows: []fixRow{
			{key: long(1), ns: void, values: [][]byte{big}}, {key: long(2), ns: void, values: [][]byte{blob(3)}}}},
	}}
	want := []string{
		"l kg=0 k=0000000000000001 n=00 i=1 size=300004 oversize",
		"l kg=0 k=0000000000000001 n=00 v=0000000100 i=0",
		"l kg=0 k=0000000000000001 n=00 v=000000020007 i=2",
		"m kg=0 k=0000000000000001 n=00 uk=0000000000000001 t=77 size=300004 ttl oversize",
		"m kg=0 k=0000000000000001 n=00 uk=0000000000000002 v=0000000100 t=78 ttl",
		"v kg=0 k=0000000000000001 n=00 size=300004 oversize",
		"v kg=0 k=0000000000000002 n=00 v=0000000300070e",
	}
	for _, l := range layouts {
		for _, f.compressed = range []bool{false, true} {
			b, offsets := l.write(f)
			v := testView(t, 4, Options{MaxValue: 100_000}, map[string][]byte{"f": b}, keyedSubtask(l.code, "f", len(b), 0, offsets))
			got, _, errs, _ := collect(v.Units(Selection{}))
			slices.Sort(got)
			if !slices.Equal(got, want) || len(errs) > 0 {
				t.Errorf("%s: got\n%s\n%v", l.name, strings.Join(got, "\n"), errs)
			}
		}
	}
}
