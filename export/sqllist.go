package export

import (
	"bytes"
	"encoding/binary"

	"ckpt/serializer"
)

// tableArray walks the elements of an array.
func (c *compiler) tableArray(t *serializer.Type, v *vector) partWalk {
	one, width := c.slot(t, v), serializer.SlotWidth(t)
	return func(r *row, b []byte) {
		n := int(binary.LittleEndian.Uint32(b))
		head := serializer.ArrayHead(n)
		for i := range n {
			if b[4+i>>3]>>(i&7)&1 == 0 {
				one(r, b, head+width*i)
			} else {
				v.null()
			}
		}
	}
}

// tableMap walks the entries of a map. A key that is null, does not fit or was there before leaves its entry out: the
// maps of readers have no such keys.
func (c *compiler) tableMap(t *serializer.Type, v *vector) partWalk {
	keys, values := v.kids[0], v.kids[1]
	key, value := c.slot(t.Elems[0], keys), c.slot(t.Elems[1], values)
	keyWidth, valueWidth := serializer.SlotWidth(t.Elems[0]), serializer.SlotWidth(t.Elems[1])
	return func(r *row, b []byte) {
		size := 4 + int(binary.LittleEndian.Uint32(b))
		k, b := b[4:size], b[size:]
		n := int(binary.LittleEndian.Uint32(k))
		head, first := serializer.ArrayHead(n), keys.len
		seen := newSeen(n)
		for i := range n {
			if k[4+i>>3]>>(i&7)&1 != 0 {
				r.inexact = true
				continue
			}
			at := keys.len
			if key(r, k, head+keyWidth*i); keys.isNull(at) || keys.cameBefore(first, seen) {
				r.inexact = true
				keys.cut(at)
				continue
			}
			if b[4+i>>3]>>(i&7)&1 == 0 {
				value(r, b, head+valueWidth*i)
			} else {
				values.null()
			}
		}
		v.endList()
	}
}

// fewKeys is how many keys of a map are compared one by one.
const fewKeys = 32

// newSeen returns a set for the keys of a map, nil if they are few.
func newSeen(n int) map[string]struct{} {
	if n <= fewKeys {
		return nil
	}
	return make(map[string]struct{}, n)
}

// cameBefore says whether the last value of v is among those from first on, which seen has if it is not nil. Values with
// parts are not compared.
func (v *vector) cameBefore(first int, seen map[string]struct{}) bool {
	if v.width == widthNested {
		return false
	}
	last := v.len - 1
	if seen != nil {
		_, again := seen[string(v.bytesAt(last))]
		seen[string(v.bytesAt(last))] = struct{}{}
		return again
	}
	for i := first; i < last; i++ {
		if bytes.Equal(v.bytesAt(i), v.bytesAt(last)) {
			return true
		}
	}
	return false
}

// bytesAt lends the bytes of value i of a vector without parts.
func (v *vector) bytesAt(i int) []byte {
	switch v.width {
	case widthVar:
		return v.data[v.ends[i]:v.ends[i+1]]
	case widthBits:
		return bits01[v.data[i>>3]>>(i&7)&1:][:1]
	}
	return v.data[i*v.width : (i+1)*v.width]
}

var bits01 = []byte{0, 1}
