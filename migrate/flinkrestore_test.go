package migrate

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/internal/testenv"
	"ckpt/storage"
)

// Real jobs start from copies, which lie where no Flink ever wrote, and have the state of the original.
func TestFlinkRestoresCopies(t *testing.T) {
	for _, flink := range testenv.FlinkVersions {
		t.Run(flink, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range fixtures.Committed(t) {
				if f.Version == flink && f.Manifest.Trigger == "checkpoint" {
					copyFixture(t, f, filepath.Join(dir, f.Name))
				}
			}
			t.Logf("%s", testenv.Flink(t, flink, "restore", "check", dir))
		})
	}
}

// copyFixture makes dir a fixture whose snapshot is a copy of that of f.
func copyFixture(t *testing.T, f *fixtures.Fixture, dir string) {
	t.Helper()
	var o CopyOptions
	if m := f.Mapping(); m != "" {
		mapping, err := storage.ParseMapping(m)
		if err != nil {
			t.Fatal(err)
		}
		o.Reader.Map = []storage.Mapping{mapping}
	}
	if _, err := copyTree(t, f.Path(), filepath.Join(dir, "copy"), o); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	for _, name := range []string{"expected.jsonl", "expected.jsonl.gz"} {
		b, err := os.ReadFile(filepath.Join(f.Dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		mustWrite(t, filepath.Join(dir, name), string(b))
	}
	b, err := os.ReadFile(filepath.Join(f.Dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest map[string]any
	if err := json.Unmarshal(b, &manifest); err != nil {
		t.Fatal(err)
	}
	manifest["snapshot"] = "copy"
	delete(manifest, "map")
	if b, err = json.Marshal(manifest); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "manifest.json"), string(b))
}
