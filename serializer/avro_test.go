package serializer

import (
	"fmt"
	"strings"
	"testing"
)

func TestAvroSchema(t *testing.T) {
	for _, tc := range []struct{ name, schema, want string }{
		{"primitive", `"long"`, "long"},
		{"object primitive", `{"type":"string","avro.java.string":"String"}`, "string"},
		{"type in a type", `{"type":{"type":"array","items":"int"}}`, "array(int)"},
		{"union", `["null",{"type":"map","values":"bytes"}]`, "union(null map(bytes))"},
		{"namespace", `{"type":"record","name":"A","namespace":"x.y","fields":[{"name":"b","type":{"type":"fixed","name":"B","size":2}},{"name":"c","type":"B"},{"name":"d","type":"x.y.B"}]}`,
			"x.y.A{b:x.y.B:2 c:x.y.B:2 d:x.y.B:2}"},
		{"full name wins", `{"type":"enum","name":"p.E","namespace":"q","symbols":["S"]}`, "p.E:[S]"},
		{"inner namespace", `{"type":"record","name":"p.A","fields":[{"name":"b","type":{"type":"record","name":"B","fields":[{"name":"a","type":["null","A"]}]}}]}`,
			"p.A{b:p.B{a:union(null p.A)}}"},
		{"without namespace", `{"type":"record","name":"A","fields":[{"name":"b","type":{"type":"record","name":"B","namespace":"n","fields":[{"name":"a","type":["null","A"]}]}}]}`,
			"A{b:n.B{a:union(null A)}}"},
		{"empty namespace", `{"type":"record","name":"p.A","fields":[{"name":"e","type":{"type":"enum","name":"E","namespace":"","symbols":[]}}]}`, "p.A{e:E:[]}"},
		{"decimal", `{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}`, "bytes/decimal(9,2)"},
		{"decimal without scale", `{"type":"fixed","name":"F","size":4,"logicalType":"decimal","precision":9}`, "F:4/decimal(9,0)"},
		{"bad decimal", `{"type":"bytes","logicalType":"decimal","precision":2,"scale":3}`, "bytes"},
		{"timestamp", `{"type":"long","logicalType":"timestamp-micros"}`, "long/timestamp-micros"},
		{"timestamp of another type", `{"type":"int","logicalType":"timestamp-micros"}`, "int"},
		{"duration", `{"type":"fixed","name":"D","size":12,"logicalType":"duration"}`, "D:12/duration"},
		{"unknown logical type", `{"type":"string","logicalType":"url"}`, "string"},
		{"error", `{"type":"error","name":"E","fields":[]}`, "E{}"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := showSchema(mustSchema(t, tc.schema), map[*Type]bool{}); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func showSchema(t *Type, open map[*Type]bool) string {
	names := map[Kind]string{KindAvroArray: "array", KindAvroMap: "map", KindAvroUnion: "union"}
	var parts []string
	if !open[t] {
		open[t] = true
		for i, e := range t.Elems {
			part := showSchema(e, open)
			if t.Kind == KindAvroRecord {
				part = t.Field(i) + ":" + part
			}
			parts = append(parts, part)
		}
		delete(open, t)
	} else {
		return t.Class
	}
	list := strings.Join(parts, " ")
	s := ""
	switch t.Kind {
	case KindAvroRecord:
		s = t.Class + "{" + list + "}"
	case KindAvroFixed:
		s = fmt.Sprintf("%s:%d", t.Class, t.Size)
	case KindAvroEnum:
		s = fmt.Sprintf("%s:%v", t.Class, t.Symbols)
	case KindAvroArray, KindAvroMap, KindAvroUnion:
		s = names[t.Kind] + "(" + list + ")"
	case KindAvroNull:
		s = "null"
	default:
		s = t.String()
		if t.Kind == KindAvroBytes {
			s = "bytes"
		}
	}
	if t.Logical != "" {
		s += "/" + t.Logical
	}
	if t.Precision > 0 {
		s += fmt.Sprintf("(%d,%d)", t.Precision, t.Scale)
	}
	return s
}

func TestAvroSchemaErrors(t *testing.T) {
	wide := `{"type":"record","name":"R0","fields":[]}`
	for i := 1; i < 20; i++ { // each record has the one before it ten times
		field := fmt.Sprintf(`{"name":"f","type":"R%d"}`, i-1)
		wide = fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"f","type":%s}%s]}`, i, wide, strings.Repeat(","+field, 9))
	}
	for _, tc := range []struct{ name, schema, want string }{
		{"no JSON", `{`, "unexpected EOF"},
		{"number", `1`, "1 is no schema"},
		{"undefined", `"Foo"`, `type "Foo" is not defined`},
		{"no type", `{"name":"A"}`, "is no schema"},
		{"record without name", `{"type":"record","fields":[]}`, "without a name"},
		{"record without fields", `{"type":"record","name":"A"}`, "without fields"},
		{"field without type", `{"type":"record","name":"A","fields":[{"name":"x"}]}`, "A.x: <nil> is no schema"},
		{"field without name", `{"type":"record","name":"A","fields":[{"type":"int"}]}`, "field without a name"},
		{"twice", `{"type":"record","name":"A","fields":[{"name":"x","type":{"type":"fixed","name":"A","size":1}}]}`, "defined twice"},
		{"fixed without size", `{"type":"fixed","name":"A","size":-1}`, "without a size"},
		{"symbol", `{"type":"enum","name":"A","symbols":[1]}`, "no string"},
		{"union in a union", `["int",["null","string"]]`, "union inside a union"},
		{"deep", strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested more than 100 deep"},
		{"wide", wide, "more than 65536 types"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := avroType(&AvroBody{Class: "C", Schema: tc.schema})
			if got.Kind != KindOpaque || !strings.Contains(got.Reason, tc.want) {
				t.Errorf("kind %d, reason %q, want %q", got.Kind, got.Reason, tc.want)
			}
		})
	}
	if got := avroType(&AvroBody{Class: "C"}); got.Kind != KindOpaque || !strings.Contains(got.Reason, "without a recorded schema") {
		t.Errorf("without schema: kind %d, reason %q", got.Kind, got.Reason)
	}
}

func FuzzAvroSchema(f *testing.F) {
	f.Add(`{"type":"record","name":"A","fields":[{"name":"x","type":["null","A"]}]}`, []byte{0, 0, 0, 1, 0, 0, 0, 0})
	f.Add(`{"type":"map","values":{"type":"array","items":"null"}}`, []byte{1, 0, 0, 0, 1, 'a', 3, 0, 0})
	f.Fuzz(func(t *testing.T, schema string, b []byte) {
		if typ, err := parseSchema(schema); err == nil {
			checkProgram(t, Compile(typ), b)
		}
	})
}
