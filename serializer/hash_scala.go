package serializer

import (
	"math"
	"math/bits"
	"strings"
)

// scalaEither marks a KindEither whose sides hash as Scala's.
const scalaEither = "scala.util.Either"

const noneHash = 2433880 // of the string "None"

func (h *hasher) option(n *node, v Value) int32 {
	if v == nil {
		return noneHash
	}
	if s, ok := v.(Some); ok {
		v = s.Value
	}
	return productHash(h.scala(n.elems[0], v))
}

// product hashes Scala's tuples. Other case classes may have a hashCode of their own.
func (h *hasher) product(n *node, s Struct) int32 {
	if !strings.HasPrefix(n.t.Class, "scala.Tuple") {
		return h.none()
	}
	codes := make([]int32, len(s.Values))
	for i, v := range s.Values {
		codes[i] = h.scala(n.elems[i], v)
	}
	return productHash(codes...)
}

// scala is Scala's ##: numbers that are equal across types hash alike.
func (h *hasher) scala(n *node, v Value) int32 {
	switch x := v.(type) {
	case int64:
		if int64(int32(x)) == x && n.t.Class == "" {
			return int32(x)
		}
	case float32:
		return scalaDouble(float64(x))
	case float64:
		return scalaDouble(x)
	}
	return h.value(n, v)
}

func scalaDouble(v float64) int32 {
	if i := saturated(v, math.MinInt32, math.MaxInt32); float64(i) == v {
		return int32(i)
	}
	if i := saturated(v, math.MinInt64, math.MaxInt64); float64(i) == v {
		return longHash(i)
	}
	if f := float32(v); float64(f) == v {
		return floatBits(f)
	}
	return longHash(doubleBits(v))
}

// saturated is Java's conversion of a double to an integer between low and high.
func saturated(v float64, low, high int64) int64 {
	switch {
	case v != v:
		return 0
	case v <= float64(low):
		return low
	case v >= float64(high):
		return high
	}
	return int64(v)
}

// productHash is MurmurHash3.productHash of elements' hash codes, before Scala 2.13.
func productHash(codes ...int32) int32 {
	h := uint32(0xCAFEBABE)
	for _, c := range codes {
		k := uint32(c) * 0xCC9E2D51
		k = bits.RotateLeft32(k, 15) * 0x1B873593
		h = bits.RotateLeft32(h^k, 13)*5 + 0xE6546B64
	}
	h ^= uint32(len(codes))
	h = (h ^ h>>16) * 0x85EBCA6B
	h = (h ^ h>>13) * 0xC2B2AE35
	return int32(h ^ h>>16)
}
