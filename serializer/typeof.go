package serializer

import (
	"fmt"
	"strings"
)

// TypeOf returns what s says about values. It never fails: what cannot be decoded is of an undecodable Kind with Class
// and Reason.
func TypeOf(s *Snapshot) *Type {
	return typeOf(s, Options{})
}

func typeOf(s *Snapshot, o Options) *Type {
	b := typeBuilder{left: maxTypeNodes, opts: o}
	return b.of(s, 0)
}

// Limits of types. Java objects of old snapshots can refer to each other, so that small input could ask for more.
const (
	maxTypeDepth = 128
	maxTypeNodes = 1 << 16
)

// typeBuilder makes the types of one snapshot.
type typeBuilder struct {
	left int
	opts Options
}

// NotOfFlink is the reason of types whose serializer is the user's own.
const NotOfFlink = "a serializer that is not part of Flink"

// opaque is a type without a decoder.
func opaque(class, format string, args ...any) *Type {
	return &Type{Kind: KindOpaque, Class: class, Reason: fmt.Sprintf(format, args...)}
}

func (b *typeBuilder) of(s *Snapshot, depth int) *Type {
	if s == nil {
		return opaque("", "its serializer is not recorded")
	}
	if b.left--; b.left < 0 || depth > maxTypeDepth {
		return opaque(s.Class, "the serializer has too many parts")
	}
	s = s.Modern()
	if t, ok := simpleTypes[s.Class]; ok {
		return t
	}
	if s.Unknown {
		return b.opts.Registry.instead(opaque(serializerClass(s), NotOfFlink))
	}
	if c, ok := composites[s.Class]; ok {
		if len(s.Nested) != c.nested && c.nested >= 0 {
			return opaque(serializerClass(s), "%d nested serializers, want %d", len(s.Nested), c.nested)
		}
		return c.make(s, b.nested(s, depth))
	}
	if t := b.table(s, depth); t != nil {
		return t
	}
	switch body := s.Body.(type) {
	case *PojoBody:
		return b.pojo(body, depth)
	case *EnumBody:
		return &Type{Kind: KindEnum, Class: body.Class, Symbols: body.Names}
	case *ScalaEnumBody:
		return &Type{Kind: KindScalaEnum, Class: body.Class, Symbols: body.Names, IDs: body.IDs}
	case *AvroBody:
		return b.opts.Registry.instead(avroType(body))
	case *KryoBody:
		return kryoOf(body, b.opts)
	}
	return b.opts.Registry.instead(other(s))
}

func (b *typeBuilder) nested(s *Snapshot, depth int) []*Type {
	elems := make([]*Type, len(s.Nested))
	for i, n := range s.Nested {
		elems[i] = b.of(n, depth+1)
	}
	return elems
}

func (b *typeBuilder) pojo(body *PojoBody, depth int) *Type {
	t := &Type{Kind: KindPojo, Class: body.Class, Fields: make([]string, len(body.Fields))}
	for i, f := range body.Fields {
		t.Fields[i] = f.Name
		t.Elems = append(t.Elems, b.of(f.Snapshot, depth+1))
	}
	t.Tagged, t.Named = b.subclasses(body.Registered, depth), b.subclasses(body.NonRegistered, depth)
	return t
}

func (b *typeBuilder) subclasses(subs []NamedSnapshot, depth int) (all []Subclass) {
	for _, s := range subs {
		c := Subclass{Class: s.Name}
		if s.Snapshot != nil {
			c.Type = b.of(s.Snapshot, depth+1)
		}
		all = append(all, c)
	}
	return all
}

// compositeType says what a snapshot class with nested snapshots means.
type compositeType struct {
	nested int // how many; -1: any number
	make   func(s *Snapshot, elems []*Type) *Type
}

// composites are keyed by snapshot class.
var composites = map[string]compositeType{
	pkgBase + "ListSerializerSnapshot":                                  {1, kindOf(KindList)},
	pkgState + "ArrayListSerializerSnapshot":                            {1, kindOf(KindList)},
	pkgBase + "SetSerializerSnapshot":                                   {1, kindOf(KindSet)},
	pkgBase + "MapSerializerSnapshot":                                   {2, kindOf(KindMap)},
	pkgSQL + "SortedMapSerializerSnapshot":                              {2, kindOf(KindMap)},
	pkgDataView + "NullAwareMapSerializerSnapshot":                      {2, kindOf(KindNullAwareMap)},
	pkgMultiset + "NodeSerializer$NodeSerializerSnapshot":               {6, named("row", "sqn", "previous", "next", "nextForRecord", "timestamp")},
	pkgMultiset + "MetaSqnInfoSerializer$MetaSqnInfoSerializerSnapshot": {2, named("highSqn", "size")},
	pkgMultiset + "RowSqnInfoSerializer$RowSqnInfoSerializerSnapshot":   {2, named("firstSqn", "lastSqn")},
	pkgMultiset + "RowDataKeySerializerSnapshot":                        {1, same},
	pkgSQL + "WindowKeySerializer$WindowKeySerializerSnapshot": {1, func(_ *Snapshot, e []*Type) *Type {
		return structType("", "window", scalar(KindLong), "key", e[0])
	}},
	pkgDataView + "ListViewSerializerSnapshot":                   {1, same},
	pkgDataView + "MapViewSerializerSnapshot":                    {1, same},
	pkgBase + "GenericArraySerializerSnapshot":                   {1, kindOf(KindArray)},
	pkgSQL + "LinkedListSerializer$LinkedListSerializerSnapshot": {1, kindOf(KindLinkedList)},
	pkgScala + "TraversableSerializerSnapshot":                   {1, kindOf(KindTraversable)},
	pkgJava + "TupleSerializerSnapshot":                          {-1, kindOf(KindTuple)},
	pkgScala + "ScalaCaseClassSerializerSnapshot":                {-1, kindOf(KindCaseClass)},
	pkgScala + "Tuple2CaseClassSerializerSnapshot":               {2, kindOf(KindCaseClass)},
	pkgJava + "RowSerializer$RowSerializerSnapshot":              {-1, kindOf(KindRow)},
	pkgJava + "NullableSerializer$NullableSerializerSnapshot":    {1, kindOf(KindNullable)},
	pkgScala + "ScalaOptionSerializerSnapshot":                   {1, kindOf(KindOption)},
	pkgJava + "JavaEitherSerializerSnapshot":                     {2, kindOf(KindEither)},
	pkgScala + "ScalaEitherSerializerSnapshot": {2, func(_ *Snapshot, e []*Type) *Type {
		return &Type{Kind: KindEither, Class: scalaEither, Elems: e}
	}},
	pkgScala + "ScalaTrySerializerSnapshot":                               {2, kindOf(KindTry)},
	pkgStreaming + "operators.TimerSerializerSnapshot":                    {2, kindOf(KindTimer)},
	pkgRecord + "StreamElementSerializer$StreamElementSerializerSnapshot": {1, kindOf(KindStreamElement)},
	pkgStreaming + "datastream.CoGroupedStreams$UnionSerializerSnapshot":  {2, kindOf(KindUnion)},
	pkgState + "ttl.TtlAwareSerializerSnapshot":                           {1, same},
	pkgState + "ttl.TtlStateFactory$TtlSerializerSnapshot": {2, func(_ *Snapshot, e []*Type) *Type {
		return &Type{Kind: KindTTL, Elems: e[1:]}
	}},
	pkgTypeutils + "SingleThreadAccessCheckingTypeSerializer$SingleThreadAccessCheckingTypeSerializerSnapshot": {1, same},

	pkgStreaming + "operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot": {1, func(_ *Snapshot, e []*Type) *Type {
		return structType("", "hasBeenJoined", scalar(KindBoolean), "element", e[0])
	}},
	"org.apache.flink.table.runtime.types.CRowSerializerSnapshot": {1, func(_ *Snapshot, e []*Type) *Type {
		return structType("org.apache.flink.table.runtime.types.CRow", "row", e[0], "change", scalar(KindBoolean))
	}},
	pkgSink + "TwoPhaseCommitSinkFunction$StateSerializerSnapshot": {2, twoPhaseCommit},

	pkgShared + "NodeId$NodeIdSerializer$NodeIdSerializerSnapshot": {1, func(_ *Snapshot, e []*Type) *Type {
		return nodeID(e[0])
	}},
	pkgShared + "SharedBufferEdge$SharedBufferEdgeSerializer$SharedBufferEdgeSerializerSnapshot": {2, func(_ *Snapshot, e []*Type) *Type {
		return structType(pkgShared+"SharedBufferEdge", "target", e[0], "version", e[1])
	}},
	pkgShared + "SharedBufferNode$SharedBufferNodeSerializer$SharedBufferNodeSerializerSnapshot": {1, same}, // a list of edges
	pkgShared + "SharedBufferNodeSerializerSnapshotV2": {1, func(_ *Snapshot, e []*Type) *Type {
		return &Type{Kind: KindList, Elems: []*Type{lockable(e[0])}}
	}},
	pkgShared + "LockableTypeSerializerSnapshot": {1, func(_ *Snapshot, e []*Type) *Type { return lockable(e[0]) }},
	pkgCEP + "NFAStateSerializerSnapshot":        {3, nfaState},
}

// kindOf makes the type of a kind whose Elems are the nested serializers.
func kindOf(k Kind) func(*Snapshot, []*Type) *Type {
	return func(s *Snapshot, elems []*Type) *Type {
		t := &Type{Kind: k, Elems: elems}
		switch body := s.Body.(type) {
		case *ClassBody:
			t.Class = body.Class
		case *FlagBody:
			t.Flag = body.Flag
		case *PadBody:
			t.Size = max(0, body.Length)
		}
		return t
	}
}

// named makes a struct of the nested serializers.
func named(names ...string) func(*Snapshot, []*Type) *Type {
	return func(_ *Snapshot, elems []*Type) *Type { return &Type{Kind: KindStruct, Fields: names, Elems: elems} }
}

// same is for wrappers that values do not show.
func same(_ *Snapshot, elems []*Type) *Type { return elems[0] }

func scalar(k Kind) *Type { return &Type{Kind: k} }

// structType makes a struct of alternating names and types.
func structType(class string, namesAndTypes ...any) *Type {
	t := &Type{Kind: KindStruct, Class: class}
	for i := 0; i < len(namesAndTypes); i += 2 {
		t.Fields = append(t.Fields, namesAndTypes[i].(string))
		t.Elems = append(t.Elems, namesAndTypes[i+1].(*Type))
	}
	return t
}

func listOf(t *Type) *Type   { return &Type{Kind: KindList, Elems: []*Type{t}} }
func optionOf(t *Type) *Type { return &Type{Kind: KindOption, Elems: []*Type{t}} }

func lockable(t *Type) *Type {
	return structType(pkgShared+"Lockable", "references", scalar(KindInt), "element", t)
}

// nodeID is null, or an event and the page that it is on.
func nodeID(event *Type) *Type {
	return optionOf(structType(pkgShared+"NodeId", "event", event, "page", scalar(KindString)))
}

func nfaState(s *Snapshot, e []*Type) *Type {
	version, node, event := e[0], e[1], e[2]
	state := structType(pkgCEP+"ComputationState", "state", scalar(KindString), "previous", node, "version", version,
		"startTimestamp", scalar(KindLong))
	if f, ok := s.Body.(*FlagBody); ok && f.Flag {
		state.Fields = append(state.Fields, "previousTimestamp")
		state.Elems = append(state.Elems, scalar(KindLong))
	}
	state.Fields = append(state.Fields, "startEvent")
	state.Elems = append(state.Elems, optionOf(event))
	return structType(pkgCEP+"NFAState", "partialMatches", listOf(state), "completedMatches", listOf(state))
}

func twoPhaseCommit(s *Snapshot, e []*Type) *Type {
	holder := structType(pkgSink+"TwoPhaseCommitSinkFunction$TransactionHolder", "transaction", e[0], "startTime", scalar(KindLong))
	pending := holder
	if f, ok := s.Body.(*FlagBody); ok && f.Flag {
		pending = optionOf(holder)
	}
	return structType(pkgSink+"TwoPhaseCommitSinkFunction$State", "pendingTransaction", pending,
		"pendingCommitTransactions", listOf(holder), "context", optionOf(e[1]))
}

// other is the type of classes whose values only their own code, or nobody yet, can read.
func other(s *Snapshot) *Type {
	class := serializerClass(s)
	switch s.Class {
	case pkgJava + "ValueSerializer$ValueSerializerSnapshot", pkgJava + "CopyableValueSerializer$CopyableValueSerializerSnapshot",
		pkgJava + "WritableSerializer$WritableSerializerSnapshot":
		if body, ok := s.Body.(*ClassBody); ok {
			t := valueType(body.Class)
			t.variable = s.Class != pkgJava+"CopyableValueSerializer$CopyableValueSerializerSnapshot"
			return t
		}
	case pkgScala + "NothingSerializerSnapshot":
		return opaque(class, "the type has no values")
	}
	switch {
	case strings.HasPrefix(s.Class, pkgPython):
		return opaque(class, "values in the channel between Flink and its Python workers")
	case strings.Contains(s.Class, "AvroSerializer"):
		return opaque(class, "Avro values without a recorded schema")
	case strings.HasPrefix(s.Class, pkgCEP):
		return opaque(class, "pattern state of Flink 1.5 and older")
	}
	return opaque(class, "a serializer whose values are not decoded")
}

// serializerClass is the class of the serializer that s describes: as stored beside it, else by the name of its
// snapshot, which is XSnapshot or XSerializer$…Snapshot.
func serializerClass(s *Snapshot) string {
	if s.Java != nil {
		return s.Java.Class()
	}
	if i := strings.LastIndexByte(s.Class, '$'); i > 0 && strings.HasSuffix(s.Class[:i], "Serializer") {
		return s.Class[:i]
	}
	return strings.TrimSuffix(s.Class, "Snapshot")
}
