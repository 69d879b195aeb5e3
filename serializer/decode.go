package serializer

import (
	"encoding/binary"
	"math"
	"math/big"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// decoder turns bytes that have been skipped before, and so are valid, into values.
type decoder struct {
	b    []byte
	p    int
	free int // how many more values without bytes may be made
}

func (d *decoder) value(n *node) Value {
	if n.least == 0 {
		if d.free--; d.free < 0 {
			return nil // the caller of the root sees it
		}
	}
	switch n.kind {
	case KindTuple, KindCaseClass, KindStruct, KindAvroRecord:
		return Struct{Type: n.t, Values: d.values(n.elems)}
	case KindTTL:
		return Struct{Type: n.t, Values: append([]Value{d.int64()}, d.values(n.elems)...)}
	case KindTimer:
		return Struct{Type: n.t, Values: append([]Value{d.int64() ^ math.MinInt64}, d.values(n.elems)...)}
	case KindRow:
		return d.row(n)
	case KindPojo:
		return d.pojo(n)
	case KindNullable:
		if d.flag() {
			d.p += int(n.t.Size)
			return nil
		}
		return d.value(n.elems[0])
	case KindOption:
		return d.option(n)
	case KindEither, KindTry:
		if d.flag() {
			return Either{Value: d.value(n.elems[0])}
		}
		return Either{Right: true, Value: d.value(n.elems[1])}
	case KindUnion:
		if d.byte() == 1 {
			return Either{Value: d.value(n.elems[0])}
		}
		return Either{Right: true, Value: d.value(n.elems[1])}
	case KindStreamElement:
		return d.element(n)
	case kindRest:
		return Opaque{Class: n.t.Class, Reason: n.t.Reason, Bytes: d.bytes(len(d.b) - d.p)}
	case KindJava:
		graph, size, _ := javaobj.Parse(d.b[d.p:], javaobj.Limits{})
		return JavaObject{Graph: graph, Bytes: d.bytes(size)}
	}
	switch {
	case n.kind >= KindList && n.kind <= KindLinkedList:
		return d.collection(n)
	case n.kind >= KindAvroNull:
		return d.avro(n)
	case n.kind >= KindBooleanArray && n.kind <= KindVariant:
		return d.array(n)
	}
	return d.scalar(n)
}

func (d *decoder) values(elems []*node) []Value {
	vs := make([]Value, len(elems))
	for i, e := range elems {
		vs[i] = d.value(e)
	}
	return vs
}

func (d *decoder) row(n *node) Value {
	r := Struct{Type: n.t, Values: make([]Value, len(n.elems))}
	mask := d.b[d.p:]
	d.p += n.maskBytes()
	bit := n.maskBits() - len(n.elems)
	if n.t.Flag {
		r.Kind = RowKind(mask[0]>>7 | mask[0]>>5&2)
	}
	for i, e := range n.elems {
		if !maskBit(mask, bit+i) {
			r.Values[i] = d.value(e)
		}
	}
	return r
}

func (d *decoder) pojo(n *node) Value {
	switch via := d.b[d.p]; via {
	case pojoNull:
		d.p++
		return nil
	case pojoPlain:
		d.p++
		v := Struct{Type: n.t, Values: make([]Value, len(n.elems))}
		for i, e := range n.elems {
			if !d.flag() {
				v.Values[i] = d.value(e)
			}
		}
		return v
	default:
		sub, next, _ := subclassAt(n, d.b, d.p)
		d.p = next
		v := d.value(sub)
		s, ok := v.(Struct)
		if !ok || sub.kind != KindPojo {
			s = Struct{Type: sub.t, Values: []Value{v}}
		}
		s.Via = via
		return s
	}
}

func (d *decoder) option(n *node) Value {
	if !d.flag() {
		return nil
	}
	v := d.value(n.elems[0])
	if _, nested := v.(Some); nested || v == nil {
		return Some{Value: v}
	}
	return v
}

func (d *decoder) element(n *node) Value {
	e := Element{Tag: ElementTag(d.byte())}
	switch e.Tag {
	case TimedRecord:
		e.Timestamp = d.int64()
		e.Value = d.value(n.elems[0])
	case UntimedRecord:
		e.Value = d.value(n.elems[0])
	case Watermark:
		e.Timestamp = d.int64()
	case LatencyMarker:
		e.Timestamp = d.int64()
		e.Value = List{d.int64(), d.int64(), d.int32()}
	case WatermarkStatus:
		e.Value = d.int32()
	case RecordAttributes:
		e.Value = d.flag()
	case InternalWatermark:
		e.Value = d.int32()
		e.Timestamp = d.int64()
	}
	return e
}

func (d *decoder) collection(n *node) Value {
	count := int(d.int32())
	switch n.kind {
	case KindMap:
		return d.entries(count, func(e *MapEntry) {
			e.Key = d.value(n.elems[0])
			if !d.flag() {
				e.Value = d.value(n.elems[1])
			}
		})
	case KindNullAwareMap:
		return d.entries(count, func(e *MapEntry) {
			if !d.flag() {
				e.Key = d.value(n.elems[0])
			}
			if !d.flag() {
				e.Value = d.value(n.elems[1])
			}
		})
	}
	var mask []byte
	if n.kind == KindLinkedList && n.t.Flag {
		mask = d.b[d.p:]
		d.p += (count + 7) / 8
	}
	l := make(List, 0, count)
	for i := range count {
		var v Value
		if d.present(n.kind, mask, i) {
			v = d.value(n.elems[0])
		}
		if l = append(l, v); d.free < 0 {
			break
		}
	}
	return l
}

// present reads what element i of a collection has in front: whether a value follows.
func (d *decoder) present(k Kind, mask []byte, i int) bool {
	switch k {
	case KindSet:
		return !d.flag()
	case KindArray, KindTraversable:
		return d.flag()
	}
	return mask == nil || !maskBit(mask, i)
}

func (d *decoder) entries(count int, read func(*MapEntry)) Map {
	m := make(Map, count)
	for i := range m {
		read(&m[i])
	}
	return m
}

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

// scalar decodes the kinds without parts; they are in order of Kind.
func (d *decoder) scalar(n *node) Value {
	switch n.kind {
	case KindBoolean:
		return d.flag()
	case KindByte:
		return int8(d.byte())
	case KindShort:
		return int16(d.uint16())
	case KindInt:
		return d.int32()
	case KindLong:
		return d.int64()
	case KindFloat:
		return math.Float32frombits(uint32(d.int32()))
	case KindDouble:
		return math.Float64frombits(uint64(d.int64()))
	case KindChar:
		return Char(d.uint16())
	case KindVoid, KindVoidNamespace, KindTuple0:
		d.p++
	case KindString:
		return d.text(1)
	case KindStringValue:
		return d.text(0)
	case KindUTF:
		s, _ := javaio.DecodeModifiedUTF8(d.bytesLent(int(d.uint16())))
		return s
	case KindBigInt:
		if v := d.big(); v != nil {
			return v
		}
	case KindBigDec:
		if v := d.big(); v != nil {
			return Decimal{Unscaled: v, Scale: d.int32()}
		}
	case KindEnum, KindScalaEnum:
		i := d.int32()
		return Enum{Name: n.t.constant(i), Index: i}
	case KindTimeWindow:
		return Window{Start: d.int64(), End: d.int64()}
	case KindGlobalWindow:
		d.p++
		return GlobalWindow{}
	case KindCountWindow:
		return CountWindow{ID: d.int64()}
	default:
		return d.time(n.kind)
	}
	return nil
}

// constant returns the name of an enum's constant; empty if it is not known.
func (t *Type) constant(i int32) string {
	if t.Kind != KindScalaEnum {
		if int(i) < len(t.Symbols) {
			return t.Symbols[i]
		}
		return ""
	}
	for j, id := range t.IDs {
		if id == i {
			return t.Symbols[j]
		}
	}
	return ""
}

// time decodes dates and times; null is a sentinel, decided by the first field alone as Flink does.
func (d *decoder) time(k Kind) Value {
	switch k {
	case KindDate, KindSQLDate, KindSQLTime:
		if v := d.int64(); v != math.MinInt64 {
			return Millis(v)
		}
	case KindSQLTimestamp:
		if v := (SQLTimestamp{Millis: d.int64(), Nanos: d.int32()}); v.Millis != math.MinInt64 {
			return v
		}
	case KindInstant:
		if v := (Instant{Seconds: d.int64(), Nanos: d.int32()}); v != (Instant{math.MinInt64, math.MinInt32}) {
			return v
		}
	case KindLocalDate:
		if v, ok := d.date(); ok {
			return v
		}
	case KindLocalTime:
		if v, ok := d.clock(); ok {
			return v
		}
	case KindLocalDateTime:
		date, ok := d.date()
		clock, also := d.clock()
		if ok && also {
			return LocalDateTime{Date: date, Time: clock}
		}
	}
	return nil
}

func (d *decoder) date() (LocalDate, bool) {
	v := LocalDate{Year: d.int32(), Month: int8(d.byte()), Day: int8(d.byte())}
	return v, v.Year != math.MinInt32
}

func (d *decoder) clock() (LocalTime, bool) {
	v := LocalTime{Hour: int8(d.byte()), Minute: int8(d.byte()), Second: int8(d.byte()), Nanos: d.int32()}
	return v, v.Hour != math.MinInt8
}

// big decodes a BigInteger; nil if it is null.
func (d *decoder) big() *big.Int {
	v, n := readBig(d.b[d.p:])
	d.p += n
	return v
}

func readBig(b []byte) (*big.Int, int) {
	size, next, _ := bigAt(b, 0)
	switch size {
	case -1:
		return nil, next
	case -2, -3:
		return big.NewInt(int64(-2 - size)), next
	case -4:
		return big.NewInt(10), next
	}
	return twosComplement(b[4:next]), next
}

// twosComplement is Java's BigInteger(byte[]).
func twosComplement(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

// text decodes a string or null.
func (d *decoder) text(bias int) Value {
	n, p, _ := textLength(d.b, d.p, bias)
	d.p = p
	if n < 0 {
		return nil
	}
	if asciiRun(d.b[p:], n) == n {
		d.p += n
		return string(d.b[p : p+n])
	}
	out, next, _ := appendUnits(make([]byte, 0, n+n/2), d.b, p, n)
	d.p = next
	return string(out)
}

func (d *decoder) byte() byte {
	d.p++
	return d.b[d.p-1]
}

func (d *decoder) flag() bool { return d.byte() != 0 }

func (d *decoder) uint16() uint16 {
	d.p += 2
	return uint16At(d.b, d.p-2)
}

func (d *decoder) int32() int32 {
	d.p += 4
	return int32At(d.b, d.p-4)
}

func (d *decoder) int64() int64 {
	d.p += 8
	return int64At(d.b, d.p-8)
}

func (d *decoder) bytesLent(n int) []byte {
	d.p += n
	return d.b[d.p-n : d.p]
}

// bin returns an i32 length's bytes, lent.
func (d *decoder) bin() []byte { return d.bytesLent(int(d.int32())) }

func (d *decoder) bytes(n int) []byte { return append([]byte{}, d.bytesLent(n)...) }
