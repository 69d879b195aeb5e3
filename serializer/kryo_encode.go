package serializer

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strings"

	"ckpt/internal/javaio"
)

// kryo encodes a value: the bytes that it was decoded from, or a scalar.
func (e *encoder) kryo(n *node, v Value) error {
	switch x := v.(type) {
	case KryoObject:
		e.b = append(e.b, x.Bytes...)
		return nil
	case Opaque:
		if !n.frame {
			return n.mismatch(v)
		}
		e.b = append(e.b, x.Bytes...)
		return nil
	}
	b, err := n.t.kryo.append(e.b, v)
	if err == nil {
		e.b = b
	}
	return err
}

// plainKryo says whether v can be told from its bytes' class alone, without a KryoObject around it.
func plainKryo(v Value) bool {
	switch v.(type) {
	case nil, bool, int8, int16, int32, int64, float32, float64, Char, string, UUID, *big.Int, Decimal, Millis, SQLTimestamp,
		Instant, LocalDate, LocalTime, LocalDateTime:
		return true
	}
	return false
}

// append appends a scalar as Kryo writes it.
func (t *kryoTypes) append(dst []byte, v Value) ([]byte, error) {
	if v == nil {
		return append(dst, 0), nil
	}
	class := classOfScalar(v)
	if _, ok := v.(Millis); ok && strings.HasPrefix(t.declared.name, "java.sql.") {
		class = t.declared.name
	}
	w := kryoWriter{five: t.generation == Kryo5}
	body := w.scalar(v)
	if class == "" || body == nil {
		return dst, fmt.Errorf("%T is not encoded by Kryo", v)
	}
	if known := kryoKnown[class]; t.declared.form != formNothing && t.declared.form != formUnknown && t.declared.form != known.form {
		return dst, fmt.Errorf("%s is no %s", class, t.declared.name)
	}
	if t.generation == KryoUnknown && !sameInBoth(v) {
		return dst, fmt.Errorf("which Kryo wrote the values is not known, and the two write %s differently", class)
	}
	if id := t.idOf(class); id >= 0 {
		dst = binary.AppendUvarint(dst, uint64(id)+2)
	} else {
		dst = w.text(append(dst, 1, 0), class, true)
	}
	if !kryoKnown[class].untracked(w.five) {
		dst = append(dst, 1)
	}
	return append(dst, body...), nil
}

// sameInBoth says whether both generations write v alike.
func sameInBoth(v Value) bool {
	switch x := v.(type) {
	case bool, int8, int32, int64:
		return true
	case string:
		return len(x) < asciiLimit5 || !isASCII(x) || len(x) >= asciiLimit2
	}
	return false
}

// classOfScalar is the class of a scalar that stands alone.
func classOfScalar(v Value) string {
	const lang, time = "java.lang.", "java.time."
	switch v.(type) {
	case bool:
		return lang + "Boolean"
	case int8:
		return lang + "Byte"
	case int16:
		return lang + "Short"
	case int32:
		return lang + "Integer"
	case int64:
		return lang + "Long"
	case float32:
		return lang + "Float"
	case float64:
		return lang + "Double"
	case Char:
		return lang + "Character"
	case string:
		return lang + "String"
	case UUID:
		return "java.util.UUID"
	case *big.Int:
		return "java.math.BigInteger"
	case Decimal:
		return "java.math.BigDecimal"
	case Millis:
		return "java.util.Date"
	case SQLTimestamp:
		return "java.sql.Timestamp"
	case Instant:
		return time + "Instant"
	case LocalDate:
		return time + "LocalDate"
	}
	return ""
}

// kryoWriter appends bodies.
type kryoWriter struct{ five bool }

// Lengths from which on ASCII text is written in the length form.
const (
	asciiLimit2 = 64
	asciiLimit5 = 33
)

// scalar returns the body of a scalar.
func (w kryoWriter) scalar(v Value) []byte {
	switch x := v.(type) {
	case bool:
		return javaio.AppendBool(nil, x)
	case int8:
		return []byte{byte(x)}
	case int16:
		return w.fixed(uint64(x), 2)
	case int32:
		return binary.AppendUvarint(nil, uint64(uint32(x<<1^x>>31)))
	case int64:
		return uvarint64(uint64(x<<1 ^ x>>63))
	case float32:
		return w.fixed(uint64(math.Float32bits(x)), 4)
	case float64:
		return w.fixed(math.Float64bits(x), 8)
	case Char:
		return w.fixed(uint64(x), 2)
	case string:
		return w.text(nil, x, false)
	case UUID:
		high, low := binary.BigEndian.Uint64(x[:8]), binary.BigEndian.Uint64(x[8:])
		if w.five {
			return append(w.fixed(high, 8), w.fixed(low, 8)...)
		}
		return append(uvarint64(high<<1^uint64(int64(high)>>63)), uvarint64(low<<1^uint64(int64(low)>>63))...)
	case *big.Int:
		return bigInteger(x)
	case Decimal:
		return append(bigInteger(x.Unscaled), w.scalar(x.Scale)...)
	case Millis:
		return uvarint64(uint64(x))
	}
	return w.time(v)
}

func (w kryoWriter) time(v Value) []byte {
	unsigned := func(n int32) []byte { return binary.AppendUvarint(nil, uint64(uint32(n))) }
	switch x := v.(type) {
	case SQLTimestamp:
		ms := x.Millis
		if w.five {
			ms -= int64(x.Nanos / 1e6)
		}
		return append(uvarint64(uint64(ms)), unsigned(x.Nanos)...)
	case Instant:
		if w.five {
			return append(uvarint64(uint64(x.Seconds)), unsigned(x.Nanos)...)
		}
		return append(w.scalar(x.Nanos), w.scalar(x.Seconds)...)
	case LocalDate:
		if w.five {
			return append(unsigned(x.Year), byte(x.Month), byte(x.Day))
		}
		return append([]byte{0, byte(x.Day), 0, byte(x.Month)}, w.scalar(x.Year)...)
	}
	return nil
}

func (w kryoWriter) fixed(v uint64, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		if w.five {
			b[i] = byte(v >> (8 * i))
		} else {
			b[i] = byte(v >> (8 * (n - 1 - i)))
		}
	}
	return b
}

// uvarint64 is a number in at most nine bytes, the ninth of eight bits.
func uvarint64(v uint64) []byte {
	var b []byte
	for len(b) < 8 && v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func bigInteger(v *big.Int) []byte {
	b := bigBytes(v)
	return append(binary.AppendUvarint(nil, uint64(len(b)+1)), b...)
}

// text appends a string; class names that are ASCII have the ASCII form at any length in 5.6.
func (w kryoWriter) text(dst []byte, s string, class bool) []byte {
	limit := asciiLimit2
	if w.five {
		limit = asciiLimit5
		if class {
			limit = math.MaxInt
		}
	}
	if isASCII(s) && len(s) > 1 && len(s) < limit {
		dst = append(dst, s...)
		dst[len(dst)-1] |= 0x80
		return dst
	}
	n := javaio.UnitCount(s) + 1
	if n < 0x40 {
		dst = append(dst, byte(n)|0x80)
	} else {
		dst = binary.AppendUvarint(append(dst, byte(n&0x3F)|0xC0), uint64(n>>6))
	}
	javaio.Units(s, func(u uint16) {
		switch {
		case u < 0x80:
			dst = append(dst, byte(u))
		case u < 0x800:
			dst = append(dst, 0xC0|byte(u>>6), 0x80|byte(u&0x3F))
		default:
			dst = append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6&0x3F), 0x80|byte(u&0x3F))
		}
	})
	return dst
}
