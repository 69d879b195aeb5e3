package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ckpt/internal/javaio"
)

func newLocal(t *testing.T, roots ...string) *Local {
	t.Helper()
	l, err := NewLocal(roots...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func writeFile(t *testing.T, path, content string) string {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(content), 0o666)); err != nil {
		t.Fatal(err)
	}
	return path
}

// A path inside a checkpoint is data: nothing outside the named directories is opened, listed, described,
// written or removed.
func TestLocalConfinement(t *testing.T) {
	base := t.TempDir()
	chk := filepath.Join(base, "chk-1")
	writeFile(t, chk+"/inside", "in")
	secret := writeFile(t, base+"/outside/secret", "secret")
	for link, to := range map[string]string{
		"abs-link": secret, "rel-link": "../outside/secret", "dir-link": "../outside", "inner-link": "inside", "dangling": "nowhere",
	} {
		if err := os.Symlink(to, filepath.Join(chk, link)); err != nil {
			t.Fatal(err)
		}
	}
	l := newLocal(t, chk)
	for _, tc := range []struct {
		path  string
		class error // nil: readable
	}{
		{chk + "/inside", nil},
		{"file:" + chk + "/inside", nil},
		{"file://" + chk + "/inside", nil},
		{"file://localhost" + chk + "//./inside", nil},
		{chk + "/x/../inside", nil},
		{chk + "/inner-link", nil},
		{chk + "/../chk-1/inside", nil},
		{chk + "/../outside/secret", ErrOutside},
		{chk + `\..\outside\secret`, ErrOutside},
		{secret, ErrOutside},
		{"file://" + secret, ErrOutside},
		{"/etc/passwd", ErrOutside},
		{chk + "-other/x", ErrOutside},
		{chk + "/abs-link", ErrOutside},
		{chk + "/rel-link", ErrOutside},
		{chk + "/dir-link/secret", ErrOutside},
		{chk + "/dangling", fs.ErrNotExist},
		{"s3://bucket/x", javaio.ErrUnsupported},
		{"file://host/x", javaio.ErrUnsupported},
	} {
		t.Run(tc.path, func(t *testing.T) {
			b, err := ReadFile(t.Context(), l, tc.path, 100)
			if !errors.Is(err, tc.class) || tc.class == nil && string(b) != "in" {
				t.Fatalf("read %q, %v; want %v", b, err, tc.class)
			}
			if tc.class == nil || tc.class == fs.ErrNotExist {
				return
			}
			checkRefused(t, l, tc.path, tc.class)
		})
	}
	if b, err := os.ReadFile(secret); err != nil || string(b) != "secret" {
		t.Errorf("the file outside is now %q, %v", b, err)
	}
}

func checkRefused(t *testing.T, l *Local, path string, class error) {
	t.Helper()
	_, err := l.Stat(t.Context(), path)
	if !errors.Is(err, class) {
		t.Errorf("Stat = %v", err)
	}
	fe, ok := errors.AsType[*javaio.FormatError](err)
	if !ok || !strings.Contains(fe.Fix, "--map ") {
		t.Errorf("%v does not say what to do", err)
	}
	if class == ErrOutside && (!strings.Contains(err.Error(), "--map") || !errors.Is(err, fs.ErrPermission)) {
		t.Errorf("%q: want a permission error that names --map", err)
	}
	for _, err := range l.List(t.Context(), Dir(path), true) {
		if strings.Contains(path, "link") && !strings.Contains(path, "dir-link") {
			break // its directory may be listed, and only it is refused
		}
		if !errors.Is(err, class) {
			t.Errorf("List of its directory = %v", err)
		}
	}
	if strings.HasSuffix(path, "link") {
		return // replacing or removing a link changes nothing outside
	}
	if _, err := l.Create(t.Context(), path); !errors.Is(err, class) {
		t.Errorf("Create = %v", err)
	}
	if err := l.Remove(t.Context(), path); !errors.Is(err, class) {
		t.Errorf("Remove = %v", err)
	}
}

// Paths that a checkpoint recorded under the real name of a directory, which is reached through a link now, are inside.
func TestLocalRootIsLink(t *testing.T) {
	base := t.TempDir()
	real := writeFile(t, base+"/real/f", "x")
	if err := os.Symlink("real", base+"/link"); err != nil {
		t.Fatal(err)
	}
	l := newLocal(t, base+"/link")
	for _, path := range []string{base + "/link/f", real} {
		if _, err := l.Stat(t.Context(), path); err != nil {
			t.Error(err)
		}
	}
}

func TestLocalListShowsLinks(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir+"/d/f", "four")
	for link, to := range map[string]string{"loop": ".", "d/up": "..", "file": "d/f", "out": "/etc/passwd", "void": "none"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, dir+"/.x"+tempMark+"0", "unfinished")
	l := newLocal(t, dir)
	for _, tc := range []struct {
		recursive bool
		want      string
	}{
		{true, "d/f:4 file:4 out:11 void:4 "},
		{false, "d/ file:4 loop/ out:11 void:4 "},
	} {
		var got strings.Builder
		for info, err := range l.List(t.Context(), dir, tc.recursive) {
			if err != nil {
				t.Fatal(err)
			}
			if rel := strings.TrimPrefix(info.Path, dir+"/"); info.IsDir {
				fmt.Fprintf(&got, "%s/ ", rel)
			} else {
				fmt.Fprintf(&got, "%s:%d ", rel, info.Size)
			}
		}
		if got.String() != tc.want {
			t.Errorf("recursive=%t: %q, want %q", tc.recursive, got.String(), tc.want)
		}
	}
}

func TestLocalSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(dir+"/pipe", 0o666); err != nil {
		t.Skip(err)
	}
	if _, err := newLocal(t, dir).Open(t.Context(), dir+"/pipe"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a named pipe: %v", err) // and it did not wait for a writer
	}
}

func TestLocalTruncatedWhileOpen(t *testing.T) {
	path := writeFile(t, t.TempDir()+"/f", "0123456789")
	f, err := newLocal(t, filepath.Dir(path)).Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Truncate(path, 4); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	if n, err := f.ReadAt(t.Context(), p, 0); n != 4 || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), path) {
		t.Errorf("after truncation: %d, %v", n, err)
	}
	writeFile(t, path, strings.Repeat("x", 50))
	if n, err := f.ReadAt(t.Context(), make([]byte, 20), 0); n != 10 || err != io.EOF {
		t.Errorf("after growth: %d, %v; want the size at Open", n, err)
	}
}

// Publishing goes: write, sync, close, rename, sync of the directory; directories are synced before the file is begun.
func TestLocalPublishes(t *testing.T) {
	dir := t.TempDir()
	var steps []string
	l := newLocal(t, dir)
	l.step = func(op, name string) error {
		steps = append(steps, op)
		return nil
	}
	put(t, l, dir+"/a/b/f", "new")
	want := []string{"mkdir", "mkdir", "syncdir", "mkdir", "syncdir", "create", "write", "sync", "close", "rename", "syncdir"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps %v, want %v", steps, want)
	}
}

func put(t *testing.T, l *Local, path, content string) {
	t.Helper()
	if err := tryPut(t.Context(), l, path, content); err != nil {
		t.Fatal(err)
	}
}

func tryPut(ctx context.Context, l *Local, path, content string) error {
	w, err := l.Create(ctx, path)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, content)
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Commit(ctx)
}

// Whatever step of publishing fails, the file is the old or the new one, and nothing else is left.
func TestLocalFailsAtEachStep(t *testing.T) {
	fault := errors.New("fault")
	for n := 0; ; n++ {
		dir := t.TempDir()
		l := newLocal(t, dir)
		put(t, l, dir+"/f", "old")
		count, last := 0, ""
		l.step = func(op, name string) error {
			last = op
			if count++; count == n+1 {
				return fault
			}
			return nil
		}
		err := tryPut(t.Context(), l, dir+"/f", "new")
		if count <= n {
			if err != nil || n < 5 {
				t.Errorf("%d steps, then %v", count, err)
			}
			return
		}
		if !errors.Is(err, fault) || !strings.Contains(err.Error(), dir+"/f") {
			t.Errorf("step %d %s: err = %v", n, last, err)
		}
		want := "old"
		if last == "syncdir" {
			want = "new" // renamed; the error says that it may not last
		}
		if b, err := os.ReadFile(dir + "/f"); err != nil || string(b) != want {
			t.Errorf("step %d %s: content %q, %v; want %q", n, last, b, err, want)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("step %d %s: left %v, %v", n, last, entries, err)
		}
	}
}

func TestLocalWriteErrorFailsCommit(t *testing.T) {
	dir := t.TempDir()
	l := newLocal(t, dir)
	w, err := l.Create(t.Context(), dir+"/f")
	if err != nil {
		t.Fatal(err)
	}
	l.step = func(op, name string) error {
		if op == "write" {
			return syscall.ENOSPC
		}
		return nil
	}
	if _, err := w.Write([]byte("x")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write = %v", err)
	}
	if err := w.Commit(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Commit after a failed write = %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left %v", entries)
	}
}

func TestLocalRefusesItsRoots(t *testing.T) {
	dir := t.TempDir()
	l := newLocal(t, dir)
	if err := l.Remove(t.Context(), dir); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Remove = %v", err)
	}
	if _, err := l.Create(t.Context(), dir); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Create = %v", err)
	}
	put(t, l, dir+"/file", "")
	if err := tryPut(t.Context(), l, dir+"/file/below", ""); err == nil {
		t.Error("a file was made below a file")
	}
	if _, err := NewLocal("s3://bucket"); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("NewLocal = %v", err)
	}
}

func TestTempName(t *testing.T) {
	for _, name := range []string{"_metadata", "a/b/c", strings.Repeat("x", 255), "d/" + strings.Repeat("y", 250)} {
		temp := tempName(name, "0123456789")
		if filepath.Dir(temp) != filepath.Dir(name) || len(filepath.Base(temp)) > 255 || !isTemp(filepath.Base(temp)) {
			t.Errorf("tempName(%q) = %q", name, temp)
		}
	}
	dir := t.TempDir()
	put(t, newLocal(t, dir), dir+"/"+strings.Repeat("z", 255), "longest name")
}

func TestReadAtDoesNotAllocate(t *testing.T) {
	path := writeFile(t, t.TempDir()+"/f", strings.Repeat("x", 100))
	f, err := newLocal(t, filepath.Dir(path)).Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, ctx := make([]byte, 50), t.Context()
	if n := testing.AllocsPerRun(100, func() { f.ReadAt(ctx, p, 25) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if !bytes.Equal(p, bytes.Repeat([]byte("x"), 50)) {
		t.Error("wrong bytes")
	}
}
