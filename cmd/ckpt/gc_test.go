package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A checkpoint of real Flink and its shared files: what no snapshot needs is found and deleted, and the rest still reads.
func TestGC(t *testing.T) {
	chk := copyFixture(t, "1.20.4", "unusual-incremental-rocksdb-checkpoint-p2-m128-inline0")
	root := filepath.Dir(chk)
	long := time.Now().Add(-100 * time.Hour)
	orphan := filepath.Join(root, "shared", "deadbeef-0000-4000-8000-000000000000")
	if err := os.WriteFile(orphan, []byte("orphan"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := ckpt(t, "gc", root); r.code != exitDone || !strings.Contains(r.out, "younger than 24h") {
		t.Errorf("a young file: exit %d: %s%s", r.code, r.out, r.err)
	}
	if err := os.Chtimes(orphan, long, long); err != nil {
		t.Fatal(err)
	}
	r := ckpt(t, "gc", root, "--older-than", "3d")
	if r.code != exitFindings || !strings.Contains(r.out, "1 orphans") || !strings.Contains(r.out, orphan) {
		t.Errorf("dry run: exit %d: %s%s", r.code, r.out, r.err)
	}
	logs := t.TempDir()
	if r := ckpt(t, "gc", root, "--older-than", "3d", "--apply", "--log-dir", logs); r.code != exitDone || !strings.Contains(r.out, "deleted 1 files, 6 B") {
		t.Errorf("apply: exit %d: %s%s", r.code, r.out, r.err)
	}
	if found, _ := filepath.Glob(logs + "/gc-*.jsonl"); len(found) != 1 {
		t.Errorf("logs %q", found)
	}
	if _, err := os.Stat(orphan); !os.IsNotExist(err) {
		t.Errorf("the orphan is still there: %v", err)
	}
	if r := ckpt(t, "validate", filepath.Join(root, "chk-1"), filepath.Join(root, "chk-2")); r.code != exitDone {
		t.Errorf("afterwards: exit %d: %s", r.code, r.out)
	}
	if err := os.Truncate(filepath.Join(root, "chk-1", "_metadata"), 100); err != nil {
		t.Fatal(err)
	}
	if r := ckpt(t, "gc", root); r.code != exitCorrupt || r.out != "" || !strings.Contains(r.err, "chk-1") {
		t.Errorf("an unreadable snapshot: exit %d: %s%s", r.code, r.out, r.err)
	}
}

func TestGCLimits(t *testing.T) {
	dir := t.TempDir()
	for arg, want := range map[string]int{"10": exitDone, "1GiB": exitDone, "-1": exitUsage, "many": exitUsage, "0": exitUsage} {
		if r := ckpt(t, "gc", dir, "--max-delete", arg); r.code != want {
			t.Errorf("--max-delete %s: exit %d: %s", arg, r.code, r.err)
		}
	}
}
