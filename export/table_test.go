package export

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"ckpt/internal/golden"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// registered makes a state of one registration for each header given.
func registered(kind state.Kind, backend state.BackendType, ttl bool, metas ...*state.Meta) (*statereader.State, []*state.Header) {
	var headers []*state.Header
	s := &statereader.State{Operator: &statereader.Operator{Meta: &metadata.Operator{MaxParallelism: 128, Name: "op name"}, UID: "op"}, Name: "s", Kind: kind, TTL: ttl}
	for _, m := range metas {
		m.Name, m.Kind, m.Backend, m.TTL = "s", kind, backend, ttl
		h := &state.Header{Key: serializer.Derived(typ(serializer.KindInt)), States: []*state.Meta{m}}
		headers = append(headers, h)
		s.Metas, s.Key, s.Class = append(s.Metas, m), h.Key, m.Class()
	}
	return s, headers
}

func schemaLines(s *arrow.Schema) string {
	var b strings.Builder
	for _, f := range s.Fields() {
		fmt.Fprintf(&b, "%s: %s", f.Name, f.Type)
		if f.HasMetadata() {
			fmt.Fprintf(&b, " %s", f.Metadata)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestSchemas shows the columns of each kind of state, plain, flattened and with typed time.
func TestSchemas(t *testing.T) {
	void, window := serializer.Derived(typ(serializer.KindVoidNamespace)), serializer.Derived(typ(serializer.KindTimeWindow))
	long, text := serializer.Derived(typ(serializer.KindLong)), serializer.Derived(typ(serializer.KindString))
	pojo := serializer.Derived(basePojo)
	kryo := serializer.Derived(&serializer.Type{Kind: serializer.KindKryo, Class: "x.Thing", Reason: "Kryo"})
	var out strings.Builder
	for _, tc := range []struct {
		name string
		kind state.Kind
		back state.BackendType
		ttl  bool
		m    state.Meta
	}{
		{"value", state.Value, state.KeyValue, false, state.Meta{Namespace: void, Value: pojo}},
		{"reducing in windows, with TTL", state.Reducing, state.KeyValue, true, state.Meta{Namespace: window, Value: long}},
		{"list", state.List, state.KeyValue, false, state.Meta{Namespace: void, Value: text}},
		{"map", state.Map, state.KeyValue, true, state.Meta{Namespace: void, UserKey: text, Value: long}},
		{"timer", state.Timer, state.PriorityQueue, false, state.Meta{TimerKey: text, Namespace: window}},
		{"operator list", state.OperatorList, state.Operator, false, state.Meta{Value: pojo}},
		{"broadcast", state.BroadcastState, state.BroadcastType, false, state.Meta{Key: text, UserKey: text, Value: long}},
		{"without a decoder", state.Value, state.KeyValue, false, state.Meta{Namespace: void, Value: kryo}},
	} {
		for _, o := range []TableOptions{{}, {Flatten: true, TypedTime: true, NoExact: true}} {
			m := tc.m
			s, _ := registered(tc.kind, tc.back, tc.ttl, &m)
			fmt.Fprintf(&out, "# %s %+v\n%s\n", tc.name, o, schemaLines(NewTable(s, o).Schema()))
		}
	}
	golden.Check(t, "schemas.txt", out.String())
}

// TestUnionOfHeaders: columns hold what any header says; a class or decoder that only one has does not hide the others.
func TestUnionOfHeaders(t *testing.T) {
	void := serializer.Derived(typ(serializer.KindVoidNamespace))
	pojo := func(class string, subs []serializer.Subclass, fields string, elems ...*serializer.Type) *serializer.Type {
		return &serializer.Type{Kind: serializer.KindPojo, Class: class, Fields: strings.Fields(fields), Elems: elems, Named: subs}
	}
	colors := func(names ...string) *serializer.Type {
		return &serializer.Type{Kind: serializer.KindEnum, Class: "x.Color", Symbols: names}
	}
	sub := pojo("x.P$B", nil, "a z", typ(serializer.KindString), typ(serializer.KindLong))
	for _, tc := range []struct {
		name   string
		types  []*serializer.Type
		values []serializer.Value // one for each type
		column string
		rows   []string // as JSON, or what exact holds
	}{
		{"a field more", []*serializer.Type{pojo("x.P", nil, "a", typ(serializer.KindInt)), pojo("x.P", nil, "b a", typ(serializer.KindLong), typ(serializer.KindInt))},
			[]serializer.Value{serializer.Struct{Values: []serializer.Value{int32(1)}}, serializer.Struct{Values: []serializer.Value{int64(2), int32(3)}}},
			"struct<a: int32, b: int64>", []string{`{"a":1,"b":null}`, `{"a":3,"b":2}`}},
		{"a subclass that one has seen", []*serializer.Type{pojo("x.P", nil, "a", typ(serializer.KindInt)),
			pojo("x.P", []serializer.Subclass{{Class: "x.P$B", Type: sub}}, "a", typ(serializer.KindInt))},
			[]serializer.Value{serializer.Struct{Values: []serializer.Value{int32(1)}},
				serializer.Struct{Type: sub, Via: serializer.ViaName, Values: []serializer.Value{"x", int64(9)}}},
			"struct<$class: dictionary<values=utf8, indices=int32, ordered=false>, a: int32, a$B: utf8, z: int64>",
			[]string{`{"$class":null,"a":1,"a$B":null,"z":null}`, `{"$class":"x.P$B","a":null,"a$B":"x","z":9}`}},
		{"enum appended", []*serializer.Type{colors("R", "G"), colors("G", "B")}, []serializer.Value{serializer.Enum{Name: "G", Index: 1}, serializer.Enum{Name: "B", Index: 1}},
			"dictionary<values=utf8, indices=int32, ordered=false>", []string{`"G"`, `"B"`}},
		{"one without a decoder", []*serializer.Type{{Kind: serializer.KindKryo, Class: "x.T", Reason: "Kryo"}, typ(serializer.KindLong)},
			[]serializer.Value{serializer.Opaque{Bytes: []byte{7}}, int64(5)}, "int64",
			[]string{`{"key":0,"value":{"$opaque":"x.T","$reason":"Kryo","$bytes":"Bw=="}}`, `5`}},
		{"nothing in common", []*serializer.Type{typ(serializer.KindLong), typ(serializer.KindString)}, []serializer.Value{int64(5), "x"}, "utf8", []string{`"5"`, `"\"x\""`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var metas []*state.Meta
			for _, ty := range tc.types {
				metas = append(metas, &state.Meta{Namespace: void, Value: serializer.Derived(ty)})
			}
			s, headers := registered(state.Value, state.KeyValue, false, metas...)
			b := NewTable(s, TableOptions{}).NewBatch()
			for i, v := range tc.values {
				if st, ok := v.(serializer.Struct); ok && st.Type == nil {
					st.Type = tc.types[i]
					v = st
				}
				bytes, ok := []byte(nil), false
				if o, opaque := v.(serializer.Opaque); opaque {
					bytes, ok = o.Bytes, true
				}
				if !ok {
					var err error
					if bytes, err = metas[i].Value.Program.Append(nil, v); err != nil {
						t.Fatal(err)
					}
				}
				if err := b.Append(&state.Entry{Key: make([]byte, 4), Value: bytes, Index: -1, Header: headers[i]}); err != nil {
					t.Fatal(err)
				}
			}
			rec := b.Record()
			if dt := rec.Column(2).DataType().String(); dt != tc.column {
				t.Errorf("column is %s, want %s", dt, tc.column)
			}
			exact := rec.Column(3).(*array.String)
			for i, want := range tc.rows {
				got := exact.Value(i)
				if exact.IsNull(i) {
					got = columnJSON(t, rec.Column(2), i)
				}
				if got != want {
					t.Errorf("row %d is %s, want %s", i, got, want)
				}
			}
		})
	}
}

// columnJSON is value i of a column as Arrow prints it.
func columnJSON(t *testing.T, a arrow.Array, i int) string {
	t.Helper()
	b, err := json.Marshal(a.GetOneForMarshal(i))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTypedTime: timers at the ends of time stay what they are.
func TestTypedTime(t *testing.T) {
	for _, tc := range []struct {
		typed bool
		want  string
	}{{false, "int64"}, {true, "timestamp[ms, tz=UTC]"}} {
		s, h := registered(state.Timer, state.PriorityQueue, false, &state.Meta{TimerKey: serializer.Derived(typ(serializer.KindInt)), Namespace: serializer.Derived(typ(serializer.KindVoidNamespace))})
		b := NewTable(s, TableOptions{TypedTime: tc.typed}).NewBatch()
		for _, ms := range []int64{math.MinInt64, -1, math.MaxInt64} {
			if err := b.Append(&state.Entry{Key: make([]byte, 4), Time: ms, Index: -1, Header: h[0]}); err != nil {
				t.Fatal(err)
			}
		}
		rec := b.Record()
		if dt := rec.Column(2).DataType().String(); dt != tc.want || rec.Column(3).NullN() != 3 {
			t.Errorf("timestamp is %s, want %s; exact is %s", dt, tc.want, rec.Column(3))
		}
		if v := rec.Column(2).Data().Buffers()[1].Bytes(); int64(binary.LittleEndian.Uint64(v)) != math.MinInt64 {
			t.Errorf("first timestamp is %x", v[:8])
		}
	}
}

// TestFlattenKeepsEmptyStructs: a struct whose fields are all null is not taken for null.
func TestFlattenKeepsEmptyStructs(t *testing.T) {
	ty := &serializer.Type{Kind: serializer.KindPojo, Class: "x.P", Fields: []string{"a"}, Elems: []*serializer.Type{typ(serializer.KindInt)}}
	s, h := registered(state.Value, state.KeyValue, false, &state.Meta{Namespace: serializer.Derived(typ(serializer.KindVoidNamespace)), Value: serializer.Derived(ty)})
	b := NewTable(s, TableOptions{Flatten: true}).NewBatch()
	for _, value := range []string{"\x01", "\x02\x01", "\x02\x00\x00\x00\x00\x05"} { // null, {a:null}, {a:5}
		if err := b.Append(&state.Entry{Key: make([]byte, 4), Value: []byte(value), Index: -1, Header: h[0]}); err != nil {
			t.Fatal(err)
		}
	}
	rec := b.Record()
	if rec.ColumnName(2) != "value.a" || rec.Column(2).String() != "[(null) (null) 5]" {
		t.Errorf("%s is %s", rec.ColumnName(2), rec.Column(2))
	}
	if got := rec.Column(3).String(); got != `[(null) "{\"key\":0,\"value\":{\"a\":null}}" (null)]` || b.Inexact != 1 {
		t.Errorf("exact is %s, %d inexact", got, b.Inexact)
	}
}
