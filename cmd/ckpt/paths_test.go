package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestJobDirectory gives every command a job's directory: the newest complete checkpoint is read and named on stderr.
func TestJobDirectory(t *testing.T) {
	path := copyFixture(t, "2.3.0", "kv-hashmap-checkpoint-snappy-p1-m129")
	job := filepath.Join(t.TempDir(), strings.Repeat("a1", 16))
	for _, n := range []string{"chk-9", "chk-10"} {
		if err := os.CopyFS(filepath.Join(job, n), os.DirFS(path)); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []string{"chk-11", "shared", "taskowned"} { // chk-11 is in progress
		if err := os.Mkdir(filepath.Join(job, n), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	want := "ckpt: reading " + filepath.ToSlash(filepath.Join(job, "chk-10")) + "\n"
	for _, dir := range []string{job, filepath.Dir(job)} {
		for command, args := range commandLines(t, dir, t.TempDir()) {
			if command == "ls" || command == "gc" || command == "merge-shards" || command == "version" { // they take roots, or nothing
				continue
			}
			named := 0 // once for each time that the command line names it
			for _, a := range args {
				if a == dir {
					named++
				}
			}
			r := ckpt(t, args...)
			if r.code != exitDone || strings.Count(r.err, "reading") != named || !strings.Contains(r.err, want) {
				t.Errorf("%s %s: exit %d: %s", command, dir, r.code, r.err)
			}
			if r = ckpt(t, append(args, "--quiet")...); r.err != "" && command != "export" && command != "copy" {
				t.Errorf("%s --quiet: %s", command, r.err)
			}
		}
	}
}
