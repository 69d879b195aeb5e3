package serializer

import "ckpt/internal/javaobj"

// Snapshot is one stored TypeSerializerSnapshot: what Flink wrote about a serializer, as a tree.
//
//	SNAP := class:utf version:i32 payload(class, version)
//
// It says what is stored, in the words of the version that stored it. Modern says the same in today's words: whoever
// asks what values look like asks Modern, at every level of the tree.
type Snapshot struct {
	// Class is the snapshot's class. Where only a serializer object is stored (Flink 1.2) it is the serializer's.
	Class string
	// Version is the class's own; inside an adapter frame the real one. -1 where only a serializer object is stored.
	Version int32
	// Raw is class, version and payload exactly as stored (an owned copy): it is written back unchanged. Where only a
	// serializer object is stored, Raw is that, framed as it was. Nil in what Modern made.
	Raw []byte
	// JavaRaw is the serializer proxy stored beside the snapshot (1.3 to 1.6), framed as it was; nil elsewhere.
	// Raw and JavaRaw together identify a serializer.
	JavaRaw []byte
	// Proxy is the version of the frame around it: 2, 1 (until 1.6), 0 for none (nested snapshots).
	Proxy int32
	// Outer is the outer version of a composite snapshot (equal to Version where no magic is stored); -1 elsewhere.
	Outer int32
	// Nested are the snapshots of nested serializers, in order: list element; map key, value; tuple fields …
	// A POJO's are in its Body.
	Nested []*Snapshot
	// Body is what the class stores besides nested snapshots; nil if nothing. One of the Body types below.
	Body any
	// Java is the serializer instance stored beside or inside (adapter frames, 1.2 to 1.6, user classes to 1.16);
	// nil where there is none or its stream cannot be read.
	Java *javaobj.Object
	// Legacy is set for snapshots of the …ConfigSnapshot era (proxy version 1, or inside an adapter frame).
	Legacy bool
	// Unknown says that the class is not known to us: its payload was delimited by its frame or by trial
	// (ParseWithUnknowns), and a payload that was read as nested snapshots has them in Nested.
	Unknown bool

	extent // zero once Raw is cut
}

// extent is where a snapshot and the serializer beside it lie in the file, while it is read.
type extent struct{ start, end, javaStart, javaEnd int64 }

// Bodies of snapshots, by class. Body holds a pointer to one of them.
type (
	// ClassBody is a single class name: GenericArray (component), Tuple, case class, Value, Writable, simple v2 …
	ClassBody struct{ Class string }
	// EnumBody is EnumSerializer's constants in stored order.
	EnumBody struct {
		Class string
		Names []string
	}
	// ScalaEnumBody is the Scala enumeration's (name, id) pairs.
	ScalaEnumBody struct {
		Class string
		Names []string
		IDs   []int32
	}
	// FlagBody is one boolean: Row supports kind, 2PC supports null, LinkedList null mask, NFA previous time, TtlAware.
	// It is set for every outer version of these classes: those that do not store it imply it.
	FlagBody struct{ Flag bool }
	// PadBody is NullableSerializer's padding length.
	PadBody struct{ Length int32 }
	// TextBody is one opaque string: Traversable's builder code, parameterless config's id …
	TextBody struct{ Text string }
	// PojoBody is PojoSerializer's fields and subclasses in stored order.
	PojoBody struct {
		Class         string
		Fields        []PojoField
		Registered    []NamedSnapshot // index = tag
		NonRegistered []NamedSnapshot
	}
	// AvroBody is Avro's writer schema.
	AvroBody struct{ Class, Schema string }
	// KryoBody is Kryo's type and registrations.
	KryoBody struct {
		Type           string
		Registrations  []KryoRegistration
		Defaults       []KryoDefault
		DefaultClasses []KryoRegistration
	}
	// LogicalBody is what a SQL serializer stores.
	//
	//	RowData           Types: one per column; Names          BinaryRowData      Numbers: arity
	//	ArrayData         Types: element; Objects: serializer   DecimalData        Numbers: precision, scale
	//	MapData           Types, Objects: key, value            TimestampData      Numbers: precision
	//	External          Types: the DataType; Numbers: 1 if the input is internal
	//	RowDataKey        Objects: GeneratedRecordEqualiser, GeneratedHashFunction
	LogicalBody struct {
		Types   []javaobj.Value // LogicalType (External: DataType) objects, in order
		Numbers []int64         // as the class stores them
		Objects []javaobj.Value // serializers and generated code, in order
		Names   []string        // of columns; nil where they are not stored (until 2.3, and where the planner had none)
	}
	// ObjectBody is a Java object that is not interpreted further.
	ObjectBody struct{ Object javaobj.Value }
)

// PojoField is a field of a POJO in wire order. Declaring is empty where the key frame is missing (vanished field).
type PojoField struct {
	Name, Declaring string
	Snapshot        *Snapshot // nil: no value frame
}

// NamedSnapshot is a POJO subclass and its serializer.
type NamedSnapshot struct {
	Name     string
	Snapshot *Snapshot // nil: no value frame
}

// KryoRegistration: Kind 0 unspecified, 1 serializer class, 2 serializer instance (as stored).
type KryoRegistration struct {
	Class      string
	Kind       int32
	Serializer string          // kind 1, or default serializer class
	Instance   *javaobj.Object // kind 2
}

// KryoDefault is a default serializer instance of a class.
type KryoDefault struct {
	Class    string
	Instance *javaobj.Object
}
