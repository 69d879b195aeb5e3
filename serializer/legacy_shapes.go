package serializer

import "ckpt/internal/javaobj"

// javaShape says what a serializer object holds.
type javaShape struct {
	today  string                    // snapshot class of the same values
	outer  int32                     // its outer version
	nested []string                  // fields that hold a nested serializer, or an array of them
	body   func(*javaobj.Object) any // nil: none
}

// javaShapes are the serializers with parameters, by binary class name. Subclasses of TupleSerializerBase,
// CaseClassSerializer and TraversableSerializer are generated: shapeOf knows them.
var javaShapes = map[string]javaShape{
	pkgBase + "ListSerializer":       {pkgBase + "ListSerializerSnapshot", 1, []string{"elementSerializer"}, nil},
	pkgBase + "SetSerializer":        {pkgBase + "SetSerializerSnapshot", 1, []string{"elementSerializer"}, nil},
	pkgState + "ArrayListSerializer": {pkgState + "ArrayListSerializerSnapshot", 1, []string{"elementSerializer"}, nil},
	pkgBase + "MapSerializer":        {pkgBase + "MapSerializerSnapshot", 1, keyAndValue, nil},
	pkgState + "HashMapSerializer":   {pkgBase + "MapSerializerSnapshot", 1, keyAndValue, nil},
	pkgBase + "GenericArraySerializer": {pkgBase + "GenericArraySerializerSnapshot", 1,
		[]string{"componentSerializer"}, classIn("componentClass")},
	pkgJava + "EitherSerializer": {pkgJava + "JavaEitherSerializerSnapshot", 1, leftAndRight, nil},
	pkgJava + "RowSerializer":    {pkgJava + "RowSerializer$RowSerializerSnapshot", 4, []string{"fieldSerializers"}, rowKinds},
	pkgJava + "NullableSerializer": {pkgJava + "NullableSerializer$NullableSerializerSnapshot", 2,
		[]string{"originalSerializer"}, paddingOf},
	pkgJava + "ValueSerializer":         {pkgJava + "ValueSerializer$ValueSerializerSnapshot", -1, nil, classIn("type")},
	pkgJava + "CopyableValueSerializer": {pkgJava + "CopyableValueSerializer$CopyableValueSerializerSnapshot", -1, nil, classIn("valueClass")},
	pkgJava + "WritableSerializer":      {pkgJava + "WritableSerializer$WritableSerializerSnapshot", -1, nil, classIn("typeClass")},
	pkgJava + "kryo.KryoSerializer":     {pkgJava + "kryo.KryoSerializerSnapshot", -1, nil, kryoIn},
	pkgBase + "EnumSerializer":          {pkgBase + "EnumSerializer$EnumSerializerSnapshot", -1, nil, enumIn},

	pkgStreaming + "operators.TimerSerializer":               timerShape,
	pkgStreaming + "operators.InternalTimer$TimerSerializer": timerShape,
	pkgState + "ttl.TtlStateFactory$TtlSerializer":           ttlShape,
	pkgState + "v2.ttl.TtlStateFactory$TtlSerializer":        ttlShape,
	pkgRecord + "StreamElementSerializer": {pkgRecord + "StreamElementSerializer$StreamElementSerializerSnapshot", 2,
		[]string{"typeSerializer"}, nil},
	pkgStreaming + "datastream.CoGroupedStreams$UnionSerializer": {
		pkgStreaming + "datastream.CoGroupedStreams$UnionSerializerSnapshot", 2, []string{"oneSerializer", "twoSerializer"}, nil},
	pkgStreaming + "operators.co.IntervalJoinOperator$BufferEntrySerializer": {
		pkgStreaming + "operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot", 2, []string{"elementSerializer"}, nil},
	pkgSinkOld + "TwoPhaseCommitSinkFunction$StateSerializer": {
		pkgSink + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot", 4,
		[]string{"transactionSerializer", "contextSerializer"}, noFlag},
	lockableSerializer: {lockableSnapshot, 1, []string{"elementSerializer"}, nil},
	pkgCEP + "NFA$NFASerializer": {pkgCEP + "NFA$MigratedNFASerializerSnapshot", 2,
		[]string{"eventSerializer", "sharedBufferSerializer"}, nil},
	pkgCEP + "SharedBuffer$SharedBufferSerializer": {pkgCEP + "SharedBuffer$SharedBufferSerializerSnapshot", 2,
		[]string{"keySerializer", "valueSerializer", "versionSerializer"}, nil},
	"org.apache.flink.table.runtime.types.CRowSerializer": {
		"org.apache.flink.table.runtime.types.CRowSerializerSnapshot", 1, []string{"rowSerializer"}, nil},

	pkgScalaOld + "EitherSerializer":    {pkgScala + "ScalaEitherSerializerSnapshot", 1, leftAndRight, nil},
	pkgScalaOld + "OptionSerializer":    {pkgScala + "ScalaOptionSerializerSnapshot", 2, []string{"elemSerializer"}, nil},
	pkgScalaOld + "TrySerializer":       {pkgScala + "ScalaTrySerializerSnapshot", 2, []string{"elemSerializer", "throwableSerializer"}, nil},
	pkgScalaOld + "EnumValueSerializer": {pkgScala + "ScalaEnumSerializerSnapshot", -1, nil, scalaEnumIn},

	pkgSQL + "RawValueDataSerializer":  {pkgSQL + "RawValueDataSerializer$RawValueDataSerializerSnapshot", 0, []string{"serializer"}, nil},
	pkgSQL + "BinaryGenericSerializer": {pkgSQL + "RawValueDataSerializer$RawValueDataSerializerSnapshot", 0, []string{"serializer"}, nil},
	pkgSQL + "BinaryStringSerializer":  {pkgSQL + "StringDataSerializer$StringDataSerializerSnapshot", -1, nil, nil},
	pkgSQL + "RowDataSerializer":       {pkgSQL + "RowDataSerializer$RowDataSerializerSnapshot", -1, []string{"fieldSerializers"}, rowTypesIn},
	pkgSQL + "ExternalSerializer":      {pkgSQL + "ExternalSerializer$ExternalSerializerSnapshot", 1, []string{"internalSerializer"}, externalIn},
	pkgSQL + "LinkedListSerializer":    {pkgSQL + "LinkedListSerializer$LinkedListSerializerSnapshot", 3, []string{"elementSerializer"}, nullMaskIn},
	pkgSQL + "ArrayDataSerializer": {pkgSQL + "ArrayDataSerializer$ArrayDataSerializerSnapshot", -1, nil,
		logicalIn([]string{"eleType"}, []string{"eleSer"}, nil)},
	pkgSQL + "MapDataSerializer": {pkgSQL + "MapDataSerializer$MapDataSerializerSnapshot", -1, nil,
		logicalIn([]string{"keyType", "valueType"}, keyAndValue, nil)},
	pkgSQL + "DecimalDataSerializer": {pkgSQL + "DecimalDataSerializer$DecimalSerializerSnapshot", -1, nil,
		logicalIn(nil, nil, []string{"precision", "scale"})},
	pkgSQL + "TimestampDataSerializer": {pkgSQL + "TimestampDataSerializer$TimestampDataSerializerSnapshot", -1, nil,
		logicalIn(nil, nil, []string{"precision"})},
	pkgSQL + "BinaryRowDataSerializer": {pkgSQL + "BinaryRowDataSerializer$BinaryRowDataSerializerSnapshot", -1, nil,
		logicalIn(nil, nil, []string{"numFields"})},
}

var (
	keyAndValue  = []string{"keySerializer", "valueSerializer"}
	leftAndRight = []string{"leftSerializer", "rightSerializer"}
	timerShape   = javaShape{pkgStreaming + "operators.TimerSerializerSnapshot", 2, []string{"keySerializer", "namespaceSerializer"}, nil}
	ttlShape     = javaShape{pkgState + "ttl.TtlStateFactory$TtlSerializerSnapshot", 2, []string{"fieldSerializers"}, nil}
	tupleShape   = javaShape{pkgJava + "TupleSerializerSnapshot", 2, []string{"fieldSerializers"}, classIn("tupleClass")}
	caseShape    = javaShape{pkgScala + "ScalaCaseClassSerializerSnapshot", 2, []string{"fieldSerializers"}, classIn("tupleClass")}
	manyShape    = javaShape{pkgScala + "TraversableSerializerSnapshot", 2, []string{"elementSerializer"}, noText}
)

// Bodies of serializer objects.

func classIn(name string) func(*javaobj.Object) any {
	return func(o *javaobj.Object) any { return &ClassBody{className(o, name)} }
}

func noFlag(*javaobj.Object) any { return &FlagBody{} }
func noText(*javaobj.Object) any { return &TextBody{} }

// rowKinds says whether rows have kind bits: never until 1.10, unless in legacy mode until 1.14, then as it is stored.
func rowKinds(o *javaobj.Object) any {
	if flag, ok := field[bool](o, "supportsRowKind"); ok {
		return &FlagBody{flag}
	}
	legacy, ok := field[bool](o, "legacyModeEnabled")
	return &FlagBody{ok && !legacy}
}

func nullMaskIn(o *javaobj.Object) any {
	flag, _ := field[bool](o, "hasNullMask")
	return &FlagBody{flag}
}

// enumIn reads an EnumSerializer. In 1.2 the constants were not stored: numbers without names.
func enumIn(o *javaobj.Object) any {
	values, _ := o.Field("values")
	return &EnumBody{className(o, "enumClass"), enumNames(values)}
}

// scalaEnumIn knows no more than the enumeration's class.
func scalaEnumIn(o *javaobj.Object) any {
	module, _ := field[*javaobj.Object](o, "enum")
	return &ScalaEnumBody{Class: module.Class()}
}

// kryoIn reads a KryoSerializer. Until 1.2 its registrations are spread over three collections, in order of ids.
func kryoIn(o *javaobj.Object) any {
	body := &KryoBody{Type: className(o, "type")}
	entries := func(name string) []mapEntry {
		v, _ := o.Field(name)
		return mapEntries(v)
	}
	if registrations, ok := o.Field("kryoRegistrations"); ok && registrations != nil {
		for _, e := range mapEntries(registrations) {
			body.Registrations = append(body.Registrations, kryoRegistrationIn(e))
		}
	} else {
		body.Registrations = append(body.Registrations, KryoRegistration{Class: body.Type})
		types, _ := o.Field("registeredTypes")
		for _, v := range setElements(types) {
			body.Registrations = append(body.Registrations, KryoRegistration{Class: nameOf(v)})
		}
		for _, e := range entries("registeredTypesWithSerializerClasses") {
			body.Registrations = append(body.Registrations, KryoRegistration{
				Class: nameOf(e.key), Kind: kryoClassKind, Serializer: nameOf(e.value)})
		}
		for _, e := range entries("registeredTypesWithSerializers") {
			instance, _ := e.value.(*javaobj.Object)
			body.Registrations = append(body.Registrations, KryoRegistration{
				Class: nameOf(e.key), Kind: kryoInstance, Instance: instance})
		}
	}
	for _, e := range entries("defaultSerializers") {
		instance, _ := e.value.(*javaobj.Object)
		body.Defaults = append(body.Defaults, KryoDefault{nameOf(e.key), instance})
	}
	for _, e := range entries("defaultSerializerClasses") {
		body.DefaultClasses = append(body.DefaultClasses, KryoRegistration{
			Class: nameOf(e.key), Kind: kryoClassKind, Serializer: nameOf(e.value)})
	}
	return body
}

// kryoRegistrationIn reads an entry of kryoRegistrations: name to KryoRegistration.
func kryoRegistrationIn(e mapEntry) KryoRegistration {
	reg := KryoRegistration{Class: nameOf(e.key)}
	o, _ := e.value.(*javaobj.Object)
	if class := className(o, "registeredClass"); class != "" {
		reg.Class = class
	}
	if kind, ok := field[*javaobj.Enum](o, "serializerDefinitionType"); ok {
		switch kind.Name {
		case "CLASS":
			reg.Kind = kryoClassKind
			reg.Serializer = className(o, "serializerClass")
		case "INSTANCE":
			reg.Kind = kryoInstance
			reg.Instance, _ = field[*javaobj.Object](o, "serializableSerializerInstance")
		}
	}
	return reg
}

// logicalIn collects fields of a SQL serializer.
func logicalIn(types, objects, numbers []string) func(*javaobj.Object) any {
	return func(o *javaobj.Object) any {
		body := new(LogicalBody)
		for _, name := range types {
			v, _ := o.Field(name)
			body.Types = append(body.Types, v)
		}
		for _, name := range objects {
			v, _ := o.Field(name)
			body.Objects = append(body.Objects, v)
		}
		for _, name := range numbers {
			n, _ := field[int32](o, name)
			body.Numbers = append(body.Numbers, int64(n))
		}
		return body
	}
}

func rowTypesIn(o *javaobj.Object) any {
	body := new(LogicalBody)
	if types, ok := field[*javaobj.Array](o, "types"); ok {
		body.Types = types.Values
	}
	return body
}

func externalIn(o *javaobj.Object) any {
	v, _ := o.Field("dataType")
	body := &LogicalBody{Types: []javaobj.Value{v}, Numbers: []int64{0}}
	if internal, _ := field[bool](o, "isInternalInput"); internal {
		body.Numbers[0] = 1
	}
	return body
}
