package serializer

import "strings"

// Limits of type expressions.
const (
	maxExpressionDepth = 64
	maxExpression      = 64 << 10
)

// words are the type expressions of kinds without parts.
var words = map[Kind]string{
	KindBoolean: "boolean", KindByte: "byte", KindShort: "short", KindInt: "int", KindLong: "long",
	KindFloat: "float", KindDouble: "double", KindChar: "char", KindString: "string", KindVoid: "void",
	KindNullValue: "null-value", KindTuple0: "tuple<>", KindBigInt: "bigint", KindBigDec: "bigdec",
	KindDate: "date", KindSQLDate: "sql-date", KindSQLTime: "sql-time", KindSQLTimestamp: "sql-timestamp",
	KindInstant: "instant", KindLocalDate: "local-date", KindLocalTime: "local-time", KindLocalDateTime: "local-date-time",
	KindBooleanArray: "boolean[]", KindByteArray: "bytes", KindShortArray: "short[]", KindIntArray: "int[]",
	KindLongArray: "long[]", KindFloatArray: "float[]", KindDoubleArray: "double[]", KindCharArray: "char[]",
	KindStringArray: "string[]",
	KindTimeWindow:  "window", KindGlobalWindow: "global-window", KindCountWindow: "count-window",

	// Kinds that others stand for when an expression is read.
	KindVoidNamespace: "void", KindStringValue: "string", KindUTF: "string", KindShortBytes: "bytes",
	KindSortedLong: "long",
	KindAvroNull:   "void", KindAvroBoolean: "boolean", KindAvroInt: "int", KindAvroLong: "long", KindAvroFloat: "float",
	KindAvroDouble: "double", KindAvroString: "string", KindAvroBytes: "bytes",
}

// generics are the words of kinds that list their Elems in angle brackets.
var generics = map[Kind]string{
	KindList: "list", KindSet: "set", KindArray: "array", KindMap: "map", KindOption: "option", KindEither: "either",
	KindTuple:       "tuple",
	KindTraversable: "list", KindLinkedList: "list", KindNullAwareMap: "map", KindTry: "either", KindUnion: "either",
	KindAvroArray: "list",
}

// String returns t as a type expression: what its values are, whatever their bytes. ParseType reads it. Classes of
// Flink's own that have no word of their own are rows of their fields; TTL does not show.
func (t *Type) String() string {
	p := printer{}
	p.typ(t, 0)
	if s := p.b.String(); len(s) <= maxExpression {
		return s
	}
	return "opaque " + quoted(t.Class, bareClass)
}

type printer struct{ b strings.Builder }

func (p *printer) typ(t *Type, depth int) {
	deep := depth >= maxExpressionDepth-1 && len(t.Elems) > 0 || p.b.Len() > maxExpression
	switch {
	case deep && t.Kind.IsTable():
		p.b.WriteString(rawWord(t.rawClass()))
		return
	case deep:
		p.named("opaque ", t.Class)
		return
	}
	if t.Kind.IsTable() {
		p.table(t, depth)
		return
	}
	if w, ok := words[t.Kind]; ok {
		if t.Class != "" {
			p.named("value ", t.Class)
			return
		}
		p.b.WriteString(w)
		return
	}
	if w, ok := generics[t.Kind]; ok {
		p.b.WriteString(w)
		p.elems(t.Elems, depth)
		return
	}
	switch t.Kind {
	case KindTTL:
		p.typ(t.Elems[0], depth)
	case KindNullable:
		p.nullable(t.Elems[0], depth)
	case KindRow, KindStruct:
		p.b.WriteString("row")
		p.fields('<', t.Field, t.Elems, '>', depth)
	case KindCaseClass:
		p.named("case ", t.Class)
		p.fields('<', t.Field, t.Elems, '>', depth)
	case KindTimer:
		p.row([]string{"timestamp", t.Field(0), t.Field(1)}, []*Type{scalar(KindLong), t.Elems[0], t.Elems[1]}, depth)
	case KindStreamElement:
		p.row([]string{"element", "timestamp", "value"}, []*Type{scalar(KindString), scalar(KindLong), t.Elems[0]}, depth)
	case KindPojo:
		p.pojo(t, depth)
	case KindEnum, KindScalaEnum:
		p.enum(t)
	default:
		p.special(t, depth)
	}
}

// special prints kinds of a class, and Avro's.
func (p *printer) special(t *Type, depth int) {
	switch t.Kind {
	case KindKryo:
		p.named("kryo ", t.Class)
	case KindJava:
		p.named("java ", t.Class)
	case KindProtobuf:
		p.named("protobuf ", t.Class)
	case KindValue, KindVariant, KindStringValueArray, KindNullArray:
		p.named("value ", t.Class)
	case KindAvroBinary:
		p.typ(t.Elems[0], depth)
	case KindAvroRecord, KindAvroEnum, KindAvroFixed:
		p.named("avro ", t.Class)
	case KindAvroMap:
		p.b.WriteString("map")
		p.elems([]*Type{scalar(KindString), t.Elems[0]}, depth)
	case KindAvroUnion:
		for i, e := range t.Elems {
			if len(t.Elems) == 2 && e.Kind == KindAvroNull {
				p.nullable(t.Elems[1-i], depth)
				return
			}
		}
		p.b.WriteString("avro union")
	default:
		p.named("opaque ", t.Class)
	}
}

// nullable prints the prefix once, however often a serializer is wrapped.
func (p *printer) nullable(t *Type, depth int) {
	for t.Kind == KindNullable || t.Kind == KindTTL {
		t = t.Elems[0]
	}
	s := printer{}
	s.typ(t, depth)
	p.b.WriteString("nullable " + strings.TrimPrefix(s.b.String(), "nullable "))
}

func (p *printer) named(word, class string) {
	p.b.WriteString(word)
	p.b.WriteString(quoted(class, bareClass))
}

func (p *printer) elems(elems []*Type, depth int) {
	p.b.WriteByte('<')
	for i, e := range elems {
		if i > 0 {
			p.b.WriteByte(',')
		}
		p.typ(e, depth+1)
	}
	p.b.WriteByte('>')
}

func (p *printer) row(names []string, elems []*Type, depth int) {
	p.b.WriteString("row")
	p.fields('<', func(i int) string { return names[i] }, elems, '>', depth)
}

func (p *printer) fields(open byte, name func(int) string, elems []*Type, end byte, depth int) {
	p.b.WriteByte(open)
	for i, e := range elems {
		if i > 0 {
			p.b.WriteByte(',')
		}
		p.b.WriteString(quoted(name(i), bareName))
		p.b.WriteByte(':')
		p.typ(e, depth+1)
	}
	p.b.WriteByte(end)
}

func (p *printer) pojo(t *Type, depth int) {
	p.named("pojo ", t.Class)
	p.fields('{', t.Field, t.Elems, '}', depth)
	for _, subs := range [][]Subclass{t.Tagged, t.Named} {
		for _, s := range subs {
			p.named("|", s.Class)
			if s.Type == nil || s.Type.Kind != KindPojo {
				p.b.WriteString("{}")
				continue
			}
			p.fields('{', s.Type.Field, s.Type.Elems, '}', depth)
		}
	}
}

func (p *printer) enum(t *Type) {
	p.named("enum ", t.Class)
	p.b.WriteByte('(')
	for i, s := range t.Symbols {
		if i > 0 {
			p.b.WriteByte(',')
		}
		p.b.WriteString(quoted(s, bareName))
	}
	p.b.WriteByte(')')
}

// quoted puts a name in backquotes, doubling its own, unless it can stand bare.
func quoted(s string, bare func(string) bool) string {
	if bare(s) {
		return s
	}
	return "`" + strings.ReplaceAll(s, "`", "``") + "`"
}

// bareName is [A-Za-z_$][A-Za-z0-9_$]*.
func bareName(s string) bool {
	for i := range len(s) {
		if !nameByte(s[i]) || i == 0 && s[i] >= '0' && s[i] <= '9' {
			return false
		}
	}
	return s != ""
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$'
}

// bareClass is any text without what ends a class in an expression.
func bareClass(s string) bool {
	for i := range len(s) {
		if !classByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func classByte(c byte) bool { return c > ' ' && c != 0x7F && strings.IndexByte("<>{}(),:|=`", c) < 0 }
