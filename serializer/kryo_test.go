package serializer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// kryoProgram decodes values of one generation, declared as Object, which has id 85.
func kryoProgram(t testing.TB, g KryoGeneration, classes ...KryoClass) *Program {
	t.Helper()
	described, err := NewKryoClasses(classes...)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Kryo: g}
	if len(classes) > 0 {
		o.KryoClasses = described
	}
	return Compile(kryoOf(&KryoBody{Type: "java.lang.Object", Registrations: []KryoRegistration{{Class: "java.lang.Object"}}}, o))
}

// shownKryo prints the graph of a value.
func shownKryo(v Value) string {
	switch x := v.(type) {
	case KryoObject:
		return shownKryo(x.Graph)
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", x)
	case Ref:
		return fmt.Sprintf("#%d", x)
	case List:
		var parts []string
		for _, v := range x {
			parts = append(parts, shownKryo(v))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case Map:
		var parts []string
		for _, e := range x {
			parts = append(parts, shownKryo(e.Key)+"="+shownKryo(e.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case Object:
		short := x.Class[strings.LastIndexAny(x.Class, ".$")+1:]
		var parts []string
		for i, v := range x.Values {
			parts = append(parts, x.Names[i]+"="+shownKryo(v))
		}
		if x.Comparator != nil {
			parts = append(parts, "comparator="+shownKryo(x.Comparator))
		}
		if x.Names == nil && x.Value != nil {
			parts = append(parts, shownKryo(x.Value))
		}
		return short + "(" + strings.Join(parts, " ") + ")"
	case fmt.Stringer:
		return x.String()
	}
	return show(v)
}

// Values as Kryo itself writes them, by both generations.
func TestKryoVectors(t *testing.T) {
	const list, hashMap = "01006a6176612e7574696c2e41727261794c6973f4 01", "01006a6176612e7574696c2e486173684d61f0 01"
	node := KryoClass{Name: "Node", Fields: []KryoField{{Name: "words", Type: "java.util.ArrayList<java.lang.String>"}, {Name: "next", Type: "Node"},
		{Name: "index", Type: "java.util.HashMap<java.lang.String,java.lang.Integer>"}, {Name: "nums", Type: "int[]"}, {Name: "label", Type: "java.lang.String"}}}
	color := KryoClass{Name: "V$Color", Form: KryoEnum, Symbols: []string{"RED", "GREEN"}}
	for _, tc := range []struct {
		name, two, five, want string
		classes               []KryoClass
	}{
		{"null", "00", "00", "null", nil},
		{"int", "0205", "0205", "int32 -3", nil},
		{"int of two bytes", "02d804", "02d804", "int32 300", nil},
		{"long", "09808080808040", "09808080808040", "int64 1099511627776", nil},
		{"least long", "09ffffffffffffffffff", "09ffffffffffffffffff", "int64 -9223372036854775808", nil},
		{"double", "0a3ff8000000000000", "0a000000000000f83f", "1.5 (3ff8000000000000)", nil},
		{"char", "070041", "074100", "serializer.Char 65", nil},
		{"short", "080102", "080201", "int16 258", nil},
		{"empty text", "030181", "030181", `""`, nil},
		{"text of one letter", "03018261", "03018261", `"a"`, nil},
		{"text of two", "030161e2", "030161e2", `"ab"`, nil},
		{"accent", "030182c3a9", "030182c3a9", `"é"`, nil},
		{"three bytes", "030183e4b8ade69687", "030183e4b8ade69687", `"中文"`, nil},
		{"longer text", "0301" + strings.Repeat("61", 32) + "e1", "0301a2" + strings.Repeat("61", 33), `"` + strings.Repeat("a", 33) + `"`, nil},
		{"timestamp", "5101 fbb0def7d32b 959aef3a", "5101 80b0def7d32b 959aef3a", "serializer.SQLTimestamp {1500000000123 123456789}", nil},
		{"uuid", "5401 deb7de9af1d9a2a302 dfb7de9af1d9a2a302", "5401 efcdab8967452301 1032547698badcfe", "01234567-89ab-cdef-fedc-ba9876543210", nil},
		{"list", list + "03 0202 030182 78 0904", list + "04 0202 03018278 0904", `ArrayList([int32 1 "x" int64 2])`, nil},
		{"twice", list + "03 03018278 03018279 0303", list + "84 03 00 018278 018279 03", `ArrayList(["x" "y" #1])`, nil},
		{"list that holds itself", list + "01 010002", list + "82 0100 00 02", "ArrayList([#0])", nil},
		{"ints and null", list + "03 0202 0204 00", list + "84 02 01 0102 0104 00", "ArrayList([int32 1 int32 2 null])", nil},
		{"map", hashMap + "01 0301826b 0902", hashMap + "02 0301826b 0902", `HashMap({"k"=int64 1})`, nil},
		{"date", "01006a6176612e74696d652e4c6f63616c446174e5 01 0003 0002 c81f", "01006a6176612e74696d652e4c6f63616c446174e5 01 e40f 02 03", "serializer.LocalDate {2020 2 3}", nil},
		{"enum", "0100 562443 6f6c6ff2 01 02", "0100 562443 6f6c6ff2 02", "Color(serializer.Enum {GREEN 1})", []KryoClass{color}},
		{"bits", "4c01 02 0000000000000008 0000000000000040", "4c01 02 0800000000000000 4000000000000000", "{3, 70}", nil},
		{"class",
			"01004e6f64e501" + hashMap[:2] + "01" + hashMap[4:] + "01 0169b1 018ddcf0b10e 00 00 0103 f4abfee80f 08 0102" + list[4:] + "01 018261",
			"01004e6f64e501" + hashMap[:2] + "01" + hashMap[4:] + "02 0169b1 018ddcf0b10e 00 00 0103 f4abfee80f 08 0102" + list[4:] + "02 018261",
			`Node(index=HashMap({"i1"=int32 -1931351815}) label=null next=null nums=[]int32 [2123352826 4] words=ArrayList(["a"]))`, []KryoClass{node}},
	} {
		for g, in := range map[KryoGeneration]string{Kryo2: tc.two, Kryo5: tc.five} {
			p := kryoProgram(t, g, tc.classes...)
			b := unhex(t, in)
			v, n, err := p.Decode(b)
			if err != nil || n != len(b) {
				t.Errorf("%s, Kryo %s: %d of %d bytes, %v", tc.name, g, n, len(b), err)
				continue
			}
			if got := shownKryo(v); got != tc.want {
				t.Errorf("%s, Kryo %s: %s, want %s", tc.name, g, got, tc.want)
			}
			if again, err := p.Append(nil, v); err != nil || string(again) != string(b) {
				t.Errorf("%s, Kryo %s: encoded as %x (%v)", tc.name, g, again, err)
			}
			for i := range b {
				if _, err := p.Skip(b[:i]); err != ErrShort {
					t.Errorf("%s, Kryo %s: %d bytes: %v", tc.name, g, i, err)
				}
			}
		}
	}
}

// Fields by their declared types: arguments shorten what is written.
func TestKryoFields(t *testing.T) {
	const list = "01016a6176612e7574696c2e41727261794c6973f4"
	for _, tc := range []struct{ typ, two, five, want string }{
		{"java.util.ArrayList<java.lang.String>", list + "01 03 018270 00 018271", list + "01 84 018270 00 018271", `ArrayList(["p" null "q"])`},
		{"java.util.List<java.lang.String>", list + "01 02 018270 018271", list + "01 03 018270 018271", `ArrayList(["p" "q"])`},
		{"java.util.ArrayList", list + "01 02 03018270 03018271", list + "01 83 03 00 018270 018271", `ArrayList(["p" "q"])`},
		{"java.util.ArrayList<java.lang.Integer>", list + "01 02 0102 0104", list + "01 03 02 04", "ArrayList([int32 1 int32 2])"},
		{"java.util.Optional<java.lang.String>", "01 01826f", "01 0301826f", `Optional("o")`},
		{"java.util.List<? extends java.lang.String>", list + "01 01 03018270", list + "01 02 018270", `ArrayList(["p"])`},
		{"int", "05", "05", "int32 -3"},
		{"Holder", "57 02", "57 02", "#0"},
	} {
		for g, in := range map[KryoGeneration]string{Kryo2: tc.two, Kryo5: tc.five} {
			p := kryoProgram(t, g, KryoClass{Name: "Holder", Fields: []KryoField{{Name: "f", Type: tc.typ}}})
			in = "0100486f6c6465f2 01" + in
			if tc.typ == "Holder" {
				in = strings.Replace(in, "57 02", "0100 02", 1)
			}
			v, err := p.DecodeFramed(unhex(t, in))
			if got := shownKryo(v); err != nil || got != "Holder(f="+tc.want+")" {
				t.Errorf("%s, Kryo %s: %s, want %s (%v)", tc.typ, g, got, tc.want, err)
			}
		}
	}
}

// A class that nothing describes is opaque under its own name.
func TestKryoUnknownClass(t *testing.T) {
	for _, g := range []KryoGeneration{KryoUnknown, Kryo2, Kryo5} {
		p := kryoProgram(t, g)
		_, err := p.Skip(unhex(t, "0100 636f6d2e61636d652e5468696ee7 01 0203"))
		o, ok := errors.AsType[*OpaqueError](err)
		if !ok || o.Class != "com.acme.Thing" {
			t.Errorf("Kryo %s: %v", g, err)
		}
	}
}

// Serializers that the job registered: messages have a length, Java's streams end by themselves, others hide their end.
func TestKryoRegistered(t *testing.T) {
	for _, tc := range []struct{ serializer, in, want string }{
		{"com.twitter.chill.protobuf.ProtobufSerializer", "58 01 03 0a0b0c", `serializer.Opaque {com.acme.M a message whose fields are not described [10 11 12]}`},
		{"com.twitter.chill.thrift.TBaseSerializer", "58 01 00", `serializer.Opaque {com.acme.M a message whose fields are not described []}`},
		{"com.acme.Custom", "58 01 03", "opaque com.acme.M written by com.acme.Custom"},
		{"com.esotericsoftware.kryo.serializers.JavaSerializer", "58 01 aced0005 740001 61", `serializer.JavaObject {a [172 237 0 5 116 0 1 97]}`},
	} {
		body := &KryoBody{Type: "java.lang.Object", Registrations: []KryoRegistration{{Class: "java.lang.Object"}, {Class: "com.acme.M", Kind: kryoClassKind, Serializer: tc.serializer}}}
		for _, g := range []KryoGeneration{Kryo2, Kryo5} {
			v, err := Compile(kryoOf(body, Options{Kryo: g})).DecodeFramed(unhex(t, tc.in))
			got := fmt.Sprintf("%T %v", v, v)
			switch x := v.(type) {
			case KryoObject:
				got = fmt.Sprintf("%T %v", x.Graph, x.Graph)
			case Opaque:
				got = "opaque " + x.Class + " " + x.Reason
			}
			if err != nil || got != tc.want {
				t.Errorf("%s, Kryo %s: %s, want %s (%v)", tc.serializer, g, got, tc.want, err)
			}
		}
	}
}
