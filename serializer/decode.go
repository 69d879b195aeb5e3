package serializer

import (
	"math"

	"ckpt/internal/javaobj"
)

// decoder turns bytes that have been skipped before, and so are valid, into values.
type decoder struct {
	b      []byte
	p      int
	free   int // how many more values without bytes of their own may be made
	layout     // of the SQL row or array that is decoded
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
		o := Opaque{Class: n.t.Class, Reason: n.t.Reason, Bytes: d.bytes(len(d.b) - d.p)}
		if n.t.kryo != nil {
			o.Class, o.Reason = n.t.kryo.told(o.Bytes, o.Class, o.Reason)
		}
		return o
	case KindKryo:
		return d.kryo(n)
	case KindJava:
		graph, size, _ := javaobj.Parse(d.b[d.p:], javaobj.Limits{})
		return JavaObject{Graph: graph, Bytes: d.bytes(size)}
	case KindProtobuf, KindAvroBinary:
		return d.message(n)
	}
	switch {
	case n.kind >= KindList && n.kind <= KindLinkedList:
		return d.collection(n)
	case n.kind.IsTable():
		return d.table(n)
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
	l := make(List, 0, min(count, maxFree))
	for i := range count {
		var v Value
		if d.present(n.kind, mask, i) {
			v = d.value(n.elems[0])
		} else if mask != nil {
			d.free-- // a bit for a value
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
