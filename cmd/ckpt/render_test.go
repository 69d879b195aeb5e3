package main

import (
	"encoding/csv"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"ckpt/internal/fixtures"
)

// TestEveryCommandGivesYAMLAndCSV: one YAML document, and rectangular CSV with a header.
func TestEveryCommandGivesYAMLAndCSV(t *testing.T) {
	path := copyFixture(t, "2.3.0", plain)
	for _, form := range []string{"yaml", "csv"} {
		for command, args := range commandLines(t, path, t.TempDir()) {
			r := ckpt(t, append(args, "-o", form)...)
			if r.code != exitDone || r.err != "" || r.out == "" {
				t.Errorf("%s -o %s: exit %d: %s", command, form, r.code, r.err)
			}
			if form == "yaml" {
				var v any
				if err := yaml.Unmarshal([]byte(r.out), &v); err != nil || v == nil {
					t.Errorf("%s: %v: %s", command, err, r.out)
				}
				continue
			}
			records, err := csv.NewReader(strings.NewReader(r.out)).ReadAll()
			if err != nil || len(records) == 0 || len(records) == 1 && command != "validate" && command != "gc" {
				t.Errorf("%s: %v: %s", command, err, r.out)
			}
		}
	}
}

// TestSeveralPaths: a pattern that no shell expanded, reports that can be told apart, and all paths are tried.
func TestSeveralPaths(t *testing.T) {
	a, b := fixtures.Get(t, "2.3.0", plain).Path(), fixtures.Get(t, "2.3.0", "kv-hashmap-canonical-snappy-p3-m60").Path()
	pattern := filepath.Join(filepath.Dir(a), "kv-hashmap-canonical-*")

	r := ckpt(t, "inspect", "-o", "csv", pattern)
	records, err := csv.NewReader(strings.NewReader(r.out)).ReadAll()
	if err != nil || len(records) < 3 {
		t.Fatalf("exit %d: %v: %s", r.code, err, r.err)
	}
	at := slices.Index(records[0], "PATH")
	paths := map[string]bool{}
	for _, rec := range records[1:] {
		paths[rec[at]] = true
		if rec[0] == "" || rec[1] == "" || rec[0] == "OPERATOR" {
			t.Errorf("row without its operator: %v", rec)
		}
	}
	if len(paths) != 2 || !paths[a] || !paths[b] {
		t.Errorf("paths %v", paths)
	}

	r = ckpt(t, "validate", "-o", "yaml", a, b)
	found := map[string]bool{}
	for d := yaml.NewDecoder(strings.NewReader(r.out)); ; {
		var v struct {
			Path string
			OK   bool
		}
		if d.Decode(&v) != nil {
			break
		}
		found[v.Path] = v.OK
	}
	if !found[a] || !found[b] {
		t.Errorf("reports of %v: %s", found, r.out)
	}

	missing := filepath.Join(t.TempDir(), "missing")
	if r = ckpt(t, "inspect", missing, a); r.code != exitNotFound || !strings.Contains(r.out, a) || !strings.Contains(r.err, missing) {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}

// TestGetForms: the same rows in every form, and nothing but an error where there are none.
func TestGetForms(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", "windows-rocksdb-canonical-p4-m60-inline0").Path()
	line := []string{"get", path, "--operator", "session", "--state", "window-contents", "--key"}
	for form, want := range map[string]string{
		"table": `{"operator":"session",`, "jsonl": `{"operator":"session",`, "json": "[\n {\"operator\":\"session\",",
		"yaml": "- operator: session\n", "csv": "key_group,key,namespace,index,value\r\n0,grüß,\"{\"\"start\"\"",
	} {
		r := ckpt(t, append(line, `"grüß"`, "-o", form)...)
		if r.code != exitDone || !strings.HasPrefix(r.out, want) || strings.Count(r.out, "50002") < 2 {
			t.Errorf("%s: exit %d: %s%s", form, r.code, r.out, r.err)
		}
		surrogates := ckpt(t, "get", fixtures.Get(t, "2.3.0", plain).Path(), "--operator", "string-keys", "--state", "value", "--key", `"\ude00\ud83d"`, "-o", form)
		if surrogates.code != exitDone || !strings.Contains(surrogates.out, `\ude00\ud83d`) {
			t.Errorf("%s: exit %d: %s%s", form, surrogates.code, surrogates.out, surrogates.err)
		}
		if r = ckpt(t, append(line, `"nobody"`, "-o", form)...); r.code != exitNotFound || r.out != "" {
			t.Errorf("%s: exit %d, stdout %q", form, r.code, r.out)
		}
	}
}
