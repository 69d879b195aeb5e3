package serializer

import "testing"

func TestTableExpression(t *testing.T) {
	for _, tc := range []struct{ in, out string }{
		{"BIGINT NOT NULL", ""}, {"INT", ""}, {"INTEGER", "INT"}, {"BIGINT NULL", "BIGINT"}, {"NULL", ""},
		{"STRING", ""}, {"VARCHAR(2147483647)", "STRING"}, {"VARCHAR(20) NOT NULL", ""}, {"CHAR", "CHAR(1)"}, {"BYTES", ""},
		{"VARBINARY(2147483647)", "BYTES"}, {"BINARY(4)", ""},
		{"DECIMAL(38, 18)", ""}, {"DECIMAL(5,2)", "DECIMAL(5, 2)"}, {"DECIMAL", "DECIMAL(10, 0)"}, {"DECIMAL(7)", "DECIMAL(7, 0)"},
		{"DATE", ""}, {"TIME(0)", ""}, {"TIME(3) WITHOUT TIME ZONE", "TIME(3)"},
		{"TIMESTAMP(3) *ROWTIME*", ""}, {"TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*", ""}, {"TIMESTAMP", "TIMESTAMP(6)"},
		{"TIMESTAMP(9) WITHOUT TIME ZONE NOT NULL", "TIMESTAMP(9) NOT NULL"},
		{"TIMESTAMP(3) WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(3)"},
		{"INTERVAL YEAR(2) TO MONTH", ""}, {"INTERVAL MONTH", ""}, {"INTERVAL DAY(2) TO SECOND(6) NOT NULL", ""}, {"INTERVAL SECOND(3)", ""},
		{"ARRAY<STRING NOT NULL>", ""}, {"MAP<INT, ARRAY<DOUBLE>> NOT NULL", ""}, {"MULTISET<BIGINT>", ""},
		{"ROW<>", ""}, {"ROW<`a` INT, `b``c` VARCHAR(3) NOT NULL>", ""}, {"ROW<a INT>", "ROW<`a` INT>"}, {"ROW<`a` INT 'what it is'>", "ROW<`a` INT>"},
		{"STRUCTURED<'com.acme.User', `name` STRING>", ""}, {"STRUCTURED<'A'>", ""},
		{"RAW('com.acme.It''s', '...')", ""}, {"RAW('a', 'AEw==')", "RAW('a', '...')"},
		{"list<ROW<`a` INT>>", ""}, {"map<ROW<`f0` BIGINT NOT NULL>,tuple<ROW<`f0` INT>,int>>", ""},
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
	deep := scalar(KindTableInt)
	for range 2 * maxExpressionDepth {
		deep = &Type{Kind: KindTableArray, Elems: []*Type{deep}}
	}
	if _, err := ParseType(deep.String()); err != nil {
		t.Error("a deep type prints as what cannot be read:", err)
	}
}
