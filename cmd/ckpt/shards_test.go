package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
)

// TestShards: entries of all shards add up to the whole, and merge-shards makes the export that there is without shards.
func TestShards(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", "operator-rocksdb-checkpoint-snappy-p4-m60").Path()
	count := func(args ...string) int64 {
		r := ckpt(t, append(args, path, "-o", "json")...)
		var rep struct {
			Entries int64
			Checked struct{ Entries int64 }
		}
		if err := json.Unmarshal([]byte(r.out), &rep); err != nil || r.code != exitDone {
			t.Fatalf("%q: exit %d: %v: %s", args, r.code, err, r.err)
		}
		return rep.Entries + rep.Checked.Entries
	}
	for _, command := range [][]string{{"stats", "--all-copies"}, {"validate", "--level", "deep"}} {
		whole := count(command...)
		for _, n := range []int{1, 3, 7} {
			var sum int64
			for i := range n {
				sum += count(append(command, "--shard", fmt.Sprintf("%d/%d", i, n))...)
			}
			if sum != whole || whole == 0 {
				t.Errorf("%s: %d entries in %d shards, %d in the whole", command[0], sum, n, whole)
			}
		}
	}
	dir := t.TempDir()
	whole, shards := filepath.Join(dir, "whole"), filepath.Join(dir, "shards")
	if r := ckpt(t, "export", path, "--out", whole); r.code != exitDone {
		t.Fatal(r.err)
	}
	for i := range 3 {
		if r := ckpt(t, "export", path, "--out", shards, "--shard", fmt.Sprintf("%d/3", i)); r.code != exitDone {
			t.Fatalf("shard %d: exit %d: %s", i, r.code, r.err)
		}
	}
	marker := filepath.Join(shards, "_SHARD-1-of-3.json")
	if err := os.Rename(marker, marker+".kept"); err != nil {
		t.Fatal(err)
	}
	if r := ckpt(t, "merge-shards", shards); r.code != exitFindings || !strings.Contains(r.out, "_SHARD-1-of-3.json is not there") {
		t.Errorf("one is missing: exit %d: %s%s", r.code, r.out, r.err)
	}
	if err := os.Rename(marker+".kept", marker); err != nil {
		t.Fatal(err)
	}
	if r := ckpt(t, "merge-shards", shards); r.code != exitDone {
		t.Fatalf("exit %d: %s%s", r.code, r.out, r.err)
	}
	a, err1 := os.ReadFile(filepath.Join(whole, "manifest.json"))
	b, err2 := os.ReadFile(filepath.Join(shards, "manifest.json"))
	if err1 != nil || err2 != nil || string(a) != string(b) {
		t.Errorf("%v, %v: manifests differ", err1, err2)
	}
}

// TestBroadcastOverShards: shard 0 compares the copies of broadcast state that all subtasks have.
func TestBroadcastOverShards(t *testing.T) {
	path := copyFixture(t, "2.3.0", "operator-hashmap-checkpoint-p4-m129-inline0")
	files, err := filepath.Glob(filepath.Join(path, "*-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		if at := strings.LastIndex(text, "first"); at > 0 && strings.Contains(text, "limits") {
			edit(t, f, func(b []byte) []byte { b[at] = 'F'; return b })
			break
		}
	}
	found := 0
	for i := range 7 {
		r := ckpt(t, "validate", "--level", "deep", path, "--shard", fmt.Sprintf("%d/7", i))
		found += strings.Count(r.out, "BROADCAST_COPIES_DIFFER")
	}
	if r := ckpt(t, "validate", "--level", "deep", path); found != 1 || strings.Count(r.out, "BROADCAST_COPIES_DIFFER") != 1 {
		t.Errorf("found %d times in shards: %s", found, r.out)
	}
}

func TestShardUsage(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", plain).Path()
	for says, args := range map[string][]string{
		"want I/N":           {"stats", path, "--shard", "3/3"},
		"the level is files": {"validate", path, "--shard", "0/3"},
		"takes one snapshot": {"stats", path, path, "--shard", "0/3"},
		"--shard:":           {"export", path, "--out", "-", "--to", "jsonl", "--shard", "x"},
		"requires at least":  {"merge-shards"},
	} {
		if r := ckpt(t, args...); r.code != exitUsage || !strings.Contains(r.err, says) {
			t.Errorf("%q: exit %d: %s", args, r.code, r.err)
		}
	}
	if r := ckpt(t, "merge-shards", t.TempDir()); r.code != exitNotFound {
		t.Errorf("no shards: exit %d: %s", r.code, r.err)
	}
}
