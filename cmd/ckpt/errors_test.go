package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/faultfs"
	"ckpt/internal/fixtures"
	"ckpt/storage"
)

// TestExitCodes gives every code a command line, and each error its object and its three parts for a person.
func TestExitCodes(t *testing.T) {
	sound := fixtures.Get(t, "2.3.0", plain).Path()
	corrupt, newer, short := filepath.Join(t.TempDir(), "corrupt"), filepath.Join(t.TempDir(), "newer"), t.TempDir()
	good, err := os.ReadFile(filepath.Join(sound, "_metadata"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(file string, b []byte) {
		if err := os.WriteFile(file, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(corrupt, good[:100])
	write(newer, append(append([]byte{}, good[:7]...), append([]byte{99}, good[8:]...)...))
	write(filepath.Join(short, "_metadata"), good) // its state file is not there
	denied := func(op faultfs.Op) func(storage.FS) storage.FS {
		return func(base storage.FS) storage.FS {
			return faultfs.New(base, faultfs.Plan{Fault: func(s faultfs.Step) error {
				if s.Op == op {
					return &fs.PathError{Op: string(op), Path: s.Path, Err: fs.ErrPermission}
				}
				return nil
			}})
		}
	}
	get := []string{"get", sound, "--operator", "long-keys", "--state", "value"}
	for _, tc := range []struct {
		name string
		code int
		says string // part of the message
		wrap func(storage.FS) storage.FS
		args []string
	}{
		{"done", exitDone, "", nil, []string{"inspect", sound}},
		{"no path", exitUsage, "usage: ckpt inspect PATH", nil, []string{"inspect"}},
		{"unknown flag", exitUsage, "--colour", nil, []string{"inspect", "--colour", sound}},
		{"unknown command", exitUsage, "frobnicate", nil, []string{"frobnicate"}},
		{"misspelt command", exitUsage, "did you mean inspect", nil, []string{"inspekt", sound}},
		{"unknown form", exitUsage, `--output "xml"`, nil, []string{"inspect", "-o", "xml", sound}},
		{"unknown level", exitUsage, `--level "all"`, nil, []string{"validate", "--level", "all", sound}},
		{"bad byte count", exitUsage, "much", nil, []string{"inspect", "--memory", "much", sound}},
		{"bad mapping", exitUsage, "--map", nil, []string{"inspect", "--map", "nonsense", sound}},
		{"no key", exitUsage, "give --key", nil, get},
		{"key of another type", exitUsage, "--key", nil, append(get[:6:6], "--key", `"text"`)},
		{"no output", exitUsage, "--out", nil, []string{"export", sound}},
		{"list a file", exitUsage, "is a file", nil, []string{"ls", corrupt}},
		{"findings", exitFindings, "", nil, []string{"validate", short}},
		{"finding about the file", exitFindings, "", nil, []string{"validate", corrupt}},
		{"no such path", exitNotFound, "does not exist", nil, []string{"inspect", filepath.Join(sound, "missing")}},
		{"no checkpoint in it", exitNotFound, "no _metadata", nil, []string{"inspect", t.TempDir()}},
		{"nothing restorable", exitNotFound, "no restorable snapshot", nil, []string{"ls", "--restorable", short}},
		{"no such operator", exitNotFound, `operator "nobody"`, nil, []string{"inspect", sound, "--operator", "nobody"}},
		{"no such state", exitNotFound, "nothing", nil, []string{"get", sound, "--operator", "long-keys", "--state", "nothing", "--key", "1"}},
		{"no such key", exitNotFound, "no entry", nil, append(get[:6:6], "--key", "-5")},
		{"corrupt", exitCorrupt, "corrupt@", nil, []string{"inspect", corrupt}},
		{"corrupt dump", exitCorrupt, "corrupt@", nil, []string{"dump", corrupt}},
		{"newer version", exitUnsupported, "99", nil, []string{"inspect", newer}},
		{"scheme", exitUnsupported, "s3", nil, []string{"inspect", "s3://bucket/chk-1"}},
		{"no permission to look", exitPermission, "permission", denied(faultfs.Stat), []string{"inspect", sound}},
		{"no permission to open", exitPermission, "permission", denied(faultfs.Open), []string{"inspect", sound}},
		{"disk failure", exitError, "injected", func(base storage.FS) storage.FS { return faultfs.New(base, faultfs.Plan{FailAt: 4}) }, []string{"inspect", sound}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := (&App{Wrap: tc.wrap}).test(t.Context(), tc.args...)
			if r.code != tc.code || !strings.Contains(r.err, tc.says) {
				t.Errorf("exit %d, want %d; %q in %s", r.code, tc.code, tc.says, r.err)
			}
			if tc.code == exitDone || tc.code == exitFindings {
				if r.err != "" {
					t.Errorf("stderr: %s", r.err)
				}
				return
			}
			if lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n"); !strings.HasPrefix(lines[len(lines)-1], "  → ") && tc.code != exitError && tc.code != exitUnsupported {
				t.Errorf("no next step: %s", r.err)
			}
			if tc.name != "unknown form" {
				checkErrorObject(t, (&App{Wrap: tc.wrap}).test(t.Context(), append(tc.args, "-o", "json")...), tc.code, tc.says)
			}
		})
	}
}

// checkErrorObject demands one object at the end of stderr and nothing but a result, if that, on stdout.
func checkErrorObject(t *testing.T, r result, code int, says string) {
	t.Helper()
	var o struct {
		Error struct {
			Code    int
			Message string
			File    *string
			Offset  *int64
			Field   *string
			Fix     *string
		}
	}
	lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n") // warnings may stand before it
	d := json.NewDecoder(strings.NewReader(lines[len(lines)-1]))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil || d.More() {
		t.Fatalf("%v: %s", err, r.err)
	}
	if r.code != code || o.Error.Code != code || !strings.Contains(o.Error.Message, says) {
		t.Errorf("exit %d with %s", r.code, r.err)
	}
	if code == exitCorrupt && (o.Error.File == nil || *o.Error.Offset != 20 || o.Error.Field == nil || o.Error.Fix == nil) {
		t.Errorf("no place: %s", r.err)
	}
	if r.out != "" {
		values(t, r.out)
	}
}

func TestCancelled(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", plain).Path()
	for command, args := range commandLines(t, path, t.TempDir()) {
		if command == "version" {
			continue
		}
		ctx, cancel := context.WithCancel(t.Context())
		app := &App{Wrap: func(base storage.FS) storage.FS { // cancelled while it works
			return faultfs.New(base, faultfs.Plan{Fault: func(s faultfs.Step) error {
				if s.N == 3 {
					cancel()
				}
				return ctx.Err()
			}})
		}}
		if r := app.test(ctx, args...); r.code != exitCancelled || r.out != "" {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", command, r.code, r.out, r.err)
		}
		cancel()
	}
}

// TestErrorsSurviveWrapping keeps the one function that decides in step with what packages return.
func TestErrorsSurviveWrapping(t *testing.T) {
	for err, code := range map[error]int{
		context.Canceled: exitCancelled, context.DeadlineExceeded: exitError,
		fs.ErrNotExist: exitNotFound, fs.ErrPermission: exitPermission, errors.New("x"): exitError, usageError{errors.New("x")}: exitUsage,
		exitCode(exitFindings): exitFindings,
	} {
		if got := codeOf(errors.Join(err, errors.New("another"))); got != code {
			t.Errorf("%v: exit %d, want %d", err, got, code)
		}
	}
}

// TestOutputErrors: what is wrong with the place of the output is no matter of the checkpoint.
func TestOutputErrors(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", plain).Path()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("kept"), 0o666); err != nil {
		t.Fatal(err)
	}
	for command, args := range map[string][]string{
		"export": {"export", path, "--out", filepath.Join(file, "rows")}, "copy": {"copy", path, filepath.Join(file, "copy")},
	} {
		r := ckpt(t, args...)
		if r.code != exitError || !strings.Contains(r.err, file) || !strings.Contains(r.err, "choose another place") || strings.Contains(r.err, "ckpt ls") {
			t.Errorf("%s: exit %d: %s", command, r.code, r.err)
		}
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "kept" {
		t.Errorf("%q, %v", b, err)
	}

	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no device that is always full here")
	}
	defer full.Close()
	for command, args := range commandLines(t, path, t.TempDir()) {
		if command == "export" {
			args = []string{"export", path, "--to", "jsonl", "--out", "-"}
		}
		var errOut strings.Builder
		cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), "CKPT_TEST_MAIN=1"), full, &errOut
		ended, ok := errors.AsType[*exec.ExitError](cmd.Run())
		if !ok || ended.ExitCode() != exitError || !strings.Contains(errOut.String(), "no space left") || !strings.Contains(errOut.String(), "  → make room") {
			t.Errorf("%s: %v: %s", command, ended, errOut.String())
		}
	}
}
