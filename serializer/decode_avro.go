package serializer

import (
	"encoding/binary"
	"math"
)

func (d *decoder) avro(n *node) Value {
	switch n.kind {
	case KindAvroBoolean:
		return d.flag()
	case KindAvroInt:
		return d.int32()
	case KindAvroLong:
		return d.int64()
	case KindAvroFloat:
		return math.Float32frombits(uint32(d.int32()))
	case KindAvroDouble:
		return math.Float64frombits(uint64(d.int64()))
	case KindAvroString:
		return string(d.bin())
	case KindAvroBytes:
		return d.bytes(int(d.int32()))
	case KindAvroFixed:
		return d.bytes(int(n.t.Size))
	case KindAvroEnum:
		i := d.int32()
		return Enum{Name: n.t.Symbols[i], Index: i}
	case KindAvroUnion:
		i := d.int32()
		v := d.value(n.elems[i])
		if n.simpleUnion() || n.elems[i].kind == KindAvroNull {
			return v
		}
		return Branch{Index: i, Value: v}
	case KindAvroArray:
		l := List{}
		for count := d.blockCount(); count > 0 && d.free >= 0; count = d.blockCount() {
			for ; count > 0 && d.free >= 0; count-- {
				l = append(l, d.value(n.elems[0]))
			}
		}
		return l
	case KindAvroMap:
		m := Map{}
		for count := d.blockCount(); count > 0; count = d.blockCount() {
			for ; count > 0; count-- {
				key := string(d.bin())
				m = append(m, MapEntry{Key: key, Value: d.value(n.elems[0])})
			}
		}
		return m
	}
	return nil // null
}

// simpleUnion says whether n is a union of null and one other type.
func (n *node) simpleUnion() bool {
	return len(n.elems) == 2 && (n.elems[0].kind == KindAvroNull || n.elems[1].kind == KindAvroNull)
}

func (d *decoder) blockCount() int {
	v, w := binary.Uvarint(d.b[d.p:])
	d.p += w
	return int(v)
}
