package serializer

import (
	"math"
	"math/big"
	"testing"

	"ckpt/internal/javaobj"
)

func mustParse(t testing.TB, expression string) *Type {
	t.Helper()
	typ, err := ParseType(expression)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

func fields(t *Type, values ...Value) Struct { return Struct{Type: t, Values: values} }

// Hash codes that no serialized value of values.txt shows; Scala's are from a JVM with Scala 2.11.
func TestHash(t *testing.T) {
	pair := func(types string, values ...Value) (*Type, Value) {
		typ := mustParse(t, "case scala.Tuple2<"+types+">")
		return typ, fields(typ, values...)
	}
	intPair, onePair := pair("_1:int,_2:int", int32(1), int32(2))
	longPair, smallLong := pair("_1:string,_2:long", "a", int64(1))
	_, largeLong := pair("_1:string,_2:long", "a", int64(5000000000))
	triple := mustParse(t, "case scala.Tuple3<_1:string,_2:string,_3:boolean>")
	doubles := mustParse(t, "case scala.Tuple1$mcD$sp<_1:double>")
	scalaOption := mustParse(t, "option<string>")
	nested := mustParse(t, "option<option<string>>")
	some := int32(630948699)
	wrapper := &Type{Kind: KindByteArray, Class: pkgStreaming + "utils.ByteArrayWrapper"}
	for _, tc := range []struct {
		name string
		t    *Type
		v    Value
		want int32
	}{
		{"string", mustParse(t, "string"), "hello", 99162322},
		{"long", mustParse(t, "long"), int64(5000000000), 705032705},
		{"tuple", mustParse(t, "tuple<string,int>"), fields(nil, "a", int32(1)), 3008},
		{"null in a tuple", mustParse(t, "tuple<nullable long,int>"), fields(nil, nil, int32(1)), 1},
		{"set", mustParse(t, "set<int>"), List{int32(7), nil, int32(-2)}, 5},
		{"scale counts", mustParse(t, "bigdec"), Decimal{big.NewInt(150), 2}, 31*150 + 2},
		{"Scala pair", intPair, onePair, 1411956066},
		{"Scala small long", longPair, smallLong, 128003929},
		{"Scala large long", longPair, largeLong, -601195989},
		{"Scala triple", triple, fields(triple, "x", nil, true), 616785367},
		{"Scala integral double", doubles, fields(doubles, 1e10), productHash(1410065410)},
		{"Scala int double", doubles, fields(doubles, 3.0), productHash(3)},
		{"Scala float double", doubles, fields(doubles, 1.5), productHash(int32(math.Float32bits(1.5)))},
		{"Scala double", doubles, fields(doubles, 0.1), productHash(longHash(int64(math.Float64bits(0.1))))},
		{"some", scalaOption, "x", some},
		{"none", scalaOption, nil, 2433880},
		{"some of none", nested, Some{}, productHash(2433880)},
		{"Scala left", &Type{Kind: KindEither, Class: scalaEither, Elems: []*Type{scalar(KindString), scalar(KindInt)}}, Either{Value: "x"}, some},
		{"Scala enumeration", &Type{Kind: KindScalaEnum, Symbols: []string{"A"}, IDs: []int32{7}}, Enum{"A", 7}, 7},
		{"PyFlink key", wrapper, []byte{1, 0xFF}, (31+-1)*31 + 1},
		{"Java string", mustParse(t, "java X"), JavaObject{Graph: "hello"}, 99162322},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, known := Compile(tc.t).Hash(tc.v); !known || got != tc.want {
				t.Errorf("hash %d, known %t, want %d", got, known, tc.want)
			}
		})
	}
}

func TestHashUnknown(t *testing.T) {
	pojo := mustParse(t, "pojo A{x:int}")
	specific := avroType(&AvroBody{Class: "com.acme.A", Schema: `{"type":"record","name":"A","fields":[{"name":"t","type":{"type":"int","logicalType":"date"}}]}`})
	if specific.Undecodable() {
		t.Fatal(specific.Reason)
	}
	avroMap := mustSchema(t, `{"type":"map","values":"string"}`)
	for _, tc := range []struct {
		name string
		t    *Type
		v    Value
	}{
		{"POJO", pojo, fields(pojo, int32(1))},
		{"enum", mustParse(t, "enum C(A)"), Enum{"A", 0}},
		{"array", mustParse(t, "int[]"), []int32{1}},
		{"array of objects", mustParse(t, "array<int>"), List{int32(1)}},
		{"array in a tuple", mustParse(t, "tuple<int,bytes>"), fields(nil, int32(1), []byte{})},
		{"case class", mustParse(t, "case com.acme.C<_1:int>"), fields(nil, int32(1))},
		{"kryo", mustParse(t, "kryo com.acme.C"), Opaque{}},
		{"generated Avro class with a date", specific, fields(specific, int32(1))},
		{"Avro map beyond ASCII", avroMap, Map{{"é", "x"}}},
		{"Java object", mustParse(t, "java X"), JavaObject{Graph: &javaobj.Object{Desc: &javaobj.ClassDesc{Name: "com.acme.C"}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if h, known := Compile(tc.t).Hash(tc.v); known {
				t.Errorf("hash %d is known", h)
			}
		})
	}
}

// The same two rows in Flink 1.2.1, 1.6.4, 1.10.3, 1.11.6, 1.12.7, 1.13.6 and 1.20.4.
func TestHashOfRows(t *testing.T) {
	typ := mustParse(t, "row<f0:int,f1:string,f2:list<long>,f3:int[],f4:string[],f5:map<string,int>,f6:row<f0:int>,f7:bytes>")
	plain := fields(typ, int32(1), "x", List{int64(1), int64(2)}, nil, nil, Map{{"k", int32(4)}}, fields(nil, int32(5)), nil)
	arrays := fields(typ, append([]Value{}, plain.Values...)...)
	arrays.Values[3], arrays.Values[4], arrays.Values[7] = []int32{3}, []Value{"a", nil}, []byte{0xFF}
	p := Compile(typ)
	for _, tc := range []struct {
		rule          RowRule
		plain, arrays int32
		known         bool // of arrays
	}{
		{Row102, 1749295297, 0, false},
		{Row105, 1749295297, 1898905729, true},
		{Row111, 1749295297, 1898905760, true},
		{Row112, 1827509051, 226923353, true},
		{Row113, 20056510, 226925306, true},
	} {
		if h, known := p.HashAs(plain, tc.rule); !known || h != tc.plain {
			t.Errorf("rule %d: hash %d, known %t, want %d", tc.rule, h, known, tc.plain)
		}
		arrays.Kind = UpdateBefore
		if tc.rule == Row105 {
			arrays.Kind = Insert // there were no kinds
		}
		if h, known := p.HashAs(arrays, tc.rule); known != tc.known || known && h != tc.arrays {
			t.Errorf("rule %d: hash of arrays %d, known %t, want %d, %t", tc.rule, h, known, tc.arrays, tc.known)
		}
	}
}

func TestHashBytesErrors(t *testing.T) {
	p := Compile(mustParse(t, "int"))
	if _, _, err := p.HashBytes([]byte{0, 0, 0, 1, 2}); err == nil {
		t.Error("leftover byte is accepted")
	}
	if _, _, err := p.HashBytes([]byte{0}); err != ErrShort {
		t.Errorf("err = %v", err)
	}
}
