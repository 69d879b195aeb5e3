package serializer

import (
	"encoding/binary"
	"errors"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// skip returns the position behind the value of n that begins at p.
func skip(n *node, b []byte, p, depth int) (int, error) {
	if n.fixed >= 0 {
		if n.fixed > len(b)-p {
			return 0, ErrShort
		}
		return p + n.fixed, nil
	}
	switch n.kind {
	case KindBoolean, KindAvroBoolean:
		_, p, err := flagAt(b, p)
		return p, err
	case KindString:
		return skipText(b, p, 1)
	case KindStringValue:
		return skipText(b, p, 0)
	case KindVoid, KindVoidNamespace, KindGlobalWindow:
		return skipByte(b, p, 0)
	case KindTuple0:
		return skipByte(b, p, 42)
	case KindTuple, KindCaseClass, KindStruct:
		return skipFields(n, b, p, depth)
	case KindAvroRecord:
		if depth >= maxNesting {
			return 0, corrupt(p, "records nested more than %d deep", maxNesting)
		}
		return skipFields(n, b, p, depth+1)
	case KindTTL, KindTimer:
		if len(b)-p < 8 {
			return 0, ErrShort
		}
		return skipFields(n, b, p+8, depth)
	case KindRow:
		return skipRow(n, b, p, depth)
	case KindPojo:
		return skipPojo(n, b, p, depth)
	case KindNullable:
		return skipNullable(n, b, p, depth)
	case KindOption:
		return skipFlagged(n.elems[0], b, p, depth, 1)
	case KindEither, KindTry:
		left, p, err := flagAt(b, p)
		if err != nil {
			return 0, err
		}
		return skip(n.elems[1-left], b, p, depth)
	case KindUnion:
		return skipUnion(n, b, p, depth)
	case KindStreamElement:
		return skipElement(n, b, p, depth)
	case KindOpaque:
		return 0, undecodable(p, n.t)
	case kindRest:
		if p == len(b) && p > 0 {
			return 0, ErrShort
		}
		return len(b), nil
	case KindJava:
		return skipJava(b, p)
	case KindKryo:
		return skipKryo(n, b, p)
	case KindProtobuf, KindAvroBinary:
		return skipMessage(n, b, p, depth)
	}
	if n.kind >= KindList && n.kind <= KindLinkedList {
		return skipCollection(n, b, p, depth)
	}
	if n.kind.IsTable() {
		return skipTable(n, b, p)
	}
	if n.kind >= KindAvroNull {
		return skipAvro(n, b, p, depth)
	}
	return skipScalar(n, b, p)
}

// flagAt reads a boolean: 0 or 1 (Flink takes any other value as true; no writer produces one).
func flagAt(b []byte, p int) (v, next int, err error) {
	if p >= len(b) {
		return 0, 0, ErrShort
	}
	if b[p] > 1 {
		return 0, 0, corrupt(p, "boolean is %d, want 0 or 1", b[p])
	}
	return int(b[p]), p + 1, nil
}

func skipByte(b []byte, p int, want byte) (int, error) {
	if p >= len(b) {
		return 0, ErrShort
	}
	if b[p] != want {
		return 0, corrupt(p, "byte is %d, want %d", b[p], want)
	}
	return p + 1, nil
}

// skipFlagged passes a flag, and the value behind it if the flag says that it is present.
func skipFlagged(e *node, b []byte, p, depth, present int) (int, error) {
	v, p, err := flagAt(b, p)
	if err != nil || v != present {
		return p, err
	}
	return skip(e, b, p, depth)
}

func skipFields(n *node, b []byte, p, depth int) (int, error) {
	for i, e := range n.elems {
		q, err := skip(e, b, p, depth)
		if err != nil {
			return 0, n.inField(err, i)
		}
		p = q
	}
	return p, nil
}

func skipRow(n *node, b []byte, p, depth int) (int, error) {
	bits := n.maskBits()
	mask := p
	p += (bits + 7) / 8
	if p > len(b) {
		return 0, ErrShort
	}
	if bits%8 != 0 && b[p-1]<<(bits%8) != 0 {
		return 0, corrupt(p-1, "unused bits of the null mask are set")
	}
	bit := bits - len(n.elems)
	for i, e := range n.elems {
		if maskBit(b[mask:], bit+i) {
			continue
		}
		q, err := skip(e, b, p, depth)
		if err != nil {
			return 0, n.inField(err, i)
		}
		p = q
	}
	return p, nil
}

// maskBit returns bit i of a mask, most significant bit of the first byte first.
func maskBit(mask []byte, i int) bool { return mask[i>>3]&(0x80>>(i&7)) != 0 }

// Flags of a POJO; the numbers are on disk.
const (
	pojoNull  = 1
	pojoPlain = 2
)

// utfAt returns the bytes of a string that writeUTF wrote.
func utfAt(b []byte, p int) (text []byte, next int, err error) {
	if len(b)-p < 2 {
		return nil, 0, ErrShort
	}
	next = p + 2 + int(binary.BigEndian.Uint16(b[p:]))
	if next > len(b) {
		return nil, 0, ErrShort
	}
	return b[p+2 : next], next, nil
}

func skipNullable(n *node, b []byte, p, depth int) (int, error) {
	null, p, err := flagAt(b, p)
	if err != nil {
		return 0, err
	}
	if null == 0 {
		return skip(n.elems[0], b, p, depth)
	}
	if int(n.t.Size) > len(b)-p {
		return 0, ErrShort
	}
	return p + int(n.t.Size), nil
}

func skipUnion(n *node, b []byte, p, depth int) (int, error) {
	if p >= len(b) {
		return 0, ErrShort
	}
	tag := b[p]
	if tag != 1 && tag != 2 {
		return 0, corrupt(p, "union tag is %d, want 1 or 2", tag)
	}
	return skip(n.elems[tag-1], b, p+1, depth)
}

// elementBytes are the bytes of a stream element between its tag and its record. Flink before 1.5 wrote shorter latency
// markers, which are never part of state.
var elementBytes = [...]int{TimedRecord: 8, UntimedRecord: 0, Watermark: 8, LatencyMarker: 28, WatermarkStatus: 4, RecordAttributes: 1, InternalWatermark: 12}

func skipElement(n *node, b []byte, p, depth int) (int, error) {
	if p >= len(b) {
		return 0, ErrShort
	}
	tag := b[p]
	if int(tag) >= len(elementBytes) {
		return 0, corrupt(p, "tag of a stream element is %d", tag)
	}
	p++
	if elementBytes[tag] > len(b)-p {
		return 0, ErrShort
	}
	switch ElementTag(tag) {
	case TimedRecord, UntimedRecord:
		return skip(n.elems[0], b, p+elementBytes[tag], depth)
	case WatermarkStatus:
		if s := int32At(b, p); s != 0 && s != -1 {
			return 0, corrupt(p, "watermark status is %d, want 0 or -1", s)
		}
	case RecordAttributes:
		_, next, err := flagAt(b, p)
		return next, err
	}
	return p + elementBytes[tag], nil
}

func skipJava(b []byte, p int) (int, error) {
	_, n, err := javaobj.Parse(b[p:], javaobj.Limits{})
	if errors.Is(err, javaio.ErrEnd) {
		return 0, ErrShort
	}
	if err != nil {
		return 0, javaio.InField(shifted(err, p), "object")
	}
	return p + n, nil
}

func int32At(b []byte, p int) int32 { return int32(binary.BigEndian.Uint32(b[p:])) }

func int64At(b []byte, p int) int64 { return int64(binary.BigEndian.Uint64(b[p:])) }
