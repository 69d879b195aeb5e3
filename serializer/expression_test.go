package serializer

import (
	"strings"
	"testing"
)

func TestTypeExpression(t *testing.T) {
	for _, tc := range []struct{ in, out string }{
		{"string", ""}, {"bytes", ""}, {"int[]", ""}, {"void", ""}, {"null-value", ""}, {"global-window", ""},
		{"tuple<>", ""}, {"tuple<string,int>", ""}, {"tuple<string, int>", "tuple<string,int>"},
		{"list<nullable string>", ""}, {"nullable list<nullable string>", ""}, {"map<long,list<double>>", ""},
		{"either<long,string>", ""}, {"option<set<char>>", ""}, {"array<sql-timestamp>", ""},
		{"row<f0:int,`a b`:string>", ""}, {"row<`a`: int>", "row<a:int>"}, {"row<>", ""}, {"row<`x``y`:int>", ""},
		{"pojo com.acme.Count{id:long,n:int}", ""}, {"pojo A{}", ""}, {"pojo A{x:pojo B$C{y:int}}|D{}|E{z:char}", ""},
		{"case scala.Tuple2<_1:int,_2:string>", ""},
		{"enum com.acme.Color(RED,GREEN)", ""}, {"enum C()", ""}, {"enum C(`é`)", ""},
		{"avro com.acme.User", ""}, {"kryo java.util.List", ""}, {"java java.io.Serializable", ""},
		{"kryo [Ljava.lang.String;", ""},
		{"value org.apache.flink.types.LongValue", ""}, {"value com.acme.V", ""}, {"opaque com.acme.S", ""},
		{"opaque ``", ""}, {"opaque `a=b`", ""}, {"opaque `plain`", "opaque plain"},
	} {
		if tc.out == "" {
			tc.out = tc.in
		}
		got, err := ParseType(tc.in)
		if err != nil {
			t.Errorf("%s: %v", tc.in, err)
			continue
		}
		if s := got.String(); s != tc.out {
			t.Errorf("%s prints as %s, want %s", tc.in, s, tc.out)
		}
	}
}

func TestTypeExpressionErrors(t *testing.T) {
	deep := strings.Repeat("list<", maxExpressionDepth) + "int" + strings.Repeat(">", maxExpressionDepth)
	for _, tc := range []struct{ name, in, want string }{
		{"empty", "", "at 0: found its end, want a type"},
		{"unknown word", "integer", "at 0: found integer, want a type"},
		{"rest", "int ", "at 3: found  , want end of the expression"},
		{"open", "list<int", "at 8: found its end, want '>'"},
		{"two elements", "list<int,int>", "want '>'"},
		{"one element", "map<int>", "at 7: found >, want another type"},
		{"no colon", "row<a>", "at 5: found >, want ':'"},
		{"digit", "row<1:int>", "want a name"},
		{"open quote", "row<`a:int>", "want a backquote"},
		{"no class", "kryo ", "want a class"},
		{"nullable twice", "nullable nullable int", "want a type"},
		{"SQL", "GEOMETRY NOT NULL", "at 0: found GEOMETRY NOT NULL, want a SQL type"},
		{"SQL nullability", "BIGINT NOT", "at 10: found its end, want NULL"},
		{"SQL precision", "DECIMAL(39, 2)", "want a number in its range"},
		{"SQL scale", "DECIMAL(3, 4)", "want a number in its range"},
		{"SQL row", "ROW<a INT", "at 9: found its end, want '>'"},
		{"SQL column", "ROW<`a`>", "want a SQL type"},
		{"SQL deep", strings.Repeat("ARRAY<", maxExpressionDepth) + "INT", "want fewer levels"},
		{"deep", deep, "want at most 64 levels"},
		{"long", "opaque " + strings.Repeat("x", maxExpression), "more than 65536"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := ParseType(tc.in); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}

// Kinds without an expression of their own print as what their values are.
func TestTypeExpressionOfKinds(t *testing.T) {
	i, s := scalar(KindInt), scalar(KindString)
	for _, tc := range []struct {
		t    *Type
		want string
	}{
		{&Type{Kind: KindTTL, Elems: []*Type{i}}, "int"},
		{&Type{Kind: KindTimer, Elems: []*Type{s, scalar(KindVoidNamespace)}}, "row<timestamp:long,key:string,namespace:void>"},
		{&Type{Kind: KindStreamElement, Elems: []*Type{i}}, "row<element:string,timestamp:long,value:int>"},
		{&Type{Kind: KindUnion, Elems: []*Type{i, s}}, "either<int,string>"},
		{lockable(s), "row<references:int,element:string>"},
		{&Type{Kind: KindNullable, Elems: []*Type{{Kind: KindNullable, Elems: []*Type{i}}}}, "nullable int"},
		{&Type{Kind: KindTuple, Elems: []*Type{i, {Kind: KindTraversable, Elems: []*Type{s}}}}, "tuple<int,list<string>>"},
		{&Type{Kind: KindCaseClass, Class: "C", Elems: []*Type{i}}, "case C<_1:int>"},
		{&Type{Kind: KindRow, Elems: []*Type{i, s}}, "row<f0:int,f1:string>"},
		{&Type{Kind: KindPojo, Class: "A", Named: []Subclass{{Class: "B"}}}, "pojo A{}|B{}"},
		{mustSchema(t, `["null",{"type":"map","values":"long"}]`), "nullable map<string,long>"},
		{mustSchema(t, `["int","string"]`), "avro union"},
		{mustSchema(t, `{"type":"record","name":"a.B","fields":[{"name":"b","type":["null","B"]}]}`), "avro a.B"},
	} {
		if got := tc.t.String(); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
	deep := i
	for range 2 * maxExpressionDepth {
		deep = listOf(deep)
	}
	if _, err := ParseType(deep.String()); err != nil {
		t.Error("deep type prints as what cannot be read:", err)
	}
}

func mustSchema(t *testing.T, schema string) *Type {
	t.Helper()
	typ, err := parseSchema(schema)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

func FuzzTypeExpression(f *testing.F) {
	for _, s := range []string{"list<ROW<`a` INT NOT NULL, `b``c` STRUCTURED<'x', `y` MAP<INT, STRING>>>>", "INTERVAL DAY(2) TO SECOND(3)", "TIMESTAMP(3) NOT NULL *ROWTIME*", "nullable list<nullable string>", "pojo A{x:int}|B{y:row<`a``b`:tuple<>>}", "enum C(A,B)", "value `x y`", "map<int, option<kryo C>>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		typ, err := ParseType(in)
		if err != nil {
			return
		}
		first := typ.String()
		again, err := ParseType(first)
		if err != nil {
			t.Fatalf("%q prints as %q: %v", in, first, err)
		}
		if second := again.String(); second != first {
			t.Fatalf("%q prints as %q, then %q", in, first, second)
		}
	})
}
