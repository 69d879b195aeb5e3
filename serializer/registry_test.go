package serializer

import (
	"fmt"
	"testing"

	"ckpt/internal/javaio"
)

func TestRegistry(t *testing.T) {
	layout := structType("", "id", scalar(KindLong), "name", scalar(KindUTF))
	for _, tc := range []struct {
		name string
		in   []Description
		bad  bool
	}{
		{"layout", []Description{{Class: "a.B", Type: layout}}, false},
		{"schema", []Description{{Class: "a.C", Schema: `{"type":"record","name":"C","fields":[{"name":"x","type":"long"}]}`}}, false},
		{"twice", []Description{{Class: "a.B", Type: layout}, {Class: "a.B", Type: layout}}, true},
		{"no class", []Description{{Type: layout}}, true},
		{"nothing", []Description{{Class: "a.B"}}, true},
		{"both", []Description{{Class: "a.B", Type: layout, Schema: `"long"`}}, true},
		{"bad schema", []Description{{Class: "a.B", Schema: `{`}}, true},
		{"not delimited", []Description{{Class: "a.B", Type: opaque("a.D", "why")}}, true},
	} {
		if _, err := NewRegistry(tc.in...); (err != nil) != tc.bad {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestRegistryIsAsked: a described class is decoded wherever it stands; without its description the reason says why.
func TestRegistryIsAsked(t *testing.T) {
	layout := structType("", "id", scalar(KindLong), "name", scalar(KindUTF))
	r, err := NewRegistry(Description{Class: "a.BSerializer", Type: layout})
	if err != nil {
		t.Fatal(err)
	}
	unknown := &Snapshot{Class: "a.BSerializerSnapshot", Version: 1, Unknown: true}
	s := &Snapshot{Class: pkgBase + "ListSerializerSnapshot", Version: 1, Nested: []*Snapshot{unknown}}
	plain := NewAs(s, Options{})
	if !r.Describes(plain.Type) || len(plain.Type.AllOpaque()) != 1 {
		t.Fatalf("%s is not described", plain.Type.AllOpaque()[0].Class)
	}
	described := NewAs(s, Options{Registry: r})
	if got := described.Type.String(); got != "list<row<id:long,name:string>>" || r.Describes(described.Type) {
		t.Errorf("type %s", got)
	}
	if used := r.Used(described.Type); len(used) != 1 || used[0] != "a.BSerializer" {
		t.Errorf("used %v", used)
	}
	taken := NewAs(s, Options{Registry: r.Without("a.BSerializer", "three bytes left")})
	if o := taken.Type.Opaque(); o == nil || o.Reason != "three bytes left" {
		t.Errorf("taken back: %v", o)
	}
	if NewAs(s, Options{Registry: r}).Type.Opaque() != nil {
		t.Error("the registry that one was made from has changed")
	}
}

func ExampleNewRegistry() {
	layout := &Type{Kind: KindStruct, Fields: []string{"millikelvin", "station"}, Elems: []*Type{{Kind: KindInt}, {Kind: KindUTF}}}
	registry, err := NewRegistry(Description{Class: "com.acme.TemperatureSerializer", Type: layout})
	if err != nil {
		panic(err)
	}
	unknown := &Snapshot{Class: "com.acme.TemperatureSerializerSnapshot", Unknown: true}
	s := NewAs(unknown, Options{Registry: registry})
	v, err := s.Program.DecodeFramed(javaio.AppendUTF(javaio.AppendInt32(nil, 273150), "oslo"))
	fmt.Println(s.Type, v.(Struct).Values, err)
	// Output: row<millikelvin:int,station:string> [273150 oslo] <nil>
}
