package serializer

import (
	"math"
	"strings"
)

// pkgTypes is the package of Flink's Value types.
const pkgTypes = "org.apache.flink.types."

// simpleTypes are the types of serializers without parameters, by snapshot class.
var simpleTypes = makeSimpleTypes()

// simpleRow is a serializer, the kind of its values and, where it is not the obvious one, their class.
type simpleRow struct {
	serializer string
	kind       Kind
	class      string
}

func makeSimpleTypes() map[string]*Type {
	m := map[string]*Type{}
	for pkg, rows := range map[string][]simpleRow{
		pkgBase: {
			{"BooleanSerializer", KindBoolean, ""},
			{"ByteSerializer", KindByte, ""},
			{"ShortSerializer", KindShort, ""},
			{"IntSerializer", KindInt, ""},
			{"LongSerializer", KindLong, ""},
			{"CharSerializer", KindChar, ""},
			{"FloatSerializer", KindFloat, ""},
			{"DoubleSerializer", KindDouble, ""},
			{"StringSerializer", KindString, ""},
			{"BooleanValueSerializer", KindBoolean, pkgTypes + "BooleanValue"},
			{"ByteValueSerializer", KindByte, pkgTypes + "ByteValue"},
			{"ShortValueSerializer", KindShort, pkgTypes + "ShortValue"},
			{"IntValueSerializer", KindInt, pkgTypes + "IntValue"},
			{"LongValueSerializer", KindLong, pkgTypes + "LongValue"},
			{"CharValueSerializer", KindChar, pkgTypes + "CharValue"},
			{"FloatValueSerializer", KindFloat, pkgTypes + "FloatValue"},
			{"DoubleValueSerializer", KindDouble, pkgTypes + "DoubleValue"},
			{"StringValueSerializer", KindStringValue, pkgTypes + "StringValue"},
			{"NullValueSerializer", KindNullValue, ""},
			{"BigIntSerializer", KindBigInt, ""},
			{"BigDecSerializer", KindBigDec, ""},
			{"DateSerializer", KindDate, ""},
			{"SqlDateSerializer", KindSQLDate, ""},
			{"SqlTimeSerializer", KindSQLTime, ""},
			{"SqlTimestampSerializer", KindSQLTimestamp, ""},
			{"InstantSerializer", KindInstant, ""},
			{"LocalDateSerializer", KindLocalDate, ""},
			{"LocalTimeSerializer", KindLocalTime, ""},
			{"LocalDateTimeSerializer", KindLocalDateTime, ""},
			{"VoidSerializer", KindVoid, ""},
			{"VariantSerializer", KindVariant, pkgTypes + "variant.Variant"},
			{"BitmapSerializer", KindByteArray, pkgTypes + "bitmap.Bitmap"},
		},
		pkgBase + "array.": {
			{"BooleanPrimitiveArraySerializer", KindBooleanArray, ""},
			{"BytePrimitiveArraySerializer", KindByteArray, ""},
			{"ShortPrimitiveArraySerializer", KindShortArray, ""},
			{"IntPrimitiveArraySerializer", KindIntArray, ""},
			{"LongPrimitiveArraySerializer", KindLongArray, ""},
			{"CharPrimitiveArraySerializer", KindCharArray, ""},
			{"FloatPrimitiveArraySerializer", KindFloatArray, ""},
			{"DoublePrimitiveArraySerializer", KindDoubleArray, ""},
			{"StringArraySerializer", KindStringArray, ""},
		},
		pkgState: {
			{"VoidNamespaceSerializer", KindVoidNamespace, ""},
			{"JavaSerializer", KindJava, "java.io.Serializable"},
		},
		"org.apache.flink.queryablestate.client.": {{"VoidNamespaceSerializer", KindVoidNamespace, ""}},
		pkgStreaming: {
			{"utils.ByteArrayWrapperSerializer", KindByteArray, pkgStreaming + "utils.ByteArrayWrapper"},
		},
		pkgDataView: {{"NullSerializer", KindVoid, ""}},
		pkgCEP:      {{"DeweyNumber$DeweyNumberSerializer", KindIntArray, pkgCEP + "DeweyNumber"}},
		pkgScala:    {{"UnitSerializer", KindVoid, ""}},
		pkgGelly + "types.valuearray.": {
			{"ByteValueArraySerializer", KindByteArray, pkgGelly + "types.valuearray.ByteValueArray"},
			{"CharValueArraySerializer", KindCharArray, pkgGelly + "types.valuearray.CharValueArray"},
			{"DoubleValueArraySerializer", KindDoubleArray, pkgGelly + "types.valuearray.DoubleValueArray"},
			{"FloatValueArraySerializer", KindFloatArray, pkgGelly + "types.valuearray.FloatValueArray"},
			{"IntValueArraySerializer", KindIntArray, pkgGelly + "types.valuearray.IntValueArray"},
			{"LongValueArraySerializer", KindLongArray, pkgGelly + "types.valuearray.LongValueArray"},
			{"ShortValueArraySerializer", KindShortArray, pkgGelly + "types.valuearray.ShortValueArray"},
			{"StringValueArraySerializer", KindStringValueArray, pkgGelly + "types.valuearray.StringValueArray"},
			{"NullValueArraySerializer", KindNullArray, pkgGelly + "types.valuearray.NullValueArray"},
		},
		pkgGelly + "drivers.transform.": {
			{"LongValueWithProperHashCode$LongValueWithProperHashCodeSerializer", KindLong, pkgGelly + "drivers.transform.LongValueWithProperHashCode"},
		},
	} {
		for _, r := range rows {
			short := r.serializer[strings.LastIndexAny(r.serializer, "$.")+1:]
			m[pkg+r.serializer+"$"+short+"Snapshot"] = &Type{Kind: r.kind, Class: r.class}
		}
	}
	m[pkgJava+"Tuple0SerializerSnapshot"] = scalar(KindTuple0)
	m[pkgSQL+"StringDataSerializer$StringDataSerializerSnapshot"] = &Type{Kind: KindTableVarchar, Size: math.MaxInt32}
	m["org.apache.flink.table.runtime.operators.sink.SortedLongSerializer$SortedLongSerializerSnapshot"] = scalar(KindSortedLong)
	addWindows(m)
	addConnectors(m)
	m[pkgShared+"EventId$EventIdSerializer$EventIdSerializerSnapshot"] =
		structType(pkgShared+"EventId", "id", scalar(KindInt), "timestamp", scalar(KindLong))
	return m
}

func addWindows(m map[string]*Type) {
	const streaming = pkgStreaming + "windowing.windows."
	m[streaming+"TimeWindow$Serializer$TimeWindowSerializerSnapshot"] = scalar(KindTimeWindow)
	m[streaming+"GlobalWindow$Serializer$GlobalWindowSerializerSnapshot"] = scalar(KindGlobalWindow)
	m[pkgSQLWindow+"TimeWindow$Serializer$TimeWindowSerializerSnapshot"] = scalar(KindTimeWindow)
	m[pkgSQLWindow+"CountWindow$Serializer$CountWindowSerializerSnapshot"] = scalar(KindCountWindow)
	m[pkgSQLWindow+"GlobalWindow$Serializer$GlobalWindowSerializerSnapshot"] = scalar(KindGlobalWindow)
}

// addConnectors adds what sinks keep about transactions.
func addConnectors(m map[string]*Type) {
	transaction := structType("", "transactionalId", optionOf(scalar(KindUTF)), "producerId", scalar(KindLong), "epoch", scalar(KindShort))
	hint := structType("", "nextFreeTransactionalId", scalar(KindLong), "lastParallelism", scalar(KindInt))
	for _, producer := range []string{"FlinkKafkaProducer", "FlinkKafkaProducer011"} {
		p := pkgKafka + producer + "$"
		m[p+"TransactionStateSerializer$TransactionStateSerializerSnapshot"] = transaction
		m[p+"ContextStateSerializer$ContextStateSerializerSnapshot"] = listOf(scalar(KindUTF))
		m[p+"NextTransactionalIdHintSerializer$NextTransactionalIdHintSerializerSnapshot"] = hint
	}
	xid := structType("", "formatId", scalar(KindInt), "globalTransactionId", scalar(KindShortBytes), "branchQualifier", scalar(KindShortBytes))
	checkpoint := structType("", "checkpointId", scalar(KindLong), "attempts", scalar(KindInt), "xid", xid)
	m[pkgXA+"XidSerializer$XidSimpleTypeSerializerSnapshot"] = xid
	m[pkgXA+"CheckpointAndXidSerializer$CheckpointAndXidSimpleTypeSerializerSnapshot"] = checkpoint
	m[pkgXA+"XaSinkStateSerializer$XaSinkStateSimpleXaTypeSerializerSnapshot"] =
		structType("", "hanging", listOf(xid), "prepared", listOf(checkpoint))
}

// valueType is the type of a class that writes itself: known for Flink's own.
func valueType(class string) *Type {
	kinds := map[string]Kind{
		"BooleanValue": KindBoolean, "ByteValue": KindByte, "ShortValue": KindShort, "IntValue": KindInt,
		"LongValue": KindLong, "CharValue": KindChar, "FloatValue": KindFloat, "DoubleValue": KindDouble,
		"StringValue": KindStringValue, "NullValue": KindVoid,
	}
	if name, ok := strings.CutPrefix(class, pkgTypes); ok && kinds[name] != KindInvalid {
		return &Type{Kind: kinds[name], Class: class}
	}
	if name, ok := strings.CutPrefix(class, pkgHadoop); ok && hadoopKinds[name] != KindInvalid {
		return &Type{Kind: hadoopKinds[name], Class: class}
	}
	return &Type{Kind: KindValue, Class: class, Reason: "the class reads and writes itself"}
}
