package serializer

import (
	"fmt"
	"strings"
	"testing"

	"ckpt/internal/golden"
	"ckpt/internal/javaio"
)

// Snapshots of every era say the same about values.
func TestTypeOf(t *testing.T) {
	var b strings.Builder
	for _, f := range flinkSnapshots(t) {
		s := f.parse(javaio.NewReader(f.b, 0))
		if s == nil {
			t.Errorf("%s %s is not parsed", f.version, f.name)
			continue
		}
		typ := TypeOf(s)
		fmt.Fprintf(&b, "%s %s %s: %s", f.version, f.form, f.name, typ)
		if o := typ.Opaque(); o != nil {
			fmt.Fprintf(&b, " (%s)", o.Reason)
		}
		b.WriteByte('\n')
	}
	golden.Check(t, "types.golden", b.String())
}

func TestTypeOfHostile(t *testing.T) {
	loop := &Snapshot{Class: pkgBase + "ListSerializerSnapshot", Version: 3}
	loop.Nested = []*Snapshot{loop}
	if o := TypeOf(loop).Opaque(); o == nil || !strings.Contains(o.Reason, "too many parts") {
		t.Errorf("a list of itself: %v", o)
	}
	wide := &Snapshot{Class: pkgJava + "TupleSerializerSnapshot", Version: 3, Body: &ClassBody{"T"}}
	for range 30 {
		wide.Nested = append(wide.Nested, wide)
	}
	if o := TypeOf(wide).Opaque(); o == nil || !strings.Contains(o.Reason, "too many parts") {
		t.Errorf("a tuple of itself: %v", o)
	}
	few := &Snapshot{Class: pkgBase + "MapSerializerSnapshot", Version: 3, Nested: []*Snapshot{{Class: "K"}}}
	if typ := TypeOf(few); typ.Kind != KindOpaque || !strings.Contains(typ.Reason, "1 nested serializers, want 2") {
		t.Errorf("a map of one: kind %d, %s", typ.Kind, typ.Reason)
	}
}

func TestFixedLength(t *testing.T) {
	void, null, str, long := scalar(KindVoidNamespace), scalar(KindNullValue), scalar(KindString), scalar(KindLong)
	of := func(k Kind, elems ...*Type) *Type { return &Type{Kind: k, Elems: elems} }
	for _, tc := range []struct {
		name string
		t    *Type
		want int
	}{
		{"namespace", void, 0},
		{"tuple with a namespace", of(KindTuple, long, void), -1},
		{"tuple with nothing", of(KindCaseClass, long, null), -1},
		{"timer", of(KindTimer, long, void), 16},
		{"timer of text", of(KindTimer, str, void), -1},
		{"TTL", of(KindTTL, long), 16},
		{"nullable", of(KindNullable, long), -1},
		{"option", of(KindOption, long), -1},
		{"Avro", mustSchema(t, `"long"`), -1},
		{"opaque", opaque("C", ""), -1},
	} {
		if got := tc.t.FixedLength(); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestOpaque(t *testing.T) {
	for typ, class := range map[string]string{
		"tuple<int,list<kryo A>>": "A", "pojo P{x:int}|Q{y:value B}": "B", "map<string,pojo P{x:avro C}>": "C", "java D": "", "list<string>": "",
	} {
		o := mustParse(t, typ).Opaque()
		if o == nil && class != "" || o != nil && o.Class != class {
			t.Errorf("%s: %v, want %q", typ, o, class)
		}
	}
	recursive := mustSchema(t, `{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}`)
	if recursive.Opaque() != nil {
		t.Error("a recursive record is opaque")
	}
}
