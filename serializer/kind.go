package serializer

// Kind says how values lie in bytes.
type Kind uint8

// Kinds. Never stored; the order may change.
const (
	KindInvalid Kind = iota
	// Bytes without a decoder; Class and Reason say why.
	KindOpaque
	KindValue // Value, CopyableValue or Writable of a user's class
	KindKryo  // Class is the declared type; undecodable only with a Reason
	// Fixed-width scalars, big endian.
	KindBoolean
	KindByte
	KindShort
	KindInt
	KindLong
	KindFloat
	KindDouble
	KindUint64 // i64 without a sign: Protobuf's
	KindChar
	KindVoid          // VoidSerializer, Scala's Unit, table NullSerializer, CopyableValue NullValue: one byte
	KindVoidNamespace // one byte, declared length 0
	KindNullValue     // NullValueSerializer: no bytes. Its copyable form is KindVoid
	KindTuple0        // one byte 42
	// Text.
	KindString      // vint(n+1) and n units as vint; 0 is null
	KindStringValue // vint(n) and units; never null
	KindUTF         // writeUTF
	// Hadoop's own: WritableUtils' numbers, a length of that kind and UTF-8.
	KindHadoopInt
	KindHadoopLong
	KindHadoopText
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
	KindByteArray // also PyFlink's ByteArrayWrapper and bitmaps
	KindShortArray
	KindIntArray
	KindLongArray
	KindFloatArray
	KindDoubleArray
	KindCharArray
	KindStringArray      // i32 n, String*n
	KindStringValueArray // gelly: i32 n, i32 bytes, StringValue*n
	KindNullArray        // gelly: i32 n
	KindShortBytes       // u8 length and bytes
	KindVariant          // i32 length of the value, i32 of the metadata, both
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
	KindLinkedList   // i32 n, null mask (Flag), elements that are not null
	// Structs: the fields one after the other.
	KindTuple
	KindCaseClass
	KindStruct // a class of Flink or a connector that is no more than its fields; Fields names them
	KindRow    // a null mask leads, with Flag two kind bits lead that
	KindPojo   // u8 flags, then (isNull, field?)*n or a subclass
	// Wrappers.
	KindNullable      // isNull, E or padding
	KindOption        // isSome, E?
	KindEither        // isLeft, L or R
	KindTry           // isSuccess, E or Throwable
	KindTTL           // i64 last access, E
	KindTimer         // i64 time with the sign bit flipped, K, N
	KindStreamElement // u8 tag, then by tag
	KindUnion         // i8 1 or 2, then that: CoGroupedStreams
	// Enums.
	KindEnum      // i32 index into Symbols
	KindScalaEnum // i32 id
	// SQL. By themselves as the serializers of the SQL runtime write them, big endian; as columns of a row and elements
	// of an array in the layout of BinaryRowData, little endian: sql.go.
	KindTableBoolean
	KindTableTinyInt
	KindTableSmallInt
	KindTableInt
	KindTableBigInt
	KindTableFloat
	KindTableDouble
	KindTableDate     // i32 days
	KindTableTime     // i32 millis of the day; Precision
	KindTableMonths   // INTERVAL of years and months: i32 months; Logical has the fields
	KindTableDuration // INTERVAL of days to seconds: i64 millis; Logical has the fields
	KindTableDecimal  // Precision, Scale: i64 up to 18 digits, else i32 length and two's complement
	KindTableTimestamp
	KindTableInstant // TIMESTAMP_LTZ; both: i64 millis and, for Precision over 3 without Flag, i32 nanos of the millisecond
	KindTableChar    // CHAR and VARCHAR of Size characters: i32 length, UTF-8
	KindTableVarchar
	KindTableBinary // BINARY and VARBINARY of Size bytes: i32 length, bytes
	KindTableVarbinary
	KindTableNull     // only as a column, which is null
	KindTableArray    // i32 size, BinaryArrayData
	KindTableMap      // i32 size, BinaryMapData
	KindTableMultiset // as a map: element to INT
	KindTableRow      // i32 size, BinaryRowData; ROW, and with Class a structured type. Flag: header of 1.9 and 1.10
	KindTableRaw      // i32 length, a value of another serializer: RAW, and rows whose columns are not known
	KindSortedLong    // i64 with the sign bit flipped
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
	// One Java object stream: delimits itself.
	KindJava
	// Foreign messages behind their length.
	KindProtobuf   // Elems[0] is the KindRecord of its fields
	KindAvroBinary // Elems[0] in Avro's own encoding
	KindRecord     // Elems with Fields of decoded messages and described classes: it has no bytes of its own

	kindRest // compiled form of an opaque value that takes what its frame has left
)
