package serializer

import (
	"math"
	"math/big"
	"strings"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// scalar hashes values of Java's standard classes.
func (h *hasher) scalar(v Value) int32 {
	switch x := v.(type) {
	case bool:
		return boolHash(x)
	case int8:
		return int32(x)
	case int16:
		return int32(x)
	case int32:
		return x
	case int64:
		return longHash(x)
	case Char:
		return int32(x)
	case float32:
		return floatBits(x)
	case float64:
		return longHash(doubleBits(x))
	case string:
		return stringHash(x)
	case *big.Int:
		return bigHash(x)
	case Decimal:
		return 31*bigHash(x.Unscaled) + x.Scale
	case Millis:
		return longHash(int64(x))
	case SQLTimestamp:
		return longHash(x.Millis)
	case Instant:
		return longHash(x.Seconds) + 51*x.Nanos
	case LocalDate:
		return dateHash(x)
	case LocalTime:
		return timeHash(x)
	case LocalDateTime:
		return dateHash(x.Date) ^ timeHash(x.Time)
	case Window:
		return windowHash(x.Start + x.End)
	case GlobalWindow:
		return 0
	}
	return h.none()
}

func boolHash(v bool) int32 {
	if v {
		return 1231
	}
	return 1237
}

func longHash(v int64) int32 { return int32(v ^ int64(uint64(v)>>32)) }

// floatBits and doubleBits are Java's floatToIntBits and doubleToLongBits: one NaN.
func floatBits(v float32) int32 {
	if v != v {
		return 0x7FC00000
	}
	return int32(math.Float32bits(v))
}

func doubleBits(v float64) int64 {
	if v != v {
		return 0x7FF8000000000000
	}
	return int64(math.Float64bits(v))
}

func stringHash(s string) (code int32) {
	if isASCII(s) {
		for i := range len(s) {
			code = 31*code + int32(s[i])
		}
		return code
	}
	javaio.Units(s, func(u uint16) { code = 31*code + int32(u) })
	return code
}

// bigHash goes over the 32-bit words of the magnitude, the highest first.
func bigHash(v *big.Int) (code int32) {
	b := v.Bytes()
	for len(b) > 0 {
		n := (len(b)-1)%4 + 1
		word := uint32(0)
		for _, c := range b[:n] {
			word = word<<8 | uint32(c)
		}
		code = 31*code + int32(word)
		b = b[n:]
	}
	return code * int32(v.Sign())
}

func dateHash(d LocalDate) int32 {
	return int32(uint32(d.Year)&0xFFFFF800) ^ (d.Year<<11 + int32(d.Month)<<6 + int32(d.Day))
}

func timeHash(t LocalTime) int32 {
	return longHash((int64(t.Hour)*3600+int64(t.Minute)*60+int64(t.Second))*1e9 + int64(t.Nanos))
}

// windowHash mixes all bits of the sum of start and end.
func windowHash(v int64) int32 {
	x := uint64(v)
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return int32(x ^ x>>31)
}

// reverseHash goes from the last byte to the first, as PyFlink's keys do.
func reverseHash(b []byte) int32 {
	code := int32(1)
	for i := len(b) - 1; i >= 0; i-- {
		code = 31*code + int32(int8(b[i]))
	}
	return code
}

// object hashes boxes and strings that Java serialized.
func (h *hasher) object(graph javaobj.Value) int32 {
	switch x := graph.(type) {
	case nil:
		return 0
	case string:
		return stringHash(x)
	case *javaobj.Object:
		boxed := strings.HasPrefix(x.Class(), "java.lang.")
		if v, ok := x.Field("value"); ok && boxed {
			if u, ok := v.(uint16); ok {
				v = Char(u)
			}
			return h.scalar(v)
		}
	}
	return h.none()
}
