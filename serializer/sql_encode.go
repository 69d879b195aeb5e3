package serializer

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"ckpt/internal/javaio"
)

// table encodes a value of the SQL runtime by itself.
func (e *encoder) table(n *node, v Value, depth int) error {
	if raw, ok, err := n.number(v); ok || err != nil {
		if err == nil {
			e.b = appendBigEndian(e.b, raw, n.t.tableFixed())
		}
		return err
	}
	if n.slot == slotNanos {
		millis, nanos, err := n.millis(v)
		e.b = javaio.AppendInt32(javaio.AppendInt64(e.b, millis), nanos)
		return err
	}
	at := len(e.b)
	e.b = append(e.b, 0, 0, 0, 0)
	err := e.tablePart(n, v, depth)
	if len(e.b)-at-4 > math.MaxInt32 {
		return fmt.Errorf("value of %d bytes", len(e.b)-at-4)
	}
	binary.BigEndian.PutUint32(e.b[at:], uint32(len(e.b)-at-4))
	return err
}

func appendBigEndian(dst []byte, v uint64, size int) []byte {
	for i := size - 1; i >= 0; i-- {
		dst = append(dst, byte(v>>(8*i)))
	}
	return dst
}

// number returns the bits of values that are kept in a slot as a number.
func (n *node) number(v Value) (raw uint64, ok bool, err error) {
	if n.slot != slotPlain && n.slot != slotFlag {
		return 0, false, nil
	}
	var matches bool
	switch x := v.(type) {
	case bool:
		if matches = n.kind == KindTableBoolean; x {
			raw = 1
		}
	case int8:
		raw, matches = uint64(x), n.kind == KindTableTinyInt
	case int16:
		raw, matches = uint64(x), n.kind == KindTableSmallInt
	case int32:
		raw, matches = uint64(x), n.kind == KindTableInt || n.kind == KindTableMonths || n.kind == KindTableTime
	case int64:
		raw, matches = uint64(x), n.kind == KindTableBigInt || n.kind == KindTableDuration
	case float32:
		raw, matches = uint64(math.Float32bits(x)), n.kind == KindTableFloat
	case float64:
		raw, matches = math.Float64bits(x), n.kind == KindTableDouble
	case LocalDate:
		day := epochDay(x)
		raw, matches = uint64(day), n.kind == KindTableDate && day == int64(int32(day))
	case LocalTime:
		raw, matches = uint64(milliOf(x)), n.kind == KindTableTime && x.Nanos%1_000_000 == 0
	case Decimal:
		if matches = n.fits(x) && x.Unscaled.IsInt64(); matches {
			raw = uint64(x.Unscaled.Int64())
		}
	case LocalDateTime, Instant:
		millis, nanos, err := n.millis(v)
		if err == nil && nanos != 0 {
			err = fmt.Errorf("%v has parts of a millisecond, which %s does not keep", v, n.t)
		}
		return uint64(millis), true, err
	}
	if !matches {
		return 0, false, n.mismatch(v)
	}
	return raw, true, nil
}

func milliOf(t LocalTime) int64 {
	return (int64(t.Hour)*3600+int64(t.Minute)*60+int64(t.Second))*1000 + int64(t.Nanos)/1_000_000
}

// fits says whether v is a decimal of n's scale.
func (n *node) fits(v Decimal) bool {
	return n.kind == KindTableDecimal && v.Unscaled != nil && v.Scale == n.t.Scale
}

// millis splits a timestamp into milliseconds since 1970 and nanoseconds of the millisecond.
func (n *node) millis(v Value) (millis int64, nanos int32, err error) {
	var seconds int64
	switch x := v.(type) {
	case LocalDateTime:
		seconds = epochDay(x.Date)*86400 + milliOf(LocalTime{Hour: x.Time.Hour, Minute: x.Time.Minute, Second: x.Time.Second})/1000
		nanos = x.Time.Nanos
		if n.kind != KindTableTimestamp {
			return 0, 0, n.mismatch(v)
		}
	case Instant:
		seconds, nanos = x.Seconds, x.Nanos
		if n.kind != KindTableInstant {
			return 0, 0, n.mismatch(v)
		}
	default:
		return 0, 0, n.mismatch(v)
	}
	millis = seconds*1000 + int64(nanos/1_000_000)
	if s, ns := milliTime(millis, nanos%1_000_000); s != seconds || ns != nanos {
		return 0, 0, fmt.Errorf("%v is beyond %s", v, n.t)
	}
	return millis, nanos % 1_000_000, nil
}

// tablePart encodes what is kept apart from slots, without its length.
func (e *encoder) tablePart(n *node, v Value, depth int) error {
	switch x := v.(type) {
	case string:
		if n.kind == KindTableChar || n.kind == KindTableVarchar {
			e.b = append(e.b, x...)
			return nil
		}
	case []byte:
		if n.kind == KindTableBinary || n.kind == KindTableVarbinary {
			e.b = append(e.b, x...)
			return nil
		}
	case Decimal:
		if digits := n.digits(x); digits != nil {
			e.b = append(e.b, digits...)
			return nil
		}
	case Struct:
		if n.kind == KindTableRow {
			return e.tableRow(n, x, depth)
		}
	case List:
		if n.kind == KindTableArray {
			return e.tableArray(n.elems[0], len(x), func(i int) Value { return x[i] }, depth)
		}
	case Map:
		if n.kind == KindTableMap || n.kind == KindTableMultiset {
			return e.tableMap(n, x, depth)
		}
	}
	if n.kind != KindTableRaw {
		return n.mismatch(v)
	}
	return e.raw(n, v, depth)
}

// digits returns the unscaled number of a decimal that is not compact; nil if v is none of n.
func (n *node) digits(v Decimal) []byte {
	if !n.fits(v) || n.slot != slotDigits {
		return nil
	}
	if b := bigBytes(v.Unscaled); len(b) <= decimalPart {
		return b
	}
	return nil
}

func (e *encoder) raw(n *node, v Value, depth int) error {
	switch x := v.(type) {
	case Opaque:
		e.b = append(e.b, x.Bytes...)
		return nil
	case Struct:
		if x.Type == n.t {
			v = nil
		}
	case Some:
		v = x.Value
	}
	return e.value(n.elems[0], v, depth+1)
}

func (e *encoder) tableRow(n *node, s Struct, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("value is nested more than %d deep", maxNesting)
	}
	if s.Stored != nil && s.Type == n.t {
		e.b = append(e.b, s.Stored...)
		return nil
	}
	if len(s.Values) != len(n.elems) {
		return fmt.Errorf("%d columns, want %d of %s", len(s.Values), len(n.elems), n.t)
	}
	row, head := len(e.b), RowHead(len(n.elems))
	e.zeros(head + 8*len(n.elems))
	e.b[row] = byte(s.Kind)
	if n.t.Flag && s.Kind != Insert {
		e.b[row] = 1
	}
	for i, c := range n.elems {
		if s.Values[i] == nil {
			e.b[row+rowKindBytes+i/8] |= 1 << (i & 7)
			if s.Reserved {
				e.reserve(c, row, head+8*i)
			}
			continue
		}
		if err := e.slot(c, s.Values[i], row, head+8*i, depth+1); err != nil {
			return in(err, n.t.Field(i))
		}
	}
	return nil
}

// reserve keeps room for a part that is null, as generated code does.
func (e *encoder) reserve(n *node, base, slot int) {
	if n.slot == slotDigits || n.slot == slotNanos {
		e.refer(base, slot, 0, len(e.b))
		e.zeros(n.room())
	}
}

func (e *encoder) zeros(n int) { e.b = append(e.b, make([]byte, n)...) }

// pad fills up to a multiple of 8 bytes from base.
func (e *encoder) pad(base int) {
	n := len(e.b) - base
	e.zeros(roundUp(n) - n)
}

// refer makes the slot of the row or array at base refer to a part at at of e.b.
func (e *encoder) refer(base, slot, low, at int) {
	binary.LittleEndian.PutUint32(e.b[base+slot:], uint32(low))
	binary.LittleEndian.PutUint32(e.b[base+slot+4:], uint32(at-base))
}

func (e *encoder) tableArray(c *node, count int, value func(int) Value, depth int) error {
	if count > math.MaxInt32 || depth > maxNesting {
		return fmt.Errorf("array of %d elements, %d deep", count, depth)
	}
	array, head := len(e.b), ArrayHead(count)
	e.zeros(arrayFixed(count, c.width))
	binary.LittleEndian.PutUint32(e.b[array:], uint32(count))
	for i := range count {
		v := value(i)
		if v == nil {
			e.b[array+4+i/8] |= 1 << (i & 7)
			continue
		}
		if err := e.slot(c, v, array, head+c.width*i, depth+1); err != nil {
			return in(err, "["+strconv.Itoa(i)+"]")
		}
	}
	return nil
}

func (e *encoder) tableMap(n *node, m Map, depth int) error {
	at := len(e.b)
	e.zeros(4)
	if err := e.tableArray(n.elems[0], len(m), func(i int) Value { return m[i].Key }, depth); err != nil {
		return in(err, "keys")
	}
	binary.LittleEndian.PutUint32(e.b[at:], uint32(len(e.b)-at-4))
	return in(e.tableArray(n.elems[1], len(m), func(i int) Value { return m[i].Value }, depth), "values")
}

// slot encodes a column or element of the row or array at base of e.b into its slot and, if it does not fit, behind.
func (e *encoder) slot(n *node, v Value, base, slot, depth int) error {
	raw, ok, err := n.number(v)
	if err != nil {
		return err
	}
	if ok {
		size := min(8, n.width)
		for i := range size {
			e.b[base+slot+i] = byte(raw >> (8 * i))
		}
		return nil
	}
	at := len(e.b)
	switch n.slot {
	case slotNanos:
		millis, nanos, err := n.millis(v)
		if err != nil {
			return err
		}
		e.b = binary.LittleEndian.AppendUint64(e.b, uint64(millis))
		e.refer(base, slot, int(nanos), at)
		return nil
	case slotNull:
		return n.mismatch(v)
	}
	if err := e.tablePart(n, v, depth); err != nil {
		return err
	}
	size := len(e.b) - at
	if n.slot == slotShort && size <= inlineBytes {
		copy(e.b[base+slot:], e.b[at:])
		e.b = e.b[:at]
		e.b[base+slot+7] = 0x80 | byte(size)
		return nil
	}
	e.refer(base, slot, size, at)
	if n.slot == slotDigits {
		e.zeros(decimalPart - size)
	}
	e.pad(base)
	return nil
}
