package export

import (
	"math/big"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"ckpt/serializer"
)

// arrowValue reads row i of a column back as the value of type t that it stands for, through Arrow's own accessors.
func arrowValue(t *serializer.Type, n *node, a arrow.Array, i int) serializer.Value {
	t = under(t)
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Boolean:
		if t.Kind == serializer.KindBoolean || t.Kind == serializer.KindAvroBoolean || t.Kind == serializer.KindTableBoolean {
			return a.Value(i)
		}
		return serializer.Struct{Type: t}
	case *array.Int8:
		return a.Value(i)
	case *array.Int16:
		return a.Value(i)
	case *array.Int32:
		return a.Value(i)
	case *array.Int64:
		return a.Value(i)
	case *array.Uint64:
		return a.Value(i)
	case *array.Float32:
		return a.Value(i)
	case *array.Float64:
		return a.Value(i)
	case *array.Binary:
		return a.Value(i)
	case *array.String:
		return textValue(t, a.Value(i))
	case *array.Dictionary:
		return a.Dictionary().(*array.String).Value(a.GetValueIndex(i))
	case *array.Date32:
		y, m, d := civil(int64(a.Value(i)))
		return serializer.LocalDate{Year: int32(y), Month: int8(m), Day: int8(d)}
	case *array.Time32:
		return clockOf(int64(a.Value(i)) * 1_000_000)
	case *array.Duration:
		return int64(a.Value(i))
	case *array.Time64:
		return clockOf(int64(a.Value(i)))
	case *array.Timestamp:
		return timeValue(a.DataType().(*arrow.TimestampType), int64(a.Value(i)))
	case *array.Decimal128:
		return serializer.Decimal{Unscaled: a.Value(i).BigInt(), Scale: a.DataType().(*arrow.Decimal128Type).Scale}
	case *array.Decimal256:
		return serializer.Decimal{Unscaled: a.Value(i).BigInt(), Scale: a.DataType().(*arrow.Decimal256Type).Scale}
	case *array.Map:
		from, to := a.ValueOffsets(i)
		return mapOf(t, n.kids, a.Keys(), a.Items(), int(from), int(to))
	case *array.List:
		return listValue(t, n, a, i)
	case *array.Struct:
		return structValue(t, n, a, i)
	}
	panic("column of an unexpected type: " + a.DataType().String())
}

func textValue(t *serializer.Type, s string) serializer.Value {
	switch t.Kind {
	case serializer.KindBigInt:
		n, _ := new(big.Int).SetString(s, 10)
		return n
	case serializer.KindBigDec:
		return s // Java's toString in both forms
	}
	return s
}

func clockOf(nanos int64) serializer.LocalTime {
	s := nanos / 1_000_000_000
	return serializer.LocalTime{Hour: int8(s / 3600), Minute: int8(s / 60 % 60), Second: int8(s % 60), Nanos: int32(nanos % 1_000_000_000)}
}

func timeValue(t *arrow.TimestampType, n int64) serializer.Value {
	per := map[arrow.TimeUnit]int64{arrow.Millisecond: 1e3, arrow.Microsecond: 1e6, arrow.Nanosecond: 1e9}[t.Unit]
	s, nanos := floorDiv(n, per), floorMod(n, per)*(1e9/per)
	if t.TimeZone == "UTC" {
		return serializer.Instant{Seconds: s, Nanos: int32(nanos)}
	}
	y, m, d := civil(floorDiv(s, secondsPerDay))
	clock := clockOf(floorMod(s, secondsPerDay) * 1_000_000_000)
	clock.Nanos = int32(nanos)
	return serializer.LocalDateTime{Date: serializer.LocalDate{Year: int32(y), Month: int8(m), Day: int8(d)}, Time: clock}
}

func mapOf(t *serializer.Type, kids []*node, keys, items arrow.Array, from, to int) serializer.Value {
	m := serializer.Map{}
	for i := from; i < to; i++ {
		key := keyType(t)
		m = append(m, serializer.MapEntry{Key: arrowValue(key, kids[0], keys, i), Value: arrowValue(mapValue(t), kids[1], items, i)})
	}
	return m
}

func keyType(t *serializer.Type) *serializer.Type {
	if k := mapKey(t); k != nil {
		return k
	}
	return avroString
}

func listValue(t *serializer.Type, n *node, a *array.List, i int) serializer.Value {
	from, to := a.ValueOffsets(i)
	switch t.Kind {
	case serializer.KindMap, serializer.KindNullAwareMap:
		entries := a.ListValues().(*array.Struct)
		return mapOf(t, n.kids[0].kids, entries.Field(0), entries.Field(1), int(from), int(to))
	}
	l := serializer.List{}
	for j := int(from); j < int(to); j++ {
		el := elem(t, 0)
		if kind, ok := arrayElements[t.Kind]; ok {
			el = typ(kind)
		}
		l = append(l, arrowValue(el, n.kids[0], a.ListValues(), j))
	}
	return l
}

func structValue(t *serializer.Type, n *node, a *array.Struct, i int) serializer.Value {
	st := a.DataType().(*arrow.StructType)
	field := func(name string) arrow.Array {
		j, ok := st.FieldIdx(name)
		if !ok {
			return nil
		}
		return a.Field(j)
	}
	get := func(name string, t *serializer.Type) serializer.Value {
		j, _ := st.FieldIdx(name)
		return arrowValue(t, n.kids[j], a.Field(j), i)
	}
	long := typ(serializer.KindLong)
	switch t.Kind {
	case serializer.KindTimeWindow:
		return serializer.Window{Start: get("start", long).(int64), End: get("end", long).(int64)}
	case serializer.KindCountWindow:
		return serializer.CountWindow{ID: get("id", long).(int64)}
	case serializer.KindVariant:
		return serializer.Variant{Value: get("$variant", long).([]byte), Metadata: get("$metadata", long).([]byte)}
	case serializer.KindEither, serializer.KindUnion:
		names := sideNames(t)
		if !field(names[1]).IsNull(i) {
			return serializer.Either{Right: true, Value: get(names[1], t.Elems[1])}
		}
		return serializer.Either{Value: get(names[0], t.Elems[0])}
	case serializer.KindStreamElement:
		e := serializer.Element{Timestamp: get("timestamp", long), Value: get("value", t.Elems[0])}
		if get("element", long) == "watermark" {
			e.Tag = serializer.Watermark
		}
		return e
	}
	s := serializer.Struct{Type: t, Values: []serializer.Value{}}
	if k := field("$kind"); k != nil {
		for _, kind := range []serializer.RowKind{serializer.UpdateBefore, serializer.UpdateAfter, serializer.Delete} {
			if get("$kind", long) == kind.String() {
				s.Kind = kind
			}
		}
	}
	if c := field("$class"); c != nil && !c.IsNull(i) {
		for _, subs := range [][]serializer.Subclass{t.Tagged, t.Named} {
			for _, sub := range subs {
				if sub.Class == get("$class", long) {
					s.Type, s.Via = sub.Type, serializer.ViaTag
				}
			}
		}
	}
	lead := 0
	if t.Kind == serializer.KindTimer {
		s.Values, lead = append(s.Values, get("timestamp", long)), 1
	}
	for j, e := range s.Type.Elems {
		shape := (&shapes{}).of(e)
		if s.Type.Kind == serializer.KindTableRow {
			shape = (&shapes{}).slotNode(e)
		}
		at := n.fieldFor(rowName(fieldName(s.Type, j+lead)), shape)
		s.Values = append(s.Values, arrowValue(e, n.kids[at], a.Field(at), i))
	}
	return s
}
