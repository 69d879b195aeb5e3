package serializer

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"ckpt/internal/javaio"
)

// ordersSet is what protoc made of the harness's orders.proto.
func ordersSet(t testing.TB) []byte {
	t.Helper()
	set, err := os.ReadFile("testdata/orders.desc")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func orderMessage(t testing.TB, name string) *Message {
	t.Helper()
	m, err := NewMessage(ordersSet(t), name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// orderDescriptor is the library's own view.
func orderDescriptor(t testing.TB, name string) protoreflect.MessageDescriptor {
	t.Helper()
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(ordersSet(t), &set); err != nil {
		t.Fatal(err)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		t.Fatal(err)
	}
	d, err := files.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		t.Fatal(err)
	}
	return d.(protoreflect.MessageDescriptor)
}

// protoValue is a message of the library as this package decodes it.
func protoValue(m protoreflect.Message, image *Type) Struct {
	s := Struct{Type: image, Values: make([]Value, m.Descriptor().Fields().Len())}
	if unknown := m.GetUnknown(); len(unknown) > 0 {
		s.Unknown = bytes.Clone(unknown)
	}
	for i := range s.Values {
		fd := m.Descriptor().Fields().Get(i)
		switch {
		case fd.IsMap():
			all := Map{}
			m.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
				all = append(all, MapEntry{Key: protoSingle(fd.MapKey(), k.Value(), nil), Value: protoSingle(fd.MapValue(), v, image.Elems[i].Elems[1])})
				return true
			})
			s.Values[i] = all
		case fd.IsList():
			list := List{}
			for j := range m.Get(fd).List().Len() {
				list = append(list, protoSingle(fd, m.Get(fd).List().Get(j), image.Elems[i].Elems[0]))
			}
			s.Values[i] = list
		case m.Has(fd) || !fd.HasPresence():
			s.Values[i] = protoSingle(fd, m.Get(fd), image.Elems[i].Elems[0])
		}
	}
	return s
}

func protoSingle(fd protoreflect.FieldDescriptor, v protoreflect.Value, t *Type) Value {
	switch x := v.Interface().(type) {
	case protoreflect.Message:
		return protoValue(x, t)
	case protoreflect.EnumNumber:
		e := Enum{Index: int32(x)}
		if d := fd.Enum().Values().ByNumber(x); d != nil {
			e.Name = string(d.Name())
		}
		return e
	case uint32:
		return int64(x)
	default:
		return x
	}
}

// order is a message with every field.
func orderBytes(t testing.TB) []byte {
	t.Helper()
	var b []byte
	bytesField := func(num protowire.Number, v string) {
		b = protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), v)
	}
	varint := func(num protowire.Number, v uint64) {
		b = protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
	}
	bytesField(1, "o-1 ü")
	varint(2, 1<<64-5) // SHIPPED
	varint(3, 1<<62)
	bytesField(4, "\x08\x80\x94\xeb\xdc\x03\x10\x07")
	bytesField(5, "\x0a\x01a\x10\xff\xff\xff\xff\x0f")
	bytesField(5, "")
	bytesField(6, "\x01\x02\xff\xff\xff\xff\x0f")
	bytesField(7, "\x0a\x02eu\x10\x05")
	bytesField(7, "\x0a\x02us\x10\x06")
	bytesField(8, "\x08\x03\x12\x03\x0a\x01b")
	bytesField(10, "")
	varint(11, 0)
	bytesField(12, "\x00\xff")
	varint(13, 1<<64-1)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 14, protowire.Fixed32Type), 1<<32-1)
	bytesField(15, "\x0a\x03o-0")
	bytesField(17, "\x01\x00\x09")
	bytesField(18, "\x0a\x01x\x10\x01")
	b = protowire.AppendFixed64(protowire.AppendTag(b, 19, protowire.Fixed64Type), math.Float64bits(-1.5))
	b = protowire.AppendFixed32(protowire.AppendTag(b, 20, protowire.Fixed32Type), math.Float32bits(0.25))
	bytesField(21, "\x0a\x02n1\x18\x03\x20\x00\x20\x03\x2b\x0a\x01s\x11\x01\x00\x00\x00\x00\x00\x00\x00\x2c")
	bytesField(23, "")
	bytesField(23, "two")
	return b
}

// TestProtobuf compares what is decoded with what Google's library finds, and encodes it to the same bytes.
func TestProtobuf(t *testing.T) {
	full := orderBytes(t)
	tail := func(s string) []byte { return append(bytes.Clone(full), s...) }
	for _, tc := range []struct {
		name, message string
		b             []byte
		stored        bool // encoding gives other bytes
	}{
		{"empty", "Order", nil, false},
		{"all fields", "Order", full, false},
		{"unknown fields", "Order", tail("\xf8\x0a\x01\xf2\x0a\x01x"), false},
		{"unknown field in front", "Order", append([]byte("\xf8\x0a\x01"), full...), true},
		{"wrong wire type", "Order", []byte("\x08\x05"), false},
		{"last of a field", "Order", []byte("\x0a\x01a\x0a\x01b"), true},
		{"merged message", "Order", []byte("\x22\x02\x08\x05\x22\x02\x10\x06\x22\x00"), true},
		{"oneof", "Order", []byte("\x4a\x01c\x52\x00\x4a\x01d"), true},
		{"oneof of messages", "Order", []byte("\x52\x00\x4a\x01d"), true},
		{"not packed", "Order", []byte("\x30\x01\x30\x04\x32\x01\x06"), true},
		{"longer number", "Order", []byte("\x18\x85\x00"), true},
		{"default is stored", "Order", []byte("\x18\x00"), true},
		{"negative zero", "Order", []byte("\x99\x01\x00\x00\x00\x00\x00\x00\x00\x80"), false},
		{"key twice", "Order", []byte("\x3a\x04\x0a\x00\x10\x01\x3a\x04\x0a\x00\x10\x02"), true},
		{"key without value", "Order", []byte("\x3a\x03\x0a\x01k\x42\x02\x08\x01"), true},
		{"value in front of its key", "Order", []byte("\x3a\x05\x10\x02\x0a\x01k"), true},
		{"enum of no name", "Order", []byte("\x10\x63\x8a\x01\x02\x63\x01"), false},
		{"group", "Part", []byte("\x0a\x01n\x2b\x0a\x01s\x2c"), false},
		{"closed enum", "Part", []byte("\x0a\x01n\x18\x05\x20\x05\x20\x03"), false},
		{"closed enum, packed", "Part", []byte("\x0a\x01n\x22\x02\x05\x03"), true},
		{"closed enum in a map", "Part", []byte("\x0a\x01n\x3a\x05\x0a\x01k\x10\x05"), false},
		{"unknown field in a map", "Part", []byte("\x0a\x01n\x3a\x07\x0a\x01k\x10\x03\x18\x05"), false},
		{"required in merged parts", "Order", []byte("\xaa\x01\x02\x10\x01\xaa\x01\x03\x0a\x01n"), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := orderMessage(t, "ckpt.harness."+tc.message)
			p := Compile(m.Type(NoLength))
			v, err := p.DecodeFramed(tc.b)
			if err != nil {
				t.Fatal(err)
			}
			s := v.(Struct)
			if (s.Stored != nil) != tc.stored {
				t.Errorf("stored %x, want it: %t", s.Stored, tc.stored)
			}
			if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, tc.b) {
				t.Errorf("encoded as %x, want %x (%v)", again, tc.b, err)
			}
			checkProto(t, m, orderDescriptor(t, m.Name()), s, tc.b)
		})
	}
}

// checkProto compares a value with the library's view of the same bytes, and what both encode.
func checkProto(t *testing.T, m *Message, d protoreflect.MessageDescriptor, s Struct, b []byte) {
	t.Helper()
	theirs, err := unmarshal(d, b)
	if err != nil {
		t.Fatalf("%x: the library: %v", b, err)
	}
	if keepsEntry(m.root, s) { // the library drops what an entry of a map has besides
		return
	}
	if got, want := protoText(s), protoText(protoValue(theirs, m.root.image)); got != want {
		t.Errorf("%x:\ngot  %s\nwant %s", b, got, want)
	}
	plain, err := appendProto(nil, m.root, s, 0)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := unmarshal(d, plain); err != nil || protoText(protoValue(again, m.root.image)) != protoText(s) {
		t.Errorf("%x: encoded as %x, which is %s (%v)", b, plain, protoText(protoValue(again, m.root.image)), err)
	}
}

// unmarshal is the library's. It panics at an entry of a map whose key has the wrong type.
func unmarshal(d protoreflect.MessageDescriptor, b []byte) (m *dynamicpb.Message, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("panic: %v", x)
		}
	}()
	m = dynamicpb.NewMessage(d)
	return m, proto.UnmarshalOptions{RecursionLimit: maxNesting}.Unmarshal(b, m)
}

// keepsEntry says whether an entry of a map was kept as it stood, because it has more than a key and a value.
func keepsEntry(m *protoMessage, s Struct) bool {
	for b := s.Unknown; len(b) > 0; {
		num, wire, n := protowire.ConsumeField(b)
		if f := m.byNum[num]; f != nil && f.mapped && wire == protowire.BytesType {
			return true
		}
		b = b[n:]
	}
	for _, f := range m.fields {
		of := f.message
		switch v := s.Values[f.index].(type) {
		case Struct:
			if keepsEntry(of, v) {
				return true
			}
		case List:
			for _, e := range v {
				if e, ok := e.(Struct); ok && keepsEntry(of, e) {
					return true
				}
			}
		case Map:
			for _, e := range v {
				if e, ok := e.Value.(Struct); ok && keepsEntry(of.fields[1].message, e) {
					return true
				}
			}
		}
	}
	return false
}

// protoText shows a message; maps in the order of their keys.
func protoText(v Value) string {
	switch x := v.(type) {
	case Struct:
		var parts []string
		for i, f := range x.Values {
			parts = append(parts, x.Type.Field(i)+"="+protoText(f))
		}
		if x.Unknown != nil {
			parts = append(parts, "unknown="+show(x.Unknown))
		}
		return "(" + strings.Join(parts, " ") + ")"
	case List:
		var parts []string
		for _, e := range x {
			parts = append(parts, protoText(e))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case Map:
		var parts []string
		for _, e := range x {
			parts = append(parts, protoText(e.Key)+":"+protoText(e.Value))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, " ") + "}"
	}
	return show(v)
}

// TestProtobufLengths: each way to store a length, cut at every byte.
func TestProtobufLengths(t *testing.T) {
	m := orderMessage(t, "ckpt.harness.Order")
	b := orderBytes(t)
	for _, tc := range []struct {
		l    MessageLength
		head string
	}{
		{VarintLength, string(protowire.AppendVarint(nil, uint64(len(b))))},
		{IntLength, string(javaio.AppendInt32(nil, int32(len(b))))},
	} {
		p := Compile(m.Type(tc.l))
		in := append([]byte(tc.head), b...)
		v, n, err := p.Decode(append(in[:len(in):len(in)], 9))
		if err != nil || n != len(in) {
			t.Fatalf("%d: %d of %d bytes, %v", tc.l, n, len(in), err)
		}
		if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, in) {
			t.Errorf("%d: encoded as %x (%v)", tc.l, again, err)
		}
		for i := range in {
			if _, err := p.Skip(in[:i]); err != ErrShort {
				t.Errorf("%d: %d of %d bytes: %v", tc.l, i, len(in), err)
			}
		}
		if n := testing.AllocsPerRun(10, func() { p.Skip(in) }); n > 0 {
			t.Errorf("%d: skipping allocates %.0f times", tc.l, n)
		}
	}
	p := Compile(m.Type(NoLength))
	if _, err := p.Skip(b); !isOpaque(err) {
		t.Errorf("a message without length and frame: %v", err)
	}
}

func TestProtobufBad(t *testing.T) {
	deep := []byte{}
	for range 1100 {
		deep = protowire.AppendBytes([]byte{0x7a}, deep)
	}
	for _, tc := range []struct {
		name, message, in string
		offset            int64
		want              string
	}{
		{"tag without end", "Order", "\x80", 0, "no tag"},
		{"field 0", "Order", "\x00\x00", 0, "no tag"},
		{"text past the end", "Order", "\x0a\x05ab", 1, "EOF"},
		{"end of no group", "Order", "\x0c", 1, "did not begin"},
		{"group without end", "Part", "\x0a\x01n\x2b", 4, "EOF"},
		{"text is not UTF-8", "Order", "\x0a\x01\xff", 1, "UTF-8"},
		{"number too long", "Order", "\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 1, "overflow"},
		{"required is missing", "Part", "", 0, "number of ckpt.harness.Part is required"},
		{"required in a map", "Part", "\x10\x01", 0, "is required"},
		{"packed past the end", "Order", "\x32\x02\x01\xff", 3, "EOF"},
		{"defect in a message", "Order", "\x2a\x02\x0a\x05", 3, "EOF"},
		{"too deep", "Order", string(deep), -1, "nested"},
	} {
		p := Compile(orderMessage(t, "ckpt.harness."+tc.message).Type(NoLength))
		err := p.SkipFramed([]byte(tc.in))
		fe, ok := errors.AsType[*javaio.FormatError](err)
		if !ok || !errors.Is(err, javaio.ErrCorrupt) || tc.offset >= 0 && fe.Offset != tc.offset || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q at %d", tc.name, err, tc.want, tc.offset)
		}
		if _, err := p.DecodeFramed([]byte(tc.in)); err == nil {
			t.Errorf("%s: decoded", tc.name)
		}
	}
	for _, tc := range []struct{ name, message, want string }{
		{"no such message", "ckpt.harness.Nothing", "no message"},
		{"an enum", "ckpt.harness.State", "is no message"},
	} {
		if _, err := NewMessage(ordersSet(t), tc.message); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if _, err := NewMessage([]byte("{}"), "a.B"); err == nil || !strings.Contains(err.Error(), "FileDescriptorSet") {
		t.Errorf("no descriptor set: %v", err)
	}
}

// TestProtobufPlace: a message without its length takes what is left, so nothing can follow it.
func TestProtobufPlace(t *testing.T) {
	m := orderMessage(t, "ckpt.harness.Order").Type(NoLength)
	one := func(k Kind, elems ...*Type) *Type { return &Type{Kind: k, Elems: elems} }
	for _, tc := range []struct {
		name string
		t    *Type
		ok   bool
	}{
		{"alone", m, true},
		{"last", one(KindStruct, scalar(KindInt), m), true},
		{"nullable", one(KindNullable, m), true},
		{"first", one(KindStruct, m, scalar(KindInt)), false},
		{"list", listOf(m), false},
		{"in front, deeper", one(KindStruct, one(KindNullable, m), scalar(KindInt)), false},
	} {
		if _, err := NewRegistry(Description{Class: "a.B", Type: tc.t}); (err == nil) != tc.ok {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// A message that Kryo wrote with chill's serializer, described.
func TestKryoProtobuf(t *testing.T) {
	m := orderMessage(t, "ckpt.harness.Order")
	class := KryoClass{Name: "com.acme.M", Form: KryoProtobuf, Message: m}
	classes, err := NewKryoClasses(class)
	if err != nil {
		t.Fatal(err)
	}
	body := &KryoBody{Type: "java.lang.Object", Registrations: []KryoRegistration{{Class: "java.lang.Object"},
		{Class: "com.acme.M", Kind: kryoClassKind, Serializer: "com.twitter.chill.protobuf.ProtobufSerializer"}}}
	for _, g := range []KryoGeneration{Kryo2, Kryo5} {
		p := Compile(kryoOf(body, Options{Kryo: g, KryoClasses: classes}))
		v, err := p.DecodeFramed(unhex(t, "58 01 05 0a0161 1805"))
		o, ok := v.(KryoObject)
		if err != nil || !ok {
			t.Fatalf("Kryo %s: %v, %v", g, v, err)
		}
		s, _ := o.Graph.(Object).Value.(Struct)
		if o.Graph.(Object).Class != "com.acme.M" || len(s.Values) < 2 || s.Values[0] != "a" || s.Values[1] != int64(5) {
			t.Errorf("Kryo %s: %v", g, o.Graph)
		}
		if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, unhex(t, "5801050a01611805")) {
			t.Errorf("Kryo %s: encoded as %x (%v)", g, again, err)
		}
		if v, err := p.DecodeFramed(unhex(t, "58 01 02 0aff")); err != nil || !strings.Contains(v.(Opaque).Reason, "does not fit") {
			t.Errorf("Kryo %s: %v, %v", g, v, err)
		}
	}
	for _, bad := range []KryoClass{{Name: "a", Form: KryoProtobuf}, {Name: "a", Message: m}} {
		if _, err := NewKryoClasses(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

func FuzzProtobuf(f *testing.F) {
	f.Add(false, orderBytes(f))
	f.Add(true, []byte("\x0a\x01n\x18\x05\x2b\x0a\x01s\x2c"))
	f.Add(false, []byte("\x22\x02\x08\x05\x22\x02\x10\x06"))
	messages := []*Message{orderMessage(f, "ckpt.harness.Order"), orderMessage(f, "ckpt.harness.Part")}
	descriptors := []protoreflect.MessageDescriptor{orderDescriptor(f, "ckpt.harness.Order"), orderDescriptor(f, "ckpt.harness.Part")}
	f.Fuzz(func(t *testing.T, part bool, b []byte) {
		i := 0
		if part {
			i = 1
		}
		p := Compile(messages[i].Type(NoLength))
		err := p.SkipFramed(b)
		v, decodes := p.DecodeFramed(b)
		if (err == nil) != (decodes == nil) {
			t.Fatalf("skipping: %v, decoding: %v", err, decodes)
		}
		_, theirs := unmarshal(descriptors[i], b)
		if err != nil {
			return
		}
		if theirs == nil {
			checkProto(t, messages[i], descriptors[i], v.(Struct), b)
		}
		if again, err := p.Append(nil, v); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x is encoded as %x: %v", b, again, err)
		}
	})
}
