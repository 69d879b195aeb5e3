package export

import (
	"github.com/apache/arrow/go/v17/arrow"

	"ckpt/serializer"
)

// tableTypes are the SQL types that are one Arrow scalar whatever their parameters.
var tableTypes = map[serializer.Kind]arrow.DataType{
	serializer.KindTableBoolean: arrow.FixedWidthTypes.Boolean, serializer.KindTableNull: arrow.FixedWidthTypes.Boolean,
	serializer.KindTableTinyInt: arrow.PrimitiveTypes.Int8, serializer.KindTableSmallInt: arrow.PrimitiveTypes.Int16,
	serializer.KindTableInt: arrow.PrimitiveTypes.Int32, serializer.KindTableBigInt: arrow.PrimitiveTypes.Int64,
	serializer.KindTableFloat: arrow.PrimitiveTypes.Float32, serializer.KindTableDouble: arrow.PrimitiveTypes.Float64,
	serializer.KindTableDate: arrow.FixedWidthTypes.Date32, serializer.KindTableTime: arrow.FixedWidthTypes.Time32ms,
	serializer.KindTableMonths: arrow.PrimitiveTypes.Int32, serializer.KindTableDuration: arrow.FixedWidthTypes.Duration_ms,
	serializer.KindSortedLong: arrow.PrimitiveTypes.Int64,
}

// tableNode returns the node of a SQL type; nil for others. inside says that it is a column or an element: the kind of a
// row that is one says nothing.
func (s *shapes) tableNode(t *serializer.Type, inside bool) *node {
	if dt := tableTypes[t.Kind]; dt != nil {
		return scalar(dt)
	}
	switch t.Kind {
	case serializer.KindTableDecimal:
		return scalar(&arrow.Decimal128Type{Precision: t.Precision, Scale: t.Scale})
	case serializer.KindTableTimestamp, serializer.KindTableInstant:
		unit, _ := tableUnit(t)
		return scalar(timestamp(unit, t.Kind == serializer.KindTableInstant))
	case serializer.KindTableChar, serializer.KindTableVarchar:
		return &node{kind: nodeText}
	case serializer.KindTableBinary, serializer.KindTableVarbinary:
		return &node{kind: nodeBinary}
	case serializer.KindTableArray:
		return listOf(s.slotNode(t.Elems[0]))
	case serializer.KindTableMap, serializer.KindTableMultiset:
		return &node{kind: nodeMap, kids: []*node{s.slotNode(t.Elems[0]).named("key", ""), s.slotNode(t.Elems[1]).named("value", "")}}
	case serializer.KindTableRow:
		var fields []*node
		if !inside {
			fields = append(fields, (&node{kind: nodeDict, symbols: rowKinds}).named(ownKind, ""))
		}
		for i, e := range t.Elems {
			fields = addField(fields, s.slotNode(e).named(rowName(t.Field(i)), t.Class))
		}
		return structNode(fields...)
	case serializer.KindTableRaw:
		return structNode() // a place for a view, which is a state of its own
	}
	return nil
}

// slotNode is the node of a column or an element of a SQL type.
func (s *shapes) slotNode(t *serializer.Type) *node {
	if t.Kind == serializer.KindTableRaw {
		return s.of(t)
	}
	return s.tableNode(t, true)
}

// tableUnit is the unit of timestamps of a precision, and how many nanoseconds it has.
func tableUnit(t *serializer.Type) (arrow.TimeUnit, int64) {
	switch {
	case t.Precision <= 3:
		return arrow.Millisecond, 1_000_000
	case t.Precision <= 6:
		return arrow.Microsecond, 1000
	}
	return arrow.Nanosecond, 1
}
