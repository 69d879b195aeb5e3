package export

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"ckpt/serializer"
	"ckpt/state"
)

// protoType is the type of a message of the harness.
func protoType(t *testing.T, name string, l serializer.MessageLength) *serializer.Type {
	t.Helper()
	return protoMessage(t, name).Type(l)
}

func protoMessage(t *testing.T, name string) *serializer.Message {
	t.Helper()
	set, err := os.ReadFile("../serializer/testdata/orders.desc")
	if err != nil {
		t.Fatal(err)
	}
	m, err := serializer.NewMessage(set, name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// described is a Kryo serializer for a class, with descriptions.
func described(t *testing.T, class string, classes ...serializer.KryoClass) *serializer.Type {
	t.Helper()
	known, err := serializer.NewKryoClasses(classes...)
	if err != nil {
		t.Fatal(err)
	}
	return serializer.NewAs(&serializer.Snapshot{Class: "K", Body: &serializer.KryoBody{Type: class}},
		serializer.Options{Kryo: serializer.Kryo5, KryoClasses: known}).Type
}

// TestColumnarTypes: the columns of messages and of described classes, and what does not fit them.
func TestColumnarTypes(t *testing.T) {
	part := protoType(t, "ckpt.harness.Part", serializer.VarintLength)
	thing := []serializer.KryoClass{
		{Name: "T", Fields: []serializer.KryoField{{Name: "n", Type: "int"}, {Name: "s", Type: "java.lang.String"}, {Name: "t", Type: "java.lang.String"},
			{Name: "next", Type: "T"}, {Name: "all", Type: "java.util.List<java.lang.Long>"}, {Name: "any", Type: "java.lang.Object"},
			{Name: "color", Type: "C"}, {Name: "by", Type: "java.util.Map<java.lang.String,java.lang.Integer>"}, {Name: "ints", Type: "int[]"}}},
		{Name: "C", Form: serializer.KryoEnum, Symbols: []string{"RED", "BLUE"}},
		{Name: "S", Fields: []serializer.KryoField{{Name: "n", Type: "int"}}},
		{Name: "Box", Params: []string{"E"}, Fields: []serializer.KryoField{{Name: "e", Type: "E"}}},
		{Name: "Boxes", Fields: []serializer.KryoField{{Name: "date", Type: "Box<java.time.LocalDate>"}, {Name: "raw", Type: "Box"}}},
		{Name: "M", Form: serializer.KryoProtobuf, Message: protoMessage(t, "ckpt.harness.Part")},
	}
	one := func(class string) *serializer.Type { return described(t, class, thing...) }
	const list, hashMap = "01016a6176612e7574696c2e41727261794c6973f4 01", "01016a6176612e7574696c2e486173684d61f0 01"
	for _, tc := range []struct {
		name         string
		t            *serializer.Type
		hex, arrow   string
		column, json string
		exact        bool
	}{
		{"message", part, "05 0a016e 1807",
			"struct<number: utf8, size: int32, material: dictionary<values=utf8, indices=int32, ordered=false>, also: list<element: dictionary<values=utf8, indices=int32, ordered=false>, nullable>, drawing: struct<sheet: utf8, marks: list<element: uint64, nullable>>, hollow: bool, made: map<utf8, dictionary<values=utf8, indices=int32, ordered=false>, items_nullable>>",
			`{"also":[],"drawing":null,"hollow":null,"made":[],"material":null,"number":"n","size":null}`,
			`{"number":"n","size":null,"material":7,"also":[],"drawing":null,"hollow":null,"made":{}}`, false},
		{"message with numbers", part, "14 0a016e 2004 2003 2b 11ffffffffffffffff 2c 3000",
			"", `{"also":[null,"STEEL"],"drawing":{"marks":[18446744073709551615],"sheet":null},"hollow":false,"made":[],"material":null,"number":"n","size":null}`,
			`{"number":"n","size":null,"material":null,"also":[4,"STEEL"],"drawing":{"sheet":null,"marks":[18446744073709551615]},"hollow":false,"made":{}}`, false},
		{"map", part, "0a 0a016e 3a05 0a016b 1003", "", `{"also":[],"drawing":null,"hollow":null,"made":[{"key":"k","value":"STEEL"}],"material":null,"number":"n","size":null}`,
			`{"number":"n","size":null,"material":null,"also":[],"drawing":null,"hollow":null,"made":{"k":"STEEL"}}`, true},
		{"unknown field", part, "06 0a016e f80a01", "", `{"also":[],"drawing":null,"hollow":null,"made":[],"material":null,"number":"n","size":null}`,
			`{"number":"n","size":null,"material":null,"also":[],"drawing":null,"hollow":null,"made":{},"$unknown":"+AoB"}`, false},
		{"class", one("T"), "01008254 01" + list + "030204 020a 00 0102 01030204 06 010002 01826f 05",
			"struct<all: list<element: int64, nullable>, any: utf8, by: map<utf8, int32, items_nullable>, color: dictionary<values=utf8, indices=int32, ordered=false>, ints: list<element: int32, nullable>, n: int32, next: utf8, s: utf8, t: utf8>",
			`{"all":[1,2],"any":"5","by":null,"color":"BLUE","ints":[1,2],"n":3,"next":"{\"$ref\":0}","s":"o","t":"o"}`,
			`{"$class":"T","all":[1,2],"any":5,"by":null,"color":{"$class":"C","$value":"BLUE"},"ints":[1,2],"n":3,"next":{"$ref":0},"s":"o","t":{"$ref":3}}`, true},
		{"map of a class", one("T"), "01008254 01 00 00" + hashMap + "02 01826b 0102 00 00 06 00 00 00", "",
			`{"all":null,"any":null,"by":[{"key":"k","value":1}],"color":null,"ints":null,"n":3,"next":null,"s":null,"t":null}`,
			`{"$class":"T","all":null,"any":null,"by":{"k":1},"color":null,"ints":null,"n":3,"next":null,"s":null,"t":null}`, true},
		{"another class", one("T"), "01008253 01 06", "", "(null)", `{"$class":"S","n":3}`, false},
		{"null", one("T"), "00", "", "(null)", "null", true},
		{"arguments", one("Boxes"), "0100426f7865f3 01 0101426ff8 01 01e40f0203 010101 0206", "struct<date: struct<e: date32>, raw: struct<e: utf8>>",
			`{"date":{"e":"2020-02-03"},"raw":{"e":"3"}}`, `{"$class":"Boxes","date":{"$class":"Box","e":"2020-02-03"},"raw":{"$class":"Box","e":3}}`, true},
		{"message of Kryo", one("M"), "0100824d 01 03 0a016e", "", `{"also":[],"drawing":null,"hollow":null,"made":[],"material":null,"number":"n","size":null}`,
			`{"$class":"M","number":"n","size":null,"material":null,"also":[],"drawing":null,"hollow":null,"made":{}}`, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			value, err := hex.DecodeString(strings.ReplaceAll(tc.hex, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			s, h := valueState(tc.t)
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
			if tc.arrow != "" && column.DataType().String() != tc.arrow {
				t.Errorf("column of\n%s, want\n%s", column.DataType(), tc.arrow)
			}
			if got := column.ValueStr(1); got != tc.column {
				t.Errorf("column is %s, want\n%s", got, tc.column)
			}
			if tc.exact != (b.Inexact == 0) {
				t.Errorf("%d inexact rows", b.Inexact)
			}
		})
	}
}
