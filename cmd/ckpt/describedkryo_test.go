package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"ckpt/internal/fixtures"
	"ckpt/serializer"
)

// describedTypes is the fixture's own description with a change.
func describedTypes(t *testing.T, f *fixtures.Fixture, old, new string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(f.Dir, "types.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(string(text), old, new)
	if changed == string(text) {
		t.Fatalf("%s has no %q", f.Name, old)
	}
	return describe(t, strings.ReplaceAll(changed, "reading.avsc", filepath.Join(f.Dir, "reading.avsc")))
}

// TestWrongKryoDescription: if one value does not fit the description of a class, every value of that class is bytes with
// the reason, and all other values are as with the right descriptions.
func TestWrongKryoDescription(t *testing.T) {
	for _, version := range []string{"1.20.4", "2.3.0"} {
		f := fixtures.Get(t, version, "unusual-described-rocksdb-canonical-p1-m128-inline0")
		right := ckpt(t, "export", "--types", filepath.Join(f.Dir, "types.yaml"), "--to", "jsonl", "--out", "-", f.Path())
		if right.code != exitDone {
			t.Fatal(right.err)
		}
		for _, tc := range []struct {
			name, old, new string
			class          string // of the values that change
		}{
			{"shorter field", "load: double", "load: float", "ckpt.harness.unusual.Vehicle$Truck"},
			{"missing field", "      cargo: java.lang.Object\n", "", "ckpt.harness.unusual.Vehicle$Truck"},
			{"wrong schema", "  ckpt.harness.unusual.Gauge:\n    avro: reading.avsc", "  ckpt.harness.unusual.Gauge:\n    avro: '\"string\"'", "ckpt.harness.unusual.Gauge"},
		} {
			r := ckpt(t, "export", "--types", describedTypes(t, f, tc.old, tc.new), "--to", "jsonl", "--out", "-", f.Path())
			if r.code != exitDone {
				t.Errorf("%s: %s: exit %d: %s", version, tc.name, r.code, r.err)
				continue
			}
			got, want := strings.Split(r.out, "\n"), strings.Split(right.out, "\n")
			if len(got) != len(want) {
				t.Fatalf("%s: %s: %d rows, want %d", version, tc.name, len(got), len(want))
			}
			opaque := 0
			for i := range want {
				switch of := strings.Contains(want[i], `"$class":"`+tc.class+`"`); {
				case of && strings.Contains(got[i], `"value":{"$opaque":"`+tc.class+`","$reason":"its description does not fit: `):
					opaque++
				case got[i] != want[i]:
					t.Errorf("%s: %s:\ngot  %s\nwant %s", version, tc.name, got[i], want[i])
				}
			}
			if opaque < 2 {
				t.Errorf("%s: %s: %d values are opaque", version, tc.name, opaque)
			}
		}
	}
}

// TestWrongKryoDescriptionInHeap: what a value hides is missing and said to be; no other row is wrong.
func TestWrongKryoDescriptionInHeap(t *testing.T) {
	f := fixtures.Get(t, "2.3.0", "unusual-described-hashmap-native-p1-m128-inline0")
	right := map[string]bool{}
	for line := range strings.Lines(ckpt(t, "export", "--types", filepath.Join(f.Dir, "types.yaml"), "--to", "jsonl", "--out", "-", f.Path()).out) {
		right[line] = true
	}
	r := ckpt(t, "export", "--types", describedTypes(t, f, "load: double", "load: float"), "--to", "jsonl", "--out", "-", f.Path())
	if r.code != exitFindings || !strings.Contains(r.err, "its description does not fit") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	n := 0
	for line := range strings.Lines(r.out) {
		if n++; !right[line] {
			t.Errorf("wrong row: %s", line)
		}
	}
	if n == 0 || n == len(right) {
		t.Errorf("%d of %d rows", n, len(right))
	}
}

// TestKryoFlag: the flag is what the reader is told; what the snapshots themselves tell is stronger.
func TestKryoFlag(t *testing.T) {
	for flag, want := range map[string]serializer.KryoGeneration{"": serializer.KryoUnknown, "2": serializer.Kryo2, "5": serializer.Kryo5} {
		app := App{kryo: flag}
		if o, err := app.readerOptions(); err != nil || o.Kryo != want {
			t.Errorf("%q: Kryo %s, %v", flag, o.Kryo, err)
		}
	}
	f := fixtures.Get(t, "2.3.0", "unusual-kryo-hashmap-canonical-p1-m128")
	args := []string{"export", "--types", filepath.Join(f.Dir, "types.yaml"), "--to", "jsonl", "--out", "-", f.Path()}
	plain, forced := ckpt(t, args...), ckpt(t, append(args, "--kryo", "2")...)
	if plain.code != exitDone || forced.out != plain.out || strings.Contains(plain.out, "$opaque") {
		t.Errorf("with --kryo 2: %s%s", forced.out, forced.err)
	}
}

// TestTypesTemplateOfKryo fills in what the template lists, again and again: a class that is not described hides those in
// it. In the end everything is decoded.
func TestTypesTemplateOfKryo(t *testing.T) {
	for _, tc := range []struct{ version, name string }{
		{"1.20.4", "unusual-described-rocksdb-canonical-p1-m128-inline0"},
		{"2.3.0", "unusual-described-hashmap-native-p1-m128-inline0"},
		{"1.20.4", "unusual-protobuf-rocksdb-canonical-p1-m128-inline0"},
		{"1.20.4", "unusual-kryo-hashmap-canonical-p1-m128"},
	} {
		f := fixtures.Get(t, tc.version, tc.name)
		var full, filled map[string]map[string]yaml.Node // the order of fields counts
		text, err := os.ReadFile(filepath.Join(f.Dir, "types.yaml"))
		if err == nil {
			for _, name := range []string{"reading.avsc", "orders.desc"} {
				text = []byte(strings.ReplaceAll(string(text), name, filepath.Join(f.Dir, name)))
			}
			err = yaml.Unmarshal(text, &full)
		}
		if err != nil {
			t.Fatal(err)
		}
		filled = map[string]map[string]yaml.Node{}
		for round := 1; ; round++ {
			b, err := yaml.Marshal(filled)
			if err != nil {
				t.Fatal(err)
			}
			types := describe(t, string(b))
			r := ckpt(t, "inspect", "--types", types, "--types-template", f.Path())
			if r.code != exitDone || round > 10 {
				t.Fatalf("%s, round %d: exit %d: %s%s", tc.name, round, r.code, r.out, r.err)
			}
			if strings.Contains(r.out, "# Everything is described.") {
				r = ckpt(t, "export", "--types", types, "--to", "jsonl", "--out", "-", f.Path())
				if r.code != exitDone || strings.Contains(r.out, "$opaque") || round == 1 {
					t.Errorf("%s, round %d: exit %d: %s", tc.name, round, r.code, r.err)
				}
				break
			}
			var bare strings.Builder
			for line := range strings.Lines(r.out[strings.Index(r.out, "\n\n"):]) {
				bare.WriteString(strings.TrimPrefix(line, "#"))
			}
			var listed map[string]map[string]yaml.Node
			if err := yaml.Unmarshal([]byte(strings.ReplaceAll(bare.String(), ", NAME:", ", OTHER:")), &listed); err != nil {
				t.Fatalf("%s, round %d: %v: %s", tc.name, round, err, bare.String())
			}
			for section, classes := range listed {
				for class := range classes {
					in := section
					if full[in][class].Kind == 0 {
						in = "avro" // which of them it is only the job knows
					}
					if full, again := full[in][class], filled[in][class]; full.Kind == 0 || again.Kind != 0 {
						t.Fatalf("%s, round %d: class %s is listed in %s", tc.name, round, class, section)
					}
					if filled[in] == nil {
						filled[in] = map[string]yaml.Node{}
					}
					filled[in][class] = full[in][class]
				}
			}
		}
	}
}
