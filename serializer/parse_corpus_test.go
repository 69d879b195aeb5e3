package serializer

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"ckpt/internal/javaio"
)

func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("CKPT_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no corpus: %v", err)
		}
		t.Skipf("no corpus (set CKPT_CORPUS): %v", err)
	}
	return dir
}

// goldenSnapshots returns the files in which Flink's own tests keep a serializer snapshot, as PROXY.
func goldenSnapshots(t testing.TB) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(corpus(t), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "serializer-snapshot" {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden snapshots: %v", err)
	}
	return files
}

func walk(s *Snapshot, visit func(*Snapshot)) {
	visit(s)
	for part := range s.Parts {
		walk(part, visit)
	}
}

func TestGoldenSnapshots(t *testing.T) {
	count, nodes := 0, 0
	unknown := map[string]bool{}
	for _, path := range goldenSnapshots(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := javaio.NewReader(b, 0)
		s := ParseProxy(r, nil)
		if err := r.Done(); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		count++
		if got := append(javaio.AppendInt32(nil, s.Proxy), s.Raw...); !bytes.Equal(got, b) {
			t.Errorf("%s: Raw differs from what was stored", path)
		}
		walk(s, func(s *Snapshot) {
			nodes++
			if s.Unknown {
				unknown[s.Class] = true
			}
			if !bytes.Contains(b, s.Raw) || len(s.Raw) == 0 {
				t.Errorf("%s: Raw of %s is not a part of the input", path, s.Class)
			}
		})
	}
	for class := range unknown {
		t.Errorf("unknown class %s", class)
	}
	t.Logf("%d golden snapshots, %d with nested ones", count, nodes)
}
