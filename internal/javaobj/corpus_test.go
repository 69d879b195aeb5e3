package javaobj

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"ckpt/internal/testenv"
)

// TestCorpus parses every object stream in everything that real Flink wrote: properties, whole serializers of Flink 1.2,
// classes and Kryo registrations of later releases. Each begins somewhere inside its file.
func TestCorpus(t *testing.T) {
	n := 0
	err := filepath.WalkDir(testenv.Corpus(t), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for at := 0; err == nil; at += len(Magic) {
			next := bytes.Index(b[at:], []byte(Magic))
			if next < 0 {
				break
			}
			n, at = n+1, at+next
			if _, _, err := Parse(b[at:], Limits{}); err != nil {
				t.Errorf("%s, stream at %d: %v", path, at, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 8000 {
		t.Errorf("%d streams, want 8,558", n)
	}
}
