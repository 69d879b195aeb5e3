package serializer

import (
	"math"
	"math/big"

	"ckpt/internal/javaio"
)

// scalar decodes the kinds without parts; they are in order of Kind.
func (d *decoder) scalar(n *node) Value {
	switch n.kind {
	case KindBoolean:
		return d.flag()
	case KindByte:
		return int8(d.byte())
	case KindShort:
		return int16(d.uint16())
	case KindInt:
		return d.int32()
	case KindLong:
		return d.int64()
	case KindUint64:
		return uint64(d.int64())
	case KindFloat:
		return math.Float32frombits(uint32(d.int32()))
	case KindDouble:
		return math.Float64frombits(uint64(d.int64()))
	case KindSortedLong:
		return d.int64() ^ math.MinInt64
	case KindChar:
		return Char(d.uint16())
	case KindVoid, KindVoidNamespace, KindTuple0:
		d.p++
	case KindString:
		return d.text(1)
	case KindStringValue:
		return d.text(0)
	case KindUTF:
		s, _ := javaio.DecodeModifiedUTF8(d.bytesLent(int(d.uint16())))
		return s
	case KindHadoopInt, KindHadoopLong, KindHadoopText:
		return d.hadoop(n)
	case KindBigInt:
		if v := d.big(); v != nil {
			return v
		}
	case KindBigDec:
		if v := d.big(); v != nil {
			return Decimal{Unscaled: v, Scale: d.int32()}
		}
	case KindEnum, KindScalaEnum:
		i := d.int32()
		return Enum{Name: n.t.constant(i), Index: i}
	case KindTimeWindow:
		return Window{Start: d.int64(), End: d.int64()}
	case KindGlobalWindow:
		d.p++
		return GlobalWindow{}
	case KindCountWindow:
		return CountWindow{ID: d.int64()}
	default:
		return d.time(n.kind)
	}
	return nil
}

// constant returns the name of an enum's constant; empty if it is not known.
func (t *Type) constant(i int32) string {
	if t.Kind != KindScalaEnum {
		if int(i) < len(t.Symbols) {
			return t.Symbols[i]
		}
		return ""
	}
	for j, id := range t.IDs {
		if id == i {
			return t.Symbols[j]
		}
	}
	return ""
}

// time decodes dates and times; null is a sentinel, decided by the first field alone as Flink does.
func (d *decoder) time(k Kind) Value {
	switch k {
	case KindDate, KindSQLDate, KindSQLTime:
		if v := d.int64(); v != math.MinInt64 {
			return Millis(v)
		}
	case KindSQLTimestamp:
		if v := (SQLTimestamp{Millis: d.int64(), Nanos: d.int32()}); v.Millis != math.MinInt64 {
			return v
		}
	case KindInstant:
		if v := (Instant{Seconds: d.int64(), Nanos: d.int32()}); v != (Instant{math.MinInt64, math.MinInt32}) {
			return v
		}
	case KindLocalDate:
		if v, ok := d.date(); ok {
			return v
		}
	case KindLocalTime:
		if v, ok := d.clock(); ok {
			return v
		}
	case KindLocalDateTime:
		date, ok := d.date()
		clock, also := d.clock()
		if ok && also {
			return LocalDateTime{Date: date, Time: clock}
		}
	}
	return nil
}

func (d *decoder) date() (LocalDate, bool) {
	v := LocalDate{Year: d.int32(), Month: int8(d.byte()), Day: int8(d.byte())}
	return v, v.Year != math.MinInt32
}

func (d *decoder) clock() (LocalTime, bool) {
	v := LocalTime{Hour: int8(d.byte()), Minute: int8(d.byte()), Second: int8(d.byte()), Nanos: d.int32()}
	return v, v.Hour != math.MinInt8
}

// big decodes a BigInteger; nil if it is null.
func (d *decoder) big() *big.Int {
	v, n := readBig(d.b[d.p:])
	d.p += n
	return v
}

func readBig(b []byte) (*big.Int, int) {
	size, next, _ := bigAt(b, 0)
	switch size {
	case -1:
		return nil, next
	case -2, -3:
		return big.NewInt(int64(-2 - size)), next
	case -4:
		return big.NewInt(10), next
	}
	return twosComplement(b[4:next]), next
}

// twosComplement is Java's BigInteger(byte[]).
func twosComplement(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

// text decodes a string or null.
func (d *decoder) text(bias int) Value {
	n, p, _ := textLength(d.b, d.p, bias)
	d.p = p
	if n < 0 {
		return nil
	}
	if asciiRun(d.b[p:], n) == n {
		d.p += n
		return string(d.b[p : p+n])
	}
	out, next, _ := appendUnits(make([]byte, 0, n+n/2), d.b, p, n)
	d.p = next
	return string(out)
}
