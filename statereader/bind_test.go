package statereader

import (
	"math/big"
	"reflect"
	"testing"
	"time"

	"ckpt/serializer"
)

func TestSet(t *testing.T) {
	type span struct{ Start, End int64 }
	type number int16
	name := "x"
	for _, tc := range []struct {
		name string
		in   serializer.Value
		want any // its type is that of the Go variable; nil: refused
		into any
	}{
		{name: "wider", in: int16(-3), want: int64(-3)},
		{name: "narrower that fits", in: int64(-3), want: number(-3)},
		{name: "narrower that does not", in: int64(1 << 20), into: number(0)},
		{name: "unsigned", in: int32(3), want: uint8(3)},
		{name: "negative to unsigned", in: int32(-3), into: uint8(0)},
		{name: "float32 to float64", in: float32(1.5), want: 1.5},
		{name: "float64 to float32", in: 1.5, into: float32(0)},
		{name: "int to float", in: int32(1), into: 1.5},
		{name: "bool", in: true, want: true},
		{name: "char", in: serializer.Char('ä'), want: "ä"},
		{name: "char as a number", in: serializer.Char('a'), want: 97},
		{name: "enum", in: serializer.Enum{Name: "RED"}, want: "RED"},
		{name: "string to pointer", in: "x", want: &name},
		{name: "null to pointer", in: nil, want: (*string)(nil)},
		{name: "null to string", in: nil, want: ""},
		{name: "option", in: serializer.Some{Value: int64(4)}, want: 4},
		{name: "union branch", in: serializer.Branch{Index: 1, Value: "b"}, want: "b"},
		{name: "bytes", in: []byte{1, 2}, want: []byte{1, 2}},
		{name: "list", in: serializer.List{int32(1), nil}, want: []int{1, 0}},
		{name: "list of strings", in: serializer.List{int32(1)}, into: []string(nil)},
		{name: "window", in: serializer.Window{Start: 1, End: 2}, want: span{1, 2}},
		{name: "big integer that fits", in: big.NewInt(7), want: 7},
		{name: "big integer", in: new(big.Int).Lsh(big.NewInt(1), 70), into: 0},
		{name: "big integer as it is", in: big.NewInt(7), want: big.NewInt(7)},
		{name: "date", in: serializer.LocalDate{Year: 2024, Month: 2, Day: 29}, want: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{name: "millis", in: serializer.Millis(-1), want: time.UnixMilli(-1).UTC()},
		{name: "SQL timestamp", in: serializer.SQLTimestamp{Millis: 1500, Nanos: 500_000_001}, want: time.Unix(1, 500_000_001).UTC()},
		{name: "local date and time", in: serializer.LocalDateTime{Date: serializer.LocalDate{Year: 1, Month: 1, Day: 1},
			Time: serializer.LocalTime{Hour: 23, Minute: 59, Second: 58, Nanos: 7}}, want: time.Date(1, 1, 1, 23, 59, 58, 7, time.UTC)},
		{name: "list of Kryo", in: serializer.KryoObject{Graph: serializer.Object{Class: "java.util.ArrayList", Value: serializer.List{"a"}}}, want: []string{"a"}},
		{name: "object of Kryo", in: serializer.KryoObject{Graph: serializer.Object{Class: "x.P", Names: []string{"id", "next"},
			Values: []serializer.Value{int32(7), nil}}}, want: struct{ ID int64 }{7}},
		{name: "object without the field", in: serializer.Object{Class: "x.P", Names: []string{"id"}, Values: []serializer.Value{int32(7)}}, into: struct{ N int }{}},
		{name: "object for a number", in: serializer.Object{Class: "x.P", Names: []string{"id"}, Values: []serializer.Value{int32(7)}}, into: 0},
		{name: "uuid as text", in: serializer.UUID{15: 1}, want: "00000000-0000-0000-0000-000000000001"},
		{name: "time of day", in: serializer.LocalTime{Hour: 1}, into: time.Time{}},
	} {
		b := &binder{plans: map[planKey]*plan{}}
		rt := reflect.TypeOf(tc.want)
		if tc.into != nil {
			rt = reflect.TypeOf(tc.into)
		}
		dst := reflect.New(rt).Elem()
		err := b.set(dst, tc.in)
		if (err != nil) != (tc.into != nil) {
			t.Errorf("%s: err = %v", tc.name, err)
		}
		if err == nil && !reflect.DeepEqual(dst.Interface(), tc.want) {
			t.Errorf("%s: %#v, want %#v", tc.name, dst.Interface(), tc.want)
		}
	}
}

func TestFieldsOfHierarchies(t *testing.T) {
	long := &serializer.Type{Kind: serializer.KindLong}
	base := &serializer.Type{Kind: serializer.KindPojo, Class: "A", Elems: []*serializer.Type{long}, Fields: []string{"a"}}
	sub := &serializer.Type{Kind: serializer.KindPojo, Class: "B", Elems: []*serializer.Type{long, long}, Fields: []string{"a", "b"}}
	base.Tagged = []serializer.Subclass{{Class: "B", Type: sub}}
	type both struct{ A, B int }
	b := &binder{plans: map[planKey]*plan{}}
	var v both
	if err := b.fits(base, reflect.TypeFor[both](), 0); err != nil {
		t.Error(err)
	}
	dst := reflect.ValueOf(&v).Elem()
	if err := b.set(dst, serializer.Struct{Type: base, Values: []serializer.Value{int64(1)}}); err != nil || v != (both{1, 0}) {
		t.Errorf("%+v, %v", v, err)
	}
	if err := b.set(dst, serializer.Struct{Type: sub, Values: []serializer.Value{int64(1), int64(2)}, Via: serializer.ViaTag}); err != nil || v != (both{1, 2}) {
		t.Errorf("%+v, %v", v, err)
	}
	if err := b.set(dst, serializer.Struct{Type: &serializer.Type{Kind: serializer.KindTuple}}); err == nil {
		t.Error("a tuple without the fields went into the struct")
	}
}
