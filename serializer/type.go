package serializer

import (
	"slices"
	"strconv"
)

// Type is what a serializer snapshot says about values: a node of the wire grammar with the names that are known.
// Two kinds whose bytes differ are two Kinds, even where users see the same thing (List, GenericArray).
// Types are immutable after TypeOf and may be shared. Only Avro records can be recursive: the graph then has cycles.
type Type struct {
	Kind Kind
	// Class is the Java class of a POJO, enum, record, case class, struct or undecodable type, the component class of
	// a GenericArray; of a scalar or array only where it is not the obvious one (Flink's LongValue: KindLong).
	Class string
	// Elems: list, set, array, option, nullable element; map key, value; either left, right; tuple, case class, struct,
	// POJO, record and row fields; union branches; TTL value; timer key, namespace; stream element's record.
	Elems  []*Type
	Fields []string // names of Elems (POJO, struct, Avro record); nil: Field makes them up

	// Subclasses of a POJO: Tagged by index, Named by class name. Elems are the POJO's own fields.
	Tagged, Named []Subclass

	Symbols []string // enum names by index
	IDs     []int32  // Scala enum: id of Symbols[i]; nil elsewhere
	Size    int32    // Avro fixed: bytes; Nullable: padding; SQL strings: characters or bytes
	// Flag is the stored switch of Row (kind bits present) and LinkedList (null mask present); of SQL rows that they are
	// those of 1.9 and 1.10, of SQL timestamps that they are in milliseconds whatever their precision (1.9).
	Flag bool
	// Logical is Avro's logical type ("decimal", "timestamp-millis" …) with Precision and Scale; of a SQL interval its
	// fields ("DAY(2) TO SECOND(6)"), of a SQL timestamp the time attribute that it is ("ROWTIME").
	Logical          string
	Precision, Scale int32
	NotNull          bool   // SQL types: as declared; a processing time is NOT NULL and null all the same
	Schema           string // Avro at the root: the writer schema as stored

	Reason string // why an undecodable type is

	variable bool // the serializer declares no length, though all values have one: of Value and Writable classes

	kryo      *kryoTypes    // KindKryo: how to read it; nil: not known
	message   *protoMessage // KindProtobuf
	length    MessageLength // of messages
	foreign   bool          // Avro at the root: generated classes hold its logical types as classes that hash otherwise
	unordered []bool        // Avro record: whether a field has order "ignore", so that hash codes leave it out; may be short
}

// Subclass is a subclass of a POJO. Type nil: its serializer was not recorded.
type Subclass struct {
	Class string
	Type  *Type
}

// Field returns the name of Elems[i]: as stored, else f0, f1 … (tuples, rows) or _1, _2 … (case classes).
func (t *Type) Field(i int) string {
	switch {
	case i < len(t.Fields):
		return t.Fields[i]
	case t.Kind == KindCaseClass:
		return "_" + strconv.Itoa(i+1)
	case t.Kind == KindTimer && i < 2:
		return [...]string{"key", "namespace"}[i]
	case t.Kind == KindTTL:
		return "value"
	}
	return "f" + strconv.Itoa(i)
}

// Undecodable says whether t itself, whatever it holds, has no decoder.
func (t *Type) Undecodable() bool {
	switch t.Kind {
	case KindInvalid, KindOpaque, KindValue:
		return true
	case KindKryo:
		return t.kryo == nil || t.Reason != ""
	}
	return (t.Kind == KindAvroRecord || t.Kind.isMessage()) && t.Reason != ""
}

// Opaque returns the first type in t, t included, whose values cannot be delimited; nil if all can.
//
// Kryo's values can hold classes that no type announces: a type without an opaque part may still have values that cannot
// be delimited.
func (t *Type) Opaque() *Type { return findOpaque(t, map[*Type]bool{}) }

// kryoPart returns the first type in t, t included, whose values Kryo writes; nil if there is none.
func (t *Type) kryoPart() *Type {
	return t.find(map[*Type]bool{}, func(t *Type) bool { return t.Kind == KindKryo })
}

// find returns the first type in t, t included, of which is says so.
func (t *Type) find(seen map[*Type]bool, is func(*Type) bool) *Type {
	if t == nil || seen[t] {
		return nil
	}
	if seen[t] = true; is(t) {
		return t
	}
	for _, e := range t.Elems {
		if o := e.find(seen, is); o != nil {
			return o
		}
	}
	for _, s := range slices.Concat(t.Tagged, t.Named) {
		if o := s.Type.find(seen, is); o != nil {
			return o
		}
	}
	return nil
}

func findOpaque(t *Type, seen map[*Type]bool) *Type {
	if t == nil || seen[t] {
		return nil
	}
	seen[t] = true
	if t.Undecodable() {
		return t
	}
	if t.Kind == KindTableRaw { // whatever is in it, its length is known
		return nil
	}
	for _, e := range t.Elems {
		if o := findOpaque(e, seen); o != nil {
			return o
		}
	}
	for _, subs := range [][]Subclass{t.Tagged, t.Named} {
		for _, s := range subs {
			if o := findOpaque(s.Type, seen); o != nil {
				return o
			}
		}
	}
	return nil
}

// FixedLength returns the length that Flink's serializer declares: -1 if variable. It decides the layout of composite
// keys, and is not always the number of bytes written: VoidNamespace declares 0 and writes 1.
func (t *Type) FixedLength() int {
	if t.variable {
		return -1
	}
	switch t.Kind {
	case KindVoidNamespace, KindNullValue:
		return 0
	case KindTuple, KindCaseClass, KindStruct:
		return sumOfFixed(t.Elems)
	case KindTTL:
		return plusFixed(8, t.Elems)
	case KindTimer:
		return plusFixed(8, t.Elems)
	case KindNullable:
		if t.Size > 0 {
			return 1 + int(t.Size)
		}
		return -1
	}
	if t.Kind.IsTable() {
		if n := t.tableFixed(); n > 0 {
			return n
		}
		return -1
	}
	if t.Kind >= KindAvroNull && t.Kind <= KindAvroRecord {
		return -1 // Avro's serializer is one for the whole schema
	}
	if n := fixedBytes[t.Kind]; n > 0 {
		return int(n)
	}
	return -1
}

// sumOfFixed is the rule of tuples: variable as soon as one field declares 0 or less.
func sumOfFixed(elems []*Type) (sum int) {
	for _, e := range elems {
		n := e.FixedLength()
		if n <= 0 {
			return -1
		}
		sum += n
	}
	return sum
}

// plusFixed is the rule of timers and TTL values: a declared 0 counts as fixed.
func plusFixed(sum int, elems []*Type) int {
	for _, e := range elems {
		n := e.FixedLength()
		if n < 0 {
			return -1
		}
		sum += n
	}
	return sum
}

// fixedBytes are the bytes of a value of the kinds that have a fixed number of them.
var fixedBytes = [kindRest + 1]uint8{
	KindBoolean: 1, KindByte: 1, KindShort: 2, KindInt: 4, KindLong: 8, KindFloat: 4, KindDouble: 8, KindUint64: 8, KindChar: 2,
	KindVoid: 1, KindVoidNamespace: 1, KindTuple0: 1, KindGlobalWindow: 1,
	KindDate: 8, KindSQLDate: 8, KindSQLTime: 8, KindSQLTimestamp: 12, KindInstant: 12,
	KindLocalDate: 6, KindLocalTime: 7, KindLocalDateTime: 13,
	KindTimeWindow: 16, KindCountWindow: 8, KindEnum: 4, KindScalaEnum: 4,
	KindTableBoolean: 1, KindTableTinyInt: 1, KindTableSmallInt: 2, KindTableInt: 4, KindTableBigInt: 8, KindTableFloat: 4,
	KindTableDouble: 8, KindTableDate: 4, KindTableTime: 4, KindTableMonths: 4, KindTableDuration: 8, KindSortedLong: 8,
	KindAvroBoolean: 1, KindAvroInt: 4, KindAvroLong: 8, KindAvroFloat: 4, KindAvroDouble: 8, KindAvroEnum: 4,
}

// Nullable says whether values of t can be null by themselves, without a flag of what contains them.
func (t *Type) Nullable() bool {
	switch t.Kind {
	case KindString, KindBigInt, KindBigDec, KindDate, KindSQLDate, KindSQLTime, KindSQLTimestamp, KindInstant,
		KindLocalDate, KindLocalTime, KindLocalDateTime, KindVoid, KindNullValue, KindAvroNull,
		KindPojo, KindNullable, KindOption, KindJava, KindKryo, KindTableNull:
		return true
	case KindTTL:
		return t.Elems[0].Nullable()
	case KindAvroUnion:
		for _, e := range t.Elems {
			if e.Kind == KindAvroNull {
				return true
			}
		}
	}
	return t.Undecodable()
}
