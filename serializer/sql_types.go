package serializer

import (
	"math"
	"slices"

	"ckpt/internal/javaobj"
)

const (
	pkgLogical = "org.apache.flink.table.types.logical."
	baseRow    = pkgSQL + "BaseRowSerializer$BaseRowSerializerSnapshot"
)

// table returns the type of a serializer of the SQL runtime that stores logical types or numbers; nil for others.
func (b *typeBuilder) table(s *Snapshot, depth int) *Type {
	switch s.Class {
	case pkgSQL + "RawValueDataSerializer$RawValueDataSerializerSnapshot":
		return raw("", b.of(nestedAt(s, 0), depth+1))
	}
	body, ok := s.Body.(*LogicalBody)
	if !ok {
		return nil
	}
	switch s.Class {
	case pkgSQL + "RowDataSerializer$RowDataSerializerSnapshot", baseRow:
		return b.rowOf(s, body, depth)
	case pkgSQL + "ExternalSerializer$ExternalSerializerSnapshot":
		return b.external(s, body, depth)
	case pkgSQL + "ArrayDataSerializer$ArrayDataSerializerSnapshot", pkgSQL + "MapDataSerializer$MapDataSerializerSnapshot":
		return b.collectionOf(s, body, depth)
	}
	return tableOfNumbers(s.Class, body.Numbers)
}

// tableOfNumbers returns the types whose serializers store numbers.
func tableOfNumbers(class string, numbers []int64) *Type {
	switch class {
	case pkgSQL + "DecimalDataSerializer$DecimalSerializerSnapshot":
		if len(numbers) == 2 && validDecimal(numbers[0], numbers[1]) {
			return &Type{Kind: KindTableDecimal, Precision: int32(numbers[0]), Scale: int32(numbers[1])}
		}
	case pkgSQL + "TimestampDataSerializer$TimestampDataSerializerSnapshot":
		if len(numbers) == 1 && numbers[0] <= 9 {
			return &Type{Kind: KindTableTimestamp, Precision: int32(numbers[0])}
		}
	case pkgSQL + "BinaryRowDataSerializer$BinaryRowDataSerializerSnapshot":
		return raw(binaryRow, opaque(binaryRow, "the types of its columns are not recorded"))
	}
	return nil
}

// binaryRow is a class whose values are known to be rows, but not of what.
const binaryRow = "org.apache.flink.table.data.binary.BinaryRowData"

func validDecimal(precision, scale int64) bool {
	return precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision
}

// raw is a value of t in a frame of its own.
func raw(class string, t *Type) *Type {
	return &Type{Kind: KindTableRaw, Class: class, Elems: []*Type{t}}
}

func nestedAt(s *Snapshot, i int) *Snapshot {
	if s == nil || i >= len(s.Nested) {
		return nil
	}
	return s.Nested[i]
}

// rowOf is the row that a state holds.
func (b *typeBuilder) rowOf(s *Snapshot, body *LogicalBody, depth int) *Type {
	t := &Type{Kind: KindTableRow, Flag: s.Class == baseRow}
	for i, v := range body.Types {
		t.Elems = append(t.Elems, b.logical(v, nestedAt(s, i), depth+1))
	}
	if len(body.Names) == len(t.Elems) && len(t.Elems) > 0 {
		t.Fields = slices.Clone(body.Names)
	}
	return t.settled()
}

// settled returns t, or its bytes where it has a column that is not known.
func (t *Type) settled() *Type {
	for _, e := range t.Elems {
		if e.Undecodable() {
			return raw(t.Class, e)
		}
	}
	return t
}

// external is a value in the internal format of a data type.
func (b *typeBuilder) external(s *Snapshot, body *LogicalBody, depth int) *Type {
	if len(body.Types) != 1 {
		return nil
	}
	o, _ := body.Types[0].(*javaobj.Object)
	v, _ := o.Field("logicalType")
	t := b.logical(v, nestedAt(s, 0), depth+1)
	if t.Undecodable() {
		return b.of(nestedAt(s, 0), depth+1)
	}
	return t
}

// collectionOf is an array or a map by its own serializer, which keeps its elements' as Java objects.
func (b *typeBuilder) collectionOf(s *Snapshot, body *LogicalBody, depth int) *Type {
	kinds := map[int]Kind{1: KindTableArray, 2: KindTableMap}
	if len(body.Objects) != len(body.Types) || kinds[len(body.Types)] == KindInvalid {
		return nil
	}
	t := &Type{Kind: kinds[len(body.Types)]}
	for i, v := range body.Types {
		t.Elems = append(t.Elems, b.logical(v, fromJava(body.Objects[i]), depth+1))
	}
	return t.settled()
}

// logical returns the type that a LogicalType object says; s is its serializer's snapshot, nil where none is stored.
func (b *typeBuilder) logical(v javaobj.Value, s *Snapshot, depth int) *Type {
	o, _ := v.(*javaobj.Object)
	if b.left--; o == nil || b.left < 0 || depth > maxTypeDepth {
		return opaque(o.Class(), "no logical type")
	}
	if s != nil && !s.Unknown {
		s = s.Modern()
	}
	t := b.logicalKind(o, s, depth)
	if nullable, ok := field[bool](o, "isNullable"); ok && !t.Undecodable() {
		t.NotNull = !nullable
	}
	return t
}

// plainLogical are the logical types without parameters.
var plainLogical = map[string]Kind{
	"BooleanType": KindTableBoolean, "TinyIntType": KindTableTinyInt, "SmallIntType": KindTableSmallInt, "IntType": KindTableInt,
	"BigIntType": KindTableBigInt, "FloatType": KindTableFloat, "DoubleType": KindTableDouble, "DateType": KindTableDate,
	"NullType": KindTableNull,
}

// sizedLogical are the logical types with a length.
var sizedLogical = map[string]Kind{
	"CharType": KindTableChar, "VarCharType": KindTableVarchar, "BinaryType": KindTableBinary, "VarBinaryType": KindTableVarbinary,
}

// logicalKind makes a new type, nullability aside.
func (b *typeBuilder) logicalKind(o *javaobj.Object, s *Snapshot, depth int) *Type {
	name := logicalName(o.Class())
	if k, ok := plainLogical[name]; ok {
		return scalar(k)
	}
	if k, ok := sizedLogical[name]; ok {
		return &Type{Kind: k, Size: intField(o, "length")}
	}
	switch name {
	case "DecimalType":
		t := &Type{Kind: KindTableDecimal, Precision: intField(o, "precision"), Scale: intField(o, "scale")}
		if validDecimal(int64(t.Precision), int64(t.Scale)) {
			return t
		}
	case "TimeType":
		return &Type{Kind: KindTableTime, Precision: intField(o, "precision")}
	case "TimestampType", "LocalZonedTimestampType":
		return timestampType(name, o, s)
	case "YearMonthIntervalType", "DayTimeIntervalType":
		return intervalType(o)
	case "ArrayType", "MultisetType", "MapType":
		return b.logicalCollection(name, o, s, depth)
	case "RowType":
		return b.logicalRow(o, s, depth)
	case "StructuredType":
		return b.structured(o, s, depth)
	case "DistinctType":
		source, _ := o.Field("sourceType")
		return b.logical(source, s, depth+1)
	case "RawType", "TypeInformationRawType", "AnyType", "TypeInformationAnyType": // the last two until 1.10
		return b.rawType(o, s, depth)
	case "LegacyTypeInformationType":
		return b.bySerializer(o, s, depth)
	}
	return opaque(o.Class(), "a logical type that is not known")
}

// logicalName is a class name without its package: some types moved to one for legacy types in 2.0.
func logicalName(class string) string {
	for _, pkg := range []string{pkgLogical, "org.apache.flink.table.legacy.types.logical."} {
		if len(class) > len(pkg) && class[:len(pkg)] == pkg {
			return class[len(pkg):]
		}
	}
	return ""
}

func intField(o *javaobj.Object, name string) int32 {
	n, _ := field[int32](o, name)
	return n
}

func enumField(o *javaobj.Object, name string) string {
	if e, _ := field[*javaobj.Enum](o, name); e != nil {
		return e.Name
	}
	return ""
}

// timestampType is a timestamp. In 1.9 all were longs: their serializer says so.
func timestampType(name string, o *javaobj.Object, s *Snapshot) *Type {
	t := &Type{Kind: KindTableTimestamp, Precision: intField(o, "precision")}
	if name == "LocalZonedTimestampType" {
		t.Kind = KindTableInstant
	}
	if t.Precision < 0 || t.Precision > 9 {
		return opaque(o.Class(), "a precision of %d", t.Precision)
	}
	if kind := enumField(o, "kind"); kind != "REGULAR" {
		t.Logical = kind
	}
	t.Flag = t.Precision > 3 && s != nil && s.Class == pkgBase+"LongSerializer$LongSerializerSnapshot"
	return t
}

// logicalCollection is an array, multiset or map, whose serializers keep those of their elements as Java objects.
func (b *typeBuilder) logicalCollection(name string, o *javaobj.Object, s *Snapshot, depth int) *Type {
	var objects []*Snapshot
	if s != nil {
		if body, ok := s.Body.(*LogicalBody); ok {
			for _, v := range body.Objects {
				objects = append(objects, fromJava(v))
			}
		}
	}
	elem := func(field string, i int) *Type {
		v, _ := o.Field(field)
		var s *Snapshot
		if i < len(objects) {
			s = objects[i]
		}
		return b.logical(v, s, depth+1)
	}
	var t *Type
	switch name {
	case "ArrayType":
		t = &Type{Kind: KindTableArray, Elems: []*Type{elem("elementType", 0)}}
	case "MultisetType":
		t = &Type{Kind: KindTableMultiset, Elems: []*Type{elem("elementType", 0), {Kind: KindTableInt, NotNull: true}}}
	default:
		t = &Type{Kind: KindTableMap, Elems: []*Type{elem("keyType", 0), elem("valueType", 1)}}
	}
	return t.settled()
}

func (b *typeBuilder) logicalRow(o *javaobj.Object, s *Snapshot, depth int) *Type {
	t := &Type{Kind: KindTableRow}
	list, _ := o.Field("fields")
	b.attributes(t, listElements(list), s, 0, depth)
	return t.settled()
}

// structured is a row with a class or a name in the catalog; the attributes of its supertypes come first.
func (b *typeBuilder) structured(o *javaobj.Object, s *Snapshot, depth int) *Type {
	t := &Type{Kind: KindTableRow, Class: className(o, "implementationClass")}
	if id, ok := field[*javaobj.Object](o, "objectIdentifier"); ok && t.Class == "" {
		for _, part := range []string{"catalogName", "databaseName", "objectName"} {
			if name, ok := field[string](id, part); ok {
				if t.Class != "" {
					t.Class += "."
				}
				t.Class += name
			}
		}
	}
	if t.Class == "" {
		t.Class = o.Class()
	}
	var parts [][]javaobj.Value
	for super := o; super != nil && len(parts) < maxTypeDepth; super, _ = field[*javaobj.Object](super, "superType") {
		list, _ := super.Field("attributes")
		parts = append(parts, listElements(list))
	}
	slices.Reverse(parts)
	b.attributes(t, slices.Concat(parts...), s, 0, depth)
	return t.settled()
}

// attributes adds the fields of rows and structured types to t: objects with name and type.
func (b *typeBuilder) attributes(t *Type, fields []javaobj.Value, s *Snapshot, from, depth int) {
	for i, v := range fields {
		o, _ := v.(*javaobj.Object)
		name, _ := field[string](o, "name")
		typ, _ := o.Field("type")
		t.Fields = append(t.Fields, name)
		t.Elems = append(t.Elems, b.logical(typ, nestedAt(s, from+i), depth+1))
		if b.left < 0 {
			return
		}
	}
}

// rawType is a value of another serializer: the nested snapshot says of which; else the type's own object does.
func (b *typeBuilder) rawType(o *javaobj.Object, s *Snapshot, depth int) *Type {
	class := className(o, "clazz")
	switch {
	case s != nil && len(s.Nested) == 1:
		return raw(class, b.of(s.Nested[0], depth+1))
	case s != nil && s.Java.Class() == pkgSQL+"RawValueDataSerializer":
		v, _ := s.Java.Field("serializer")
		return raw(class, b.of(fromJava(v), depth+1))
	}
	if v, ok := o.Field("serializer"); ok && v != nil {
		return raw(class, b.of(fromJava(v), depth+1))
	}
	return raw(class, opaque(class, "its serializer is not recorded"))
}

// plainTable are the SQL types of serializers that are not the SQL runtime's own.
var plainTable = map[Kind]Kind{
	KindBoolean: KindTableBoolean, KindByte: KindTableTinyInt, KindShort: KindTableSmallInt, KindInt: KindTableInt,
	KindLong: KindTableBigInt, KindFloat: KindTableFloat, KindDouble: KindTableDouble, KindByteArray: KindTableVarbinary,
}

// bySerializer is a type of another kind of API, of which only its serializer tells how values lie in rows.
func (b *typeBuilder) bySerializer(o *javaobj.Object, s *Snapshot, depth int) *Type {
	if s != nil {
		t := b.of(s, depth+1)
		if t.Kind.IsTable() {
			c := *t
			return &c
		}
		if k, ok := plainTable[t.Kind]; ok && t.Class == "" {
			return &Type{Kind: k, Size: math.MaxInt32}
		}
	}
	return opaque(o.Class(), "a type of which only its class is known")
}

// listElements returns the elements of a java.util.List.
func listElements(v javaobj.Value) []javaobj.Value {
	for range maxTypeDepth {
		o, _ := v.(*javaobj.Object)
		if o == nil {
			return nil
		}
		switch o.Class() {
		case "java.util.Arrays$ArrayList":
			a, _ := field[*javaobj.Array](o, "a")
			if a == nil {
				return nil
			}
			return a.Values
		case "java.util.ArrayList", "java.util.LinkedList", "java.util.CollSer":
			return objectsIn(annotation(o, o.Class()))
		case "java.util.Collections$SingletonList":
			v, _ := o.Field("element")
			return []javaobj.Value{v}
		}
		next, ok := o.Field("list")
		if !ok {
			return nil
		}
		v = next
	}
	return nil
}
