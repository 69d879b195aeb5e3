package serializer

import (
	"math"

	"ckpt/internal/javaio"
)

// array encodes arrays of primitives and the other kinds that are bytes with a length.
func (e *encoder) array(n *node, v Value) error {
	switch x := v.(type) {
	case []byte:
		if n.kind == KindShortBytes && len(x) <= math.MaxUint8 {
			e.b = append(append(e.b, byte(len(x))), x...)
			return nil
		}
		e.b = javaio.AppendBin(e.b, x)
		return n.check(v, KindByteArray)
	case Variant:
		e.b = javaio.AppendInt32(javaio.AppendInt32(e.b, int32(len(x.Value))), int32(len(x.Metadata)))
		e.b = append(append(e.b, x.Value...), x.Metadata...)
		return n.check(v, KindVariant)
	case []bool:
		e.b = appendAll(e.b, x, javaio.AppendBool)
		return n.check(v, KindBooleanArray)
	case []int16:
		e.b = appendAll(e.b, x, javaio.AppendInt16)
		return n.check(v, KindShortArray)
	case []int32:
		e.b = appendAll(e.b, x, javaio.AppendInt32)
		return n.check(v, KindIntArray)
	case []int64:
		e.b = appendAll(e.b, x, javaio.AppendInt64)
		return n.check(v, KindLongArray)
	case []float32:
		e.b = appendAll(e.b, x, func(dst []byte, v float32) []byte {
			return javaio.AppendInt32(dst, int32(math.Float32bits(v)))
		})
		return n.check(v, KindFloatArray)
	case []float64:
		e.b = appendAll(e.b, x, func(dst []byte, v float64) []byte {
			return javaio.AppendInt64(dst, int64(math.Float64bits(v)))
		})
		return n.check(v, KindDoubleArray)
	case []Char:
		e.b = appendAll(e.b, x, func(dst []byte, v Char) []byte { return javaio.AppendInt16(dst, int16(v)) })
		return n.check(v, KindCharArray)
	case []Value:
		return e.objects(n, x)
	}
	return n.mismatch(v)
}

func appendAll[T any](dst []byte, all []T, one func([]byte, T) []byte) []byte {
	dst = javaio.AppendInt32(dst, int32(len(all)))
	for _, v := range all {
		dst = one(dst, v)
	}
	return dst
}

// objects encodes arrays of strings and of nothing.
func (e *encoder) objects(n *node, all []Value) error {
	at := len(e.b) + 4
	e.b = javaio.AppendInt32(e.b, int32(len(all)))
	bias := 0
	switch n.kind {
	case KindStringArray:
		bias = 1
	case KindStringValueArray:
		e.b = append(e.b, 0, 0, 0, 0)
	case KindNullArray:
		for _, v := range all {
			if v != nil {
				return n.mismatch(v)
			}
		}
		return nil
	default:
		return n.mismatch(all)
	}
	for _, v := range all {
		s, ok := v.(string)
		switch {
		case ok:
			e.b = appendText(e.b, s, bias)
		case v == nil && bias == 1:
			e.b = append(e.b, 0)
		default:
			return n.mismatch(v)
		}
	}
	if n.kind == KindStringValueArray {
		copy(e.b[at:], javaio.AppendInt32(nil, int32(len(e.b)-at-4)))
	}
	return nil
}
