package serializer

import (
	"strings"
	"testing"
)

func TestAvroCompat(t *testing.T) {
	record := func(fields string) string { return `{"type":"record","name":"R","fields":[` + fields + `]}` }
	named := func(name, rest string) string {
		return `{"type":"record","name":"` + name + `"` + rest + `,"fields":[]}`
	}
	enum := func(rest string) string { return `{"type":"enum","name":"E",` + rest + `}` }
	node := func(value string) string {
		return record(`{"name":"v","type":` + value + `},{"name":"next","type":["null","R"]}`)
	}
	for _, tc := range []struct {
		name, old, new string
		want           Outcome
		says           string
	}{
		{"int to long", `"int"`, `"long"`, Migrated, ""},
		{"int to float", `"int"`, `"float"`, Migrated, ""},
		{"int to double", `"int"`, `"double"`, Migrated, ""},
		{"long to float", `"long"`, `"float"`, Migrated, ""},
		{"long to double", `"long"`, `"double"`, Migrated, ""},
		{"float to double", `"float"`, `"double"`, Migrated, ""},
		{"string to bytes", `"string"`, `"bytes"`, Migrated, ""},
		{"bytes to string", `"bytes"`, `"string"`, Migrated, ""},
		{"long to int", `"long"`, `"int"`, Incompatible, "long cannot become int"},
		{"double to float", `"double"`, `"float"`, Incompatible, "double cannot become float"},
		{"int to string", `"int"`, `"string"`, Incompatible, "int cannot become string"},
		{"spelled in full", `"int"`, `{"type":"int"}`, AsIs, ""},
		{"logical type added", `"long"`, `{"type":"long","logicalType":"timestamp-millis"}`, Migrated, ""},
		{"field removed", record(`{"name":"a","type":"int"}`), record(``), Migrated, ""},
		{"field added", record(``), record(`{"name":"a","type":["null","int"],"default":null}`), Migrated, ""},
		{"field added without default", record(``), record(`{"name":"a","type":["null","int"]}`), Incompatible, "no default"},
		{"field by alias", record(`{"name":"a","type":"int"}`), record(`{"name":"b","type":"long","aliases":["a"]}`), Migrated, ""},
		{"field renamed", record(`{"name":"a","type":"int"}`), record(`{"name":"b","type":"int"}`), Incompatible, "field b"},
		{"fields reordered", record(`{"name":"a","type":"int"},{"name":"b","type":"int"}`),
			record(`{"name":"b","type":"int"},{"name":"a","type":"int"}`), Migrated, ""},
		{"field in field", record(`{"name":"a","type":{"type":"array","items":"long"}}`),
			record(`{"name":"a","type":{"type":"array","items":"int"}}`), Incompatible, "field a: long cannot"},
		{"only an alias added", named("R", ""), named("R", `,"aliases":["S"]`), AsIs, ""},
		{"record by alias", named("R", ""), named("S", `,"aliases":["R"]`), Migrated, ""},
		{"record renamed", named("R", ""), named("S", ""), Incompatible, "renamed"},
		{"namespace moved", named("a.R", ""), named("b.R", ""), Migrated, ""},
		{"union widened", `["null","int"]`, `["null","int","string"]`, Migrated, ""},
		{"union narrowed", `["null","int"]`, `["int"]`, Incompatible, "branch null"},
		{"value to union", `"int"`, `["null","long"]`, Migrated, ""},
		{"value to a union without it", `"string"`, `["null","long"]`, Incompatible, "no branch"},
		{"union to value", `["int"]`, `"long"`, Migrated, ""},
		{"map values", `{"type":"map","values":"int"}`, `{"type":"map","values":"long"}`, Migrated, ""},
		{"map to array", `{"type":"map","values":"int"}`, `{"type":"array","items":"int"}`, Incompatible, "map cannot"},
		{"fixed", `{"type":"fixed","name":"F","size":4}`, `{"type":"fixed","name":"F","size":5}`, Incompatible, "4 bytes, now 5"},
		{"symbol added", enum(`"symbols":["A"]`), enum(`"symbols":["A","B"]`), Migrated, ""},
		{"symbol removed", enum(`"symbols":["A","B"]`), enum(`"symbols":["A"]`), Incompatible, "symbol B"},
		{"symbol removed, default", enum(`"symbols":["A","B"]`), enum(`"symbols":["A"],"default":"A"`), Migrated, ""},
		{"recursive, equal", node(`"int"`), strings.Replace(node(`"int"`), "R", "R", 1) + " ", AsIs, ""},
		{"recursive, promoted", node(`"int"`), node(`"long"`), Migrated, ""},
		{"recursive, narrowed", node(`"long"`), node(`"int"`), Incompatible, "field v"},
		{"damaged", `{"type":`, `"int"`, Incompatible, "stored Avro schema cannot be read"},
		{"new one damaged", `"int"`, `"unheard"`, Incompatible, "job's Avro schema cannot be read"},
		{"not stored", ``, `"int"`, AsIs, "not stored"},
	} {
		if got := avroCompat(tc.old, tc.new); got.Outcome != tc.want || !strings.Contains(got.String(), tc.says) {
			t.Errorf("%s: %s, want %s with %q", tc.name, got, tc.want, tc.says)
		}
	}
}
