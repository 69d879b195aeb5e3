package serializer

import "math/big"

// Value is a decoded value:
//
//	nil; bool, int8, int16, int32, int64, float32, float64; Char; string (WTF-8); []byte;
//	*big.Int, Decimal; Millis, SQLTimestamp, Instant, LocalDate, LocalTime, LocalDateTime;
//	[]bool, []int16, []int32, []int64, []float32, []float64, []Char, []Value (string arrays);
//	Window, CountWindow, GlobalWindow; List, Map, Struct, Either, Enum, Opaque.
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
	// Struct is a tuple, case class, row, POJO or Avro record; Type names its fields. Values has one element per field.
	Struct struct {
		Type   *Type // of the value's own class: a POJO subclass has its own
		Values []Value
		Kind   RowKind // rows
		Via    uint8   // POJO: 0 plain, 4 by class name, 8 by tag: how a subclass was stored
	}
	// Either holds the side that is present; also Try (Left = success).
	Either struct {
		Right bool
		Value Value
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
