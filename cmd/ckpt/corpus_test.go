package main

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"testing"

	"ckpt/inspect"
	"ckpt/internal/testenv"
)

// TestCorpus inspects and validates every snapshot that Flink 1.2 to 2.2 left in its own test resources.
func TestCorpus(t *testing.T) {
	var paths []string
	err := filepath.WalkDir(testenv.Corpus(t), func(p string, d fs.DirEntry, err error) error {
		if d != nil && d.Name() == "_metadata" {
			paths = append(paths, filepath.Dir(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != 324 {
		t.Errorf("%d snapshots, want 324", len(paths))
	}
	files, entries, misplaced := 0, int64(0), 0
	for _, p := range paths {
		var rep inspect.Report
		decode(t, ckpt(t, "inspect", "-o", "json", p), &rep)
		if len(rep.Problems) > 0 || rep.Bytes.Missing != 0 || !rep.SelfContained || len(rep.Operators) == 0 {
			t.Errorf("%s: %+v", p, rep)
		}
		var v inspect.Validation
		decode(t, ckpt(t, "validate", "--level", "deep", "-o", "json", p), &v)
		for _, f := range v.Findings {
			if f.Severity != inspect.Info { // says only what was not looked at
				t.Errorf("%s: %+v", p, f)
			}
			if f.Code == "KEY_MISPLACED" {
				misplaced++
			}
		}
		files, entries = files+v.Checked.Files, entries+v.Checked.Entries
	}
	t.Logf("%d snapshots, %d files, %d entries, %d misplaced", len(paths), files, entries, misplaced)
	if files < 2*len(paths) || entries < 5000 {
		t.Errorf("only %d files and %d entries were checked", files, entries)
	}
}

// decode reads the JSON report of a command that must succeed.
func decode(t *testing.T, r result, report any) {
	t.Helper()
	if r.code != exitDone || r.err != "" {
		t.Errorf("exit %d: %s%.300s", r.code, r.err, r.out)
	}
	if err := json.Unmarshal([]byte(r.out), report); err != nil {
		t.Error(err)
	}
}
