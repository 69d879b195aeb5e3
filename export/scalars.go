package export

import (
	"github.com/apache/arrow/go/v17/arrow"

	"ckpt/serializer"
)

// scalarTypes are the kinds that are one Arrow scalar.
var scalarTypes = map[serializer.Kind]arrow.DataType{
	serializer.KindBoolean: arrow.FixedWidthTypes.Boolean, serializer.KindAvroBoolean: arrow.FixedWidthTypes.Boolean,
	serializer.KindByte:      arrow.PrimitiveTypes.Int8,
	serializer.KindShort:     arrow.PrimitiveTypes.Int16,
	serializer.KindHadoopInt: arrow.PrimitiveTypes.Int32, serializer.KindHadoopLong: arrow.PrimitiveTypes.Int64,
	serializer.KindInt: arrow.PrimitiveTypes.Int32, serializer.KindAvroInt: arrow.PrimitiveTypes.Int32,
	serializer.KindUint64: arrow.PrimitiveTypes.Uint64,
	serializer.KindLong:   arrow.PrimitiveTypes.Int64, serializer.KindAvroLong: arrow.PrimitiveTypes.Int64,
	serializer.KindFloat: arrow.PrimitiveTypes.Float32, serializer.KindAvroFloat: arrow.PrimitiveTypes.Float32,
	serializer.KindDouble: arrow.PrimitiveTypes.Float64, serializer.KindAvroDouble: arrow.PrimitiveTypes.Float64,
	serializer.KindDate: timestamp(arrow.Millisecond, true), serializer.KindSQLDate: timestamp(arrow.Millisecond, true),
	serializer.KindSQLTime:      timestamp(arrow.Millisecond, true),
	serializer.KindSQLTimestamp: timestamp(arrow.Nanosecond, true), serializer.KindInstant: timestamp(arrow.Nanosecond, true),
	serializer.KindLocalDate: arrow.FixedWidthTypes.Date32, serializer.KindLocalTime: arrow.FixedWidthTypes.Time64ns,
	serializer.KindLocalDateTime: timestamp(arrow.Nanosecond, false),
	// Always null.
	serializer.KindVoid: arrow.FixedWidthTypes.Boolean, serializer.KindVoidNamespace: arrow.FixedWidthTypes.Boolean,
	serializer.KindNullValue: arrow.FixedWidthTypes.Boolean, serializer.KindAvroNull: arrow.FixedWidthTypes.Boolean,
}

// arrayElems are the element types of arrays of primitives.
var arrayElems = map[serializer.Kind]arrow.DataType{
	serializer.KindBooleanArray: arrow.FixedWidthTypes.Boolean, serializer.KindNullArray: arrow.FixedWidthTypes.Boolean,
	serializer.KindShortArray: arrow.PrimitiveTypes.Int16, serializer.KindIntArray: arrow.PrimitiveTypes.Int32,
	serializer.KindLongArray: arrow.PrimitiveTypes.Int64, serializer.KindFloatArray: arrow.PrimitiveTypes.Float32,
	serializer.KindDoubleArray: arrow.PrimitiveTypes.Float64,
}

// scalarNode returns the node of a type without nested types; nil for others.
func scalarNode(t *serializer.Type) *node {
	switch logical := logicalOf(t); {
	case logical == logicalDecimal:
		return decimalNode(t)
	case logical != "":
		return scalar(logicalTimes[logical].arrow)
	}
	if dt := scalarTypes[t.Kind]; dt != nil {
		return scalar(dt)
	}
	if dt := arrayElems[t.Kind]; dt != nil {
		return listOf(scalar(dt))
	}
	switch t.Kind {
	case serializer.KindChar, serializer.KindString, serializer.KindStringValue, serializer.KindUTF, serializer.KindHadoopText,
		serializer.KindBigInt, serializer.KindBigDec, serializer.KindAvroString:
		return &node{kind: nodeText}
	case serializer.KindByteArray, serializer.KindShortBytes, serializer.KindAvroBytes, serializer.KindAvroFixed:
		return &node{kind: nodeBinary}
	case serializer.KindCharArray, serializer.KindStringArray, serializer.KindStringValueArray:
		return listOf(&node{kind: nodeText})
	case serializer.KindEnum, serializer.KindScalaEnum, serializer.KindAvroEnum:
		if len(t.Symbols) == 0 {
			return scalar(arrow.PrimitiveTypes.Int32)
		}
		return &node{kind: nodeDict, symbols: t.Symbols}
	case serializer.KindJava:
		return &node{kind: nodeJSON}
	}
	return nil
}

// decimalNode is a decimal of Avro's precision and scale; text beyond what Arrow can hold.
func decimalNode(t *serializer.Type) *node {
	switch p := t.Precision; {
	case p < 1 || p > 76 || t.Scale < 0 || t.Scale > p:
		return &node{kind: nodeText}
	case p <= 38:
		return scalar(&arrow.Decimal128Type{Precision: p, Scale: t.Scale})
	default:
		return scalar(&arrow.Decimal256Type{Precision: p, Scale: t.Scale})
	}
}
