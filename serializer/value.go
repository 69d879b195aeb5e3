package serializer

import (
	"math/big"

	"ckpt/internal/javaobj"
)

// Value is a decoded value:
//
//	nil; bool, int8, int16, int32, int64, uint64, float32, float64; Char; string (WTF-8); []byte;
//	*big.Int, Decimal; Millis, SQLTimestamp, Instant, LocalDate, LocalTime, LocalDateTime;
//	[]bool, []int16, []int32, []int64, []float32, []float64, []Char, []Value (string arrays); Variant;
//	Window, CountWindow, GlobalWindow; List, Map, Struct, Either, Some, Branch, Enum, Element, JavaObject, KryoObject,
//	UUID, Opaque; in a KryoObject also Object, Ref, BitSet and the types of javatime.go.
//
// A decoded value owns its memory.
type Value = any

type (
	// Char is one UTF-16 unit.
	Char uint16
	// Decimal is Unscaled × 10^-Scale, Java's BigDecimal.
	Decimal struct {
		Unscaled *big.Int
		Scale    int32
	}
	// Millis is an instant in milliseconds since 1970 UTC: java.util.Date, java.sql.Date, java.sql.Time.
	Millis int64
	// SQLTimestamp is java.sql.Timestamp: Millis includes the milliseconds of Nanos.
	SQLTimestamp struct {
		Millis int64
		Nanos  int32
	}
	Instant struct {
		Seconds int64
		Nanos   int32
	}
	LocalDate struct {
		Year       int32
		Month, Day int8
	}
	LocalTime struct {
		Hour, Minute, Second int8
		Nanos                int32
	}
	LocalDateTime struct {
		Date LocalDate
		Time LocalTime
	}
	// Window is a TimeWindow.
	Window struct{ Start, End int64 }
	// CountWindow is the legacy count window of the SQL runtime.
	CountWindow  struct{ ID int64 }
	GlobalWindow struct{}
	// List is any sequence.
	List []Value
	// Map keeps stored order and repeated keys.
	Map []MapEntry
	// MapEntry is one entry of a Map.
	MapEntry struct{ Key, Value Value }
	// Struct is a tuple, case class, row, POJO, Avro record, Protobuf message or a class of Flink that is no more than its fields; Type
	// names them. Values has one element per field. A timer is {timestamp, key, namespace}, a value with TTL
	// {last access, value}. A subclass of a POJO that is no POJO itself has its value as the only element.
	Struct struct {
		Type   *Type // of the value's own class: a POJO subclass has its own
		Values []Value
		Kind   RowKind // rows
		// Reserved says of a row of the SQL runtime that room is kept for its null decimals of more than 18 digits and null
		// timestamps of more than 3: generated code does that, keys come from it, and their hash depends on it.
		Reserved bool
		// Stored is a row of the SQL runtime as it was, where it is not what encoding its values gives: there are rows of more
		// columns than their serializer knows. It is encoded instead of the values as long as Type is the serializer's.
		// The same of a Protobuf message that nothing contains: fields may lie in any order.
		Stored []byte
		// Unknown are the fields of a Protobuf message that its descriptor does not have, as they stood.
		Unknown []byte
		Via     uint8 // POJO: 0 plain, ViaName or ViaTag: how a subclass was stored
	}
	// Either holds the side that is present; also Try (left: success) and co-group unions (left: one).
	Either struct {
		Right bool
		Value Value
	}
	// Some is a Scala option that holds a value which is nil or an option itself; other options are their value or nil.
	Some struct{ Value Value }
	// Branch is a value of an Avro union; those of null and one other type are that type's value or nil, without it.
	Branch struct {
		Index int32
		Value Value
	}
	// Variant is a semi-structured value in Spark's variant encoding.
	Variant struct{ Value, Metadata []byte }
	// Element is an element of a stream. Timestamp is nil or an int64. Value is the record; of latency markers a List of
	// their numbers, of a watermark status and of record attributes the int32 or bool, of an internal watermark the
	// subpartition.
	Element struct {
		Tag       ElementTag
		Timestamp Value
		Value     Value
	}
	// JavaObject is a Java object stream and its graph: nil, a string, a *javaobj.Object …
	JavaObject struct {
		Graph javaobj.Value
		Bytes []byte
	}
	// Enum is a constant: Index into Symbols, or the id of a Scala enum.
	Enum struct {
		Name  string
		Index int32
	}
	// Opaque is a value that cannot be decoded.
	Opaque struct {
		Class, Reason string
		Bytes         []byte
	}
)

// RowKind is the change kind of a Row.
type RowKind uint8

const (
	Insert RowKind = iota
	UpdateBefore
	UpdateAfter
	Delete
)

// String is "+I", "-U", "+U" or "-D".
func (k RowKind) String() string { return [...]string{"+I", "-U", "+U", "-D"}[k&3] }

// How a POJO's subclass was stored; the numbers are on disk.
const (
	ViaName = 4
	ViaTag  = 8
)

// ElementTag says what a stream element is; the numbers are on disk.
type ElementTag uint8

const (
	TimedRecord ElementTag = iota
	UntimedRecord
	Watermark
	LatencyMarker
	WatermarkStatus
	RecordAttributes
	InternalWatermark
)

// String is the name of the element in rows.
func (e ElementTag) String() string {
	names := [...]string{"record", "record", "watermark", "latency-marker", "watermark-status", "record-attributes", "internal-watermark"}
	if int(e) < len(names) {
		return names[e]
	}
	return "unknown"
}

// Walk calls visit with v and with every value in it: parts of structs, collections and wrappers, objects of Kryo's graphs.
func Walk(v Value, visit func(Value)) {
	visit(v)
	each := func(list []Value) {
		for _, e := range list {
			Walk(e, visit)
		}
	}
	switch x := v.(type) {
	case KryoObject:
		Walk(x.Graph, visit)
	case Object:
		Walk(x.Value, visit)
		each(x.Values)
	case Struct:
		each(x.Values)
	case List:
		each(x)
	case Map:
		for _, e := range x {
			Walk(e.Key, visit)
			Walk(e.Value, visit)
		}
	case Either:
		Walk(x.Value, visit)
	case Some:
		Walk(x.Value, visit)
	case Branch:
		Walk(x.Value, visit)
	case Element:
		Walk(x.Value, visit)
	}
}
