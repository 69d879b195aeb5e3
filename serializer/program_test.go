package serializer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// Values of classes that values.txt does not have.
func TestProgram(t *testing.T) {
	str, long := scalar(KindString), scalar(KindLong)
	linked := &Type{Kind: KindLinkedList, Elems: []*Type{long}}
	masked := &Type{Kind: KindLinkedList, Flag: true, Elems: []*Type{long}}
	event := simpleTypes[pkgShared+"EventId$EventIdSerializer$EventIdSerializerSnapshot"]
	kafka := simpleTypes[pkgKafka+"FlinkKafkaProducer$TransactionStateSerializer$TransactionStateSerializerSnapshot"]
	xa := simpleTypes[pkgXA+"XaSinkStateSerializer$XaSinkStateSimpleXaTypeSerializerSnapshot"]
	pending := twoPhaseCommit(&Snapshot{Body: &FlagBody{true}}, []*Type{scalar(KindInt), str})
	always := twoPhaseCommit(&Snapshot{Body: &FlagBody{}}, []*Type{scalar(KindInt), str})
	nfa := nfaState(&Snapshot{Body: &FlagBody{true}}, []*Type{scalar(KindIntArray), nodeID(event), event})
	union := &Type{Kind: KindUnion, Elems: []*Type{str, long}}
	aware := &Type{Kind: KindNullAwareMap, Elems: []*Type{str, str}}
	for _, tc := range []struct {
		name, hex, want string
		t               *Type
	}{
		{"padded null", "01 0000000000000000", "null", &Type{Kind: KindNullable, Size: 8, Elems: []*Type{long}}},
		{"event", "0000002a 000000000000002a", "(id=int32 42 timestamp=int64 42)", event},
		{"node", "01 0000002a 000000000000002a 056369616f", `(event=(id=int32 42 timestamp=int64 42) page="ciao")`, nodeID(event)},
		{"no node", "00", "null", nodeID(event)},
		{"lockable", "0000000a 06666c696e6b", `(references=int32 10 element="flink")`, lockable(str)},
		{"union one", "01 06666c696e6b", `right=false "flink"`, union},
		{"union two", "02 0000000000005ba0", "right=true int64 23456", union},
		{"linked list", "00000002 0000000000000001 0000000000000002", "[int64 1 int64 2]", linked},
		{"masked linked list", "00000009 4080 000000000000002a 0000000000000001 0000000000000001 0000000000000001 0000000000000001 0000000000000001 0000000000000001",
			"[int64 42 null int64 1 int64 1 int64 1 int64 1 int64 1 int64 1 null]", masked},
		{"null-aware map", "00000002 01 00 0261 00 0262 01", `{null="a" "b"=null}`, aware},
		{"traversable", "00000002 01 0261 00", `["a" null]`, &Type{Kind: KindTraversable, Elems: []*Type{str}}},
		{"Scala enum", "00000007", "serializer.Enum {B 7}", &Type{Kind: KindScalaEnum, Symbols: []string{"A", "B"}, IDs: []int32{3, 7}}},
		{"enum of 1.2", "00000007", "serializer.Enum { 7}", &Type{Kind: KindEnum}},
		{"some of nothing", "01 00", "some null", optionOf(optionOf(long))},
		{"try", "01 0261", `right=false "a"`, &Type{Kind: KindTry, Elems: []*Type{str, {Kind: KindKryo}}}},
		{"Kafka transaction", "01 0004 31323334 0000000000000d80 0315", `(transactionalId="1234" producerId=int64 3456 epoch=int16 789)`, kafka},
		{"XA", "00000001 00000001 02 6162 00 00000000", `(hanging=[(formatId=int32 1 globalTransactionId=0x6162 branchQualifier=0x)] prepared=[])`, xa},
		{"commits, one pending", "01 0000000c 000000005ace4672 00000001 0000007b 000000005d6a1b4a 01 06666c696e6b",
			`(pendingTransaction=(transaction=int32 12 startTime=int64 1523467890) pendingCommitTransactions=[(transaction=int32 123 startTime=int64 1567234890)] context="flink")`, pending},
		{"commits, none pending", "00 00000000 00", "(pendingTransaction=null pendingCommitTransactions=[] context=null)", pending},
		{"commits of 1.8", "00000001 0000000000000002 00000000 00", "(pendingTransaction=(transaction=int32 1 startTime=int64 2) pendingCommitTransactions=[] context=null)", always},
		{"pattern", "00000001 0261 00 00000001 00000005 0000000000000001 0000000000000002 01 00000001 0000000000000002 00000000",
			`(partialMatches=[(state="a" previous=null version=[]int32 [5] startTimestamp=int64 1 previousTimestamp=int64 2 startEvent=(id=int32 1 timestamp=int64 2))] completedMatches=[])`, nfa},
		{"packed strings", "00000002 00000004 01 61 01 62", `["a" "b"]`, scalar(KindStringValueArray)},
		{"nulls", "00000002", "[null null]", scalar(KindNullArray)},
		{"variant", "00000002 00000001 0c01 01", "serializer.Variant {[12 1] [1]}", scalar(KindVariant)},
		{"internal watermark", "06 00000003 0000000000000007", "internal-watermark @int64 7 int32 3", &Type{Kind: KindStreamElement, Elems: []*Type{str}}},
		{"row without kinds", "40 00000001", "(int32 1 null)", &Type{Kind: KindRow, Elems: []*Type{scalar(KindInt), str}}},
		{"Avro blocks", "01 0000000000000001 00", "[int64 1]", mustSchema(t, `{"type":"array","items":"long"}`)},
		{"Avro branch", "00000001 00000001 61", `branch 1 "a"`, mustSchema(t, `["int","string","null"]`)},
		{"Avro null branch", "00000002", "null", mustSchema(t, `["int","string","null"]`)},
		{"Avro list", "00000001 00000000", "(next=(next=null))", mustSchema(t, `{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}`)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, b := Compile(tc.t), unhex(t, tc.hex)
			v, n, err := p.Decode(b)
			if err != nil || n != len(b) || show(v) != tc.want {
				t.Fatalf("%s in %d of %d bytes, want %s; err = %v", show(v), n, len(b), tc.want, err)
			}
			if again, err := p.Append([]byte{9}, v); err != nil || !bytes.Equal(again[1:], b) {
				t.Errorf("encoded as %x, want %x; err = %v", again[1:], b, err)
			}
			checkProgram(t, p, b)
		})
	}
}

// Each defect is reported with its class, place and field.
func TestSkipErrors(t *testing.T) {
	row := mustParse(t, "row<f0:int,f1:string>")
	pojo := mustParse(t, "pojo A{x:int,y:pojo B{z:boolean}}|C{}")
	pojo.Tagged = append(pojo.Tagged, Subclass{Class: "D"})
	pojo.Elems[1].Tagged = nil
	element := &Type{Kind: KindStreamElement, Elems: []*Type{scalar(KindInt)}}
	date := scalar(KindLocalDate)
	endless := mustSchema(t, `{"type":"record","name":"R","fields":[{"name":"r","type":"R"}]}`)
	deep := mustSchema(t, `{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}`)
	for _, tc := range []struct {
		name, hex string
		t         *Type
		class     error
		offset    int64
		field     string
	}{
		{"boolean", "02", scalar(KindBoolean), javaio.ErrCorrupt, 0, ""},
		{"void", "01", scalar(KindVoid), javaio.ErrCorrupt, 0, ""},
		{"Tuple0", "00", scalar(KindTuple0), javaio.ErrCorrupt, 0, ""},
		{"text of 2^31", "8080808008", scalar(KindStringValue), javaio.ErrCorrupt, 0, ""},
		{"text length in six bytes", "808080808000", scalar(KindString), javaio.ErrCorrupt, 0, ""},
		{"text length with a zero", "8100", scalar(KindString), javaio.ErrCorrupt, 0, ""},
		{"long unit", "02 8000", scalar(KindString), javaio.ErrCorrupt, 1, ""},
		{"wide unit", "02 ffff04", scalar(KindString), javaio.ErrCorrupt, 1, ""},
		{"negative count", "ffffffff", mustParse(t, "list<int>"), javaio.ErrCorrupt, 0, ""},
		{"element", "00000002 01 02", mustParse(t, "list<boolean>"), javaio.ErrCorrupt, 5, "[1]"},
		{"map value flag", "00000001 0261 02", mustParse(t, "map<string,int>"), javaio.ErrCorrupt, 6, "[0]"},
		{"set flag", "00000001 03", mustParse(t, "set<int>"), javaio.ErrCorrupt, 4, "[0]"},
		{"elements of nothing", "7fffffff", mustParse(t, "list<null-value>"), javaio.ErrCorrupt, 4, ""},
		{"row mask", "01 00000001 00", row, javaio.ErrCorrupt, 0, ""},
		{"row field", "00 00000001 02 8000", row, javaio.ErrCorrupt, 6, "f1"},
		{"POJO flags", "03", pojo, javaio.ErrCorrupt, 0, ""},
		{"POJO null flag", "02 02", pojo, javaio.ErrCorrupt, 1, "x"},
		{"POJO field of a field", "02 01 00 02 00 07", pojo, javaio.ErrCorrupt, 5, "y.z"},
		{"POJO tag", "08 02", pojo, javaio.ErrCorrupt, 1, ""},
		{"POJO subclass flags", "08 00 01", pojo, javaio.ErrCorrupt, 2, ""},
		{"POJO subclass without serializer", "08 01 02", pojo, javaio.ErrUnsupported, 0, ""},
		{"POJO subclass without entry", "04 0001 5a 02", pojo, javaio.ErrUnsupported, 0, ""},
		{"enum", "00000002", mustParse(t, "enum C(A,B)"), javaio.ErrCorrupt, 0, ""},
		{"Scala enum", "00000002", &Type{Kind: KindScalaEnum, IDs: []int32{1}}, javaio.ErrCorrupt, 0, ""},
		{"big integer head", "80000000", scalar(KindBigInt), javaio.ErrCorrupt, 0, ""},
		{"empty big integer", "00000004", scalar(KindBigInt), javaio.ErrCorrupt, 0, ""},
		{"padded big integer", "00000006 0001", scalar(KindBigInt), javaio.ErrCorrupt, 0, ""},
		{"long ten", "00000005 0a", scalar(KindBigInt), javaio.ErrCorrupt, 0, ""},
		{"February", "000007e7 02 1d", date, javaio.ErrCorrupt, 0, ""},
		{"month", "000007e7 0d 01", date, javaio.ErrCorrupt, 0, ""},
		{"hour", "18 00 00 00000000", scalar(KindLocalTime), javaio.ErrCorrupt, 0, ""},
		{"nanoseconds", "0000000000000000 3b9aca00", scalar(KindInstant), javaio.ErrCorrupt, 8, ""},
		{"element tag", "07", element, javaio.ErrCorrupt, 0, ""},
		{"watermark status", "04 00000001", element, javaio.ErrCorrupt, 1, ""},
		{"union tag", "03", &Type{Kind: KindUnion, Elems: []*Type{date, date}}, javaio.ErrCorrupt, 0, ""},
		{"utf", "0001 ff", scalar(KindUTF), javaio.ErrCorrupt, 2, ""},
		{"packed strings", "00000001 00000001 05", scalar(KindStringValueArray), javaio.ErrCorrupt, 8, "[0]"},
		{"packed strings left over", "00000000 00000001 05", scalar(KindStringValueArray), javaio.ErrCorrupt, 8, ""},
		{"variant", "ffffffff 00000000", scalar(KindVariant), javaio.ErrCorrupt, 0, ""},
		{"Avro text", "00000001 ff", scalar(KindAvroString), javaio.ErrCorrupt, 4, ""},
		{"Avro branch", "00000002", mustSchema(t, `["null","int"]`), javaio.ErrCorrupt, 0, ""},
		{"Avro symbol", "ffffffff", mustSchema(t, `{"type":"enum","name":"E","symbols":["A"]}`), javaio.ErrCorrupt, 0, ""},
		{"Avro block count", "8080808080808080808080", mustSchema(t, `{"type":"array","items":"int"}`), javaio.ErrCorrupt, 0, ""},
		{"endless record", "", endless, javaio.ErrCorrupt, 0, strings.TrimSuffix(strings.Repeat("r.", maxNesting), ".")},
		{"deep record", strings.Repeat("00000001", maxNesting+1), deep, javaio.ErrCorrupt, 4 * maxNesting, strings.TrimSuffix(strings.Repeat("r.", maxNesting), ".")},
		{"kryo", "00", mustParse(t, "tuple<int,kryo C>"), ErrShort, 0, ""},
		{"kryo behind", "00000000 00", mustParse(t, "tuple<int,kryo C>"), javaio.ErrUnsupported, 4, "f1"},
		{"avro without schema", "00", mustParse(t, "avro a.B"), javaio.ErrUnsupported, 0, ""},
		{"Java", "aced0006", mustParse(t, "java C"), javaio.ErrCorrupt, 0, "object"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Compile(tc.t).Skip(unhex(t, tc.hex))
			if !errors.Is(err, tc.class) {
				t.Fatalf("err = %v, want class %v", err, tc.class)
			}
			if fe, ok := errors.AsType[*javaio.FormatError](err); ok && (fe.Offset != tc.offset || fe.Field != tc.field) {
				t.Errorf("err = %v, want offset %d, field %q", err, tc.offset, tc.field)
			}
		})
	}
}

func TestDecodeFramed(t *testing.T) {
	for _, tc := range []struct{ name, typ, hex, want string }{
		{"known", "int", "00000001", "int32 1"},
		{"alone", "kryo C", "0102", "serializer.Opaque {C serialized by Kryo [1 2]}"},
		{"empty", "opaque C", "", "serializer.Opaque {C given as opaque []}"},
		{"last", "tuple<int,kryo C>", "00000001 0102", "(int32 1 serializer.Opaque {C serialized by Kryo [1 2]})"},
		{"not last", "tuple<kryo C,int>", "0102", "serializer.Opaque {C serialized by Kryo [1 2]}"},
		{"one element", "list<kryo C>", "00000001 05", "[serializer.Opaque {C serialized by Kryo [5]}]"},
		{"two elements", "list<kryo C>", "00000002 05", "serializer.Opaque {C serialized by Kryo [0 0 0 2 5]}"},
		{"not met", "either<int,kryo C>", "01 00000001", "right=false int32 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, b := Compile(mustParse(t, tc.typ)), unhex(t, tc.hex)
			v, err := p.DecodeFramed(b)
			if err != nil || show(v) != tc.want {
				t.Fatalf("%s, want %s; err = %v", show(v), tc.want, err)
			}
			if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b) {
				t.Errorf("encoded as %x, want %x; err = %v", again, b, err)
			}
		})
	}
	p := Compile(mustParse(t, "tuple<boolean,kryo C>"))
	for hex, offset := range map[string]int64{"": 0, "02": 0} {
		_, err := p.DecodeFramed(unhex(t, hex))
		if fe, ok := errors.AsType[*javaio.FormatError](err); !ok || fe.Offset != offset || !errors.Is(err, javaio.ErrCorrupt) {
			t.Errorf("%q: err = %v, want a defect at %d", hex, err, offset)
		}
	}
	if err := Compile(scalar(KindInt)).SkipFramed(make([]byte, 5)); err == nil {
		t.Error("leftover byte is accepted")
	}
}

// Values that are none of a type are refused, whatever the kind.
func TestAppendMismatch(t *testing.T) {
	values := []Value{nil, true, int8(1), int16(1), int32(1), int64(1), float32(1), 1.0, Char(1), "a", []byte{1}, Decimal{}, Millis(1), Instant{},
		LocalDate{1, 1, 1}, List{}, Map{}, Struct{}, Either{}, Enum{}, Window{}, GlobalWindow{}, Element{Tag: 99}, []int64{1}, []Value{1}, struct{}{}}
	for _, v := range flinkValues(t) {
		want, _, err := v.p.Decode(v.b)
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range values {
			if b, err := v.p.Append(nil, other); err == nil {
				checkProgram(t, v.p, b) // it was one of the type
			} else if len(b) != 0 {
				t.Errorf("%s: a refused value leaves %x", v.name, b)
			}
		}
		if fmt.Sprintf("%T", want) == "serializer.Struct" {
			s := want.(Struct)
			s.Values = append(slices.Clone(s.Values), int32(1))
			if _, err := v.p.Append(nil, s); err == nil {
				t.Errorf("%s: a field too many is accepted", v.name)
			}
		}
	}
	for _, tc := range []struct {
		name, typ string
		v         Value
		want      string
	}{
		{"kind of a row", "row<f0:int>", Struct{Values: []Value{nil}, Kind: Delete}, ""},
		{"field", "pojo A{x:int}", Struct{Values: []Value{"a"}}, "x: string is no value of int"},
		{"element", "list<int>", List{int32(1), "a"}, "[1]: string is no value of int"},
		{"subclass", "pojo A{}", Struct{Via: ViaTag}, "a subclass that the serializer of A does not know"},
		{"date", "local-date", LocalDate{2023, 2, 29}, "date 2023-2-29"},
	} {
		_, err := Compile(mustParse(t, tc.typ)).Append(nil, tc.v)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: err = %v, want %q", tc.name, err, tc.want)
		}
	}
	plain := &Type{Kind: KindRow, Elems: []*Type{scalar(KindInt)}}
	if _, err := Compile(plain).Append(nil, Struct{Values: []Value{nil}, Kind: Delete}); err == nil {
		t.Error("a row without kind bits takes a DELETE")
	}
}

func TestHostileCounts(t *testing.T) {
	nothing := listOf(listOf(scalar(KindNullValue)))
	b := javaio.AppendInt32(nil, 3)
	for range 3 {
		b = javaio.AppendInt32(b, maxFree/2)
	}
	p := Compile(nothing)
	if n, err := p.Skip(b); err != nil || n != len(b) {
		t.Errorf("%d bytes, err = %v", n, err)
	}
	if _, _, err := p.Decode(b); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("decodes three times half of what may be made of nothing: %v", err)
	}
	mask := append(javaio.AppendInt32(nil, 2*maxFree), bytes.Repeat([]byte{0xFF}, maxFree/4)...)
	nulls := Compile(&Type{Kind: KindLinkedList, Flag: true, Elems: []*Type{scalar(KindLong)}})
	if n, err := nulls.Skip(mask); err != nil || n != len(mask) {
		t.Errorf("%d bytes, err = %v", n, err)
	}
	if _, _, err := nulls.Decode(mask); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("decodes a list of %d nulls in bits: %v", 2*maxFree, err)
	}
}
