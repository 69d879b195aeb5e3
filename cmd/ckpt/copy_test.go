package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/migrate"
)

// A copy says the same as its original, from wherever it lies, and is whole.
func TestCopiesOfFixtures(t *testing.T) {
	for i, f := range fixtures.Committed(t) {
		if i%4 != 0 && f.Manifest.Trigger != "checkpoint" {
			continue
		}
		t.Run(f.Version+"/"+f.Name, func(t *testing.T) {
			dst := filepath.Join(t.TempDir(), "copy")
			args := []string{"copy", f.Path(), dst, "-o", "json"}
			var mapping []string
			if m := f.Mapping(); m != "" {
				mapping = []string{"--map", m}
			}
			r := ckpt(t, append(args, mapping...)...)
			var rep migrate.CopyReport
			if r.code != exitDone || json.Unmarshal([]byte(r.out), &rep) != nil {
				t.Fatalf("exit %d: %s %s", r.code, r.out, r.err)
			}
			entries, err := os.ReadDir(dst)
			if err != nil || len(entries) != len(rep.Files)+1 {
				t.Errorf("%d files, %d reported, %v", len(entries), len(rep.Files), err)
			}
			moved := filepath.Join(t.TempDir(), "moved")
			if err := os.Rename(dst, moved); err != nil {
				t.Fatal(err)
			}
			if r := ckpt(t, "validate", "--level", "deep", moved); r.code != exitDone {
				t.Errorf("validate: exit %d: %s", r.code, r.out)
			}
			export := func(path string, more ...string) result {
				return ckpt(t, append([]string{"export", path, "--to", "jsonl", "--out", "-"}, more...)...)
			}
			if got, want := export(moved), export(f.Path(), mapping...); got.code != want.code || got.out != want.out || got.err != want.err {
				t.Errorf("rows differ: exit %d and %d\n%s%s", got.code, want.code, got.err, want.err)
			}
		})
	}
}

func TestCopyRefusesOutputInInput(t *testing.T) {
	path := copyFixture(t, "2.3.0", plain)
	if r := ckpt(t, "copy", path, filepath.Join(path, "copy")); r.code != exitUsage {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	if r := ckpt(t, "copy", path, t.TempDir()); r.code != exitDone {
		t.Errorf("an empty directory: exit %d: %s", r.code, r.err)
	}
}
