package serializer

import (
	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// maxJavaSerializers bounds the serializers taken from one object graph, which may be shared and cyclic.
const maxJavaSerializers = 1 << 14

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
	pkgState + "ttl.TtlStateFactory$TtlSerializer":           {pkgState + "ttl.TtlStateFactory$TtlSerializerSnapshot", 2, []string{"fieldSerializers"}, nil},
	pkgState + "v2.ttl.TtlStateFactory$TtlSerializer":        {pkgState + "ttl.TtlStateFactory$TtlSerializerSnapshot", 2, []string{"fieldSerializers"}, nil},
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
	tupleShape   = javaShape{pkgJava + "TupleSerializerSnapshot", 2, []string{"fieldSerializers"}, classIn("tupleClass")}
	caseShape    = javaShape{pkgScala + "ScalaCaseClassSerializerSnapshot", 2, []string{"fieldSerializers"}, classIn("tupleClass")}
	manyShape    = javaShape{pkgScala + "TraversableSerializerSnapshot", 2, []string{"elementSerializer"}, noText}
)

const pojoSerializer = pkgJava + "PojoSerializer"

func shapeOf(o *javaobj.Object) (javaShape, bool) {
	if shape, ok := javaShapes[o.Class()]; ok {
		return shape, true
	}
	switch {
	case isCaseClass(o):
		return caseShape, true
	case o.Extends(pkgJava + "TupleSerializerBase"):
		return tupleShape, true
	case o.Extends(pkgScalaOld + "TraversableSerializer"), o.Extends(pkgScala + "TraversableSerializer"):
		return manyShape, true
	}
	return javaShape{}, false
}

// fromJava makes a snapshot of a serializer object: Class is the serializer's, and Modern puts it into today's words.
// What is no serializer that is known gives an Unknown one.
func fromJava(v javaobj.Value) *Snapshot {
	g := javaGraph{left: maxJavaSerializers}
	return g.snapshot(v, 0)
}

// javaGraph walks one object graph.
type javaGraph struct{ left int }

func (g *javaGraph) snapshot(v javaobj.Value, depth int) *Snapshot {
	o, _ := v.(*javaobj.Object)
	s := &Snapshot{Class: o.Class(), Version: -1, Outer: -1, Java: o, Legacy: true}
	if g.left--; o == nil || g.left < 0 || depth >= maxSnapshotDepth {
		s.Unknown = true
		return s
	}
	if o.Class() == pojoSerializer {
		s.Body = g.pojo(o, depth+1)
		return s
	}
	shape, ok := shapeOf(o)
	if !ok {
		s.Unknown = withoutParameters(o.Class()) == nil
		return s
	}
	for _, name := range shape.nested {
		v, _ := o.Field(name)
		if a, ok := v.(*javaobj.Array); ok {
			for _, v := range a.Values {
				s.Nested = append(s.Nested, g.snapshot(v, depth+1))
			}
			continue
		}
		s.Nested = append(s.Nested, g.snapshot(v, depth+1))
	}
	if shape.body != nil {
		s.Body = shape.body(o)
	}
	return s
}

// javaToday is Modern of what fromJava made.
func (s *Snapshot) javaToday() *Snapshot {
	if s.Class == pojoSerializer {
		return s.today(pkgJava+"PojoSerializerSnapshot", -1)
	}
	if shape, ok := shapeOf(s.Java); ok {
		return s.today(shape.today, shape.outer)
	}
	if m := withoutParameters(s.Class); m != nil {
		m.Java, m.Legacy = s.Java, true
		return m
	}
	return s
}

// pojo reads a PojoSerializer. The names of its fields are in what its writeObject added: block data n:i32, then for each
// field the declaring Class and block data name:utf.
func (g *javaGraph) pojo(o *javaobj.Object, depth int) *PojoBody {
	body := &PojoBody{Class: className(o, "clazz")}
	fields := pojoFields(o)
	if serializers, ok := field[*javaobj.Array](o, "fieldSerializers"); ok && len(serializers.Values) == len(fields) {
		for i, v := range serializers.Values {
			fields[i].Snapshot = g.snapshot(v, depth)
		}
	}
	body.Fields = fields
	serializers, _ := field[*javaobj.Array](o, "registeredSerializers")
	classes, _ := o.Field("registeredClasses")
	for i, e := range mapEntries(classes) {
		sub := NamedSnapshot{Name: nameOf(e.key)}
		if serializers != nil && i < len(serializers.Values) {
			sub.Snapshot = g.snapshot(serializers.Values[i], depth)
		}
		body.Registered = append(body.Registered, sub)
	}
	return body
}

func pojoFields(o *javaobj.Object) (fields []PojoField) {
	declaring := ""
	for _, v := range annotation(o, pojoSerializer) {
		switch v := v.(type) {
		case *javaobj.Class:
			declaring = nameOf(v)
		case javaobj.Block:
			r := javaio.NewReader(v, 0)
			if declaring == "" {
				r.Int32() // the number of fields, before the first
				continue
			}
			fields = append(fields, PojoField{Name: r.UTF(), Declaring: declaring})
		}
	}
	return fields
}

// annotation returns what the writeObject method of the given class added.
func annotation(o *javaobj.Object, class string) []javaobj.Value {
	for _, d := range o.Data {
		if d.Desc.Name == class {
			return d.Annotation
		}
	}
	return nil
}

type mapEntry struct{ key, value javaobj.Value }

// mapEntries returns the entries of a HashMap or LinkedHashMap in stored order: keys and values alternate behind block
// data with capacity and size.
func mapEntries(v javaobj.Value) (entries []mapEntry) {
	o, _ := v.(*javaobj.Object)
	if o == nil {
		return nil
	}
	items := objectsIn(annotation(o, "java.util.HashMap"))
	for i := 0; i+1 < len(items); i += 2 {
		entries = append(entries, mapEntry{items[i], items[i+1]})
	}
	return entries
}

// setElements returns the elements of a HashSet or LinkedHashSet in stored order.
func setElements(v javaobj.Value) []javaobj.Value {
	o, _ := v.(*javaobj.Object)
	if o == nil {
		return nil
	}
	return objectsIn(annotation(o, "java.util.HashSet"))
}

func objectsIn(annotation []javaobj.Value) (items []javaobj.Value) {
	for _, v := range annotation {
		if _, ok := v.(javaobj.Block); !ok {
			items = append(items, v)
		}
	}
	return items
}

// nameOf returns the name of a Class object, or a string.
func nameOf(v javaobj.Value) string {
	switch v := v.(type) {
	case *javaobj.Class:
		if v.Desc != nil {
			return v.Desc.Name
		}
	case string:
		return v
	}
	return ""
}

func className(o *javaobj.Object, name string) string {
	v, _ := o.Field(name)
	return nameOf(v)
}

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
				Class: nameOf(e.key), Kind: kryoClass, Serializer: nameOf(e.value)})
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
			Class: nameOf(e.key), Kind: kryoClass, Serializer: nameOf(e.value)})
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
			reg.Kind = kryoClass
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
