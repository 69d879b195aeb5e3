package serializer

import "math"

// array decodes arrays of primitives and the other kinds that are bytes with a length.
func (d *decoder) array(n *node) Value {
	switch n.kind {
	case KindShortBytes:
		return d.bytes(int(d.byte()))
	case KindVariant:
		value, metadata := int(d.int32()), int(d.int32())
		return Variant{Value: d.bytes(value), Metadata: d.bytes(metadata)}
	}
	count := int(d.int32())
	switch n.kind {
	case KindByteArray:
		return d.bytes(count)
	case KindBooleanArray:
		return elements(count, d.flag)
	case KindShortArray:
		return elements(count, func() int16 { return int16(d.uint16()) })
	case KindIntArray:
		return elements(count, d.int32)
	case KindLongArray:
		return elements(count, d.int64)
	case KindFloatArray:
		return elements(count, func() float32 { return math.Float32frombits(uint32(d.int32())) })
	case KindDoubleArray:
		return elements(count, func() float64 { return math.Float64frombits(uint64(d.int64())) })
	case KindCharArray:
		return elements(count, func() Char { return Char(d.uint16()) })
	case KindStringArray:
		return elements(count, func() Value { return d.text(1) })
	case KindStringValueArray:
		d.p += 4
		return elements(count, func() Value { return d.text(0) })
	default: // KindNullArray
		if d.free -= count; d.free < 0 {
			return nil
		}
		return make([]Value, count)
	}
}

func elements[T any](n int, read func() T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = read()
	}
	return all
}
