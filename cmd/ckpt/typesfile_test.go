package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/internal/testenv"
)

// describe writes a file for --types.
func describe(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "types.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const temperature = "serializers:\n  ckpt.harness.unusual.TemperatureSerializer:\n    fields: "

// TestDescribedSerializer decodes the values of a user's own serializer in every layout, and what they hid in the heap's.
func TestDescribedSerializer(t *testing.T) {
	right := describe(t, temperature+"{millikelvin: int, station: utf}\n")
	for _, version := range []string{"1.20.4", "2.3.0"} {
		n := 0
		for _, f := range fixtures.Committed(t) {
			if f.Version != version || !strings.HasPrefix(f.Name, "unusual-custom") {
				continue
			}
			n++
			r := ckpt(t, "export", "--types", right, "--to", "jsonl", "--out", "-", f.Path())
			if r.code != exitDone {
				t.Fatalf("%s: exit %d: %s", f.Name, r.code, r.err)
			}
			visits, ranks := 0, 0
			for line := range strings.Lines(r.out) {
				var row struct {
					State, Kind, Key string
					Value            json.RawMessage
				}
				if err := json.Unmarshal([]byte(line), &row); err != nil {
					t.Fatal(err)
				}
				if row.State == "ranks" {
					ranks++
				}
				if row.State != "visits" {
					continue
				}
				visits++
				var v struct {
					Millikelvin int    `json:"millikelvin"`
					Station     string `json:"station"`
				}
				if err := json.Unmarshal(row.Value, &v); err != nil || row.Kind == "value" && v.Station != row.Key || v.Millikelvin < 273_150 || v.Millikelvin > 273_156 {
					t.Errorf("%s: %s (%v)", f.Name, line, err)
				}
			}
			if visits != 14 || ranks != 14 {
				t.Errorf("%s: %d rows of visits, %d of ranks", f.Name, visits, ranks)
			}
		}
		if n == 0 {
			t.Errorf("no fixture of %s", version)
		}
	}
}

// TestWrongDescription: no value is decoded in part, every one is opaque with the reason, and other states are as ever.
func TestWrongDescription(t *testing.T) {
	path := fixtures.Get(t, "1.20.4", "unusual-custom-rocksdb-canonical-p1-m128-inline0").Path()
	plain := ckpt(t, "export", "--to", "jsonl", "--out", "-", path)
	for fields, why := range map[string]string{
		"{millikelvin: int, length: short}":                "bytes left over",
		"{millikelvin: int, length: short, station: byte}": "", // fits none, by either defect
		"{millikelvin: long, station: utf}":                "bytes end inside the value",
	} {
		r := ckpt(t, "export", "--types", describe(t, temperature+fields+"\n"), "--to", "jsonl", "--out", "-", path)
		if r.code != exitDone || r.err != plain.err {
			t.Errorf("%s: exit %d: %s", fields, r.code, r.err)
		}
		got, want := strings.Split(r.out, "\n"), strings.Split(plain.out, "\n")
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, want %d", fields, len(got), len(want))
		}
		for i := range got {
			head, value, opaque := strings.Cut(got[i], `"$reason":"`)
			wantHead, _, wantOpaque := strings.Cut(want[i], `"$reason":"`)
			if opaque != wantOpaque || head != wantHead || opaque && !(strings.Contains(value, "its description does not fit: ") && strings.Contains(value, why)) {
				t.Errorf("%s:\ngot  %s\nwant %s", fields, got[i], want[i])
			}
		}
	}
}

func TestTypesFile(t *testing.T) {
	path := fixtures.Get(t, "1.20.4", "unusual-custom-rocksdb-canonical-p1-m128-inline0").Path()
	for _, tc := range []struct{ name, text, want string }{
		{"not YAML", "serializers: [", "--types"},
		{"unknown section", "serialisers: {}", "serialisers"},
		{"unknown type", temperature + "{a: integer}", "integer"},
		{"no fields", temperature + "{}", "no fields"},
		{"unknown word", "serializers:\n  a.B: {fold: int}", "fold"},
		{"map of one", "serializers:\n  a.B: {map: [int]}", "want map: [key, value]"},
		{"not delimited", "serializers:\n  a.B: kryo a.C", "cannot be delimited"},
		{"schema", "avro:\n  a.B: '{\"type\":\"nothing\"}'", "Avro schema"},
		{"schema file", "avro:\n  a.B: missing.avsc", "missing.avsc"},
		{"message without a file", "serializers:\n  a.B: {protobuf: {message: a.C}}", "file: FILE"},
		{"descriptor file", "serializers:\n  a.B: {protobuf: {message: a.C, file: missing.desc}}", "missing.desc"},
		{"unknown word of protobuf", "serializers:\n  a.B: {protobuf: {message: a.C, files: missing.desc}}", "\"files\""},
		{"length of a message", "serializers:\n  a.B: {protobuf: {message: a.C, file: missing.desc, length: long}}", "length \"long\""},
		{"length of Kryo", "kryo:\n  a.B: {protobuf: {message: a.C, file: missing.desc, length: int}}", "says nothing"},
		{"message of Kryo", "kryo:\n  a.B: {protobuf: {message: a.C, file: missing.desc}}", "missing.desc"},
		{"form without message", "kryo:\n  a.B: {form: protobuf}", "message is described"},
		{"Kryo form", "kryo:\n  a.B: {form: columns}", "columns"},
		{"Java type", "kryo:\n  a.B: {fields: {x: 'java.util.List<'}}", "field x"},
		{"Kryo type", "kryo:\n  a.B: {fields: {x: [int]}}", "want a Java type"},
	} {
		r := ckpt(t, "inspect", "--types", describe(t, tc.text), path)
		if r.code != exitUsage || !strings.Contains(r.err, tc.want) {
			t.Errorf("%s: exit %d: %s", tc.name, r.code, r.err)
		}
	}
	nested := describe(t, "serializers:\n  a.B:\n    fields:\n      list: {list: {nullable: utf}}\n      map: {map: [utf, {fields: {x: long}}]}\navro:\n  a.C: '{\"type\":\"record\",\"name\":\"C\",\"fields\":[]}'\nkryo:\n  a.D: {fields: {x: int, next: a.D, list: 'inherited java.util.List<java.lang.Long>'}, final: true}\n  a.E: {form: enum, symbols: [A, B]}\n")
	if r := ckpt(t, "inspect", "--types", nested, path); r.code != exitDone {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}

// TestTypesTemplate writes a skeleton that is a valid file, and that decodes once it is filled in.
func TestTypesTemplate(t *testing.T) {
	path := fixtures.Get(t, "1.20.4", "unusual-custom-hashmap-native-p1-m128-inline0").Path()
	r := ckpt(t, "inspect", "--types-template", path)
	const skeleton = "#serializers:\n#  # a serializer that is not part of Flink\n#  # in f2cf58c3687ac9f59e8446550195a3d6/visits\n#  \"ckpt.harness.unusual.TemperatureSerializer\":\n#    fields: {NAME: int, NAME: utf}\n"
	if r.code != exitDone || !strings.Contains(r.out, skeleton) {
		t.Fatalf("exit %d: %s%s", r.code, r.out, r.err)
	}
	var filled strings.Builder
	for line := range strings.Lines(r.out[strings.Index(r.out, "#serializers"):]) {
		filled.WriteString(strings.TrimPrefix(line, "#"))
	}
	text := strings.Replace(strings.Replace(filled.String(), "NAME", "millikelvin", 1), "NAME", "station", 1)
	r = ckpt(t, "inspect", "--types", describe(t, text), "--types-template", path)
	if r.code != exitDone || !strings.Contains(r.out, "Everything is described") {
		t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
	}
}

// TestDescribedInCorpus describes the serializer of one of Flink's own tests, whose values are those of their keys.
func TestDescribedInCorpus(t *testing.T) {
	const class = "org.apache.flink.test.migration.TypeSerializerSnapshotMigrationITCase$TestSerializer"
	types := describe(t, "serializers:\n  "+class+": long\n")
	paths, err := filepath.Glob(filepath.Join(testenv.Corpus(t), "flink-tests", "type-serializer-snapshot-migration-itcase-*"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		r := ckpt(t, "export", "--types", types, "--state", "testState", "--to", "jsonl", "--out", "-", path)
		if strings.Contains(r.err, "PENDING_BACKEND") {
			continue
		}
		n := 0
		for line := range strings.Lines(r.out) {
			var row struct {
				Key struct {
					F0 int64 `json:"f0"`
				} `json:"key"`
				Value int64 `json:"value"`
			}
			if err := json.Unmarshal([]byte(line), &row); err != nil || row.Value != row.Key.F0 {
				t.Errorf("%s: %s (%v)", path, line, err)
			}
			n++
		}
		if n != 4 || r.code != exitDone {
			t.Errorf("%s: %d rows, exit %d: %s", path, n, r.code, r.err)
		}
	}
}
