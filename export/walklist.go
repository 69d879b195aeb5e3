package export

import (
	"encoding/binary"

	"ckpt/serializer"
)

// list returns the walk of a sequence or map; nil for other types.
func (c *compiler) list(t *serializer.Type, v *vector) walk {
	if w := arrayWalk(t, v); w != nil {
		return w
	}
	switch t.Kind {
	case serializer.KindList:
		return sequence(v, c.compile(t.Elems[0], v.kids[0]))
	case serializer.KindSet: // each element behind a flag that says it is null
		return sequence(v, flagged(v.kids[0], c.compile(t.Elems[0], v.kids[0]), 1))
	case serializer.KindArray, serializer.KindTraversable: // that it is present
		return sequence(v, flagged(v.kids[0], c.compile(t.Elems[0], v.kids[0]), 0))
	case serializer.KindLinkedList:
		return linkedList(t, v, c.compile(t.Elems[0], v.kids[0]))
	case serializer.KindAvroArray:
		return blocks(v, c.compile(t.Elems[0], v.kids[0]))
	case serializer.KindMap, serializer.KindNullAwareMap:
		return sequence(v, c.entry(t, v))
	case serializer.KindAvroMap:
		key, value := v.kids[0], v.kids[1]
		item := c.compile(t.Elems[0], value)
		return blocks(v, mapEntry(key, value, textWalk(avroString, key), item))
	}
	return nil
}

var avroString = &serializer.Type{Kind: serializer.KindAvroString}

func count(b []byte) (int, []byte) { return int(binary.BigEndian.Uint32(b)), b[4:] }

// sequence walks a count and that many elements.
func sequence(v *vector, one walk) walk {
	return func(r *row, b []byte) []byte {
		n, b := count(b)
		for range n {
			if b = one(r, b); r.failed {
				return nil
			}
		}
		v.endList()
		return b
	}
}

// blocks walks Avro's blocks: a count and that many elements, again and again, until a count of 0.
func blocks(v *vector, one walk) walk {
	return func(r *row, b []byte) []byte {
		for {
			n, k := binary.Uvarint(b)
			b = b[k:]
			if n == 0 {
				v.endList()
				return b
			}
			for range n {
				if b = one(r, b); r.failed {
					return nil
				}
			}
		}
	}
}

// flagged walks a flag and, unless it has the value that means null, an element.
func flagged(v *vector, one walk, null byte) walk {
	return func(r *row, b []byte) []byte {
		if b[0] == null {
			v.null()
			return b[1:]
		}
		return one(r, b[1:])
	}
}

func linkedList(t *serializer.Type, v *vector, one walk) walk {
	masked := t.Flag
	return func(r *row, b []byte) []byte {
		n, b := count(b)
		var mask []byte
		if masked {
			mask, b = b[:(n+7)/8], b[(n+7)/8:]
		}
		for i := range n {
			if masked && mask[i>>3]&(0x80>>(i&7)) != 0 {
				v.kids[0].null()
				continue
			}
			if b = one(r, b); r.failed {
				return nil
			}
		}
		v.endList()
		return b
	}
}

// entry returns the walk of a map's entry, into a map or into a list of entries.
func (c *compiler) entry(t *serializer.Type, v *vector) walk {
	kids := v.kids
	if v.node.kind == nodeList {
		kids = v.kids[0].kids
	}
	key, value := c.compile(t.Elems[0], kids[0]), flagged(kids[1], c.compile(t.Elems[1], kids[1]), 1)
	if t.Kind == serializer.KindNullAwareMap {
		key = flagged(kids[0], key, 1)
	}
	if v.node.kind == nodeMap {
		return mapEntry(kids[0], kids[1], key, value)
	}
	entries := v.kids[0]
	return func(r *row, b []byte) []byte {
		if b = key(r, b); r.failed {
			return nil
		}
		b = value(r, b)
		entries.mark()
		return b
	}
}

// mapEntry walks the entry of a map, whose key cannot be null: an entry with such a key is left out.
func mapEntry(keys, values *vector, key, value walk) walk {
	return func(r *row, b []byte) []byte {
		n := keys.len
		if b = key(r, b); r.failed {
			return nil
		}
		b = value(r, b)
		if keys.isNull(n) && !r.failed {
			r.inexact = true
			keys.cut(n)
			values.cut(n)
		}
		return b
	}
}

// arrayWalk returns the walk of an array of primitives or strings; nil for other types.
func arrayWalk(t *serializer.Type, v *vector) walk {
	one, ok := arrayElements[t.Kind]
	if !ok {
		return nil
	}
	if t.Kind == serializer.KindStringValueArray {
		return func(r *row, b []byte) []byte {
			n, b := count(b)
			b = b[4:] // bytes that follow
			for range n {
				u, k := binary.Uvarint(b)
				b = walkUnits(r, v.kids[0], b[k:], int(u))
			}
			v.endList()
			return b
		}
	}
	el := scalarWalk(&serializer.Type{Kind: one}, v.kids[0])
	return sequence(v, el)
}

// arrayElements are the kinds of arrays' elements.
var arrayElements = map[serializer.Kind]serializer.Kind{
	serializer.KindBooleanArray: serializer.KindBoolean, serializer.KindShortArray: serializer.KindShort,
	serializer.KindIntArray: serializer.KindInt, serializer.KindLongArray: serializer.KindLong,
	serializer.KindFloatArray: serializer.KindFloat, serializer.KindDoubleArray: serializer.KindDouble,
	serializer.KindCharArray: serializer.KindChar, serializer.KindStringArray: serializer.KindString,
	serializer.KindStringValueArray: serializer.KindStringValue, serializer.KindNullArray: serializer.KindNullValue,
}
