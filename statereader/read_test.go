package statereader

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

func tupleSnap(parts ...[]byte) []byte {
	b := javaio.AppendInt32(javaio.AppendInt32(nil, 911108), 2)
	b = javaio.AppendUTF(b, fmt.Sprintf("org.apache.flink.api.java.tuple.Tuple%d", len(parts)))
	b = javaio.AppendInt32(javaio.AppendInt32(javaio.AppendInt32(b, 1333245), 1), int32(len(parts)))
	return snap("org.apache.flink.api.java.typeutils.runtime.TupleSerializerSnapshot", 3, append(b, slices.Concat(parts...)...))
}

var (
	instantSnap = snap(base+"InstantSerializer$InstantSerializerSnapshot", 3, nil)
	intSnap     = snap(base+"IntSerializer$IntSerializerSnapshot", 3, nil)
)

// readable is a view on a tuple state, a list with TTL, a map with a null value, timers, and a state without decoder.
func readable(t *testing.T, l int, o Options) *View {
	window := append(long(1), long(2)...)
	f := &fixture{maxParallelism: 1, key: stringSnap, states: []fixState{
		{name: "custom", kind: "VALUE", ns: voidSnap, value: customSnap, rows: []fixRow{{key: text("a"), ns: void, values: [][]byte{[]byte("raw")}}}},
		{name: "list", kind: "LIST", ns: windowSnap, value: listSnap(ttlSnap(stringSnap)), rows: []fixRow{
			{key: text("a"), ns: window, values: [][]byte{append(long(77), text("x")...), append(long(78), 0)}}}},
		{name: "map", kind: "MAP", ns: voidSnap, value: mapSnap(stringSnap, longSnap), rows: []fixRow{
			{key: text("a"), ns: void, userKeys: [][]byte{text("k"), text("l")}, values: [][]byte{long(5), nil}}}},
		{name: "tuple", kind: "VALUE", ns: voidSnap, value: tupleSnap(longSnap, instantSnap, listSnap(intSnap), stringSnap), rows: []fixRow{
			{key: text("a"), ns: void, values: [][]byte{slices.Concat(long(300), long(1), []byte{0, 0, 0, 9}, []byte{0, 0, 0, 1, 0, 0, 0, 4}, text("t"))}}}},
		{name: "_timer_state/event_t", backend: state.PriorityQueue, value: timerSnap(stringSnap, voidSnap), rows: []fixRow{
			{key: text("a"), ns: void, time: -5}}},
	}}
	b, offsets := layouts[l].write(f)
	return f.view(t, o, layouts[l].code, b, offsets)
}

// all collects rows and errors as text.
func all[K, V any](t *testing.T, v *View, name string) (out []string) {
	t.Helper()
	s := v.Operators()[0].State(name)
	for row, err := range Read[K, V](context.Background(), v, s) {
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		out = append(out, fmt.Sprintf("%+v", row))
	}
	return out
}

func TestRead(t *testing.T) {
	const canonical = 2
	v := readable(t, canonical, Options{})
	type tuple struct {
		F0    int32
		When  time.Time `flink:"f1"`
		List  []int64   `flink:"f2"`
		Text  *string   `flink:"f3"`
		Local string    `flink:"-"`
	}
	text := "t"
	want := Row[string, tuple]{Key: "a", Index: -1, Value: tuple{F0: 300, When: time.Unix(1, 9).UTC(), List: []int64{4}, Text: &text}}
	for row, err := range Read[string, tuple](context.Background(), v, v.Operators()[0].State("tuple")) {
		if err != nil || !reflect.DeepEqual(row, want) {
			t.Errorf("row %+v, %v, want %+v", row, err, want)
		}
	}
	common := "KeyGroup:0 Subtask:0 Key:a Namespace:%s MapKey:%s Index:%d Timestamp:%d LastAccess:%d HasTTL:%v Value:%s}"
	row := func(ns, mapKey string, index, timestamp, access int, value string) string {
		return "{" + fmt.Sprintf(common, ns, mapKey, index, timestamp, access, access != 0, value)
	}
	for _, tc := range []struct {
		name      string
		got, want []string
	}{
		{"list with TTL", all[string, string](t, v, "list"), []string{row("{Start:1 End:2}", "<nil>", 0, 0, 77, "x"), row("{Start:1 End:2}", "<nil>", 1, 0, 78, "")}},
		{"map", all[string, int](t, v, "map"), []string{row("<nil>", "k", -1, 0, 0, "5"), row("<nil>", "l", -1, 0, 0, "0")}},
		{"nullable map values", all[string, any](t, v, "map"), []string{row("<nil>", "k", -1, 0, 0, "5"), row("<nil>", "l", -1, 0, 0, "<nil>")}},
		{"timer", all[any, any](t, v, "_timer_state/event_t"), []string{row("<nil>", "<nil>", -1, -5, 0, "<nil>")}},
	} {
		if !slices.Equal(tc.got, tc.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, strings.Join(tc.got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
	for row, err := range Read[string, any](context.Background(), v, v.Operators()[0].State("custom")) {
		if o, ok := row.Value.(serializer.Opaque); !ok || string(o.Bytes) != "raw" || err != nil {
			t.Errorf("value %#v, %v", row.Value, err)
		}
	}
}

func TestReadRefusesTypesThatDoNotFit(t *testing.T) {
	v := readable(t, 2, Options{})
	type misspelt struct{ F7 int }
	type wrong struct{ F0 string }
	type small struct{ F0 int8 }
	for _, tc := range []struct {
		name string
		got  []string
		want string
	}{
		{"key", all[int, any](t, v, "tuple"), "string does not go into a Go int"},
		{"no such field", all[string, misspelt](t, v, "tuple"), `has no field "F7"`},
		{"field of another type", all[string, wrong](t, v, "tuple"), "F0: long does not go into a Go string"},
		{"number too large", all[string, small](t, v, "tuple"), "F0: 300 (int64) does not go into a Go int8"},
		{"no struct", all[string, string](t, v, "tuple"), "does not go into a Go string"},
		{"no decoder", all[string, string](t, v, "custom"), "does not go into a Go string"},
	} {
		if len(tc.got) != 1 || !strings.Contains(tc.got[0], tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, tc.got, tc.want)
		}
	}
}

func TestReadSaysWhatIsMissing(t *testing.T) {
	v := readable(t, 0, Options{}) // heap: the value without decoder stands last, but its end is not known
	var missing *MissingError
	n := 0
	for _, err := range Read[string, any](context.Background(), v, v.Operators()[0].State("custom")) {
		if !errors.As(err, &missing) || !errors.Is(err, javaio.ErrUnsupported) || missing.Missing.Class != "com.acme.Custom" {
			t.Errorf("err = %v", err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d pairs, want one", n)
	}
	if got := all[string, any](t, v, "map"); len(got) != 2 {
		t.Errorf("the other states: %q", got)
	}
}

func TestOversizeIsAnErrorOfItsRow(t *testing.T) {
	v := readable(t, 2, Options{MaxValue: 7})
	got := all[string, any](t, v, "map")
	if len(got) != 2 || !strings.Contains(got[0], "value of 8 bytes") {
		t.Errorf("got %q", got)
	}
}

func TestSetMap(t *testing.T) {
	b := &binder{plans: map[planKey]*plan{}}
	var m map[string]int
	err := b.set(reflect.ValueOf(&m).Elem(), serializer.Map{{Key: "a", Value: int64(1)}, {Key: "b", Value: int32(2)}})
	if err != nil || m["a"] != 1 || m["b"] != 2 {
		t.Errorf("%v, %v", m, err)
	}
	var anyMap map[any]any
	err = b.set(reflect.ValueOf(&anyMap).Elem(), serializer.Map{{Key: serializer.List{}, Value: nil}})
	if err == nil || !strings.Contains(err.Error(), "cannot be a key") {
		t.Errorf("err = %v", err)
	}
}

// TestBrokenParts: a database without its files and changes that are not there hide all states of the handle.
func TestBrokenParts(t *testing.T) {
	f := small(false)
	header := f.header(false).AppendTo(nil)
	range4 := metadata.KeyGroupRange{Start: 0, Count: 4}
	sst := &metadata.IncrementalHandle{Code: 11, Range: range4, Meta: &metadata.InlineHandle{Data: header, Offset: 1},
		Shared: []metadata.NamedFile{{LocalPath: "1.sst", Stream: &metadata.FileHandle{Path: "/s", Size: 40}}}}
	based := &metadata.ChangelogHandle{Code: 14, Range: range4, Base: []metadata.KeyedHandle{sst}}
	for name, h := range map[string]metadata.KeyedHandle{"sst": sst, "changelog": based} {
		v := testView(t, 4, Options{}, nil, &metadata.Subtask{ManagedKeyed: h})
		units := v.Units(Selection{})
		entries, missing, errs, _ := collect(units)
		if len(entries) > 0 || len(errs) != 1 || len(missing) != 3 || len(units) != 1 || units[0].Bytes < 40 {
			t.Fatalf("%s: %d entries, %v, %d missing, units %v", name, len(entries), errs, len(missing), units)
		}
		for _, m := range missing {
			if m.Code != CorruptState || m.KeyGroups.String() != "0-3" {
				t.Errorf("%s: missing %+v", name, m)
			}
		}
	}
	lost := &metadata.ChangelogHandle{Code: 14, Range: range4, Delta: []metadata.KeyedHandle{
		&metadata.FileChangesHandle{Code: 13, Range: range4, Parts: []metadata.ChangePart{{Stream: &metadata.FileHandle{Path: "/dstl/x", Size: 9}}}}}}
	v := testView(t, 4, Options{}, nil, &metadata.Subtask{ManagedKeyed: lost})
	if p := v.Problems(); len(p) != 1 || !errors.Is(p[0], javaio.ErrMissing) || !strings.Contains(p[0].Error(), "delta[0].part[0]") {
		t.Errorf("problems: %v", p)
	}
}
