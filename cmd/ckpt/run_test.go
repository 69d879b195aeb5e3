package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
)

// TestMain lets tests run the program as a process of its own: the test binary is the program where CKPT_TEST_MAIN is
// set. Nothing of the user's environment reaches the commands.
func TestMain(m *testing.M) {
	if os.Getenv("CKPT_TEST_MAIN") != "" {
		main()
	}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, "CKPT_") && !slices.Contains([]string{"CKPT_CORPUS", "CKPT_FIXTURES", "CKPT_FLINK", "CKPT_PYTHON"}, name) {
			os.Unsetenv(name)
		}
	}
	os.Setenv("XDG_CONFIG_HOME", filepath.Join(os.TempDir(), "no such directory"))
	os.Exit(m.Run())
}

// result is how a command ended.
type result struct {
	code     int
	out, err string
}

// ckpt runs a command line in this process.
func ckpt(t testing.TB, args ...string) result {
	t.Helper()
	return (&App{}).test(t.Context(), args...)
}

// test runs a command line with the writers replaced.
func (app *App) test(ctx context.Context, args ...string) result {
	var out, errOut bytes.Buffer
	app.Out, app.Err = &out, &errOut
	code := app.Run(ctx, args)
	return result{code, out.String(), errOut.String()}
}

// commandLines are every command, applied to the snapshot of a fixture, with an argument list that succeeds or finds
// something. out is a directory for output.
func commandLines(t testing.TB, path, out string) map[string][]string {
	t.Helper()
	lines := map[string][]string{
		"ls":       {"ls", "--check", "files", filepath.Dir(path)},
		"inspect":  {"inspect", "--count", path},
		"dump":     {"dump", path},
		"get":      {"get", path, "--operator", "long-keys", "--state", "value", "--key", "255"},
		"validate": {"validate", "--level", "deep", path},
		"export":   {"export", path, "--to", "jsonl", "--out", filepath.Join(out, "rows")},
		"stats":    {"stats", path},
		"diff":     {"diff", path, path},
		"gc":       {"gc", filepath.Dir(path)},
		"copy":     {"copy", path, filepath.Join(out, "copy")},
		"version":  {"version"},

		"merge-shards": {"merge-shards", filepath.Join(out, "shards")},
	}
	shard := []string{"export", fixtures.Get(t, "2.3.0", plain).Path(), "--to", "jsonl", "--shard", "0/1", "--out", filepath.Join(out, "shards")}
	if r := ckpt(t, shard...); r.code != exitDone {
		t.Fatalf("%q: exit %d: %s", shard, r.code, r.err)
	}
	for _, c := range newRootCommand(&App{Out: io.Discard, Err: io.Discard}).Commands() {
		if lines[c.Name()] == nil && c.Name() != "help" && c.Name() != "completion" {
			t.Errorf("the command %s is not tested", c.Name())
		}
	}
	return lines
}

const plain = "kv-hashmap-canonical-p4-m128"

// copyFixture returns the path of a copy of a committed fixture's snapshot, which a test may change.
func copyFixture(t testing.TB, version, name string) string {
	t.Helper()
	f := fixtures.Get(t, version, name)
	dir := filepath.Join(t.TempDir(), f.Name)
	if err := os.CopyFS(dir, os.DirFS(f.Dir)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, filepath.FromSlash(f.Manifest.Snapshot))
}

// treeOf describes every file of a directory: names, modes, times and content.
func treeOf(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v %v %d", p, info.Mode(), info.ModTime(), info.Size())
		if d.Type().IsRegular() {
			content, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(content))
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryCommandLeavesItsInputAlone(t *testing.T) {
	for _, name := range []string{plain, "kv-hashmap-native-p4-m129", "kv-rocksdb-canonical-snappy-p4-m128",
		"unusual-incremental-rocksdb-checkpoint-p2-m128-inline0"} {
		path := copyFixture(t, "2.3.0", name)
		tree := path[:strings.LastIndex(path, name)] // all that was copied
		before := treeOf(t, tree)
		for command, args := range commandLines(t, path, t.TempDir()) {
			if r := ckpt(t, args...); r.code != exitDone && r.code != exitFindings && r.code != exitNotFound {
				t.Errorf("%s: exit %d: %s", command, r.code, r.err)
			}
			if after := treeOf(t, tree); after != before {
				t.Fatalf("%s changed its input:\n%s\nwas\n%s", command, after, before)
			}
		}
	}
}

func TestEveryCommandGivesJSON(t *testing.T) {
	path := copyFixture(t, "2.3.0", plain)
	for command, args := range commandLines(t, path, t.TempDir()) {
		for _, form := range []string{"json", "jsonl"} {
			r := ckpt(t, append(args, "-o", form)...)
			if command == "export" || command == "copy" {
				args[len(args)-1] += "2" // a directory must not be there yet
			}
			if r.code != exitDone || r.err != "" {
				t.Errorf("%s -o %s: exit %d: %s", command, form, r.code, r.err)
			}
			n := values(t, r.out)
			if form == "json" && n != 1 || n == 0 && command != "validate" && command != "gc" {
				t.Errorf("%s -o %s: %d JSON values: %s", command, form, n, r.out)
			}
		}
	}
}

// values counts the JSON values of a text and fails where it is none.
func values(t *testing.T, text string) (n int) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(text)); ; n++ {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return n
		} else if err != nil {
			t.Errorf("%v in %s", err, text)
			return n
		}
	}
}

// TestClosedPipe runs the program with a reader that has gone, as `| head -1` leaves it.
func TestClosedPipe(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", plain).Path()
	for command, args := range commandLines(t, path, t.TempDir()) {
		if command == "export" || command == "copy" {
			args = []string{"export", path, "--to", "jsonl", "--out", "-"}
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
		cmd.Env = append(os.Environ(), "CKPT_TEST_MAIN=1")
		var errOut bytes.Buffer
		cmd.Stderr = &errOut
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		cmd.Stdout = w
		err = cmd.Run()
		w.Close()
		if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
			t.Fatal(err)
		}
		if errOut.Len() > 0 {
			t.Errorf("%s: %v: %s", command, err, errOut.String())
		}
	}
}
