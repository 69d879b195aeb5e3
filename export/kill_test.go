package export

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ckpt/internal/faultfs"
	"ckpt/statereader"
	"ckpt/storage"
)

// TestKilled ends the program at 20 points of an export: nothing is cleaned up, and yet no file looks whole that is not.
func TestKilled(t *testing.T) {
	v := fixture(t, typesFixture)
	sel := statereader.Selection{States: selected(v, statereader.Selection{})[:4]}
	run := func(killAt int) (files map[string]string, steps int, m *Manifest, err error) {
		dir := filepath.Join(t.TempDir(), "out")
		out, p, err := storage.Open(dir, storage.Options{Write: true})
		if err != nil {
			t.Fatal(err)
		}
		fs := faultfs.New(out, faultfs.Plan{KillAt: killAt})
		m, err = Run(t.Context(), v, sel, Options{Format: Parquet, FS: fs, Dir: p, Parallelism: 1})
		if _, missing := os.Stat(dir); missing == nil {
			files = tree(t, dir)
		}
		return files, len(fs.Steps()), m, err
	}
	_, steps, whole, err := run(0)
	if err != nil || steps < 20 {
		t.Fatalf("%d steps, %v", steps, err)
	}
	sums := map[string]string{}
	for _, s := range whole.States {
		for _, f := range s.Files {
			sums[f.Path] = f.SHA256
		}
	}
	for i := range 20 {
		at := 1 + i*(steps-1)/20 // never the very last, which is after the manifest
		files, _, _, err := run(at)
		if !errors.Is(err, faultfs.ErrKilled) {
			t.Errorf("killed at step %d of %d: %v", at, steps, err)
		}
		for name, b := range files {
			sum := sha256.Sum256([]byte(b))
			switch base := path.Base(name); {
			case base == "manifest.json":
				t.Errorf("killed at step %d of %d, and there is a manifest", at, steps)
			case strings.HasPrefix(base, "part-") && sums[name] != hex.EncodeToString(sum[:]):
				t.Errorf("killed at step %d of %d: %s is not whole", at, steps, name)
			}
		}
	}
}

// TestDiskFull runs out of space at several points: a clear error, no manifest, and no part that is not whole.
func TestDiskFull(t *testing.T) {
	v := fixture(t, typesFixture)
	sel := statereader.Selection{States: selected(v, statereader.Selection{})[:4]}
	for _, format := range []Format{Parquet, Arrow, JSONL, CSV} {
		run := func(space int64) (files map[string]string, m *Manifest, err error) {
			dir := filepath.Join(t.TempDir(), "out")
			out, p, err := storage.Open(dir, storage.Options{Write: true})
			if err != nil {
				t.Fatal(err)
			}
			m, err = Run(t.Context(), v, sel, Options{Format: format, FS: faultfs.New(out, faultfs.Plan{Full: space > 0, Space: space}), Dir: p, Parallelism: 1})
			if _, missing := os.Stat(dir); missing == nil {
				files = tree(t, dir)
			}
			return files, m, err
		}
		whole, m, err := run(0)
		if err != nil {
			t.Fatal(err)
		}
		var bytes int64
		for _, s := range m.States {
			for _, f := range s.Files {
				bytes += f.Bytes
			}
		}
		for _, space := range []int64{1, bytes / 2, bytes - 1, bytes + 1} { // with the last, only the manifest has none
			files, _, err := run(space)
			if !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s: space for %d of %d bytes: %v", format, space, bytes, err)
			}
			for name, b := range files {
				if whole[name] != b || path.Base(name) == manifestName {
					t.Errorf("%s: space for %d of %d bytes: %s has %d bytes", format, space, bytes, name, len(b))
				}
			}
		}
	}
}
