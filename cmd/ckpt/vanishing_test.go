package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/inspect"
	"ckpt/internal/faultfs"
	"ckpt/storage"
)

// TestVanishingTable: a table of a RocksDB checkpoint is deleted while the checkpoint is read, after it was seen. Its name is told,
// what is missing is counted, and nothing partial passes for whole.
func TestVanishingTable(t *testing.T) {
	path := copyFixture(t, "2.3.0", "unusual-incremental-rocksdb-checkpoint-p2-m128-inline0")
	table := filepath.Base(tableOf(t, path))
	app := &App{Wrap: func(base storage.FS) storage.FS {
		return faultfs.New(base, faultfs.Plan{Fault: func(s faultfs.Step) error {
			if (s.Op == faultfs.Open || s.Op == faultfs.Read) && filepath.Base(s.Path) == table {
				return &fs.PathError{Op: "open", Path: s.Path, Err: fs.ErrNotExist}
			}
			return nil
		}})
	}}

	v := validate(t, app, path, exitFindings)
	if len(v.Findings) != 1 || v.Findings[0].Code != "FILE_MISSING" || !strings.HasSuffix(v.Findings[0].File, table) || v.Findings[0].Severity != inspect.Error {
		t.Errorf("validate: %+v", v.Findings)
	}

	out := filepath.Join(t.TempDir(), "out")
	r := app.test(t.Context(), "export", "--to", "jsonl", "--out", out, path)
	if _, err := os.Stat(filepath.Join(out, "manifest.json")); r.code != exitCorrupt || err == nil || !strings.Contains(r.err, table) {
		t.Errorf("export: exit %d, manifest %v: %s", r.code, err, r.err)
	}

	for _, args := range [][]string{{"stats", path}, {"diff", path, path}} {
		if r := app.test(t.Context(), args...); r.code != exitFindings || !strings.Contains(r.out+r.err, table) {
			t.Errorf("%v: exit %d: %s%s", args[0], r.code, r.out, r.err)
		}
	}
}
