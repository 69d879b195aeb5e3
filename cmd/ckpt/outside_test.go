package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/metadata"
)

// patch decodes a `_metadata` file, changes it, and writes it again.
func patch(t testing.TB, file string, change func(*metadata.Checkpoint)) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cp, err := metadata.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	change(cp)
	if b, err = cp.AppendTo(nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

// moveState replaces the stream of every piece of state that lies beside the metadata.
func moveState(cp *metadata.Checkpoint, to func(*metadata.RelativeHandle) metadata.StreamHandle) (moved int) {
	replace := func(s *metadata.StreamHandle) {
		if r, ok := (*s).(*metadata.RelativeHandle); ok {
			*s = to(r)
			moved++
		}
	}
	for _, op := range cp.Operators {
		for _, st := range op.Subtasks {
			if k, ok := st.ManagedKeyed.(*metadata.KeyGroupsHandle); ok {
				replace(&k.Stream)
			}
			if st.ManagedOperator != nil {
				replace(&st.ManagedOperator.Stream)
			}
		}
	}
	return moved
}

// TestPathsOutsideReadNothing moves the state files of a sound snapshot out of its directory and lets `_metadata` point
// at them there, in every way it can: no command may show anything of them. That the files are sound, and the places
// right, is shown by naming the directory with --map.
func TestPathsOutsideReadNothing(t *testing.T) {
	for _, tc := range []struct {
		name, code string
		handle     func(outside, name string, size int64) metadata.StreamHandle
		link       bool // a symbolic link in the directory leads outside
	}{
		{"parent", "METADATA_CORRUPT", func(_, name string, size int64) metadata.StreamHandle {
			return &metadata.RelativeHandle{Path: "../outside/" + name, Size: size}
		}, false},
		{"hidden parent", "METADATA_CORRUPT", func(_, name string, size int64) metadata.StreamHandle {
			return &metadata.RelativeHandle{Path: "x/../../outside/" + name, Size: size}
		}, false},
		{"absolute as relative", "METADATA_CORRUPT", func(outside, name string, size int64) metadata.StreamHandle {
			return &metadata.RelativeHandle{Path: outside + "/" + name, Size: size}
		}, false},
		{"relative as absolute", "PATH_REFUSED", func(_, name string, size int64) metadata.StreamHandle {
			return &metadata.FileHandle{Path: "../outside/" + name, Size: size}
		}, false},
		{"absolute", "FILE_REFUSED", func(outside, name string, size int64) metadata.StreamHandle {
			return &metadata.FileHandle{Path: "file:" + outside + "/" + name, Size: size}
		}, false},
		{"absolute with parent", "FILE_REFUSED", func(outside, name string, size int64) metadata.StreamHandle {
			return &metadata.FileHandle{Path: outside + "/../outside/" + name, Size: size}
		}, false},
		{"system file", "FILE_REFUSED", func(_, _ string, size int64) metadata.StreamHandle {
			return &metadata.FileHandle{Path: "/etc/passwd", Size: size}
		}, false},
		{"symbolic link", "FILE_REFUSED", func(_, name string, size int64) metadata.StreamHandle {
			return &metadata.RelativeHandle{Path: name, Size: size}
		}, true},
		{"linked directory", "FILE_REFUSED", func(_, name string, size int64) metadata.StreamHandle {
			return &metadata.RelativeHandle{Path: "linked/" + name, Size: size}
		}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path, outside := outsideState(t, tc.link, tc.handle)
			checkNothingRead(t, path, tc.code)
			if strings.HasPrefix(tc.name, "absolute") && tc.code == "FILE_REFUSED" { // the healthy neighbour
				r := ckpt(t, "export", path, "--to", "jsonl", "--out", "-", "--map", outside+"="+outside)
				if rows := strings.Count(r.out, "\n"); r.code != exitDone || rows < 10 {
					t.Errorf("mapped: exit %d, %d rows: %s", r.code, rows, r.err)
				}
			}
		})
	}
}

// outsideState returns the path of a snapshot whose state files lie in another directory, and that directory.
func outsideState(t *testing.T, link bool, handle func(outside, name string, size int64) metadata.StreamHandle) (path, outside string) {
	t.Helper()
	path = copyFixture(t, "2.3.0", "keys-hashmap-canonical-p3-m128-inline0")
	outside = filepath.Join(filepath.Dir(path), "outside")
	if err := os.Mkdir(outside, 0o777); err != nil {
		t.Fatal(err)
	}
	if link {
		if err := os.Symlink("../outside", filepath.Join(path, "linked")); err != nil {
			t.Fatal(err)
		}
	}
	forbidden := map[string]string{} // what our writer refuses stands in for what it shall be
	file := filepath.Join(path, "_metadata")
	patch(t, file, func(cp *metadata.Checkpoint) {
		moved := moveState(cp, func(r *metadata.RelativeHandle) metadata.StreamHandle {
			from := filepath.Join(path, r.Path)
			if err := os.Rename(from, filepath.Join(outside, r.Path)); err != nil {
				t.Fatal(err)
			}
			if link {
				if err := os.Symlink("../outside/"+r.Path, from); err != nil {
					t.Fatal(err)
				}
			}
			h := handle(outside, r.Path, r.Size)
			if r, ok := h.(*metadata.RelativeHandle); ok {
				allowed := "Q" + strings.ReplaceAll(r.Path, "..", "QQ")[1:]
				forbidden[allowed], r.Path = r.Path, allowed
			}
			return h
		})
		if moved < 3 {
			t.Fatalf("%d files moved", moved)
		}
	})
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for allowed, path := range forbidden {
		if !bytes.Contains(b, []byte(allowed)) {
			t.Fatalf("%s is not in the file", allowed)
		}
		b = bytes.ReplaceAll(b, []byte(allowed), []byte(path))
	}
	if err := os.WriteFile(file, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path, outside
}

// checkNothingRead runs every command that reads state.
func checkNothingRead(t *testing.T, path, code string) {
	t.Helper()
	rep := ckpt(t, "inspect", "-o", "json", path)
	if code == "METADATA_CORRUPT" {
		if rep.code != exitCorrupt || rep.out != "" {
			t.Errorf("inspect: exit %d: %s%s", rep.code, rep.out, rep.err)
		}
	} else if rep.code != exitDone || strings.Contains(rep.out, `"keyType"`) || !strings.Contains(rep.out, `"problems"`) {
		t.Errorf("inspect: exit %d: %s%s", rep.code, rep.out, rep.err)
	}
	for _, args := range [][]string{
		{"get", path, "--operator", "long-keys", "--state", "value", "--key", "1"},
		{"export", path, "--to", "jsonl", "--out", "-"},
	} {
		if r := ckpt(t, args...); r.code == exitDone || r.out != "" || r.err == "" {
			t.Errorf("%s: exit %d: %.300s%s", args[0], r.code, r.out, r.err)
		}
	}
	for _, level := range []string{"files", "deep"} {
		if r := ckpt(t, "validate", "--level", level, "-o", "json", path); r.code != exitFindings || !strings.Contains(r.out, `"`+code+`"`) ||
			!strings.Contains(r.out, `"entries": 0`) {
			t.Errorf("validate: exit %d, want %s: %s%s", r.code, code, r.out, r.err)
		}
	}
	if r := ckpt(t, "ls", "--restorable", filepath.Dir(path)); r.code != exitNotFound || r.out != "" {
		t.Errorf("ls: exit %d: %s%s", r.code, r.out, r.err)
	}
	if r := ckpt(t, "dump", path); r.code != rep.code { // reads `_metadata` alone
		t.Errorf("dump: exit %d: %s", r.code, r.err)
	}
}

// TestNamedLinkIsFollowed: what a user names may be a link.
func TestNamedLinkIsFollowed(t *testing.T) {
	link := filepath.Join(t.TempDir(), "latest")
	if err := os.Symlink(fixtures.Get(t, "2.3.0", plain).Path(), link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, filepath.Join(link, "_metadata")} {
		if r := ckpt(t, "validate", "--level", "deep", path); r.code != exitDone {
			t.Errorf("%s: exit %d: %s%s", path, r.code, r.out, r.err)
		}
	}
}
