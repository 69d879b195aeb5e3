package serializer

import (
	"bytes"
	"math"
	"math/bits"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// protoReader walks messages. With build unset nothing is made. The first failure sticks in err.
//
//	message := (tag:uvarint value)*      tag: number << 3 | wire type; until the end, or the end tag of a group
//
// A field that occurs again replaces what was there; lists go on, and messages are merged: they are read as if their bytes
// lay behind each other. What the descriptor does not have, or has with another wire type, is kept as it stands.
type protoReader struct {
	b     []byte
	build bool
	err   error
}

func (r *protoReader) corrupt(p int, format string, args ...any) {
	if r.err == nil {
		r.err = corrupt(p, format, args...)
	}
}

// protoDraft is a message while it is read.
type protoDraft struct {
	values  []Value
	parts   map[int][]protoSpan // singular messages
	keys    map[int]map[any]int // where a key of a map stands
	seen    uint64              // which of the first 64 fields were there
	unknown []byte
}

// protoSpan is where fields of a message lie, one behind the other.
type protoSpan struct{ from, to int }

// message reads m. whole: nothing else will be merged with it, so that no required field may be missing.
func (r *protoReader) message(m *protoMessage, depth int, whole bool, spans ...protoSpan) (s Struct) {
	var d protoDraft
	if r.build {
		d.values = make([]Value, len(m.fields))
	}
	for _, span := range spans {
		if depth > maxNesting {
			r.corrupt(span.from, "messages nested more than %d deep", maxNesting)
		}
		for p := span.from; p < span.to && r.err == nil; {
			p = r.next(m, &d, p, span.to, depth)
		}
	}
	if missing := m.required &^ d.seen; missing != 0 && whole {
		r.corrupt(spans[0].from, "field %s of %s is required", m.image.Fields[bits.TrailingZeros64(missing)], m.image.Class)
	}
	if !r.build || r.err != nil {
		return s
	}
	return r.finish(m, &d, depth)
}

// next reads the field that begins at p and returns the position behind it.
func (r *protoReader) next(m *protoMessage, d *protoDraft, p, end, depth int) int {
	at := p
	num, wire, n := protowire.ConsumeTag(r.b[p:end])
	if n < 0 {
		r.corrupt(at, "no tag of a field of %s", m.image.Class)
		return end
	}
	p += n
	next := p + r.value(num, wire, p, end)
	f := m.byNum[num]
	switch {
	case r.err != nil:
	case f == nil || wire != f.wire && !(f.packs && wire == protowire.BytesType):
		d.keep(r, at, next)
	default:
		if f.index < 64 {
			d.seen |= 1 << f.index
		}
		r.field(m, f, d, wire, at, p, next, depth)
	}
	return next
}

// keep keeps what the descriptor does not have.
func (d *protoDraft) keep(r *protoReader, from, to int) {
	if r.build {
		d.unknown = append(d.unknown, r.b[from:to]...)
	}
}

// value returns the length of a value.
func (r *protoReader) value(num protowire.Number, wire protowire.Type, p, end int) int {
	if wire == protowire.EndGroupType {
		r.corrupt(p, "end of a group that did not begin")
		return 0
	}
	n := protowire.ConsumeFieldValue(num, wire, r.b[p:end])
	if n < 0 {
		r.corrupt(p, "field %d: %w", num, protowire.ParseError(n))
		return 0
	}
	return n
}

// finish makes the messages that may have been merged, and fills in what is not stored.
func (r *protoReader) finish(m *protoMessage, d *protoDraft, depth int) Struct {
	for i, f := range m.fields {
		switch parts := d.parts[i]; {
		case parts != nil:
			d.values[i] = r.message(f.message, depth+1, false, parts...)
		case d.values[i] != nil:
		case f.mapped:
			d.values[i] = Map{}
		case f.list:
			d.values[i] = List{}
		case !f.presence:
			d.values[i] = f.zero
		}
	}
	return Struct{Type: m.image, Values: d.values, Unknown: d.unknown}
}

// field reads a value of f that lies in b[p:end]; its tag begins at tag.
func (r *protoReader) field(m *protoMessage, f *protoField, d *protoDraft, wire protowire.Type, tag, p, end, depth int) {
	if r.build && f.oneof >= 0 {
		for i, other := range m.fields {
			if other.oneof == f.oneof && other != f {
				d.values[i] = nil
				delete(d.parts, i)
			}
		}
	}
	if f.packs && wire == protowire.BytesType {
		r.packed(f, d, p, end)
		return
	}
	if f.message != nil {
		r.nested(f, d, tag, p, end, depth)
		return
	}
	v := r.scalar(f, p, end)
	switch {
	case !r.build || r.err != nil:
	case f.list:
		d.append(f, v)
	default:
		d.values[f.index] = v
	}
}

func (d *protoDraft) append(f *protoField, v Value) {
	list, _ := d.values[f.index].(List)
	d.values[f.index] = append(list, v)
}

// packed reads the elements of a list that lie in one block.
func (r *protoReader) packed(f *protoField, d *protoDraft, p, end int) {
	_, n := protowire.ConsumeVarint(r.b[p:end])
	p += n
	for p < end && r.err == nil {
		size := r.value(f.num, f.wire, p, end)
		if r.err != nil {
			return
		}
		if v := r.scalar(f, p, p+size); r.build && r.err == nil {
			d.append(f, v)
		}
		p += size
	}
}

// nested reads a message, a group or an entry of a map.
func (r *protoReader) nested(f *protoField, d *protoDraft, tag, p, end, depth int) {
	span := protoSpan{p, end}
	if f.wire == protowire.BytesType {
		_, n := protowire.ConsumeVarint(r.b[p:end])
		span.from += n
	} else {
		span.to -= protowire.SizeTag(f.num)
	}
	single := !f.list && !f.mapped
	if single && r.build {
		if d.parts == nil {
			d.parts = map[int][]protoSpan{}
		}
		d.parts[f.index] = append(d.parts[f.index], span)
		return
	}
	s := r.message(f.message, depth+1, !single, span)
	switch {
	case !r.build || r.err != nil:
	case f.list:
		d.append(f, s)
	case s.Unknown != nil: // not an entry as the descriptor has it
		d.keep(r, tag, end)
	default:
		r.put(f, d, s)
	}
}

// put takes the entry of a map: the last one of a key counts.
func (r *protoReader) put(f *protoField, d *protoDraft, entry Struct) {
	key, v := entry.Values[0], entry.Values[1]
	if key == nil {
		key = f.message.fields[0].zero
	}
	if of := f.message.fields[1]; v == nil && of.message != nil {
		v = r.finish(of.message, &protoDraft{values: make([]Value, len(of.message.fields))}, 0)
	} else if v == nil {
		v = of.zero
	}
	all, _ := d.values[f.index].(Map)
	if d.keys == nil {
		d.keys = map[int]map[any]int{}
	}
	if d.keys[f.index] == nil {
		d.keys[f.index] = map[any]int{}
	}
	if i, again := d.keys[f.index][key]; again {
		all[i].Value = v
	} else {
		d.keys[f.index][key] = len(all)
		all = append(all, MapEntry{Key: key, Value: v})
	}
	d.values[f.index] = all
	d.unknown = append(d.unknown, entry.Unknown...)
}

// scalar reads b[p:end].
func (r *protoReader) scalar(f *protoField, p, end int) Value {
	switch f.wire {
	case protowire.VarintType:
		n, _ := protowire.ConsumeVarint(r.b[p:end])
		return r.varint(f, n)
	case protowire.Fixed32Type:
		n, _ := protowire.ConsumeFixed32(r.b[p:end])
		if !r.build {
			return nil
		}
		switch f.kind {
		case protoreflect.FloatKind:
			return math.Float32frombits(n)
		case protoreflect.Fixed32Kind:
			return int64(n)
		}
		return int32(n)
	case protowire.Fixed64Type:
		n, _ := protowire.ConsumeFixed64(r.b[p:end])
		if !r.build {
			return nil
		}
		switch f.kind {
		case protoreflect.DoubleKind:
			return math.Float64frombits(n)
		case protoreflect.Fixed64Kind:
			return n
		}
		return int64(n)
	}
	b, _ := protowire.ConsumeBytes(r.b[p:end])
	if f.kind == protoreflect.StringKind {
		if !utf8.Valid(b) {
			r.corrupt(p, "text is not UTF-8")
		}
		if !r.build {
			return nil
		}
		return string(b)
	}
	if !r.build {
		return nil
	}
	return bytes.Clone(b)
}

func (r *protoReader) varint(f *protoField, n uint64) Value {
	if !r.build {
		return nil
	}
	switch f.kind {
	case protoreflect.BoolKind:
		return n != 0
	case protoreflect.EnumKind:
		return f.enum(int32(n)) // a closed enum's too: Java keeps its other numbers as unknown fields
	case protoreflect.Int32Kind:
		return int32(n)
	case protoreflect.Sint32Kind:
		return int32(protowire.DecodeZigZag(n & math.MaxUint32))
	case protoreflect.Uint32Kind:
		return int64(uint32(n))
	case protoreflect.Int64Kind:
		return int64(n)
	case protoreflect.Sint64Kind:
		return protowire.DecodeZigZag(n)
	}
	return n
}
