package metadata

import (
	"os"
	"path/filepath"
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/internal/testenv"
)

// Real jobs start from snapshots whose metadata we wrote, in other versions than Flink did, and have the same state.
func TestFlinkRestores(t *testing.T) {
	for _, flink := range testenv.FlinkVersions {
		t.Run(flink, func(t *testing.T) {
			dir, versions := t.TempDir(), releaseVersions[flink]
			for i, f := range fixtures.Committed(t) {
				if f.Version == flink && f.Manifest.Snapshot == "." && i%3 == 0 {
					rewriteFixture(t, f, filepath.Join(dir, f.Name), versions[i/3%len(versions)])
				}
			}
			t.Logf("%s", testenv.Flink(t, flink, "restore", "check", dir))
		})
	}
}

// rewriteFixture copies a savepoint with its metadata in version v.
func rewriteFixture(t *testing.T, f *fixtures.Fixture, dir string, v Version) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(f.Dir)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "_metadata")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = c.For(v); err != nil {
		t.Fatalf("%s in version %d: %v", f.Name, v, err)
	}
	if b, err = c.AppendTo(nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
