//go:build linux && !invariants && !race

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"ckpt/internal/bigstate"
)

// TestMemoryOfExport runs the program with its default flags on two cores: an export of 200 MB of state stays below
// 300 MB, and each of its formats does.
func TestMemoryOfExport(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 400 MB")
	}
	const limit = 300 << 10 // Linux counts KiB
	for _, heap := range []bool{false, true} {
		dir := t.TempDir()
		s := bigstate.Snapshot{Heap: heap, Shape: bigstate.Keys, Entries: 1_600_000, KeyGroups: 128, Text: 110}
		if err := s.Write(dir); err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{"parquet", "jsonl"} {
			out := t.TempDir()
			kb := residentKB(t, "export", dir, "--to", format, "--out", out, "--quiet")
			t.Logf("heap layout %t, %s: %d KiB", heap, format, kb)
			if kb > limit {
				t.Errorf("heap layout %t, %s: %d KiB of memory, want at most %d", heap, format, kb, limit)
			}
			text, err := os.ReadFile(filepath.Join(out, "manifest.json"))
			if err != nil {
				t.Fatal(err)
			}
			var m struct{ States []struct{ Rows int } }
			if err := json.Unmarshal(text, &m); err != nil || len(m.States) != 1 || m.States[0].Rows != s.Entries {
				t.Errorf("%v: %+v, want %d rows", err, m, s.Entries)
			}
			if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// residentKB runs the program and returns the most memory that it had. The system counts what a process inherits when
// it starts, so that the program is the child of a process that has next to nothing.
func residentKB(t *testing.T, args ...string) (kb int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^TestMeasure$", "--"}, args...)...)
	cmd.Env = append(os.Environ(), "TEST_MEASURE=1", "GOMAXPROCS=2")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	if _, scanErr := fmt.Sscanf(stderr.String(), "%d", &kb); err != nil || scanErr != nil {
		t.Fatalf("%v, %v: %s", err, scanErr, stderr.String())
	}
	return kb
}

// TestMeasure is not a test but that process: it runs the program and says on stderr how much memory it had at most.
func TestMeasure(t *testing.T) {
	if os.Getenv("TEST_MEASURE") == "" {
		t.Skip("runs in a process of its own, for TestMemoryOfExport")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], flag.Args()...)
	cmd.Env = append(os.Environ(), "CKPT_TEST_MAIN=1")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(os.Stderr, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
}
