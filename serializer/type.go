package serializer

// Type is what a serializer snapshot says about values: a node of the wire grammar with the names that are known.
// Two kinds whose bytes differ are two Kinds, even where users see the same thing (List, GenericArray).
// Types are immutable after TypeOf and may be shared.
type Type struct {
	Kind  Kind
	Class string // Java class of a POJO, enum, record, case class, Kryo or opaque type; element class of an array
	// Elems: list/set/array/option/nullable/lockable element; map key, value; either left, right; tuple, case class and
	// row fields; TTL value (the timestamp is implied); timer key, namespace.
	Elems  []*Type
	Fields []string // names of Elems of a struct (POJO, Avro record); nil: f0, f1 … (tuples, rows), _1 … (case classes)

	// POJO subclasses: Tagged by index, Named by class name. Elems of the POJO itself are its own fields.
	Tagged, Named []Subclass

	Symbols []string // enum names by index; Avro enum symbols
	IDs     []int32  // Scala enum: id of Symbols[i]; nil elsewhere
	Size    int32    // Avro fixed: bytes; Nullable: padding; decimal precision in Precision
	// Flag is the stored switch of Row (kind bits present), LinkedList (null mask), 2PC (supports null), NFA (previous time).
	Flag bool
	// Logical is Avro's logical type ("decimal", "timestamp-millis" …) with Precision and Scale.
	Logical          string
	Precision, Scale int32
	Schema           string // Avro record at the root: the writer schema as stored

	Reason string // why an Opaque type cannot be decoded

	length int32 // declared fixed length by Flink's rules, -1 variable; see FixedLength
}

// Subclass is a subclass of a POJO. Type nil: its serializer was not recorded.
type Subclass struct {
	Class string
	Type  *Type
}

// Kind says how values lie in bytes.
type Kind uint8

// Kinds. Never stored; the order may change.
const (
	KindInvalid Kind = iota
	// Opaque: bytes without a decoder; Class and Reason say why.
	KindOpaque
	// Fixed-width scalars, big endian.
	KindBoolean
	KindByte
	KindShort
	KindInt
	KindLong
	KindFloat
	KindDouble
	KindChar
	KindVoid          // VoidSerializer, Unit, table NullSerializer: one byte
	KindVoidNamespace // one byte, declared length 0
	KindNullValue     // NullValueSerializer: no bytes. Its copyable form is KindVoid
	KindTuple0        // one byte 42
	// Text.
	KindString      // vint(n+1) and units; nullable
	KindStringValue // vint(n) and units; never null
	// Numbers of any size.
	KindBigInt
	KindBigDec
	// Dates and times.
	KindDate         // java.util.Date: i64 millis
	KindSQLDate      // java.sql.Date
	KindSQLTime      // java.sql.Time
	KindSQLTimestamp // i64 millis, i32 nanos
	KindInstant      // i64 seconds, i32 nanos
	KindLocalDate
	KindLocalTime
	KindLocalDateTime
	// Arrays of primitives: i32 n and the elements.
	KindBooleanArray
	KindByteArray
	KindShortArray
	KindIntArray
	KindLongArray
	KindFloatArray
	KindDoubleArray
	KindCharArray
	KindStringArray
	KindVariant
	KindBitmap
	KindByteArrayWrapper // PyFlink: bin
	// Windows.
	KindTimeWindow   // i64 start, i64 end
	KindGlobalWindow // one byte
	KindCountWindow  // i64 id
	// Collections.
	KindList         // i32 n, E*n
	KindSet          // i32 n, (isNull, E?)*n
	KindMap          // i32 n, (K, isNull, V?)*n
	KindNullAwareMap // i32 n, (keyIsNull, K?, valueIsNull, V?)*n
	KindArray        // i32 n, (present, E?)*n: GenericArray
	KindTraversable  // as KindArray: Scala collections
	KindLinkedList   // i32 n, null mask (Flag), elements
	// Structs.
	KindTuple
	KindCaseClass
	KindRow // Flag: two kind bits lead the null mask
	KindPojo
	// Wrappers.
	KindNullable // isNull, E? or padding
	KindOption   // isSome, E?
	KindEither   // isLeft, L or R
	KindTry      // isSuccess, E or Throwable
	KindTTL      // i64 last access, E
	KindTimer    // i64 time with the sign bit flipped, K, N
	KindStreamElement
	KindUnion // i8 1 or 2, then that: CoGroupedStreams
	KindBufferEntry
	KindTwoPhaseCommit
	KindLockable // i32 references, E
	KindDewey    // i32 n, i32*n
	KindEventID  // i32, i64
	// Enums.
	KindEnum      // i32 index into Symbols
	KindScalaEnum // i32 id
	// Avro in Flink's own encoding.
	KindAvroNull
	KindAvroBoolean
	KindAvroInt
	KindAvroLong
	KindAvroFloat
	KindAvroDouble
	KindAvroString
	KindAvroBytes
	KindAvroFixed
	KindAvroEnum
	KindAvroUnion  // i32 branch, Elems[branch]
	KindAvroArray  // blocks
	KindAvroMap    // blocks of string, E
	KindAvroRecord // Elems with Fields
	// Objects that carry their class.
	KindKryo // opaque until the Kryo decoder exists
	KindJava // one Java object stream: self-delimiting
	// CEP.
	KindNFAState
	KindNodeID
	KindSharedBufferEdge
	KindSharedBufferNode
	// SQL: not decoded yet; Class and Logical name them.
	KindSQL
)
