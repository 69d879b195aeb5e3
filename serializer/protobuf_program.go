package serializer

import (
	"bytes"
	"encoding/binary"
	"math"
)

// endlessReason is why a message without its length cannot be read where nothing else says where it ends.
const endlessReason = "a message without its length, where nothing else says where it ends"

// Endless says whether values of t end only where their frame does, so that they cannot be read in the heap layout, nor as
// elements.
func (t *Type) Endless() bool {
	return t.find(map[*Type]bool{}, func(t *Type) bool { return t.Kind == KindProtobuf && t.length == NoLength && t.Reason == "" }) != nil
}

// endsLast says whether an endless part of t can only be its last, so that its frame delimits it.
func (t *Type) endsLast() bool {
	if !t.Endless() || t.Kind == KindProtobuf {
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

// messageAt returns where the message that begins at p lies behind its length.
func (n *node) messageAt(b []byte, p int) (from, to int, err error) {
	switch n.t.length {
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
	from, to, err := n.messageAt(b, p)
	if err != nil {
		return 0, err
	}
	r := protoReader{b: b}
	r.message(n.t.message, depth, true, protoSpan{from, to})
	return to, r.err
}

// message decodes a message.
func (d *decoder) message(n *node) Value {
	from, to, _ := n.messageAt(d.b, d.p)
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

func (e *encoder) message(n *node, v Value) error {
	s, ok := v.(Struct)
	if !ok {
		return n.mismatch(v)
	}
	b := s.Stored
	if b == nil || s.Type != n.t.Elems[0] {
		var err error
		if b, err = appendProto(nil, n.t.message, s, 0); err != nil {
			return err
		}
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
