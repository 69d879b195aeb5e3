package serializer

import (
	"bytes"
	"encoding/binary"
	"math"
)

// MessageLength says how the length of a message is stored in front of it.
type MessageLength uint8

const (
	NoLength     MessageLength = iota // not at all: the message ends where its frame does
	VarintLength                      // as Protobuf's writeDelimitedTo does
	IntLength                         // i32
)

// endlessReason is why a message without its length cannot be read where nothing else says where it ends.
const endlessReason = "a message without its length, where nothing else says where it ends"

// isMessage says whether values are foreign messages behind a length: of Protobuf, or in Avro's own encoding.
func (k Kind) isMessage() bool { return k == KindProtobuf || k == KindAvroBinary }

// endless says whether t itself ends only where its frame does. Avro ends by itself.
func (t *Type) endless() bool {
	return t.Kind == KindProtobuf && t.length == NoLength && t.Reason == ""
}

// Endless says whether values of t end only where their frame does, so that they cannot be read in the heap layout, nor as
// elements.
func (t *Type) Endless() bool { return t.find(map[*Type]bool{}, (*Type).endless) != nil }

// endsLast says whether an endless part of t can only be its last, so that its frame delimits it.
func (t *Type) endsLast() bool {
	if !t.Endless() || t.endless() {
		return true
	}
	switch t.Kind {
	case KindStruct, KindTuple, KindCaseClass, KindTTL:
		last := len(t.Elems) - 1
		for _, e := range t.Elems[:last] {
			if e.Endless() {
				return false
			}
		}
		return t.Elems[last].endsLast()
	case KindNullable:
		return t.Elems[0].endsLast()
	}
	return false
}

// messageAt returns where the message that begins at p lies behind its length: without one, to the end of b.
func (t *Type) messageAt(b []byte, p int) (from, to int, err error) {
	switch t.length {
	case VarintLength:
		v, w := binary.Uvarint(b[p:])
		switch {
		case w == 0:
			return 0, 0, ErrShort
		case w < 0 || v > math.MaxInt32 || w > 1 && b[p+w-1] == 0:
			return 0, 0, corrupt(p, "the length of a message is no number below 2^31 in its shortest form")
		case int(v) > len(b)-p-w:
			return 0, 0, ErrShort
		}
		return p + w, p + w + int(v), nil
	case IntLength:
		v, p, err := countAt(b, p)
		if err == nil && v > len(b)-p {
			err = ErrShort
		}
		return p, p + v, err
	}
	return p, len(b), nil
}

func skipMessage(n *node, b []byte, p, depth int) (int, error) {
	from, to, err := n.t.messageAt(b, p)
	switch {
	case err != nil:
		return 0, err
	case n.kind == KindProtobuf:
		r := protoReader{b: b}
		r.message(n.t.message, depth, true, protoSpan{from, to})
		return to, r.err
	case n.t.length == NoLength:
		_, size, err := transcode(n.t.Elems[0], nil, b[from:], false, depth)
		if err != nil && err != ErrShort {
			err = shifted(err, from)
		}
		return from + size, err
	}
	return to, n.t.skipAvroBinary(b, from, to, depth)
}

// message decodes a message.
func (d *decoder) message(n *node) Value {
	from, to, _ := n.t.messageAt(d.b, d.p)
	if n.kind == KindAvroBinary {
		if n.t.length == NoLength {
			_, size, _ := transcode(n.t.Elems[0], nil, d.b[from:], false, 0)
			to = from + size
		}
		d.p = to
		return decodeAvroBinary(n, d.b[from:to])
	}
	d.p = to
	return decodeMessage(n.t.message, d.b[from:to])
}

// decodeMessage decodes bytes that have been skipped before. They are kept where encoding gives others: a message has many
// spellings.
func decodeMessage(m *protoMessage, b []byte) Struct {
	r := protoReader{b: b, build: true}
	s := r.message(m, 0, true, protoSpan{0, len(b)})
	if again, err := appendProto(nil, m, s, 0); err != nil || !bytes.Equal(again, b) {
		s.Stored = bytes.Clone(b)
	}
	return s
}

// protobuf encodes a value without its length.
func (n *node) protobuf(v Value) ([]byte, error) {
	s, ok := v.(Struct)
	switch {
	case !ok:
		return nil, n.mismatch(v)
	case s.Stored != nil && s.Type == n.t.Elems[0]:
		return s.Stored, nil
	}
	return appendProto(nil, n.t.message, s, 0)
}

func (e *encoder) message(n *node, v Value) error {
	encode := n.protobuf
	if n.kind == KindAvroBinary {
		encode = n.avroBinary
	}
	b, err := encode(v)
	if err != nil {
		return err
	}
	switch n.t.length {
	case VarintLength:
		e.b = binary.AppendUvarint(e.b, uint64(len(b)))
	case IntLength:
		e.b = binary.BigEndian.AppendUint32(e.b, uint32(len(b)))
	}
	e.b = append(e.b, b...)
	return nil
}
