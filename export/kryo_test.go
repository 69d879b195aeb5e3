package export

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"ckpt/internal/javaobj"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// kryoOf is a Kryo serializer for a class.
func kryoOf(class string, g serializer.KryoGeneration) *serializer.Serializer {
	return serializer.NewAs(&serializer.Snapshot{Class: "K", Body: &serializer.KryoBody{Type: class}}, serializer.Options{Kryo: g})
}

// TestKryoColumns: a serializer made for a class of the platform has that class's column; one for Object a column of JSON
// that holds whatever comes.
func TestKryoColumns(t *testing.T) {
	date := func(ms string) string { return "01006a6176612e7574696c2e446174e501" + ms }
	for _, tc := range []struct {
		class, hex, arrow, column, json string
	}{
		{"java.lang.Long", "0904", "int64", "2", "2"},
		{"java.lang.Long", "00", "int64", "(null)", "null"},
		{"java.lang.String", "0301826f", "utf8", "o", `"o"`},
		{"java.util.UUID", "5401efcdab89674523011032547698badcfe", "utf8", "01234567-89ab-cdef-fedc-ba9876543210", `"01234567-89ab-cdef-fedc-ba9876543210"`},
		{"java.util.Date", date("7b"), "timestamp[ms, tz=UTC]", "1970-01-01 00:00:00.123Z", `"1970-01-01T00:00:00.123Z"`},
		{"java.util.Date", "4f017b", "timestamp[ms, tz=UTC]", "1970-01-01 00:00:00.123Z", `"1970-01-01T00:00:00.123Z"`}, // java.sql.Date
		{"java.util.Date", "5101008095f52a", "timestamp[ms, tz=UTC]", "(null)", `"1970-01-01T00:00:00.090Z"`},           // java.sql.Timestamp
		{"java.lang.Object", "0904", "utf8", "2", "2"},
		{"java.lang.Object", "0301826f", "utf8", `"o"`, `"o"`},
		{"java.lang.Object", "01006a6176612e7574696c2e41727261794c6973f4010402020301827809" + "04", "utf8", `[1,"x",2]`, `[1,"x",2]`},
		{"java.lang.Object", "5401efcdab89674523011032547698badcfe", "utf8", `"01234567-89ab-cdef-fedc-ba9876543210"`, `"01234567-89ab-cdef-fedc-ba9876543210"`},
		{"java.lang.Object", "0100612ec201" + "05", "utf8", "(null)", `{"$opaque":"a.B","$reason":"written by Kryo field by field; its fields are not described","$bytes":"AQBhLsIBBQ=="}`},
		{"x.Thing", "0100612ec201" + "05", "binary", "AQBhLsIBBQ==", `{"$opaque":"a.B","$reason":"written by Kryo field by field; its fields are not described","$bytes":"AQBhLsIBBQ=="}`},
	} {
		t.Run(tc.class+" "+tc.json, func(t *testing.T) {
			var value []byte
			if _, err := fmt.Sscanf(tc.hex, "%x", &value); err != nil {
				t.Fatal(err)
			}
			k := kryoOf(tc.class, serializer.Kryo5)
			s, h := valueState(k.Type)
			e := &state.Entry{Key: make([]byte, 4), Value: value, Index: -1, Header: h}
			js, err := AppendRowJSON(nil, s, e)
			if err != nil || !strings.HasSuffix(string(js), `"value":`+tc.json+"}") {
				t.Errorf("JSON is %s, %v; want the value %s", js, err, tc.json)
			}
			b := NewTable(s, TableOptions{}).NewBatch()
			for range 2 {
				if err := b.Append(e); err != nil {
					t.Fatal(err)
				}
			}
			column := b.Record().Column(2)
			if got := column.ValueStr(1); got != tc.column || column.DataType().String() != tc.arrow {
				t.Errorf("column of %s is %s, want %s of %s", column.DataType(), got, tc.column, tc.arrow)
			}
			if exact := tc.column != "(null)" || tc.json == "null"; exact != (b.Inexact == 0) {
				t.Errorf("%d inexact rows", b.Inexact)
			}
		})
	}
}

// TestParseKryo: keys that Kryo writes are given as rows show them.
func TestParseKryo(t *testing.T) {
	for _, tc := range []struct{ class, json, two, five string }{
		{"java.lang.Long", "2", "0904", "0904"},
		{"java.lang.Double", "1.5", "0a3ff8000000000000", "0a000000000000f83f"},
		{"java.lang.Object", "2", "0204", "0204"},
		{"java.lang.Object", "4294967296", "098080808020", "098080808020"},
		{"java.lang.Object", `{"$class":"java.lang.Long","$value":2}`, "0904", "0904"},
		{"java.lang.Object", `"o"`, "0301826f", "0301826f"},
		{"java.lang.Object", "true", "0501", "0501"},
		{"java.util.UUID", `"01234567-89ab-cdef-fedc-ba9876543210"`, "5401deb7de9af1d9a2a302dfb7de9af1d9a2a302", "5401efcdab89674523011032547698badcfe"},
		{"java.lang.Long", `"x"`, "", ""},
		{"java.lang.Object", "[1]", "", ""},
		{"java.lang.Object", `{"$class":"x.Y","$value":2}`, "", ""},
		{"java.util.UUID", `"x"`, "", ""},
	} {
		for g, want := range map[serializer.KryoGeneration]string{serializer.Kryo2: tc.two, serializer.Kryo5: tc.five} {
			k := kryoOf(tc.class, g)
			v, err := ParseJSON(k.Type, []byte(tc.json))
			if want == "" {
				if err == nil {
					t.Errorf("%s of %s is read as %v", tc.json, tc.class, v)
				}
				continue
			}
			b, encodeErr := k.Program.Append(nil, v)
			if err != nil || encodeErr != nil || fmt.Sprintf("%x", b) != want {
				t.Errorf("%s of %s: %x, want %s (%v, %v)", tc.json, tc.class, b, want, err, encodeErr)
			}
		}
	}
}

// TestBoxJSON: boxes that Java serialized are their values.
func TestBoxJSON(t *testing.T) {
	desc := &javaobj.ClassDesc{Name: "java.lang.Integer", Fields: []javaobj.FieldDesc{{Type: 'I', Name: "value"}}}
	box := &javaobj.Object{Desc: desc, Data: []javaobj.ClassData{{Desc: desc, Values: []javaobj.Value{int32(5)}}}}
	if got := string(AppendJSON(nil, nil, serializer.JavaObject{Graph: box})); got != "5" {
		t.Errorf("got %s, want 5", got)
	}
}

// TestKryoObjectColumn: what is declared as Object is one column of JSON, whatever the classes of its rows.
func TestKryoObjectColumn(t *testing.T) {
	for _, version := range []string{"1.20.4", "2.3.0"} {
		v, err := statereader.OpenPath(t.Context(), "../testdata/savepoints/"+version+"/unusual-described-rocksdb-canonical-p1-m128-inline0", statereader.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, op := range v.Operators() {
			for _, s := range op.States() {
				if s.Name != "any" {
					continue
				}
				table := NewTable(s, TableOptions{})
				b := table.NewBatch()
				for _, u := range v.Units(statereader.Selection{States: []*statereader.State{s}}) {
					for e, err := range u.Scan(t.Context()).All() {
						if err == nil {
							err = b.Append(&e)
						}
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				at := slices.IndexFunc(b.Record().Schema().Fields(), func(f arrow.Field) bool { return f.Name == "value" })
				f := b.Record().Schema().Field(at)
				if encoding, _ := f.Metadata.GetValue(metaEncoding); f.Type.ID() != arrow.STRING || encoding != "json" || b.Inexact != 0 {
					t.Errorf("%s: column %v, %d inexact rows", version, f, b.Inexact)
				}
				for i := range b.Rows() {
					got = append(got, b.Record().Column(at).ValueStr(i))
				}
			}
		}
		want := []string{`"text"`, "1099511627776", `"00000000-0000-0001-ffff-ffffffffffff"`, `[1,null,["in"]]`} // by key group
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
		v.Close()
	}
}
