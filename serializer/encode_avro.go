package serializer

import (
	"encoding/binary"
	"strconv"

	"ckpt/internal/javaio"
)

func (e *encoder) avro(n *node, v Value, depth int) error {
	switch n.kind {
	case KindAvroUnion:
		return e.branch(n, v, depth)
	case KindAvroArray:
		l, ok := v.(List)
		if !ok {
			return n.mismatch(v)
		}
		e.block(len(l))
		for i, v := range l {
			if err := e.value(n.elems[0], v, depth+1); err != nil {
				return in(err, "["+strconv.Itoa(i)+"]")
			}
		}
		e.endBlocks()
		return nil
	case KindAvroMap:
		m, ok := v.(Map)
		if !ok {
			return n.mismatch(v)
		}
		e.block(len(m))
		for i, entry := range m {
			key, ok := entry.Key.(string)
			if !ok {
				return n.mismatch(entry.Key)
			}
			e.b = javaio.AppendBin(e.b, []byte(key))
			if err := e.value(n.elems[0], entry.Value, depth+1); err != nil {
				return in(err, "value["+strconv.Itoa(i)+"]")
			}
		}
		e.endBlocks()
		return nil
	}
	return e.avroScalar(n, v)
}

// Flink writes one block of all items, if there are any, and one of none.
func (e *encoder) block(n int) {
	if n > 0 {
		e.b = binary.AppendUvarint(e.b, uint64(n))
	}
}

func (e *encoder) endBlocks() { e.b = append(e.b, 0) }

func (e *encoder) branch(n *node, v Value, depth int) error {
	i := -1
	switch b, explicit := v.(Branch); {
	case explicit:
		i, v = int(b.Index), b.Value
	case v == nil || n.simpleUnion():
		for j, c := range n.elems {
			if (v == nil) == (c.kind == KindAvroNull) {
				i = j
			}
		}
	}
	if i < 0 || i >= len(n.elems) {
		return n.mismatch(v)
	}
	e.b = javaio.AppendInt32(e.b, int32(i))
	return e.value(n.elems[i], v, depth+1)
}
