package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/testenv"
)

// TestPlan: with --plan a SQL job's rows have the names of its columns; what is no plan is a usage error.
func TestPlan(t *testing.T) {
	program := filepath.Join(testenv.Corpus(t), "flink-table-planner", "restore-tests", "stream-exec-join_1", "join-semi-join")
	savepoint, plan := filepath.Join(program, "savepoint"), filepath.Join(program, "plan", "join-semi-join.json")
	const with = `"key":{"deptno":7},"map_key":{"deptno":7,"name":"Victor"},"value":{"count":1,"associations":0}}`
	const without = `"key":{"f0":7},"map_key":{"f0":7,"f1":"Victor"},"value":{"count":1,"associations":0}}`
	for want, args := range map[string][]string{
		with:    {"export", savepoint, "--to", "jsonl", "--out", "-", "--plan", plan},
		without: {"export", savepoint, "--to", "jsonl", "--out", "-"},
	} {
		if r := ckpt(t, args...); r.code != exitDone || !strings.Contains(r.out, want) {
			t.Errorf("%v: exit %d, %s%.300s\nwant %s", args, r.code, r.err, r.out, want)
		}
	}
	r := ckpt(t, "get", savepoint, "--plan", plan, "--operator", "95_join", "--state", "left-records", "--key", `{"deptno":7}`)
	if r.code != exitDone || !strings.Contains(r.out, "Victor") {
		t.Errorf("get: exit %d, %s%s", r.code, r.err, r.out)
	}
	bad := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(bad, []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{bad, bad + ".missing"} {
		if r := ckpt(t, "inspect", savepoint, "--plan", file); r.code != exitUsage || !strings.Contains(r.err, "--plan") {
			t.Errorf("%s: exit %d, %s", file, r.code, r.err)
		}
	}
}
