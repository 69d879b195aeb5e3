package export

import (
	"encoding/binary"
	"unicode/utf8"

	"ckpt/serializer"
)

// slotWalk appends the column or element whose slot is at p of the row or array b, which has been validated.
type slotWalk func(r *row, b []byte, p int)

// partWalk appends the value that b is: text, bytes, a row, an array, a map, a value of another serializer.
type partWalk func(r *row, b []byte)

// plainOf are the kinds that SQL types by themselves are written like.
var plainOf = map[serializer.Kind]serializer.Kind{
	serializer.KindTableBoolean: serializer.KindBoolean, serializer.KindTableTinyInt: serializer.KindByte,
	serializer.KindTableSmallInt: serializer.KindShort, serializer.KindTableInt: serializer.KindInt,
	serializer.KindTableMonths: serializer.KindInt, serializer.KindTableDate: serializer.KindInt,
	serializer.KindTableBigInt: serializer.KindLong, serializer.KindTableDuration: serializer.KindLong,
	serializer.KindTableFloat: serializer.KindFloat, serializer.KindTableDouble: serializer.KindDouble,
}

// table returns the walk of a value of a SQL type by itself.
func (c *compiler) table(t *serializer.Type, v *vector) walk {
	if plain, ok := plainOf[t.Kind]; ok {
		return scalarWalk(&serializer.Type{Kind: plain}, v)
	}
	switch t.Kind {
	case serializer.KindTableTime:
		return func(r *row, b []byte) []byte { putMilliOfDay(r, v, binary.BigEndian.Uint32(b)); return b[4:] }
	case serializer.KindTableTimestamp, serializer.KindTableInstant:
		put, compact := putMoment(t, v), t.Compact()
		return func(r *row, b []byte) []byte {
			ms, nanos := int64(binary.BigEndian.Uint64(b)), int64(0)
			if b = b[8:]; !compact {
				nanos, b = int64(binary.BigEndian.Uint32(b)), b[4:]
			}
			put(r, ms, nanos)
			return b
		}
	case serializer.KindTableDecimal:
		if t.Compact() {
			put := putUnscaled(t, v)
			return func(r *row, b []byte) []byte { put(r, widen(int64(binary.BigEndian.Uint64(b)))); return b[8:] }
		}
	}
	part := c.tablePart(t, v)
	return func(r *row, b []byte) []byte {
		n := 4 + int(binary.BigEndian.Uint32(b))
		part(r, b[4:n])
		return b[n:]
	}
}

// tablePart returns the walk of values that are not numbers.
func (c *compiler) tablePart(t *serializer.Type, v *vector) partWalk {
	switch t.Kind {
	case serializer.KindTableChar, serializer.KindTableVarchar:
		return func(r *row, b []byte) { putUTF8(r, v, b) }
	case serializer.KindTableBinary, serializer.KindTableVarbinary:
		return func(r *row, b []byte) { v.putBytes(b) }
	case serializer.KindTableDecimal:
		put := putUnscaled(t, v)
		return func(r *row, b []byte) { put(r, bigEndian(b)) }
	case serializer.KindTableArray:
		one := c.tableArray(t.Elems[0], v.kids[0])
		return func(r *row, b []byte) {
			one(r, b)
			v.endList()
		}
	case serializer.KindTableMap, serializer.KindTableMultiset:
		return c.tableMap(t, v)
	case serializer.KindTableRow:
		return c.tableRow(t, v)
	}
	return c.rawPart(t, v)
}

func putUTF8(r *row, v *vector, b []byte) {
	if !utf8.Valid(b) {
		r.inexact = true
		v.null()
		return
	}
	v.putBytes(b)
}

// slot returns the walk of a column or an element of t.
func (c *compiler) slot(t *serializer.Type, v *vector) slotWalk {
	if t.Kind != serializer.KindTableRaw && (v.node.kind == nodeJSON || v.node.kind == nodeOpaque) {
		return func(r *row, b []byte, p int) { // a union took the column for another type
			r.inexact = true
			v.null()
		}
	}
	if w := slotNumber(t, v); w != nil {
		return w
	}
	part := c.tablePart(t, v)
	switch t.Kind {
	case serializer.KindTableChar, serializer.KindTableVarchar, serializer.KindTableBinary, serializer.KindTableVarbinary:
		return func(r *row, b []byte, p int) {
			if last := b[p+7]; last&0x80 != 0 {
				part(r, b[p:p+int(last&0x7F)])
				return
			}
			part(r, partAt(b, p))
		}
	}
	return func(r *row, b []byte, p int) { part(r, partAt(b, p)) }
}

// partAt returns the part that the slot at p of b refers to.
func partAt(b []byte, p int) []byte {
	at := binary.LittleEndian.Uint32(b[p+4:])
	return b[at : at+binary.LittleEndian.Uint32(b[p:])]
}

// slotNumber returns the walk of types that are a number in their slot, and of timestamps; nil for others.
func slotNumber(t *serializer.Type, v *vector) slotWalk {
	switch t.Kind {
	case serializer.KindTableBoolean:
		return func(r *row, b []byte, p int) { v.putBool(b[p] != 0) }
	case serializer.KindTableTinyInt:
		return func(r *row, b []byte, p int) { v.data = append(v.data, b[p]); v.mark() }
	case serializer.KindTableSmallInt:
		return func(r *row, b []byte, p int) { v.put16(binary.LittleEndian.Uint16(b[p:])) }
	case serializer.KindTableInt, serializer.KindTableDate, serializer.KindTableMonths, serializer.KindTableFloat:
		return func(r *row, b []byte, p int) { v.put32(binary.LittleEndian.Uint32(b[p:])) }
	case serializer.KindTableBigInt, serializer.KindTableDuration, serializer.KindTableDouble:
		return func(r *row, b []byte, p int) { v.put64(binary.LittleEndian.Uint64(b[p:])) }
	case serializer.KindTableTime:
		return func(r *row, b []byte, p int) { putMilliOfDay(r, v, binary.LittleEndian.Uint32(b[p:])) }
	case serializer.KindTableTimestamp, serializer.KindTableInstant:
		put := putMoment(t, v)
		if t.Compact() {
			return func(r *row, b []byte, p int) { put(r, int64(binary.LittleEndian.Uint64(b[p:])), 0) }
		}
		return func(r *row, b []byte, p int) {
			at := binary.LittleEndian.Uint32(b[p+4:])
			put(r, int64(binary.LittleEndian.Uint64(b[at:])), int64(binary.LittleEndian.Uint32(b[p:])))
		}
	case serializer.KindTableDecimal:
		put := putUnscaled(t, v)
		if t.Compact() {
			return func(r *row, b []byte, p int) { put(r, widen(int64(binary.LittleEndian.Uint64(b[p:])))) }
		}
		return func(r *row, b []byte, p int) { put(r, bigEndian(partAt(b, p))) }
	case serializer.KindTableNull:
		return func(r *row, b []byte, p int) { v.null() }
	}
	return nil
}

// rawPart walks a value of another serializer. What it does not read to the last byte goes to the exact column.
func (c *compiler) rawPart(t *serializer.Type, v *vector) partWalk {
	inner := t.Elems[0]
	switch {
	case inner.Kind == serializer.KindVoid:
		return func(r *row, b []byte) {
			r.inexact = r.inexact || len(b) != 1 || b[0] != 0
			emptyWalk(v)(r, nil)
		}
	case inner.Undecodable() && v.node.kind == nodeOpaque:
		return func(r *row, b []byte) {
			r.opaque = true
			v.putBytes(b)
		}
	}
	p, one := serializer.Compile(inner), c.compile(inner, v)
	return func(r *row, b []byte) {
		at := v.len
		if n, err := p.Skip(b); err != nil || n != len(b) {
			r.inexact, r.opaque = true, true
			v.null()
			return
		}
		one(r, b)
		r.inexact = r.inexact || v.isNull(at)
	}
}
