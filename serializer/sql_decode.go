package serializer

import (
	"encoding/binary"
	"math"
	"math/big"
)

// table decodes a value of the SQL runtime by itself.
func (d *decoder) table(n *node) Value {
	switch n.kind {
	case KindTableBoolean:
		return d.flag()
	case KindTableTinyInt:
		return int8(d.byte())
	case KindTableSmallInt:
		return int16(d.uint16())
	case KindTableInt, KindTableMonths:
		return d.int32()
	case KindTableBigInt, KindTableDuration:
		return d.int64()
	case KindTableFloat:
		return math.Float32frombits(uint32(d.int32()))
	case KindTableDouble:
		return math.Float64frombits(uint64(d.int64()))
	case KindTableDate:
		return dayDate(d.int32())
	case KindTableTime:
		return milliOfDay(d.int32())
	case KindTableTimestamp, KindTableInstant:
		millis, nanos := d.int64(), int32(0)
		if !n.t.Compact() {
			nanos = d.int32()
		}
		return n.moment(millis, nanos)
	case KindTableDecimal:
		if n.t.Compact() {
			return Decimal{Unscaled: big.NewInt(d.int64()), Scale: n.t.Scale}
		}
		return Decimal{Unscaled: twosComplement(d.bin()), Scale: n.t.Scale}
	case KindTableNull:
		return nil
	}
	return d.tablePart(n, d.bin())
}

// tablePart decodes what b is: text, bytes, a row, an array, a map or a value of another serializer.
func (d *decoder) tablePart(n *node, b []byte) Value {
	switch n.kind {
	case KindTableChar, KindTableVarchar:
		return string(b)
	case KindTableBinary, KindTableVarbinary:
		return append([]byte{}, b...)
	case KindTableRow:
		return d.tableRow(n, b)
	case KindTableArray:
		return List(d.tableArray(n.elems[0], b))
	case KindTableMap, KindTableMultiset:
		keys, values, _ := mapArrays(b)
		k, v := d.tableArray(n.elems[0], keys), d.tableArray(n.elems[1], values)
		m := make(Map, len(k))
		for i := range m {
			m[i] = MapEntry{Key: k[i], Value: v[i]}
		}
		return m
	}
	return d.raw(n, b)
}

// layout tells whether parts lie where encoding puts them: one after the other, in the order of their slots.
type layout struct {
	next int  // where the next part has to begin
	odd  bool // something lies elsewhere
}

// part notes a part of size bytes at at.
func (l *layout) part(at, size int) {
	l.odd = l.odd || at != l.next
	l.next = at + roundUp(size)
}

func (d *decoder) tableRow(n *node, b []byte) Value {
	r := Struct{Type: n.t, Values: make([]Value, len(n.elems)), Kind: RowKind(b[0])}
	if n.t.Flag && b[0] != 0 {
		r.Kind = Delete
	}
	head, outer, bare := RowHead(len(n.elems)), d.layout, false
	d.layout = layout{next: head + 8*len(n.elems)}
	for i, e := range n.elems {
		p := head + 8*i
		switch {
		case !nullBit(b[rowKindBytes:], i):
			r.Values[i] = d.slot(e, b, p)
		case e.slot != slotDigits && e.slot != slotNanos:
		case le32(b, p+4) != 0:
			r.Reserved = true
			d.part(le32(b, p+4), e.room())
		default:
			bare = true
		}
	}
	if d.odd || d.next != len(b) || r.Reserved && bare {
		r.Stored = append([]byte{}, b...)
	}
	d.layout = outer
	return r
}

// room is the size of a part that is reserved.
func (n *node) room() int {
	if n.slot == slotDigits {
		return decimalPart
	}
	return millisPart
}

func (d *decoder) tableArray(e *node, b []byte) []Value {
	values := make([]Value, le32(b, 0))
	head, outer := ArrayHead(len(values)), d.layout
	d.layout = layout{next: arrayFixed(len(values), e.width)}
	for i := range values {
		if !nullBit(b[4:], i) {
			values[i] = d.slot(e, b, head+e.width*i)
		}
	}
	odd := d.odd || d.next != len(b)
	d.layout = outer
	d.odd = d.odd || odd
	return values
}

// slot decodes the column or element whose slot is at p of b.
func (d *decoder) slot(n *node, b []byte, p int) Value {
	switch n.slot {
	case slotFlag:
		return b[p] != 0
	case slotShort:
		if last := b[p+7]; last&0x80 != 0 {
			return d.tablePart(n, b[p:p+int(last&0x7F)])
		}
		d.odd = d.odd || le32(b, p) <= inlineBytes
	case slotDigits:
		d.part(le32(b, p+4), decimalPart)
		return Decimal{Unscaled: twosComplement(partAt(b, p)), Scale: n.t.Scale}
	case slotNanos:
		d.part(le32(b, p+4), millisPart)
		return n.moment(le64(b, le32(b, p+4)), int32(le32(b, p)))
	}
	if n.slot == slotShort || n.slot == slotPart {
		d.part(le32(b, p+4), le32(b, p))
		return d.tablePart(n, partAt(b, p))
	}
	switch n.kind {
	case KindTableTinyInt:
		return int8(b[p])
	case KindTableSmallInt:
		return int16(binary.LittleEndian.Uint16(b[p:]))
	case KindTableInt, KindTableMonths:
		return int32(le32(b, p))
	case KindTableBigInt, KindTableDuration:
		return le64(b, p)
	case KindTableFloat:
		return math.Float32frombits(uint32(le32(b, p)))
	case KindTableDouble:
		return math.Float64frombits(uint64(le64(b, p)))
	case KindTableDate:
		return dayDate(int32(le32(b, p)))
	case KindTableTime:
		return milliOfDay(int32(le32(b, p)))
	case KindTableTimestamp, KindTableInstant:
		return n.moment(le64(b, p), 0)
	case KindTableDecimal:
		return Decimal{Unscaled: big.NewInt(le64(b, p)), Scale: n.t.Scale}
	}
	return nil
}

// partAt returns the part that the slot at p of b refers to.
func partAt(b []byte, p int) []byte {
	size, at := le32(b, p), le32(b, p+4)
	return b[at : at+size]
}

// raw decodes a value of another serializer that b is. What cannot be decoded to its last byte is opaque.
func (d *decoder) raw(n *node, b []byte) Value {
	inner := n.elems[0]
	next, err := skip(inner, b, 0, 0)
	if err == nil && next == len(b) && inner.kind != kindRest {
		in := decoder{b: b, free: d.free}
		v := in.value(inner)
		d.free = in.free
		if v == nil && inner.kind == KindVoid {
			return Struct{Type: n.t}
		}
		if _, nested := v.(Some); nested || v == nil { // told apart from a column that is null
			return Some{Value: v}
		}
		return v
	}
	o := Opaque{Class: inner.t.Class, Reason: inner.t.Reason, Bytes: append([]byte{}, b...)}
	if inner.kind != kindRest {
		o.Class, o.Reason = inner.t.String(), "the bytes are no such value"
	}
	return o
}

// moment is a timestamp: local, or with a zone an instant.
func (n *node) moment(millis int64, nanos int32) Value {
	s, ns := milliTime(millis, nanos)
	if n.kind == KindTableInstant {
		return Instant{Seconds: s, Nanos: ns}
	}
	const day = 86400
	days, rest := s/day, int32(s%day)
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	return LocalDateTime{Date: civilDate(days), Time: clockOf(rest, ns)}
}

func clockOf(second, nanos int32) LocalTime {
	return LocalTime{Hour: int8(second / 3600), Minute: int8(second / 60 % 60), Second: int8(second % 60), Nanos: nanos}
}

// milliOfDay is a time of day, or the number itself where it is none.
func milliOfDay(n int32) Value {
	if n < 0 || n >= 86_400_000 {
		return n
	}
	return clockOf(n/1000, n%1000*1_000_000)
}

func dayDate(day int32) Value { return civilDate(int64(day)) }

// civilDate returns the date of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
func civilDate(day int64) LocalDate {
	day += 719468 // from 0000-03-01
	era := day / 146097
	if day%146097 < 0 {
		era--
	}
	ofEra := day - era*146097
	year := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*year + year/4 - year/100)
	month := (5*ofYear + 2) / 153
	date := LocalDate{Year: int32(year + era*400), Month: int8(month + 3), Day: int8(ofYear - (153*month+2)/5 + 1)}
	if date.Month > 12 {
		date.Month -= 12
		date.Year++
	}
	return date
}

// epochDay is the inverse of civilDate.
func epochDay(d LocalDate) int64 {
	year, month := int64(d.Year), int64(d.Month)
	if month <= 2 {
		year, month = year-1, month+12
	}
	era := year / 400
	if year%400 < 0 {
		era--
	}
	ofEra := year - era*400
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + (153*(month-3)+2)/5 + int64(d.Day) - 1 - 719468
}
