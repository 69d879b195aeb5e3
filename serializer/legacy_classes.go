package serializer

import (
	"ckpt/internal/javaobj"
)

// legacyClasses are the …ConfigSnapshot classes of 1.3 to 1.6, in adapter frames until 1.16, and those that ended with
// 1.20.
func legacyClasses() map[string]class {
	m := map[string]class{
		pkgTypeutils + "ParameterlessTypeSerializerConfig":              {parameterless, parameterlessToday},
		pkgTypeutils + "CompositeSerializer$ConfigSnapshot":             {resilient(anyNumber, 0), compositeToday},
		pkgBase + "CollectionSerializerConfigSnapshot":                  {resilient(1, 1), collectionToday},
		pkgBase + "GenericArraySerializerConfigSnapshot":                {genericArrayConfig, inToday(pkgBase+"GenericArraySerializerSnapshot", 1)},
		pkgJava + "TupleSerializerConfigSnapshot":                       {tupleConfig, tupleToday},
		pkgJava + "EitherSerializerConfigSnapshot":                      {resilient(2, 1), eitherToday},
		pkgJava + "EitherSerializerSnapshot":                            {eitherSnapshot, inToday(pkgJava+"JavaEitherSerializerSnapshot", 1)},
		pkgJava + "NullableSerializer$NullableSerializerConfigSnapshot": {resilient(1, 1), nullableToday},
		pkgJava + "PojoSerializer$PojoSerializerConfigSnapshot":         {pojoConfig, inToday(pkgJava+"PojoSerializerSnapshot", -1)},
		pkgJava + "kryo.KryoSerializer$KryoSerializerConfigSnapshot":    {kryoConfig, inToday(pkgJava+"kryo.KryoSerializerSnapshot", -1)},
		pkgJava + "ValueSerializer$ValueSerializerConfigSnapshot":       {kryoConfig, valueToday},
		pkgJava + "AvroSerializer$AvroSerializerConfigSnapshot":         {avroKryoConfig, nil},
		pkgAvro + "AvroSerializer$AvroSerializerConfigSnapshot":         {avroKryoConfig, nil},
		pkgAvro + "AvroSerializer$AvroSchemaSerializerConfigSnapshot":   {avro, inToday(pkgAvro+"AvroSerializerSnapshot", -1)},
		pkgBase + "EnumSerializer$EnumSerializerConfigSnapshot":         {enumConfig, inToday(pkgBase+"EnumSerializer$EnumSerializerSnapshot", -1)},
		pkgScalaOld + "EnumValueSerializer$ScalaEnumSerializerConfigSnapshot": {
			scalaEnumConfig, inToday(pkgScala+"ScalaEnumSerializerSnapshot", -1),
		},
		pkgJava + "CopyableValueSerializer$CopyableValueSerializerConfigSnapshot": {
			generic(1), inToday(pkgJava+"CopyableValueSerializer$CopyableValueSerializerSnapshot", -1),
		},
		pkgJava + "WritableSerializer$WritableSerializerConfigSnapshot": {
			generic(1), inToday(pkgJava+"WritableSerializer$WritableSerializerSnapshot", -1),
		},
	}
	for _, r := range resilientClasses {
		m[r.name] = class{resilient(r.pairs, 1), r.modern}
	}
	return m
}

// resilientClasses store nothing but a resilience block, and have one successor.
var resilientClasses = [...]struct {
	name   string
	pairs  int
	modern func(*Snapshot) *Snapshot
}{
	{pkgBase + "MapSerializerConfigSnapshot", 2, inToday(pkgBase+"MapSerializerSnapshot", 1)},
	{pkgJava + "RowSerializer$RowSerializerConfigSnapshot", anyNumber, withBody(rowToday, &FlagBody{})},
	{pkgScalaOld + "ScalaOptionSerializerConfigSnapshot", 1, inToday(pkgScala+"ScalaOptionSerializerSnapshot", 2)},
	{pkgScalaOld + "OptionSerializer$OptionSerializerConfigSnapshot", 1, inToday(pkgScala+"ScalaOptionSerializerSnapshot", 2)},
	{pkgScalaOld + "ScalaTrySerializerConfigSnapshot", 2, inToday(pkgScala+"ScalaTrySerializerSnapshot", 2)},
	{pkgScalaOld + "TrySerializer$TrySerializerConfigSnapshot", 2, inToday(pkgScala+"ScalaTrySerializerSnapshot", 2)},
	{pkgScalaOld + "TraversableSerializerConfigSnapshot", 1, withBody(traversableToday, &TextBody{})},
	{pkgStreaming + "datastream.CoGroupedStreams$UnionSerializerConfigSnapshot", 2,
		inToday(pkgStreaming+"datastream.CoGroupedStreams$UnionSerializerSnapshot", 2)},
	{pkgStreaming + "operators.TimerSerializer$TimerSerializerConfigSnapshot", 2,
		inToday(pkgStreaming+"operators.TimerSerializerSnapshot", 2)},
	{pkgStreaming + "operators.co.IntervalJoinOperator$BufferSerializerConfigSnapshot", 1,
		inToday(pkgStreaming+"operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot", 2)},
	{pkgRecord + "StreamElementSerializer$StreamElementSerializerConfigSnapshot", 1,
		inToday(pkgRecord+"StreamElementSerializer$StreamElementSerializerSnapshot", 2)},
	{pkgSinkOld + "TwoPhaseCommitSinkFunction$StateSerializerConfigSnapshot", 2, withBody(sinkToday, &FlagBody{})},
	{pkgCEP + "NFA$NFASerializerConfigSnapshot", 2, inToday(pkgCEP+"NFA$MigratedNFASerializerSnapshot", 2)},
	{pkgCEP + "SharedBuffer$SharedBufferSerializerConfigSnapshot", 3,
		inToday(pkgCEP+"SharedBuffer$SharedBufferSerializerSnapshot", 2)},
	{pkgMigration + "MultiplexingStreamRecordSerializer$MultiplexingStreamRecordSerializerConfigSnapshot", 1, nil},
	{pkgMigration + "StreamRecordSerializer$StreamRecordSerializerConfigSnapshot", 1, nil},
	{"org.apache.flink.table.runtime.types.CRowSerializer$CRowSerializerConfigSnapshot", 1,
		inToday("org.apache.flink.table.runtime.types.CRowSerializerSnapshot", 1)},
}

// Snapshots of today that have a body which their predecessors imply.
var (
	rowToday         = inToday(pkgJava+"RowSerializer$RowSerializerSnapshot", 4)
	traversableToday = inToday(pkgScala+"TraversableSerializerSnapshot", 2)
	sinkToday        = inToday(pkgSink+"TwoPhaseCommitSinkFunction$StateSerializerSnapshot", 4)
)

// parameterless reads ParameterlessTypeSerializerConfig, which names its serializer: canonically until 1.6.
//
//	serializerClass:utf
func parameterless(p *parser, s *Snapshot) {
	if p.atVersion(s, 1) {
		s.Body = &TextBody{p.UTF()}
	}
}

// resilient reads a payload that is a resilience block.
func resilient(pairs int, version int32) func(*parser, *Snapshot) {
	return func(p *parser, s *Snapshot) {
		if p.atVersion(s, version) {
			p.resilience(s, pairs)
		}
	}
}

// tupleConfig reads TupleSerializerConfigSnapshot, of Java's tuples and Scala's case classes.
//
//	RESIL tupleClass:jobj
func tupleConfig(p *parser, s *Snapshot) {
	if p.atVersion(s, 1) {
		p.resilience(s, anyNumber)
		s.Body = &ClassBody{p.classObject()}
	}
}

// genericArrayConfig reads GenericArraySerializerConfigSnapshot.
//
//	1: RESIL(1) componentClass:jobj    2 (1.7): componentClass:utf NESTED(1)
func genericArrayConfig(p *parser, s *Snapshot) {
	if !p.atVersion(s, 1, 2) {
		return
	}
	if s.Version == 1 {
		p.resilience(s, 1)
		s.Body = &ClassBody{p.classObject()}
		return
	}
	s.Body = &ClassBody{p.UTF()}
	p.nested(s, 1)
}

// eitherSnapshot reads EitherSerializerSnapshot (1.7 to 1.20).
//
//	1: RESIL(2)    2: NESTED(2)
func eitherSnapshot(p *parser, s *Snapshot) {
	if !p.atVersion(s, 1, 2) {
		return
	}
	if s.Version == 1 {
		p.resilience(s, 2)
		return
	}
	p.nested(s, 2)
}

// enumConfig reads EnumSerializerConfigSnapshot.
//
//	1: class:utf constants:jobj    2: as today
func enumConfig(p *parser, s *Snapshot) {
	if s.Version != 1 {
		enumConstants(p, s)
		return
	}
	body := &EnumBody{Class: p.UTF()}
	body.Names = enumNames(p.object())
	s.Body = body
}

// enumNames returns the names in an array of enum constants.
func enumNames(v javaobj.Value) (names []string) {
	if a, ok := v.(*javaobj.Array); ok {
		for _, v := range a.Values {
			if e, ok := v.(*javaobj.Enum); ok {
				names = append(names, e.Name)
			}
		}
	}
	return names
}

// scalaEnumConfig reads ScalaEnumSerializerConfigSnapshot. The constants of version 1 are Scala's own collection: only
// Raw has them.
//
//	1: class:jobj constants:jobj    2: as today
func scalaEnumConfig(p *parser, s *Snapshot) {
	if s.Version != 1 {
		scalaEnumConstants(p, s)
		return
	}
	s.Body = &ScalaEnumBody{Class: p.classObject()}
	p.object()
}
