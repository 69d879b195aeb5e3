package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ckpt/internal/golden"
)

// TestGoldenOutputs keeps what people and scripts see of two snapshots: a checkpoint of Flink 2.3 with compressed state
// of every kind, and a savepoint of Flink 1.20 with finished subtasks, a master hook and coordinator state.
func TestGoldenOutputs(t *testing.T) {
	for _, fixture := range []struct{ version, name, snapshot, state string }{
		{"2.3.0", "kv-hashmap-checkpoint-snappy-p1-m129", "chk-1", "long-keys"},
		{"1.20.4", "unusual-finished-hashmap-canonical-p2-m128", "", "running"},
	} {
		outputs := map[string]string{}
		t.Run(fixture.name, func(t *testing.T) {
			path := copyFixture(t, fixture.version, fixture.name)
			root := filepath.Clean(path[:strings.LastIndex(path, fixture.name)])
			written := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
			if err := os.Chtimes(filepath.Join(path, "_metadata"), written, written); err != nil {
				t.Fatal(err)
			}
			t.Chdir(root)
			snapshot := filepath.ToSlash(filepath.Join(fixture.name, fixture.snapshot))
			for name, args := range goldenLines(snapshot, fixture.state) {
				r := ckpt(t, args...)
				if r.code != exitDone || r.err != "" {
					t.Errorf("%v: exit %d: %s", args, r.code, r.err)
				}
				outputs[name] = strings.ReplaceAll(r.out, filepath.ToSlash(root), "/checkpoints")
			}
		})
		for name, out := range outputs { // here again, where the golden files are
			golden.Check(t, fixture.version+"-"+fixture.name+"/"+name, out)
		}
	}
}

// goldenLines are the command lines by the name of their golden file. A state file is dumped where there is one.
func goldenLines(snapshot, operator string) map[string][]string {
	dumped := snapshot
	if states, err := filepath.Glob(snapshot + "/*-*-*-*-*"); err != nil || len(states) > 0 {
		dumped = states[0]
	}
	key := map[string]string{"long-keys": "255", "running": `"north"`}[operator]
	return map[string][]string{
		"inspect.txt":       {"inspect", "--count", "--uid", operator, snapshot},
		"inspect.json":      {"inspect", "-o", "json", snapshot},
		"inspect.yaml":      {"inspect", "-o", "yaml", "--metadata-only", snapshot},
		"inspect.csv":       {"inspect", "-o", "csv", snapshot},
		"validate.txt":      {"validate", snapshot},
		"validate-deep.txt": {"validate", "--level", "deep", snapshot},
		"validate.json":     {"validate", "-o", "json", snapshot},
		"dump.txt":          {"dump", dumped, "--max-bytes", "8"},
		"ls.json":           {"ls", "-o", "json", "--check", "files", "."},
		"ls.csv":            {"ls", "-o", "csv", "."},
		"restorable.txt":    {"ls", "--restorable", "."},
		"get.jsonl":         {"get", snapshot, "--uid", operator, "--operator", operator, "--state", "value", "--key", key},
	}
}
