package metadata

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"ckpt/internal/testenv"
)

// corpusFiles returns the `_metadata` files that real Flink wrote. Without the corpus a test is skipped, but not in CI.
func corpusFiles(tb testing.TB) []string {
	tb.Helper()
	var files []string
	err := filepath.WalkDir(testenv.Corpus(tb), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "_metadata" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

func readFile(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestCorpusRoundTrip(t *testing.T) {
	for _, path := range corpusFiles(t) {
		b := readFile(t, path)
		c, err := Decode(b)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		again, err := c.AppendTo(nil)
		if c.Version < 2 {
			continue
		}
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s (version %d): %d bytes, want %d: %v", path, c.Version, len(again), len(b), err)
		}
	}
}
