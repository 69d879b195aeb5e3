package serializer

import (
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Message is a Protobuf message as a descriptor describes it. It is immutable.
type Message struct{ root *protoMessage }

// NewMessage finds a message by its full name in a FileDescriptorSet that has every file it needs: what
// protoc --descriptor_set_out --include_imports writes.
func NewMessage(set []byte, name string) (*Message, error) {
	var files descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(set, &files); err != nil || len(files.File) == 0 {
		return nil, errors.Join(errors.New("no FileDescriptorSet, as protoc --descriptor_set_out --include_imports writes it"), err)
	}
	registry, err := protodesc.NewFiles(&files)
	if err != nil {
		return nil, err
	}
	d, err := registry.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return nil, fmt.Errorf("no message %q in the FileDescriptorSet", name)
	}
	m, ok := d.(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no message", name)
	}
	return &Message{root: (&protoCompiler{made: map[protoreflect.FullName]*protoMessage{}}).message(m)}, nil
}

// Name is the full name of the message.
func (m *Message) Name() string { return m.root.image.Class }

// Type is the type of its values where their length is stored in the given way.
func (m *Message) Type(l MessageLength) *Type {
	return &Type{Kind: KindProtobuf, Class: m.Name(), Elems: []*Type{m.root.image}, message: m.root, length: l}
}

// protoMessage is a message in the form that readers walk.
type protoMessage struct {
	fields   []*protoField // in the order of the descriptor
	byNum    map[protowire.Number]*protoField
	ordered  []*protoField // by number
	image    *Type         // the type of its decoded values, which programs and columns know
	required uint64        // which of the first 64 fields must be there
}

// protoField is a field of a message.
type protoField struct {
	index    int
	num      protowire.Number
	kind     protoreflect.Kind
	wire     protowire.Type
	list     bool
	mapped   bool
	packs    bool // as a list, may lie in one block
	packed   bool // and is written so
	presence bool // a default is no value
	oneof    int  // index of the oneof that it is a member of; -1
	zero     Value
	message  *protoMessage
	names    map[int32]string // of an enum
}

// protoCompiler makes messages of descriptors; they may refer to each other.
type protoCompiler struct {
	made map[protoreflect.FullName]*protoMessage
}

func (c *protoCompiler) message(d protoreflect.MessageDescriptor) *protoMessage {
	if m := c.made[d.FullName()]; m != nil {
		return m
	}
	m := &protoMessage{byNum: map[protowire.Number]*protoField{}, image: &Type{Kind: KindRecord, Class: string(d.FullName())}}
	c.made[d.FullName()] = m
	for i := range d.Fields().Len() {
		fd := d.Fields().Get(i)
		f := c.field(fd, i)
		m.fields = append(m.fields, f)
		m.byNum[f.num] = f
		if fd.Cardinality() == protoreflect.Required && i < 64 {
			m.required |= 1 << i
		}
		m.image.Fields = append(m.image.Fields, string(fd.Name()))
		m.image.Elems = append(m.image.Elems, f.image(fd))
	}
	m.ordered = slices.Clone(m.fields)
	slices.SortFunc(m.ordered, func(a, b *protoField) int { return int(a.num - b.num) })
	return m
}

func (c *protoCompiler) field(d protoreflect.FieldDescriptor, index int) *protoField {
	f := &protoField{index: index, num: d.Number(), kind: d.Kind(), list: d.IsList(), mapped: d.IsMap(), packed: d.IsPacked(),
		presence: d.HasPresence(), oneof: -1, wire: wireOf[d.Kind()]}
	f.packs = f.list && f.wire != protowire.BytesType && f.wire != protowire.StartGroupType
	if o := d.ContainingOneof(); o != nil {
		f.oneof = o.Index()
	}
	switch {
	case d.Message() != nil:
		f.message = c.message(d.Message())
	case d.Enum() != nil:
		f.names = map[int32]string{}
		for i := range d.Enum().Values().Len() {
			v := d.Enum().Values().Get(i)
			if _, alias := f.names[int32(v.Number())]; !alias {
				f.names[int32(v.Number())] = string(v.Name())
			}
		}
		f.zero = f.enum(int32(d.Enum().Values().Get(0).Number()))
	default:
		f.zero = protoZeros[d.Kind()]
	}
	return f
}

func (f *protoField) enum(n int32) Value { return Enum{Name: f.names[n], Index: n} }

// wireOf says how values of a kind lie.
var wireOf = map[protoreflect.Kind]protowire.Type{
	protoreflect.BoolKind: protowire.VarintType, protoreflect.EnumKind: protowire.VarintType,
	protoreflect.Int32Kind: protowire.VarintType, protoreflect.Sint32Kind: protowire.VarintType, protoreflect.Uint32Kind: protowire.VarintType,
	protoreflect.Int64Kind: protowire.VarintType, protoreflect.Sint64Kind: protowire.VarintType, protoreflect.Uint64Kind: protowire.VarintType,
	protoreflect.Fixed32Kind: protowire.Fixed32Type, protoreflect.Sfixed32Kind: protowire.Fixed32Type, protoreflect.FloatKind: protowire.Fixed32Type,
	protoreflect.Fixed64Kind: protowire.Fixed64Type, protoreflect.Sfixed64Kind: protowire.Fixed64Type, protoreflect.DoubleKind: protowire.Fixed64Type,
	protoreflect.StringKind: protowire.BytesType, protoreflect.BytesKind: protowire.BytesType, protoreflect.MessageKind: protowire.BytesType,
	protoreflect.GroupKind: protowire.StartGroupType,
}

// protoZeros are the values of fields that are not stored. Unsigned numbers of 32 bits are int64.
var protoZeros = map[protoreflect.Kind]Value{
	protoreflect.BoolKind: false, protoreflect.Int32Kind: int32(0), protoreflect.Sint32Kind: int32(0), protoreflect.Sfixed32Kind: int32(0),
	protoreflect.Uint32Kind: int64(0), protoreflect.Fixed32Kind: int64(0), protoreflect.Int64Kind: int64(0), protoreflect.Sint64Kind: int64(0),
	protoreflect.Sfixed64Kind: int64(0), protoreflect.Uint64Kind: uint64(0), protoreflect.Fixed64Kind: uint64(0),
	protoreflect.FloatKind: float32(0), protoreflect.DoubleKind: float64(0), protoreflect.StringKind: "", protoreflect.BytesKind: []byte{},
}

// image is the type of what the field holds: of a list or map without null, of others nullable.
func (f *protoField) image(d protoreflect.FieldDescriptor) *Type {
	switch {
	case f.mapped:
		entry := f.message.image
		return &Type{Kind: KindMap, Elems: []*Type{entry.Elems[0].Elems[0], entry.Elems[1].Elems[0]}}
	case f.list:
		return &Type{Kind: KindArray, Elems: []*Type{f.single(d)}}
	}
	return &Type{Kind: KindNullable, Elems: []*Type{f.single(d)}}
}

func (f *protoField) single(d protoreflect.FieldDescriptor) *Type {
	switch {
	case f.message != nil:
		return f.message.image
	case d.Enum() != nil:
		t := &Type{Kind: KindScalaEnum, Class: string(d.Enum().FullName())}
		for i := range d.Enum().Values().Len() {
			v := d.Enum().Values().Get(i)
			if name := string(v.Name()); f.names[int32(v.Number())] == name {
				t.Symbols, t.IDs = append(t.Symbols, name), append(t.IDs, int32(v.Number()))
			}
		}
		return t
	}
	switch f.zero.(type) {
	case bool:
		return scalar(KindBoolean)
	case int32:
		return scalar(KindInt)
	case int64:
		return scalar(KindLong)
	case uint64:
		return scalar(KindUint64)
	case float32:
		return scalar(KindFloat)
	case float64:
		return scalar(KindDouble)
	case string:
		return scalar(KindAvroString)
	}
	return scalar(KindByteArray)
}
