package export

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"

	"ckpt/internal/javaobj"
	"ckpt/serializer"
	"ckpt/state"
)

func bigInt(s string) *big.Int {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok {
		panic(s)
	}
	return n
}

var (
	textMap = typ(serializer.KindMap, typ(serializer.KindString), typ(serializer.KindInt))
	enum    = &serializer.Type{Kind: serializer.KindEnum, Class: "x.Color", Symbols: []string{"RED", "GREEN"}}
	subPojo = &serializer.Type{Kind: serializer.KindPojo, Class: "x.Base$Sub", Fields: []string{"a", "b"},
		Elems: []*serializer.Type{typ(serializer.KindString), typ(serializer.KindLong)}}
	basePojo = &serializer.Type{Kind: serializer.KindPojo, Class: "x.Base", Fields: []string{"a"},
		Elems: []*serializer.Type{typ(serializer.KindInt)}, Tagged: []serializer.Subclass{{Class: "x.Base$Sub", Type: subPojo}}}
	rowType = &serializer.Type{Kind: serializer.KindRow, Flag: true, Elems: []*serializer.Type{typ(serializer.KindInt)}}
)

func recursiveRecord() *serializer.Type {
	n := &serializer.Type{Kind: serializer.KindAvroRecord, Class: "x.Node", Fields: []string{"v", "next"}}
	n.Elems = []*serializer.Type{typ(serializer.KindAvroInt), typ(serializer.KindAvroUnion, typ(serializer.KindAvroNull), n)}
	return n
}

// TestValues has each row of the table of values: JSON, the Arrow type, and whether the column holds the value exactly.
func TestValues(t *testing.T) {
	node := recursiveRecord()
	pos := func(v ...serializer.Value) serializer.Struct { return serializer.Struct{Values: v} }
	of := func(t *serializer.Type, v ...serializer.Value) serializer.Struct {
		s := pos(v...)
		s.Type = t
		return s
	}
	tuple := typ(serializer.KindTuple, typ(serializer.KindInt), typ(serializer.KindString))
	scala := &serializer.Type{Kind: serializer.KindCaseClass, Class: "scala.Tuple2", Elems: tuple.Elems}
	dollar := &serializer.Type{Kind: serializer.KindPojo, Class: "x.D", Fields: []string{"$a", "$$b"}, Elems: tuple.Elems}
	for _, tc := range []struct {
		name    string
		t       *serializer.Type
		v       serializer.Value
		json    string
		arrow   string
		inexact bool
	}{
		{"boolean", typ(serializer.KindBoolean), true, `true`, "bool", false},
		{"byte", typ(serializer.KindByte), int8(-128), `-128`, "int8", false},
		{"short", typ(serializer.KindShort), int16(-2), `-2`, "int16", false},
		{"int", typ(serializer.KindInt), int32(math.MinInt32), `-2147483648`, "int32", false},
		{"long", typ(serializer.KindLong), int64(math.MaxInt64), `9223372036854775807`, "int64", false},
		{"float", typ(serializer.KindFloat), float32(0.1), `0.1`, "float32", false},
		{"whole double", typ(serializer.KindDouble), 1.0, `1.0`, "float64", false},
		{"minus zero", typ(serializer.KindDouble), math.Copysign(0, -1), `-0.0`, "float64", false},
		{"small double", typ(serializer.KindDouble), 5e-324, `5e-324`, "float64", false},
		{"large double", typ(serializer.KindDouble), 1e300, `1e+300`, "float64", false},
		{"NaN", typ(serializer.KindDouble), math.NaN(), `"NaN"`, "float64", false},
		{"infinity", typ(serializer.KindFloat), float32(math.Inf(-1)), `"-Infinity"`, "float32", false},
		{"char", typ(serializer.KindChar), serializer.Char('é'), `"é"`, "utf8", false},
		{"char unpaired", typ(serializer.KindChar), serializer.Char(0xDC00), `"\udc00"`, "utf8", true},
		{"string", typ(serializer.KindString), "a\"\\\n\x00\x1f/é𝄞\u2028", `"a\"\\\n\u0000\u001f/é𝄞` + "\u2028" + `"`, "utf8", false},
		{"string null", typ(serializer.KindString), nil, `null`, "utf8", false},
		{"string unpaired", typ(serializer.KindString), "x\xED\xA0\x80y", `"x\ud800y"`, "utf8", true},
		{"enum", enum, serializer.Enum{Name: "GREEN", Index: 1}, `"GREEN"`, "dictionary<values=utf8, indices=int32, ordered=false>", false},
		{"bytes", typ(serializer.KindByteArray), []byte{0, 255, 1}, `"AP8B"`, "binary", false},
		{"bigint", typ(serializer.KindBigInt), bigInt("-123456789012345678901234567890"), `"-123456789012345678901234567890"`, "utf8", false},
		{"bigint 10", typ(serializer.KindBigInt), bigInt("10"), `"10"`, "utf8", false},
		{"bigdec", typ(serializer.KindBigDec), serializer.Decimal{Unscaled: bigInt("-12345"), Scale: 3}, `"-12.345"`, "utf8", false},
		{"bigdec small", typ(serializer.KindBigDec), serializer.Decimal{Unscaled: bigInt("1"), Scale: 6}, `"0.000001"`, "utf8", false},
		{"bigdec smaller", typ(serializer.KindBigDec), serializer.Decimal{Unscaled: bigInt("12"), Scale: 9}, `"1.2E-8"`, "utf8", false},
		{"bigdec large", typ(serializer.KindBigDec), serializer.Decimal{Unscaled: bigInt("10"), Scale: -3}, `"1.0E+4"`, "utf8", false},
		{"bigdec zero", typ(serializer.KindBigDec), serializer.Decimal{Unscaled: bigInt("0"), Scale: 2}, `"0.00"`, "utf8", false},
		{"instant", typ(serializer.KindInstant), serializer.Instant{Seconds: -1, Nanos: 5}, `"1969-12-31T23:59:59.000000005Z"`, "timestamp[ns, tz=UTC]", false},
		{"instant far", typ(serializer.KindInstant), serializer.Instant{Seconds: 31556889864403199, Nanos: 999999999},
			`"+1000000000-12-31T23:59:59.999999999Z"`, "timestamp[ns, tz=UTC]", true},
		{"sql timestamp", typ(serializer.KindSQLTimestamp), serializer.SQLTimestamp{Millis: 1580382960, Nanos: 960000000},
			`"1970-01-19T06:59:42.960Z"`, "timestamp[ns, tz=UTC]", false},
		{"date", typ(serializer.KindDate), serializer.Millis(-1), `"1969-12-31T23:59:59.999Z"`, "timestamp[ms, tz=UTC]", false},
		{"date far", typ(serializer.KindDate), serializer.Millis(math.MaxInt64), `"+292278994-08-17T07:12:55.807Z"`, "timestamp[ms, tz=UTC]", false},
		{"sql date", typ(serializer.KindSQLDate), serializer.Millis(0), `"1970-01-01T00:00:00Z"`, "timestamp[ms, tz=UTC]", false},
		{"sql time", typ(serializer.KindSQLTime), serializer.Millis(3723004), `"1970-01-01T01:02:03.004Z"`, "timestamp[ms, tz=UTC]", false},
		{"local date", typ(serializer.KindLocalDate), serializer.LocalDate{Year: -5, Month: 12, Day: 31}, `"-0005-12-31"`, "date32", false},
		{"local date far", typ(serializer.KindLocalDate), serializer.LocalDate{Year: 999999999, Month: 2, Day: 28}, `"+999999999-02-28"`, "date32", true},
		{"local time", typ(serializer.KindLocalTime), serializer.LocalTime{Hour: 23, Minute: 59, Second: 58, Nanos: 7}, `"23:59:58.000000007"`, "time64[ns]", false},
		{"local date time", typ(serializer.KindLocalDateTime),
			serializer.LocalDateTime{Date: serializer.LocalDate{Year: 2024, Month: 2, Day: 29}, Time: serializer.LocalTime{Hour: 1, Nanos: 120000}},
			`"2024-02-29T01:00:00.000120"`, "timestamp[ns]", false},
		{"local date time far", typ(serializer.KindLocalDateTime), serializer.LocalDateTime{Date: serializer.LocalDate{Year: 1, Month: 1, Day: 1}},
			`"0001-01-01T00:00:00"`, "timestamp[ns]", true},
		{"tuple", tuple, of(tuple, int32(1), "x"), `{"f0":1,"f1":"x"}`, "struct<f0: int32, f1: utf8>", false},
		{"case class", scala, of(scala, int32(1), "x"), `{"_1":1,"_2":"x"}`, "struct<_1: int32, _2: utf8>", false},
		{"empty tuple", typ(serializer.KindTuple0), nil, `{}`, "bool", false},
		{"names with $", dollar, of(dollar, int32(1), nil), `{"$$a":1,"$$$b":null}`, "struct<$$a: int32, $$$b: utf8>", false},
		{"row", rowType, serializer.Struct{Type: rowType, Values: []serializer.Value{nil}, Kind: serializer.UpdateBefore}, `{"$kind":"-U","f0":null}`,
			"struct<$kind: dictionary<values=utf8, indices=int32, ordered=false>, f0: int32>", false},
		{"row insert", rowType, of(rowType, int32(4)), `{"f0":4}`, "struct<$kind: dictionary<values=utf8, indices=int32, ordered=false>, f0: int32>", false},
		{"pojo", basePojo, of(basePojo, int32(4)), `{"a":4}`,
			"struct<$class: dictionary<values=utf8, indices=int32, ordered=false>, a: int32, a$Sub: utf8, b: int64>", false},
		{"pojo subclass", basePojo, serializer.Struct{Type: subPojo, Via: serializer.ViaTag, Values: []serializer.Value{"s", int64(2)}},
			`{"$class":"x.Base$Sub","a":"s","b":2}`,
			"struct<$class: dictionary<values=utf8, indices=int32, ordered=false>, a: int32, a$Sub: utf8, b: int64>", false},
		{"list", typ(serializer.KindList, typ(serializer.KindString)), serializer.List{"a", nil}, `["a",null]`, "list<element: utf8, nullable>", false},
		{"set", typ(serializer.KindSet, enum), serializer.List{nil}, `[null]`, "list<element: dictionary<values=utf8, indices=int32, ordered=false>, nullable>", false},
		{"int array", typ(serializer.KindIntArray), []int32{1, -1}, `[1,-1]`, "list<element: int32, nullable>", false},
		{"char array", typ(serializer.KindCharArray), []serializer.Char{'a', 0xD800}, `["a","\ud800"]`, "list<element: utf8, nullable>", true},
		{"map", textMap, serializer.Map{{Key: "$k", Value: int32(1)}, {Key: "", Value: nil}}, `{"$$k":1,"":null}`, "map<utf8, int32, items_nullable>", false},
		{"map null key", textMap, serializer.Map{{Key: nil, Value: int32(1)}}, `[[null,1]]`, "map<utf8, int32, items_nullable>", true},
		{"map of ints", typ(serializer.KindMap, typ(serializer.KindInt), typ(serializer.KindInt)), serializer.Map{{Key: int32(1), Value: int32(2)}}, `[[1,2]]`,
			"map<int32, int32, items_nullable>", false},
		{"map nullable keys", typ(serializer.KindMap, typ(serializer.KindNullable, typ(serializer.KindString)), typ(serializer.KindInt)),
			serializer.Map{{Key: "a", Value: int32(2)}}, `{"a":2}`, "list<element: struct<key: utf8, value: int32>, nullable>", false},
		{"option", typ(serializer.KindOption, typ(serializer.KindLong)), nil, `null`, "int64", false},
		{"some null", typ(serializer.KindOption, typ(serializer.KindString)), serializer.Some{}, `{"$some":null}`, "utf8", true},
		{"nullable", typ(serializer.KindNullable, typ(serializer.KindLong)), int64(3), `3`, "int64", false},
		{"left", typ(serializer.KindEither, typ(serializer.KindInt), typ(serializer.KindString)), serializer.Either{Value: int32(1)}, `{"left":1}`,
			"struct<left: int32, right: utf8>", false},
		{"right null", typ(serializer.KindEither, typ(serializer.KindInt), typ(serializer.KindString)), serializer.Either{Right: true}, `{"right":null}`,
			"struct<left: int32, right: utf8>", true},
		{"union two", typ(serializer.KindUnion, typ(serializer.KindInt), typ(serializer.KindLong)), serializer.Either{Right: true, Value: int64(7)},
			`{"two":7}`, "struct<one: int32, two: int64>", false},
		{"element", typ(serializer.KindStreamElement, typ(serializer.KindInt)), serializer.Element{Timestamp: int64(9), Value: int32(1)},
			`{"element":"record","timestamp":9,"value":1}`,
			"struct<element: dictionary<values=utf8, indices=int32, ordered=false>, timestamp: int64, value: int32>", false},
		{"window", typ(serializer.KindTimeWindow), serializer.Window{Start: math.MinInt64, End: math.MaxInt64},
			`{"start":-9223372036854775808,"end":9223372036854775807}`, "struct<start: int64, end: int64>", false},
		{"count window", typ(serializer.KindCountWindow), serializer.CountWindow{ID: 3}, `{"id":3}`, "struct<id: int64>", false},
		{"avro decimal", &serializer.Type{Kind: serializer.KindAvroBytes, Logical: "decimal", Precision: 4, Scale: 2}, []byte{0xFF, 0x7F}, `"-1.29"`, "decimal(4, 2)", false},
		{"avro decimal too long", &serializer.Type{Kind: serializer.KindAvroBytes, Logical: "decimal", Precision: 2, Scale: 2}, []byte{0x7F}, `"1.27"`, "decimal(2, 2)", true},
		{"avro decimal wide", &serializer.Type{Kind: serializer.KindAvroBytes, Logical: "decimal", Precision: 40, Scale: 0}, []byte{1}, `"1"`, "decimal256(40, 0)", false},
		{"avro date", &serializer.Type{Kind: serializer.KindAvroInt, Logical: "date"}, int32(-1), `"1969-12-31"`, "date32", false},
		{"avro micros", &serializer.Type{Kind: serializer.KindAvroLong, Logical: "timestamp-micros"}, int64(1), `"1970-01-01T00:00:00.000001Z"`, "timestamp[us, tz=UTC]", false},
		{"avro time out of a day", &serializer.Type{Kind: serializer.KindAvroInt, Logical: "time-millis"}, int32(86400000), `"24:00:00"`, "time64[ns]", true},
		{"avro union", typ(serializer.KindAvroUnion, typ(serializer.KindAvroNull), typ(serializer.KindAvroLong), typ(serializer.KindAvroString)),
			serializer.Branch{Index: 2, Value: "x"}, `"x"`, "utf8", false},
		{"recursive record", node, of(node, int32(1), of(node, int32(2), nil)), `{"v":1,"next":{"v":2,"next":null}}`, "struct<v: int32, next: utf8>", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, h := valueState(tc.t)
			bytes, err := s.Metas[0].Value.Program.Append(nil, tc.v)
			if err != nil {
				t.Fatal(err)
			}
			e := &state.Entry{Key: make([]byte, 4), Value: bytes, Index: -1, Header: h}
			got, err := AppendRowJSON(nil, s, e)
			if err != nil {
				t.Fatal(err)
			}
			const lead = `{"operator":"op","state":"s","kind":"value","key_group":0,"key":0,"value":`
			if want := lead + tc.json + "}"; string(got) != want || !json.Valid(got) {
				t.Errorf("JSON is\n%s, want\n%s", got, want)
			}
			b := NewTable(s, TableOptions{}).NewBatch()
			if err := b.Append(e); err != nil {
				t.Fatal(err)
			}
			rec := b.Record()
			if dt := rec.Column(2).DataType().String(); dt != tc.arrow {
				t.Errorf("Arrow type is %s, want %s", dt, tc.arrow)
			}
			want := ""
			if tc.inexact {
				want = `{"key":0,"value":` + tc.json + `}`
			}
			exact := rec.Column(3).(*array.String)
			if exact.IsNull(0) == tc.inexact || tc.inexact && exact.Value(0) != want {
				t.Errorf("exact is %s, want %q", exact, want)
			}
		})
	}
}

// TestOpaque: a value without a decoder is a row with its bytes, in a column of its own or in exact.
func TestOpaque(t *testing.T) {
	kryo := &serializer.Type{Kind: serializer.KindKryo, Class: "x.Thing", Reason: "kryo"}
	holder := &serializer.Type{Kind: serializer.KindPojo, Class: "x.P", Fields: []string{"a", "b"}, Elems: []*serializer.Type{kryo, typ(serializer.KindInt)}}
	for _, tc := range []struct {
		name, bytes, json, column string
		t                         *serializer.Type
		inexact                   int64
	}{
		{"alone", "\x01\x02", `{"$opaque":"x.Thing","$reason":"kryo","$bytes":"AQI="}`, "AQI=", kryo, 0},
		{"null field", "\x02\x01\x00\x00\x00\x00\x07", `{"a":null,"b":7}`, `{"a":null,"b":7}`, holder, 0},
		{"in front of a field", "\x02\x00\x09\x00\x00\x00\x00\x07", `{"$opaque":"x.Thing","$reason":"kryo","$bytes":"AgAJAAAAAAc="}`, "(null)", holder, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, h := valueState(tc.t)
			e := &state.Entry{Key: make([]byte, 4), Value: []byte(tc.bytes), Index: -1, Header: h}
			js, err := AppendRowJSON(nil, s, e)
			if err != nil || !strings.HasSuffix(string(js), `"value":`+tc.json+"}") {
				t.Errorf("JSON is %s, %v; want the value %s", js, err, tc.json)
			}
			b := NewTable(s, TableOptions{}).NewBatch()
			for range 2 { // the second tells whether the first left the vectors in order
				if err := b.Append(e); err != nil {
					t.Fatal(err)
				}
			}
			column := b.Record().Column(2)
			if got := column.ValueStr(1); got != tc.column {
				t.Errorf("column is %s, want %s", got, tc.column)
			}
			if b.Inexact != 2*tc.inexact || b.Opaque != 2 && tc.name != "null field" {
				t.Errorf("%d inexact, %d opaque rows", b.Inexact, b.Opaque)
			}
		})
	}
}

func TestJavaObjectJSON(t *testing.T) {
	desc := &javaobj.ClassDesc{Name: "x.Node", Fields: []javaobj.FieldDesc{{Type: 'I', Name: "n"}, {Type: 'L', Name: "$next"}}}
	o := &javaobj.Object{Desc: desc}
	o.Data = []javaobj.ClassData{{Desc: desc, Values: []javaobj.Value{int32(5), o}, Annotation: []javaobj.Value{javaobj.Block{1}}}}
	got := string(AppendJSON(nil, nil, serializer.JavaObject{Graph: o}))
	if want := `{"$class":"x.Node","n":5,"$$next":{"$ref":0},"$data":[{"$bytes":"AQ=="}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
