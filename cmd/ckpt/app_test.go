package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
)

// TestWhereFlagsComeFrom: command line before environment before ckpt.yaml; what no command knows is an error.
func TestWhereFlagsComeFrom(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", "unusual-same-name-hashmap-canonical-p2-m128").Path()
	t.Chdir(t.TempDir())
	for _, tc := range []struct {
		name, file string
		env        map[string]string
		args       []string
		code       int
		says       string // at the start of stdout, or in stderr
	}{
		{"file", "output: yaml\nbytes: true\nlevel: metadata\n", nil, []string{"inspect", path}, exitDone, "path: "},
		{"environment over file", "output: yaml\n", map[string]string{"CKPT_OUTPUT": "json"}, []string{"inspect", path}, exitDone, "{\n  \"path\""},
		{"flag over both", "output: yaml\n", map[string]string{"CKPT_OUTPUT": "json"}, []string{"inspect", "-o", "csv", path}, exitDone, "OPERATOR,"},
		{"list in the file", "operator: [with-list, feed]\noutput: csv\n", nil, []string{"inspect", path}, exitDone, "OPERATOR,"},
		{"flag of one command", "", map[string]string{"CKPT_METADATA_ONLY": "true", "CKPT_OUTPUT": "json"}, []string{"inspect", path}, exitDone, "{\n  \"path\""},
		{"unknown key", "ouput: yaml\n", nil, []string{"inspect", path}, exitUsage, "ckpt.yaml: ouput"},
		{"wrong value in the file", "parallelism: many\n", nil, []string{"inspect", path}, exitUsage, "ckpt.yaml: parallelism"},
		{"wrong value in the environment", "", map[string]string{"CKPT_MEMORY": "much"}, []string{"inspect", path}, exitUsage, "CKPT_MEMORY"},
		{"no YAML", "a: [", nil, []string{"inspect", path}, exitUsage, "ckpt.yaml"},
		{"wrong log format", "", nil, []string{"inspect", "--log-format", "xml", path}, exitUsage, "want text or json"},
		{"wrong Kryo", "", nil, []string{"inspect", "--kryo", "4", path}, exitUsage, "want 2 or 5"},
		{"wrong kind", "", nil, []string{"inspect", "--kind", "heap", path}, exitUsage, "operator-list"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for name, v := range tc.env {
				t.Setenv(name, v)
			}
			os.Remove("ckpt.yaml")
			if tc.file != "" {
				if err := os.WriteFile("ckpt.yaml", []byte(tc.file), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			r := ckpt(t, tc.args...)
			if r.code != tc.code || !strings.HasPrefix(r.out, tc.says) && !strings.Contains(r.err, tc.says) {
				t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
			}
		})
	}
}

// TestMessages: --log-format json makes every warning an object; --quiet leaves errors alone.
func TestMessages(t *testing.T) {
	path := copyFixture(t, "2.3.0", "kv-hashmap-checkpoint-snappy-p1-m129")
	job := filepath.Dir(path)
	if r := ckpt(t, "inspect", "--metadata-only", "--log-format", "json", job); r.code != exitDone || values(t, r.err) != 1 || !strings.Contains(r.err, `"level":"WARN"`) {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	if r := ckpt(t, "inspect", "--quiet", "--state", "nothing", job); r.code != exitNotFound || strings.Contains(r.err, "reading") || !strings.Contains(r.err, "nothing") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}
