package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "name.txt")
	if err := check(file, []byte("a\n"), false); err == nil || !strings.Contains(err.Error(), "-update") {
		t.Errorf("missing file: %v", err)
	}
	if err := check(file, []byte("a\nb\n"), true); err != nil {
		t.Fatal(err)
	}
	if err := check(file, []byte("a\nb\n"), false); err != nil {
		t.Errorf("equal: %v", err)
	}
	for got, want := range map[string]string{
		"a\nc\n":    "line 2 differs (2 and 2 lines)\n       \"a\\n\"\n want: \"b\\n\"\n  got: \"c\\n\"",
		"a\n":       "got: (the end)",
		"a\nb":      "got: \"b\"",
		"a\nb\nc\n": "want: (the end)",
		"":          "line 1 differs",
	} {
		if err := check(file, []byte(got), false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", got, err, want)
		}
	}
	if b, err := os.ReadFile(file); string(b) != "a\nb\n" {
		t.Errorf("comparing changed the file: %q, %v", b, err)
	}
}

func TestCheckReports(t *testing.T) {
	t.Chdir(t.TempDir())
	rec := &recorder{TB: t}
	Check(rec, "missing", "text")
	if rec.errors != 1 {
		t.Errorf("%d errors reported", rec.errors)
	}
}

type recorder struct {
	testing.TB
	errors int
}

func (r *recorder) Error(...any) { r.errors++ }
