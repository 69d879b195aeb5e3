package export

import (
	"encoding/binary"
	"math/big"
	"strconv"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/decimal256"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// textWalk returns the walk of text, bytes and numbers of any size; nil for other types.
func textWalk(t *serializer.Type, v *vector) walk {
	switch t.Kind {
	case serializer.KindString:
		return func(r *row, b []byte) []byte { return walkString(r, v, b) }
	case serializer.KindStringValue:
		return func(r *row, b []byte) []byte {
			n, k := binary.Uvarint(b)
			return walkUnits(r, v, b[k:], int(n))
		}
	case serializer.KindChar:
		return func(r *row, b []byte) []byte { putChar(r, v, binary.BigEndian.Uint16(b)); return b[2:] }
	case serializer.KindUTF:
		return func(r *row, b []byte) []byte {
			n := int(binary.BigEndian.Uint16(b))
			s, _ := javaio.DecodeModifiedUTF8(b[2 : 2+n])
			putText(r, v, s)
			return b[2+n:]
		}
	case serializer.KindHadoopText:
		return func(r *row, b []byte) []byte {
			text, rest := serializer.HadoopText(b)
			v.putBytes(text)
			return rest
		}
	case serializer.KindAvroString:
		return func(r *row, b []byte) []byte {
			n := binary.BigEndian.Uint32(b)
			if text := b[4 : 4+n]; utf8.Valid(text) {
				v.putBytes(text)
			} else {
				r.inexact = true
				v.null()
			}
			return b[4+n:]
		}
	case serializer.KindByteArray, serializer.KindAvroBytes:
		return func(r *row, b []byte) []byte {
			n := binary.BigEndian.Uint32(b)
			v.putBytes(b[4 : 4+n])
			return b[4+n:]
		}
	case serializer.KindShortBytes:
		return func(r *row, b []byte) []byte { v.putBytes(b[1 : 1+int(b[0])]); return b[1+int(b[0]):] }
	case serializer.KindAvroFixed:
		n := int(t.Size)
		return func(r *row, b []byte) []byte { v.putBytes(b[:n]); return b[n:] }
	case serializer.KindBigInt:
		return func(r *row, b []byte) []byte {
			digits, b, ok := bigBytes(b)
			if !ok {
				v.null()
				return b
			}
			v.data = appendUnscaled(v.data, digits)
			v.endText()
			return b
		}
	case serializer.KindBigDec:
		return func(r *row, b []byte) []byte {
			digits, b, ok := bigBytes(b)
			if !ok {
				v.null()
				return b
			}
			at := len(v.data)
			v.data = appendUnscaled(v.data, digits)
			v.data = pointDecimal(v.data, at, int32(binary.BigEndian.Uint32(b)))
			v.endText()
			return b[4:]
		}
	}
	return nil
}

// walkString appends a string as Flink writes it: its length plus one, 0 for null, then UTF-16 units.
func walkString(r *row, v *vector, b []byte) []byte {
	n, k := uint64(b[0]), 1
	if n >= 0x80 {
		n, k = binary.Uvarint(b)
	}
	if n == 0 {
		v.null()
		return b[1:]
	}
	return walkUnits(r, v, b[k:], int(n-1))
}

// walkUnits appends n UTF-16 units, each a varint; unpaired surrogates do not fit in UTF-8.
func walkUnits(r *row, v *vector, b []byte, n int) []byte {
	if ascii(b[:n]) {
		v.putBytes(b[:n])
		return b[n:]
	}
	start, lead, unpaired := len(v.data), false, false
	out := v.data
	for range n {
		u := uint16(b[0])
		switch {
		case u < 0x80:
			b = b[1:]
		case b[1] < 0x80:
			u = u&0x7F | uint16(b[1])<<7
			b = b[2:]
		default:
			u = u&0x7F | uint16(b[1]&0x7F)<<7 | uint16(b[2])<<14
			b = b[3:]
		}
		trail := u >= 0xDC00 && u < 0xE000
		unpaired = unpaired || trail != lead
		lead = u >= 0xD800 && u < 0xDC00
		out = javaio.AppendUnit(out, u)
	}
	if unpaired || lead {
		r.inexact = true
		v.data = out[:start]
		v.null()
		return b
	}
	v.data = out
	v.endText()
	return b
}

func ascii(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func putChar(r *row, v *vector, u uint16) {
	if u >= 0xD800 && u < 0xE000 {
		r.inexact = true
		v.null()
		return
	}
	v.data = utf8.AppendRune(v.data, rune(u))
	v.endText()
}

// putText appends WTF-8 text.
func putText(r *row, v *vector, s string) {
	if !utf8.ValidString(s) {
		r.inexact = true
		v.null()
		return
	}
	v.data = append(v.data, s...)
	v.endText()
}

// bigBytes reads Flink's BigInteger: big-endian two's complement behind a length plus 4, with short forms for null, 0, 1
// and 10. It returns what follows; ok is false for null.
func bigBytes(b []byte) (digits, rest []byte, ok bool) {
	h := binary.BigEndian.Uint32(b)
	b = b[4:]
	switch h {
	case 0:
		return nil, b, false
	case 1:
		return []byte{}, b, true
	case 2:
		return one[:], b, true
	case 3:
		return ten[:], b, true
	}
	return b[:h-4], b[h-4:], true
}

var one, ten = [...]byte{1}, [...]byte{10}

// appendUnscaled appends a two's complement integer in decimal.
func appendUnscaled(dst, digits []byte) []byte {
	if n, ok := smallInt(digits); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	return twosComplement(digits).Append(dst, 10)
}

// smallInt reads a two's complement integer of at most 64 bits.
func smallInt(digits []byte) (n int64, ok bool) {
	if len(digits) > 8 {
		return 0, false
	}
	if len(digits) > 0 {
		n = int64(int8(digits[0]))
		digits = digits[1:]
	}
	for _, c := range digits {
		n = n<<8 | int64(c)
	}
	return n, true
}

// decimalWalk appends Avro decimals: the unscaled number as bytes or fixed.
func decimalWalk(t *serializer.Type, v *vector) walk {
	size, put := int(t.Size), decimalPut(t, v)
	if t.Kind == serializer.KindAvroFixed {
		return func(r *row, b []byte) []byte { put(r, b[:size]); return b[size:] }
	}
	return func(r *row, b []byte) []byte {
		n := binary.BigEndian.Uint32(b)
		put(r, b[4:4+n])
		return b[4+n:]
	}
}

func decimalPut(t *serializer.Type, v *vector) func(r *row, digits []byte) {
	scale := t.Scale
	if v.node.kind == nodeText {
		return func(r *row, digits []byte) {
			at := len(v.data)
			v.data = pointDecimal(appendUnscaled(v.data, digits), at, scale)
			v.endText()
		}
	}
	wide := v.node.dt.ID() == arrow.DECIMAL256
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)
	return func(r *row, digits []byte) {
		n := twosComplement(digits)
		switch {
		case n.CmpAbs(limit) >= 0:
			r.inexact = true
			v.null()
		case wide:
			d := decimal256.FromBigInt(n).Array()
			for _, word := range d {
				v.data = binary.LittleEndian.AppendUint64(v.data, word)
			}
			v.mark()
		default:
			d := decimal128.FromBigInt(n)
			v.data = binary.LittleEndian.AppendUint64(v.data, d.LowBits())
			v.data = binary.LittleEndian.AppendUint64(v.data, uint64(d.HighBits()))
			v.mark()
		}
	}
}
