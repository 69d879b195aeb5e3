package serializer

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"ckpt/internal/javaio"
)

// encoder appends values to b.
type encoder struct{ b []byte }

func (e *encoder) value(n *node, v Value, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("value is nested more than %d deep", maxNesting)
	}
	switch n.kind {
	case KindTuple, KindCaseClass, KindStruct, KindAvroRecord, KindTTL, KindTimer:
		return e.fields(n, v, depth)
	case KindRow:
		return e.row(n, v, depth)
	case KindPojo:
		return e.pojo(n, v, depth)
	case KindNullable:
		if v == nil {
			e.b = append(append(e.b, 1), make([]byte, n.t.Size)...)
			return nil
		}
		e.b = append(e.b, 0)
		return e.value(n.elems[0], v, depth+1)
	case KindOption:
		return e.option(n, v, depth)
	case KindEither, KindTry, KindUnion:
		return e.either(n, v, depth)
	case KindStreamElement:
		return e.element(n, v, depth)
	case kindRest:
		o, ok := v.(Opaque)
		if !ok {
			return n.mismatch(v)
		}
		e.b = append(e.b, o.Bytes...)
		return nil
	case KindKryo:
		return e.kryo(n, v)
	case KindProtobuf, KindAvroBinary:
		return e.message(n, v)
	case KindJava:
		o, ok := v.(JavaObject)
		if !ok {
			return n.mismatch(v)
		}
		e.b = append(e.b, o.Bytes...)
		return nil
	}
	switch {
	case n.kind >= KindList && n.kind <= KindLinkedList:
		return e.collection(n, v, depth)
	case n.kind.IsTable():
		return e.table(n, v, depth)
	case n.kind >= KindAvroNull:
		return e.avro(n, v, depth)
	case n.kind >= KindBooleanArray && n.kind <= KindVariant:
		return e.array(n, v)
	}
	return e.scalar(n, v)
}

// mismatch says that v is no value of n.
func (n *node) mismatch(v Value) error { return fmt.Errorf("%T is no value of %s", v, n.t) }

func (e *encoder) flag(v bool) { e.b = javaio.AppendBool(e.b, v) }

// in names the part in which err occurred.
func in(err error, part string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", part, err)
}

// fields encodes structs: a timer and a value with TTL have a number in front.
func (e *encoder) fields(n *node, v Value, depth int) error {
	s, ok := v.(Struct)
	if !ok {
		return n.mismatch(v)
	}
	values := s.Values
	if n.kind == KindTTL || n.kind == KindTimer {
		if len(values) == 0 {
			return n.mismatch(v)
		}
		t, ok := values[0].(int64)
		if !ok {
			return n.mismatch(v)
		}
		if n.kind == KindTimer {
			t ^= math.MinInt64
		}
		e.b = javaio.AppendInt64(e.b, t)
		values = values[1:]
	}
	if len(values) != len(n.elems) {
		return fmt.Errorf("%d fields, want %d of %s", len(values), len(n.elems), n.t)
	}
	for i, f := range n.elems {
		if err := e.value(f, values[i], depth+1); err != nil {
			return in(err, n.t.Field(i))
		}
	}
	return nil
}

func (e *encoder) row(n *node, v Value, depth int) error {
	s, ok := v.(Struct)
	if !ok || len(s.Values) != len(n.elems) {
		return n.mismatch(v)
	}
	if !n.t.Flag && s.Kind != Insert {
		return fmt.Errorf("a row of kind %s, which this serializer cannot store", s.Kind)
	}
	at := len(e.b)
	e.b = append(e.b, make([]byte, n.maskBytes())...)
	bit := n.maskBits() - len(n.elems)
	if n.t.Flag {
		e.b[at] = byte(s.Kind&1)<<7 | byte(s.Kind>>1&1)<<6
	}
	for i, f := range n.elems {
		if s.Values[i] == nil {
			e.b[at+(bit+i)/8] |= 0x80 >> ((bit + i) % 8)
			continue
		}
		if err := e.value(f, s.Values[i], depth+1); err != nil {
			return in(err, n.t.Field(i))
		}
	}
	return nil
}

func (e *encoder) option(n *node, v Value, depth int) error {
	e.flag(v != nil)
	switch s := v.(type) {
	case nil:
		return nil
	case Some:
		return e.value(n.elems[0], s.Value, depth+1)
	}
	return e.value(n.elems[0], v, depth+1)
}

func (e *encoder) either(n *node, v Value, depth int) error {
	s, ok := v.(Either)
	if !ok {
		return n.mismatch(v)
	}
	side := 0
	if s.Right {
		side = 1
	}
	if n.kind == KindUnion {
		e.b = append(e.b, byte(side+1))
	} else {
		e.flag(!s.Right)
	}
	return e.value(n.elems[side], s.Value, depth+1)
}

func (e *encoder) element(n *node, v Value, depth int) error {
	s, ok := v.(Element)
	if !ok || int(s.Tag) >= len(elementBytes) {
		return n.mismatch(v)
	}
	e.b = append(e.b, byte(s.Tag))
	number, flag := int32(0), false
	switch s.Tag {
	case WatermarkStatus, InternalWatermark:
		if number, ok = s.Value.(int32); !ok {
			return n.mismatch(s.Value)
		}
		e.b = javaio.AppendInt32(e.b, number)
	case RecordAttributes:
		if flag, ok = s.Value.(bool); !ok {
			return n.mismatch(s.Value)
		}
		e.flag(flag)
	}
	switch s.Tag {
	case TimedRecord, Watermark, LatencyMarker, InternalWatermark:
		t, ok := s.Timestamp.(int64)
		if !ok {
			return n.mismatch(s.Timestamp)
		}
		e.b = javaio.AppendInt64(e.b, t)
	}
	switch s.Tag {
	case TimedRecord, UntimedRecord:
		return e.value(n.elems[0], s.Value, depth+1)
	case LatencyMarker:
		return e.marker(n, s.Value)
	}
	return nil
}

// marker encodes the numbers of a latency marker: operator id and subtask.
func (e *encoder) marker(n *node, v Value) error {
	l, _ := v.(List)
	if len(l) != 3 {
		return n.mismatch(v)
	}
	lower, ok1 := l[0].(int64)
	upper, ok2 := l[1].(int64)
	subtask, ok3 := l[2].(int32)
	if !ok1 || !ok2 || !ok3 {
		return n.mismatch(v)
	}
	e.b = javaio.AppendInt32(javaio.AppendInt64(javaio.AppendInt64(e.b, lower), upper), subtask)
	return nil
}

func (e *encoder) collection(n *node, v Value, depth int) error {
	if n.kind == KindMap || n.kind == KindNullAwareMap {
		return e.entries(n, v, depth)
	}
	l, ok := v.(List)
	if !ok || len(l) > math.MaxInt32 {
		return n.mismatch(v)
	}
	e.b = javaio.AppendInt32(e.b, int32(len(l)))
	mask := len(e.b)
	if n.kind == KindLinkedList && n.t.Flag {
		e.b = append(e.b, make([]byte, (len(l)+7)/8)...)
	}
	for i, v := range l {
		switch n.kind {
		case KindArray, KindTraversable:
			e.flag(v != nil)
		case KindSet:
			e.flag(v == nil)
		case KindLinkedList:
			if v == nil && n.t.Flag {
				e.b[mask+i/8] |= 0x80 >> (i % 8)
			}
		}
		if v == nil && n.kind != KindList && (n.kind != KindLinkedList || n.t.Flag) {
			continue
		}
		if err := e.value(n.elems[0], v, depth+1); err != nil {
			return in(err, "["+strconv.Itoa(i)+"]")
		}
	}
	return nil
}

func (e *encoder) entries(n *node, v Value, depth int) error {
	m, ok := v.(Map)
	if !ok || len(m) > math.MaxInt32 {
		return n.mismatch(v)
	}
	e.b = javaio.AppendInt32(e.b, int32(len(m)))
	for i, entry := range m {
		if n.kind == KindNullAwareMap {
			e.flag(entry.Key == nil)
		}
		if n.kind == KindMap || entry.Key != nil {
			if err := e.value(n.elems[0], entry.Key, depth+1); err != nil {
				return in(err, "key["+strconv.Itoa(i)+"]")
			}
		}
		e.flag(entry.Value == nil)
		if entry.Value == nil {
			continue
		}
		if err := e.value(n.elems[1], entry.Value, depth+1); err != nil {
			return in(err, "value["+strconv.Itoa(i)+"]")
		}
	}
	return nil
}

// appendBig appends a BigInteger; nil is null.
func appendBig(dst []byte, v *big.Int) []byte {
	switch {
	case v == nil:
		return javaio.AppendInt32(dst, 0)
	case v.IsInt64() && (v.Int64() == 0 || v.Int64() == 1):
		return javaio.AppendInt32(dst, int32(v.Int64())+1)
	case v.IsInt64() && v.Int64() == 10:
		return javaio.AppendInt32(dst, 3)
	}
	b := bigBytes(v)
	return append(javaio.AppendInt32(dst, int32(len(b)+4)), b...)
}

// bigBytes is Java's BigInteger.toByteArray: two's complement in the fewest bytes.
func bigBytes(v *big.Int) []byte {
	if v.Sign() >= 0 {
		return append(make([]byte, 1-(v.BitLen()+7)/8+v.BitLen()/8), v.Bytes()...)
	}
	not := new(big.Int).Not(v)
	b := append(make([]byte, 1-(not.BitLen()+7)/8+not.BitLen()/8), not.Bytes()...)
	for i := range b {
		b[i] = ^b[i]
	}
	return b
}
