package metadata

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// corpusFiles returns the `_metadata` files that real Flink wrote. Without the corpus a test is skipped, but not in CI.
func corpusFiles(tb testing.TB) []string {
	tb.Helper()
	root := os.Getenv("CKPT_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(root); err != nil {
		if os.Getenv("CI") != "" {
			tb.Fatalf("no corpus: %v", err)
		}
		tb.Skipf("no corpus (set CKPT_CORPUS): %v", err)
	}
	var files []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
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
