package serializer

import (
	"maps"
	"strings"
	"sync"
)

// Packages of Flink's serializers. On disk, as parts of class names.
const (
	pkgTypeutils = "org.apache.flink.api.common.typeutils."
	pkgBase      = pkgTypeutils + "base."
	pkgJava      = "org.apache.flink.api.java.typeutils.runtime."
	pkgScala     = "org.apache.flink.table.api.typeutils." // since 2.0
	pkgScalaOld  = "org.apache.flink.api.scala.typeutils." // until 1.20
	pkgState     = "org.apache.flink.runtime.state."
	pkgStreaming = "org.apache.flink.streaming.api."
	pkgRecord    = "org.apache.flink.streaming.runtime.streamrecord."
	pkgMigration = "org.apache.flink.migration.streaming.runtime.streamrecord." // state of 1.1 in 1.3
	pkgCEP       = "org.apache.flink.cep.nfa."
	pkgShared    = pkgCEP + "sharedbuffer."
	pkgAvro      = "org.apache.flink.formats.avro.typeutils."
	pkgDataView  = "org.apache.flink.table.dataview."
	pkgSQL       = "org.apache.flink.table.runtime.typeutils."
	pkgSQLWindow = "org.apache.flink.table.runtime.operators.window."
	pkgMultiset  = "org.apache.flink.table.runtime.sequencedmultisetstate.linked."
	pkgPython    = pkgSQL + "serializers.python."
	pkgKafka     = "org.apache.flink.streaming.connectors.kafka."
	pkgXA        = "org.apache.flink.connector.jdbc.xa."
	pkgGelly     = "org.apache.flink.graph."
	pkgSink      = pkgStreaming + "functions.sink.legacy." // since 2.0
	pkgSinkOld   = pkgStreaming + "functions.sink."
)

// class is what is known about a snapshot class.
type class struct {
	parse  func(*parser, *Snapshot)
	modern func(*Snapshot) *Snapshot // today's words for it; nil if it is in them
}

// registry is filled once, on first use: the grammars in it refer to it for nested snapshots.
var registry struct {
	once    sync.Once
	classes map[string]class
}

// classes returns the registry of snapshot classes, by binary name.
func classes() map[string]class {
	registry.once.Do(func() { registry.classes = knownClasses() })
	return registry.classes
}

// simpleSerializers maps the canonical name of a serializer without parameters to its snapshot class.
var simpleSerializers = simpleByCanonicalName()

func knownClasses() map[string]class {
	m := map[string]class{}
	for _, name := range simpleClasses() {
		m[name] = class{parse: simple}
	}
	for name, c := range compositeClasses {
		m[name] = class{parse: c.parse}
	}
	for name, parse := range otherClasses() {
		m[name] = class{parse: parse}
	}
	maps.Copy(m, legacyClasses())
	for name, today := range movedClasses() {
		m[name] = class{m[today].parse, renamed(today)}
	}
	return m
}

// compositeClasses are those derived from CompositeTypeSerializerSnapshot.
var compositeClasses = map[string]composite{
	pkgBase + "ListSerializerSnapshot":                                    {nested: 1, first: 1, last: 1},
	pkgBase + "SetSerializerSnapshot":                                     {nested: 1, first: 1, last: 1},
	pkgBase + "MapSerializerSnapshot":                                     {nested: 2, first: 1, last: 1},
	pkgBase + "GenericArraySerializerSnapshot":                            {nested: 1, first: 1, last: 1, outer: outerClass},
	pkgState + "ArrayListSerializerSnapshot":                              {nested: 1, first: 1, last: 1},
	pkgState + "ttl.TtlStateFactory$TtlSerializerSnapshot":                {nested: 2, first: 2, last: 2},
	pkgJava + "TupleSerializerSnapshot":                                   {nested: anyNumber, first: 2, last: 2, outer: outerClass},
	pkgJava + "JavaEitherSerializerSnapshot":                              {nested: 2, first: 1, last: 1},
	pkgJava + "RowSerializer$RowSerializerSnapshot":                       {nested: anyNumber, first: 2, last: 4, outer: outerFlag(3, 4)},
	pkgJava + "NullableSerializer$NullableSerializerSnapshot":             {nested: 1, first: 2, last: 2, outer: outerPadding},
	pkgStreaming + "operators.TimerSerializerSnapshot":                    {nested: 2, first: 2, last: 2},
	pkgRecord + "StreamElementSerializer$StreamElementSerializerSnapshot": {nested: 1, first: 2, last: 2},
	pkgStreaming + "datastream.CoGroupedStreams$UnionSerializerSnapshot":  {nested: 2, first: 2, last: 2},
	pkgStreaming + "operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot": {
		nested: 1, first: 2, last: 2,
	},
	pkgSink + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot": {nested: 2, first: 2, last: 4, outer: outerFlag(3, 4)},
	pkgTypeutils + "SingleThreadAccessCheckingTypeSerializer$SingleThreadAccessCheckingTypeSerializerSnapshot": {
		nested: 1, first: 1, last: 1,
	},

	pkgScala + "ScalaCaseClassSerializerSnapshot":  {nested: anyNumber, first: 2, last: 2, outer: outerClass},
	pkgScala + "Tuple2CaseClassSerializerSnapshot": {nested: 2, first: 2, last: 2, outer: outerClass},
	pkgScala + "ScalaEitherSerializerSnapshot":     {nested: 2, first: 1, last: 1},
	pkgScala + "ScalaOptionSerializerSnapshot":     {nested: 1, first: 2, last: 2},
	pkgScala + "ScalaTrySerializerSnapshot":        {nested: 2, first: 2, last: 2},
	pkgScala + "TraversableSerializerSnapshot":     {nested: 1, first: 2, last: 2, outer: outerText},

	pkgCEP + "NFAStateSerializerSnapshot":                          {nested: 3, first: 1, last: 2, outer: outerFlag(maxVersion, 2)},
	pkgShared + "NodeId$NodeIdSerializer$NodeIdSerializerSnapshot": {nested: 1, first: 1, last: 1},
	pkgShared + "SharedBufferEdge$SharedBufferEdgeSerializer$SharedBufferEdgeSerializerSnapshot": {
		nested: 2, first: 1, last: 1,
	},
	pkgShared + "SharedBufferNode$SharedBufferNodeSerializer$SharedBufferNodeSerializerSnapshot": {
		nested: 1, first: 1, last: 1,
	},
	pkgShared + "SharedBufferNodeSerializerSnapshotV2":     {nested: 1, first: 1, last: 1},
	pkgShared + "LockableTypeSerializerSnapshot":           {nested: 1, first: 1, last: 1},
	pkgCEP + "NFA$MigratedNFASerializerSnapshot":           {nested: 2, first: 2, last: 2},
	pkgCEP + "SharedBuffer$SharedBufferSerializerSnapshot": {nested: 3, first: 2, last: 2},

	pkgDataView + "ListViewSerializerSnapshot":                          {nested: 1, first: 1, last: 1},
	pkgDataView + "MapViewSerializerSnapshot":                           {nested: 1, first: 1, last: 1},
	pkgDataView + "NullAwareMapSerializerSnapshot":                      {nested: 2, first: 1, last: 1},
	pkgSQL + "LinkedListSerializer$LinkedListSerializerSnapshot":        {nested: 1, first: 1, last: 3, outer: outerFlag(2, 3)},
	pkgSQL + "RawValueDataSerializer$RawValueDataSerializerSnapshot":    {nested: 1, first: 0, last: 0},
	pkgSQL + "WindowKeySerializer$WindowKeySerializerSnapshot":          {nested: 1, first: 1, last: 1},
	pkgSQL + "ExternalSerializer$ExternalSerializerSnapshot":            {nested: 1, first: 1, last: 1, outer: outerExternal},
	pkgMultiset + "NodeSerializer$NodeSerializerSnapshot":               {nested: 6, first: 0, last: 0},
	pkgMultiset + "MetaSqnInfoSerializer$MetaSqnInfoSerializerSnapshot": {nested: 2, first: 0, last: 0},
	pkgMultiset + "RowSqnInfoSerializer$RowSqnInfoSerializerSnapshot":   {nested: 2, first: 0, last: 0},

	"org.apache.flink.table.runtime.types.CRowSerializerSnapshot": {nested: 1, first: 1, last: 1},
}

// otherClasses have a grammar of their own.
func otherClasses() map[string]func(*parser, *Snapshot) {
	return map[string]func(*parser, *Snapshot){
		pkgState + "ttl.TtlAwareSerializerSnapshot":                                                                     ttlAware,
		pkgBase + "EnumSerializer$EnumSerializerSnapshot":                                                               enumConstants,
		pkgScala + "ScalaEnumSerializerSnapshot":                                                                        scalaEnumConstants,
		pkgJava + "ValueSerializer$ValueSerializerSnapshot":                                                             generic(2),
		pkgJava + "CopyableValueSerializer$CopyableValueSerializerSnapshot":                                             generic(2),
		pkgJava + "WritableSerializer$WritableSerializerSnapshot":                                                       generic(2),
		pkgJava + "PojoSerializerSnapshot":                                                                              pojo,
		pkgJava + "kryo.KryoSerializerSnapshot":                                                                         kryo,
		pkgAvro + "AvroSerializerSnapshot":                                                                              avro,
		pkgSQL + "RowDataSerializer$RowDataSerializerSnapshot":                                                          rowData,
		pkgSQL + "BinaryRowDataSerializer$BinaryRowDataSerializerSnapshot":                                              numbers(1, 3),
		pkgSQL + "ArrayDataSerializer$ArrayDataSerializerSnapshot":                                                      typesThenSerializers(1, 3),
		pkgSQL + "MapDataSerializer$MapDataSerializerSnapshot":                                                          typesThenSerializers(2, 3),
		pkgSQL + "DecimalDataSerializer$DecimalSerializerSnapshot":                                                      numbers(2, 3),
		pkgSQL + "TimestampDataSerializer$TimestampDataSerializerSnapshot":                                              numbers(1, 1),
		pkgSQL + "SortedMapSerializerSnapshot":                                                                          sortedMap,
		pkgSQL + "BaseRowSerializer$BaseRowSerializerSnapshot":                                                          rowData, // 1.9 and 1.10: other row headers than today
		pkgPython + "BaseRowSerializer$BaseRowSerializerSnapshot":                                                       rowData,
		pkgMultiset + "RowDataKeySerializerSnapshot":                                                                    rowDataKey,
		pkgPython + "RowDataSerializer$RowDataSerializerSnapshot":                                                       rowData,
		pkgPython + "ArrayDataSerializer$ArrayDataSerializerSnapshot":                                                   typesThenSerializers(1, 1),
		pkgPython + "MapDataSerializer$BaseMapSerializerSnapshot":                                                       typesThenSerializers(2, 1),
		pkgPython + "DecimalDataSerializer$DecimalSerializerSnapshot":                                                   numbers(2, 1),
		"org.apache.flink.connector.pulsar.common.schema.PulsarSchemaTypeSerializer$PulsarSchemaTypeSerializerSnapshot": pulsarSchema,
	}
}

// simpleClasses lists the snapshot classes of serializers without parameters.
func simpleClasses() []string {
	var names []string
	add := func(pkg, serializers string) { // snapshot class X$XSnapshot of serializer X
		for x := range strings.FieldsSeq(serializers) {
			names = append(names, pkg+x+"$"+x[strings.LastIndexByte(x, '$')+1:]+"Snapshot")
		}
	}
	add(pkgBase, `BooleanSerializer ByteSerializer ShortSerializer IntSerializer LongSerializer CharSerializer
		FloatSerializer DoubleSerializer StringSerializer BooleanValueSerializer ByteValueSerializer
		ShortValueSerializer IntValueSerializer LongValueSerializer CharValueSerializer FloatValueSerializer
		DoubleValueSerializer StringValueSerializer NullValueSerializer BigIntSerializer BigDecSerializer
		DateSerializer SqlDateSerializer SqlTimeSerializer SqlTimestampSerializer InstantSerializer
		LocalDateSerializer LocalTimeSerializer LocalDateTimeSerializer VoidSerializer VariantSerializer
		BitmapSerializer`)
	add(pkgBase+"array.", `BooleanPrimitiveArraySerializer BytePrimitiveArraySerializer
		ShortPrimitiveArraySerializer IntPrimitiveArraySerializer LongPrimitiveArraySerializer
		CharPrimitiveArraySerializer FloatPrimitiveArraySerializer DoublePrimitiveArraySerializer
		StringArraySerializer`)
	add(pkgState, `VoidNamespaceSerializer JavaSerializer`)
	add("org.apache.flink.queryablestate.client.", `VoidNamespaceSerializer`)
	add(pkgStreaming+"utils.", `ByteArrayWrapperSerializer`)
	add(pkgDataView, `NullSerializer`)
	add(pkgSQL, `StringDataSerializer`)
	add("org.apache.flink.table.runtime.operators.sink.", `SortedLongSerializer`)
	add(pkgCEP, `DeweyNumber$DeweyNumberSerializer`)
	add(pkgShared, `EventId$EventIdSerializer`)
	add(pkgScala, `UnitSerializer`)
	add(pkgKafka, `FlinkKafkaProducer$TransactionStateSerializer FlinkKafkaProducer$ContextStateSerializer
		FlinkKafkaProducer$NextTransactionalIdHintSerializer FlinkKafkaProducer011$TransactionStateSerializer
		FlinkKafkaProducer011$ContextStateSerializer FlinkKafkaProducer011$NextTransactionalIdHintSerializer`)
	add(pkgGelly+"types.valuearray.", `ByteValueArraySerializer CharValueArraySerializer
		DoubleValueArraySerializer FloatValueArraySerializer IntValueArraySerializer LongValueArraySerializer
		ShortValueArraySerializer StringValueArraySerializer NullValueArraySerializer`)
	add(pkgGelly+"drivers.transform.", `LongValueWithProperHashCode$LongValueWithProperHashCodeSerializer`)
	add(pkgPython, `BigDecSerializer DateSerializer StringSerializer TimeSerializer TimestampSerializer`)
	return append(names,
		pkgJava+"Tuple0SerializerSnapshot",
		pkgScala+"NothingSerializerSnapshot",
		pkgStreaming+"windowing.windows.TimeWindow$Serializer$TimeWindowSerializerSnapshot",
		pkgStreaming+"windowing.windows.GlobalWindow$Serializer$GlobalWindowSerializerSnapshot",
		pkgSQLWindow+"TimeWindow$Serializer$TimeWindowSerializerSnapshot",
		pkgSQLWindow+"CountWindow$Serializer$CountWindowSerializerSnapshot",
		pkgSQLWindow+"GlobalWindow$Serializer$GlobalWindowSerializerSnapshot",
		pkgXA+"XidSerializer$XidSimpleTypeSerializerSnapshot",
		pkgXA+"CheckpointAndXidSerializer$CheckpointAndXidSimpleTypeSerializerSnapshot",
		pkgXA+"XaSinkStateSerializer$XaSinkStateSimpleXaTypeSerializerSnapshot",
		"org.apache.flink.connectors.hive.read.TimestampedHiveInputSplit$SplitTypeSerializer$SplitSerializerSnapshot",
	)
}

// simpleByCanonicalName keys the simple classes by their serializer's canonical name: dots for nesting, too.
func simpleByCanonicalName() map[string]string {
	m := map[string]string{}
	for _, name := range simpleClasses() {
		serializer := strings.TrimSuffix(name, "Snapshot")
		if i := strings.LastIndexByte(name, '$'); i >= 0 {
			serializer = name[:i]
		}
		m[canonicalName(serializer)] = name
	}
	return m
}

func canonicalName(binary string) string { return strings.ReplaceAll(binary, "$", ".") }

// movedClasses maps the names of classes that moved to today's.
func movedClasses() map[string]string {
	moved := map[string]string{
		pkgSinkOld + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot": pkgSink + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot",
		pkgState + "v2.ttl.TtlStateFactory$TtlSerializerSnapshot":         pkgState + "ttl.TtlStateFactory$TtlSerializerSnapshot",
	}
	move := func(from, to, classes string) {
		for x := range strings.FieldsSeq(classes) {
			before, after, renamed := strings.Cut(x, ">")
			if !renamed {
				after = before
			}
			moved[from+before] = to + after
		}
	}
	move(pkgScalaOld, pkgScala, `ScalaCaseClassSerializerSnapshot Tuple2CaseClassSerializerSnapshot
		ScalaEitherSerializerSnapshot ScalaOptionSerializerSnapshot ScalaTrySerializerSnapshot
		TraversableSerializerSnapshot ScalaEnumSerializerSnapshot UnitSerializer$UnitSerializerSnapshot
		NothingSerializerSnapshot`)
	move(pkgSQL, pkgSQL, `
		BaseArraySerializer$BaseArraySerializerSnapshot>ArrayDataSerializer$ArrayDataSerializerSnapshot
		BaseMapSerializer$BaseMapSerializerSnapshot>MapDataSerializer$MapDataSerializerSnapshot
		BinaryRowSerializer$BinaryRowSerializerSnapshot>BinaryRowDataSerializer$BinaryRowDataSerializerSnapshot
		BinaryStringSerializer$BinaryStringSerializerSnapshot>StringDataSerializer$StringDataSerializerSnapshot
		BinaryGenericSerializer$BinaryGenericSerializerSnapshot>RawValueDataSerializer$RawValueDataSerializerSnapshot
		DecimalSerializer$DecimalSerializerSnapshot>DecimalDataSerializer$DecimalSerializerSnapshot
		SqlTimestampSerializer$SqlTimestampSerializerSnapshot>TimestampDataSerializer$TimestampDataSerializerSnapshot`)
	move(pkgPython, pkgPython, `
		BaseArraySerializer$BaseArraySerializerSnapshot>ArrayDataSerializer$ArrayDataSerializerSnapshot
		BaseMapSerializer$BaseMapSerializerSnapshot>MapDataSerializer$BaseMapSerializerSnapshot
		DecimalSerializer$DecimalSerializerSnapshot>DecimalDataSerializer$DecimalSerializerSnapshot`)
	return moved
}

// renamed gives a snapshot today's class name.
func renamed(today string) func(*Snapshot) *Snapshot {
	return func(s *Snapshot) *Snapshot {
		c := *s
		c.Class = today
		return &c
	}
}
