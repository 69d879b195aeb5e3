package serializer

import (
	"math"
	"strconv"
	"strings"
)

// tableWords are the names of SQL types without parameters.
var tableWords = map[Kind]string{
	KindTableBoolean: "BOOLEAN", KindTableTinyInt: "TINYINT", KindTableSmallInt: "SMALLINT", KindTableInt: "INT",
	KindTableBigInt: "BIGINT", KindTableFloat: "FLOAT", KindTableDouble: "DOUBLE", KindTableDate: "DATE", KindTableNull: "NULL",
	KindTableArray: "ARRAY", KindTableMap: "MAP", KindTableMultiset: "MULTISET", KindTableTime: "TIME",
	KindTableTimestamp: "TIMESTAMP", KindTableInstant: "TIMESTAMP_LTZ", KindTableMonths: "INTERVAL", KindTableDuration: "INTERVAL",
	KindTableChar: "CHAR", KindTableVarchar: "VARCHAR", KindTableBinary: "BINARY", KindTableVarbinary: "VARBINARY",
	KindTableDecimal: "DECIMAL",
}

// table prints a SQL type as Flink does in summaries: STRING for the longest VARCHAR, time attributes marked.
func (p *printer) table(t *Type, depth int) {
	word := tableWords[t.Kind]
	switch t.Kind {
	case KindTableDecimal:
		word += "(" + strconv.Itoa(int(t.Precision)) + ", " + strconv.Itoa(int(t.Scale)) + ")"
	case KindTableTime, KindTableTimestamp, KindTableInstant:
		word += "(" + strconv.Itoa(int(t.Precision)) + ")"
	case KindTableMonths, KindTableDuration:
		word += " " + t.Logical
	case KindTableVarchar, KindTableVarbinary, KindTableChar, KindTableBinary:
		word = sizedWord(t)
	}
	p.b.WriteString(word)
	switch t.Kind {
	case KindTableArray, KindTableMap:
		p.list(t.Elems, depth)
	case KindTableMultiset:
		p.list(t.Elems[:1], depth)
	case KindTableRow:
		p.tableRow(t, depth)
	case KindTableRaw:
		p.b.WriteString(rawWord(t.rawClass()))
	}
	if t.NotNull && t.Kind != KindTableNull {
		p.b.WriteString(" NOT NULL")
	}
	if t.Logical != "" && (t.Kind == KindTableTimestamp || t.Kind == KindTableInstant) {
		p.b.WriteString(" *" + t.Logical + "*")
	}
}

func sizedWord(t *Type) string {
	if t.Size == math.MaxInt32 && t.Kind == KindTableVarchar {
		return "STRING"
	}
	if t.Size == math.MaxInt32 && t.Kind == KindTableVarbinary {
		return "BYTES"
	}
	return tableWords[t.Kind] + "(" + strconv.Itoa(int(t.Size)) + ")"
}

func rawWord(class string) string { return "RAW(" + literal(class) + ", '...')" }

// rawClass is the class of a RAW type, or else what its values are.
func (t *Type) rawClass() string {
	if t.Class != "" || len(t.Elems) == 0 {
		return t.Class
	}
	if c := t.Elems[0].Class; c != "" {
		return c
	}
	return t.Elems[0].String()
}

func (p *printer) list(elems []*Type, depth int) {
	p.b.WriteByte('<')
	for i, e := range elems {
		if i > 0 {
			p.b.WriteString(", ")
		}
		p.typ(e, depth+1)
	}
	p.b.WriteByte('>')
}

func (p *printer) tableRow(t *Type, depth int) {
	if t.Class != "" {
		p.b.WriteString("STRUCTURED<" + literal(t.Class))
	} else {
		p.b.WriteString("ROW<")
	}
	for i, e := range t.Elems {
		if i > 0 || t.Class != "" {
			p.b.WriteString(", ")
		}
		p.b.WriteString("`" + strings.ReplaceAll(t.Field(i), "`", "``") + "` ")
		p.typ(e, depth+1)
	}
	p.b.WriteByte('>')
}

// literal is a SQL string.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
