package serializer

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// appendProto appends a message as Java writes it: its fields by number, then what the descriptor does not have.
func appendProto(dst []byte, m *protoMessage, s Struct, depth int) ([]byte, error) {
	if depth > maxNesting {
		return dst, fmt.Errorf("messages are nested more than %d deep", maxNesting)
	}
	if len(s.Values) != len(m.fields) {
		return dst, fmt.Errorf("%d fields, want %d of %s", len(s.Values), len(m.fields), m.image.Class)
	}
	for _, f := range m.ordered {
		var err error
		if dst, err = f.append(dst, s.Values[f.index], depth); err != nil {
			return dst, in(err, m.image.Fields[f.index])
		}
	}
	return append(dst, s.Unknown...), nil
}

// append appends a field with its tag, unless there is nothing to store.
func (f *protoField) append(dst []byte, v Value, depth int) ([]byte, error) {
	if v == nil || !f.presence && isProtoZero(v) {
		return dst, nil
	}
	switch {
	case f.mapped:
		return f.appendMap(dst, v, depth)
	case !f.list:
		return f.one(dst, v, depth)
	}
	list, ok := v.(List)
	if !ok {
		return dst, fmt.Errorf("%T is no list", v)
	}
	if len(list) > 0 && f.packed {
		return f.appendPacked(dst, list)
	}
	for _, el := range list {
		var err error
		if dst, err = f.one(dst, el, depth); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// isProtoZero says whether v is what a field without presence has when nothing is stored. -0.0 is not.
func isProtoZero(v Value) bool {
	switch x := v.(type) {
	case float32:
		return math.Float32bits(x) == 0
	case float64:
		return math.Float64bits(x) == 0
	case []byte:
		return len(x) == 0
	case Enum:
		return x.Index == 0
	case bool, int32, int64, uint64, string:
		return x == false || x == int32(0) || x == int64(0) || x == uint64(0) || x == ""
	}
	return false
}

func (f *protoField) appendMap(dst []byte, v Value, depth int) ([]byte, error) {
	all, ok := v.(Map)
	if !ok {
		return dst, fmt.Errorf("%T is no map", v)
	}
	for _, e := range all {
		var entry []byte
		var err error
		if entry, err = f.message.fields[0].one(nil, e.Key, depth+1); err != nil {
			return dst, in(err, "key")
		}
		if entry, err = f.message.fields[1].one(entry, e.Value, depth+1); err != nil {
			return dst, in(err, "value")
		}
		dst = protowire.AppendBytes(protowire.AppendTag(dst, f.num, protowire.BytesType), entry)
	}
	return dst, nil
}

func (f *protoField) appendPacked(dst []byte, list List) ([]byte, error) {
	var block []byte
	for _, el := range list {
		var err error
		if block, err = f.scalar(block, el); err != nil {
			return dst, err
		}
	}
	return protowire.AppendBytes(protowire.AppendTag(dst, f.num, protowire.BytesType), block), nil
}

// one appends a value with its tag.
func (f *protoField) one(dst []byte, v Value, depth int) ([]byte, error) {
	dst = protowire.AppendTag(dst, f.num, f.wire)
	if f.message == nil {
		return f.scalar(dst, v)
	}
	s, ok := v.(Struct)
	if !ok {
		return dst, fmt.Errorf("%T is no message", v)
	}
	if f.wire == protowire.StartGroupType {
		dst, err := appendProto(dst, f.message, s, depth+1)
		return protowire.AppendTag(dst, f.num, protowire.EndGroupType), err
	}
	b, err := appendProto(nil, f.message, s, depth+1)
	return protowire.AppendBytes(dst, b), err
}

// scalar appends a value without its tag.
func (f *protoField) scalar(dst []byte, v Value) ([]byte, error) {
	switch x := v.(type) {
	case bool:
		if f.kind == protoreflect.BoolKind {
			return protowire.AppendVarint(dst, protowire.EncodeBool(x)), nil
		}
	case Enum:
		if f.kind == protoreflect.EnumKind {
			return protowire.AppendVarint(dst, uint64(int64(x.Index))), nil
		}
	case int32:
		switch f.kind {
		case protoreflect.Int32Kind:
			return protowire.AppendVarint(dst, uint64(int64(x))), nil
		case protoreflect.Sint32Kind:
			return protowire.AppendVarint(dst, protowire.EncodeZigZag(int64(x))), nil
		case protoreflect.Sfixed32Kind:
			return protowire.AppendFixed32(dst, uint32(x)), nil
		}
	case int64:
		switch f.kind {
		case protoreflect.Int64Kind:
			return protowire.AppendVarint(dst, uint64(x)), nil
		case protoreflect.Uint32Kind:
			return protowire.AppendVarint(dst, uint64(uint32(x))), nil
		case protoreflect.Sint64Kind:
			return protowire.AppendVarint(dst, protowire.EncodeZigZag(x)), nil
		case protoreflect.Fixed32Kind:
			return protowire.AppendFixed32(dst, uint32(x)), nil
		case protoreflect.Sfixed64Kind:
			return protowire.AppendFixed64(dst, uint64(x)), nil
		}
	case uint64:
		switch f.kind {
		case protoreflect.Uint64Kind:
			return protowire.AppendVarint(dst, x), nil
		case protoreflect.Fixed64Kind:
			return protowire.AppendFixed64(dst, x), nil
		}
	case float32:
		if f.kind == protoreflect.FloatKind {
			return protowire.AppendFixed32(dst, math.Float32bits(x)), nil
		}
	case float64:
		if f.kind == protoreflect.DoubleKind {
			return protowire.AppendFixed64(dst, math.Float64bits(x)), nil
		}
	case string:
		if f.kind == protoreflect.StringKind {
			return protowire.AppendString(dst, x), nil
		}
	case []byte:
		if f.kind == protoreflect.BytesKind {
			return protowire.AppendBytes(dst, x), nil
		}
	}
	return dst, fmt.Errorf("%T is no %s", v, f.kind)
}
