// Package golden compares what a test got with a file that was reviewed once: testdata/golden/NAME beside the test.
// `go test ./pkg -update` writes the files anew; their diff is then reviewed like code.
package golden

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Check compares got with testdata/golden/name, which may have slashes.
func Check[T ~string | ~[]byte](t testing.TB, name string, got T) {
	t.Helper()
	file := filepath.Join("testdata", "golden", filepath.FromSlash(name))
	if err := check(file, []byte(got), *update); err != nil {
		t.Error(err)
	}
}

// CheckFile compares got with any file of the repository: pages that are generated, say.
func CheckFile[T ~string | ~[]byte](t testing.TB, file string, got T) {
	t.Helper()
	if err := check(file, []byte(got), *update); err != nil {
		t.Error(err)
	}
}

func check(file string, got []byte, update bool) error {
	want, err := os.ReadFile(file)
	switch {
	case err == nil && bytes.Equal(want, got):
		return nil
	case update:
		return errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, got, 0o666))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is missing; -update writes it. Got:\n%s", file, got)
	case err != nil:
		return err
	}
	return fmt.Errorf("%s: %s\n-update takes the new content", file, difference(want, got))
}

// difference shows the first line in which two texts differ, with the line before it.
func difference(want, got []byte) string {
	w, g := bytes.SplitAfter(want, []byte("\n")), bytes.SplitAfter(got, []byte("\n"))
	line := 0
	for line < len(w) && line < len(g) && bytes.Equal(w[line], g[line]) {
		line++
	}
	before := ""
	if line > 0 {
		before = fmt.Sprintf("\n       %q", w[line-1])
	}
	at := func(lines [][]byte) string {
		if line >= len(lines) || len(lines[line]) == 0 {
			return "(the end)"
		}
		return fmt.Sprintf("%q", lines[line])
	}
	return fmt.Sprintf("line %d differs (%d and %d lines)%s\n want: %s\n  got: %s", line+1, len(w)-1, len(g)-1, before, at(w), at(g))
}
