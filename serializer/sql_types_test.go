package serializer

import (
	"testing"

	"ckpt/internal/javaobj"
)

// object makes a Java object of alternating field names and values.
func object(class string, namesAndValues ...any) *javaobj.Object {
	d := &javaobj.ClassDesc{Name: class}
	data := javaobj.ClassData{Desc: d}
	for i := 0; i < len(namesAndValues); i += 2 {
		d.Fields = append(d.Fields, javaobj.FieldDesc{Name: namesAndValues[i].(string)})
		data.Values = append(data.Values, namesAndValues[i+1])
	}
	return &javaobj.Object{Desc: d, Data: []javaobj.ClassData{data}}
}

func logical(name string, namesAndValues ...any) *javaobj.Object {
	return object(pkgLogical+name, append([]any{"isNullable", true}, namesAndValues...)...)
}

func constant(name string) *javaobj.Enum { return &javaobj.Enum{Name: name} }

func javaClass(name string) *javaobj.Class {
	return &javaobj.Class{Desc: &javaobj.ClassDesc{Name: name}}
}

// list is a java.util.List of some class.
func list(class string, elements ...javaobj.Value) *javaobj.Object {
	switch class {
	case "java.util.Arrays$ArrayList":
		return object(class, "a", &javaobj.Array{Values: elements})
	case "java.util.Collections$SingletonList":
		return object(class, "element", elements[0])
	case "java.util.Collections$UnmodifiableRandomAccessList":
		return object(class, "list", list("java.util.ArrayList", elements...))
	}
	o := object(class)
	o.Data[0].Annotation = append([]javaobj.Value{javaobj.Block{0, 0, 0, 1}}, elements...)
	return o
}

func column(name string, t javaobj.Value) *javaobj.Object {
	return object(pkgLogical+"RowType$RowField", "name", name, "type", t)
}

func TestLogicalTypes(t *testing.T) {
	integer, notNull := logical("IntType"), object(pkgLogical+"BigIntType", "isNullable", false)
	interval := func(class, resolution string) *javaobj.Object {
		return logical(class, "resolution", constant(resolution), "yearPrecision", int32(2), "dayPrecision", int32(3), "fractionalPrecision", int32(6))
	}
	super := logical("StructuredType", "attributes", list("java.util.ArrayList", column("a", integer)))
	text := &Snapshot{Class: pkgBase + "StringSerializer$StringSerializerSnapshot", Version: 3}
	rawText := &Snapshot{Class: pkgSQL + "RawValueDataSerializer$RawValueDataSerializerSnapshot", Version: 3, Nested: []*Snapshot{text}}
	long := &Snapshot{Class: pkgBase + "LongSerializer$LongSerializerSnapshot", Version: 3}
	for _, tc := range []struct {
		name string
		v    javaobj.Value
		s    *Snapshot
		want string
	}{
		{"nullable", integer, nil, "INT"},
		{"not null", notNull, nil, "BIGINT NOT NULL"},
		{"char", logical("CharType", "length", int32(3)), nil, "CHAR(3)"},
		{"bytes", logical("VarBinaryType", "length", int32(2147483647)), nil, "BYTES"},
		{"decimal", logical("DecimalType", "precision", int32(38), "scale", int32(18)), nil, "DECIMAL(38, 18)"},
		{"decimal out of range", logical("DecimalType", "precision", int32(39), "scale", int32(1)), nil, "opaque " + pkgLogical + "DecimalType"},
		{"rowtime", logical("TimestampType", "precision", int32(3), "kind", constant("ROWTIME")), nil, "TIMESTAMP(3) *ROWTIME*"},
		{"timestamp out of range", logical("TimestampType", "precision", int32(10)), nil, "opaque " + pkgLogical + "TimestampType"},
		{"local zoned", logical("LocalZonedTimestampType", "precision", int32(9), "kind", constant("REGULAR")), nil, "TIMESTAMP_LTZ(9)"},
		{"zoned", logical("ZonedTimestampType", "precision", int32(9)), nil, "opaque " + pkgLogical + "ZonedTimestampType"},
		{"years", interval("YearMonthIntervalType", "YEAR"), nil, "INTERVAL YEAR(2)"},
		{"years to months", interval("YearMonthIntervalType", "YEAR_TO_MONTH"), nil, "INTERVAL YEAR(2) TO MONTH"},
		{"days to minutes", interval("DayTimeIntervalType", "DAY_TO_MINUTE"), nil, "INTERVAL DAY(3) TO MINUTE"},
		{"hours to seconds", interval("DayTimeIntervalType", "HOUR_TO_SECOND"), nil, "INTERVAL HOUR TO SECOND(6)"},
		{"seconds", interval("DayTimeIntervalType", "SECOND"), nil, "INTERVAL SECOND(6)"},
		{"array", logical("ArrayType", "elementType", notNull), nil, "ARRAY<BIGINT NOT NULL>"},
		{"map", logical("MapType", "keyType", integer, "valueType", notNull), nil, "MAP<INT, BIGINT NOT NULL>"},
		{"multiset", logical("MultisetType", "elementType", integer), nil, "MULTISET<INT>"},
		{"array list", logical("RowType", "fields", list("java.util.ArrayList", column("a", integer))), nil, "ROW<`a` INT>"},
		{"unmodifiable list", logical("RowType", "fields", list("java.util.Collections$UnmodifiableRandomAccessList", column("a", integer))), nil, "ROW<`a` INT>"},
		{"list of an array", logical("RowType", "fields", list("java.util.Arrays$ArrayList", column("a", integer))), nil, "ROW<`a` INT>"},
		{"single list", logical("RowType", "fields", list("java.util.Collections$SingletonList", column("a", integer))), nil, "ROW<`a` INT>"},
		{"immutable list", logical("RowType", "fields", list("java.util.CollSer", column("a", integer), column("b", notNull))), nil, "ROW<`a` INT, `b` BIGINT NOT NULL>"},
		{"structured", logical("StructuredType", "attributes", list("java.util.ArrayList", column("b", integer)), "superType", super,
			"implementationClass", javaClass("com.acme.User")), nil, "STRUCTURED<'com.acme.User', `a` INT, `b` INT>"},
		{"structured in a catalog", logical("StructuredType", "attributes", list("java.util.ArrayList"), "objectIdentifier",
			object("id", "catalogName", "c", "databaseName", "d", "objectName", "o")), nil, "STRUCTURED<'c.d.o'>"},
		{"distinct", logical("DistinctType", "sourceType", integer), nil, "INT"},
		{"raw by its snapshot", logical("RawType", "clazz", javaClass("x.Y")), rawText, "RAW('x.Y', '...')"},
		{"raw of 1.9", logical("AnyType", "clazz", javaClass("x.Y")), rawText, "RAW('x.Y', '...')"},
		{"raw without a serializer", logical("TypeInformationRawType"), nil, "RAW('opaque ``', '...')"},
		{"legacy number", logical("LegacyTypeInformationType"), long, "BIGINT"},
		{"legacy raw", logical("LegacyTypeInformationType"), rawText, "RAW('string', '...')"},
		{"legacy unknown", logical("LegacyTypeInformationType"), nil, "opaque " + pkgLogical + "LegacyTypeInformationType"},
		{"timestamp of 1.9", logical("TimestampType", "precision", int32(6)), long, "TIMESTAMP(6)"},
		{"unknown type in a row", logical("RowType", "fields", list("java.util.ArrayList", column("a", logical("UuidType")))), nil, "RAW('" + pkgLogical + "UuidType', '...')"},
		{"no type", "text", nil, "opaque ``"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := typeBuilder{left: maxTypeNodes}
			if got := b.logical(tc.v, tc.s, 0).String(); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
	b := typeBuilder{left: maxTypeNodes}
	if typ := b.logical(logical("TimestampType", "precision", int32(6)), long, 0); !typ.Compact() {
		t.Error("a timestamp of 1.9 is not compact")
	}
}

// Types that contain themselves, and lists that do, come to an end.
func TestLogicalCycles(t *testing.T) {
	row := logical("RowType")
	fields := list("java.util.ArrayList", column("a", row), column("b", row))
	row.Desc.Fields = append(row.Desc.Fields, javaobj.FieldDesc{Name: "fields"})
	row.Data[0].Values = append(row.Data[0].Values, fields)
	loop := object("java.util.Collections$UnmodifiableList", "list", nil)
	loop.Data[0].Values[0] = loop
	super := logical("StructuredType", "attributes", loop, "superType", nil)
	super.Data[0].Values[2] = super
	for _, v := range []javaobj.Value{row, super, logical("RowType", "fields", loop)} {
		b := typeBuilder{left: maxTypeNodes}
		typ := b.logical(v, nil, 0)
		_ = Compile(typ)
		if len(typ.String()) > maxExpression {
			t.Errorf("type of %d bytes", len(typ.String()))
		}
	}
}
