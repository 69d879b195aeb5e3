package faultfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ckpt/storage"
)

// publish writes two files, the second with Commit as its last step.
func publish(t *testing.T, fsys storage.FS, root string) error {
	for _, name := range []string{"a", "b"} {
		w, err := fsys.Create(t.Context(), root+"/"+name)
		if err != nil {
			return err
		}
		for range 3 {
			if _, err := io.WriteString(w, "0123456789"); err != nil {
				return errors.Join(err, w.Abort())
			}
		}
		if err := w.Commit(t.Context()); err != nil {
			return err
		}
	}
	return nil
}

// names are the files of a directory, temporaries as "tmp".
func names(t *testing.T, dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			out = append(out, "tmp")
		} else {
			out = append(out, e.Name())
		}
	}
	return strings.Join(out, " ")
}

func newLocal(t *testing.T, dir string) storage.FS {
	l, err := storage.NewLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestSteps(t *testing.T) {
	var traces []string
	for range 2 {
		f := New(storage.NewMemory(), Plan{})
		if err := publish(t, f, "/d"); err != nil {
			t.Fatal(err)
		}
		traces = append(traces, fmt.Sprint(f.Steps()))
	}
	want := "[1 create /d/a 2 write /d/a 3 write /d/a 4 write /d/a 5 commit /d/a 6 committed /d/a " +
		"7 create /d/b 8 write /d/b 9 write /d/b 10 write /d/b 11 commit /d/b 12 committed /d/b]"
	if traces[0] != want || traces[1] != want {
		t.Errorf("steps %v", traces)
	}
}

func TestFailAt(t *testing.T) {
	for step, want := range []string{1: "", 2: "", 3: "", 4: "", 5: "", 6: "a", 7: "a", 8: "a", 9: "a", 10: "a", 11: "a", 12: "a b", 13: "a b"} {
		if step == 0 {
			continue
		}
		dir := t.TempDir()
		f := New(newLocal(t, dir), Plan{FailAt: step})
		err := publish(t, f, dir)
		if errors.Is(err, ErrFault) != (step <= 12) {
			t.Errorf("step %d: err = %v", step, err)
		}
		if got := names(t, dir); got != want {
			t.Errorf("step %d: files %q, want %q", step, got, want)
		}
	}
	f := New(storage.NewMemory(), Plan{FailAt: 1, Err: fs.ErrPermission})
	if err := publish(t, f, "/d"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("err = %v", err)
	}
}

// A killed process leaves its temporary files, and nothing that it does afterwards has an effect.
func TestKillAt(t *testing.T) {
	for step, want := range []string{1: "", 2: "tmp", 3: "tmp", 4: "tmp", 5: "tmp", 6: "a", 7: "a", 8: "tmp a", 9: "tmp a", 10: "tmp a", 11: "tmp a", 12: "a b"} {
		if step == 0 {
			continue
		}
		dir := t.TempDir()
		f := New(newLocal(t, dir), Plan{KillAt: step})
		if err := publish(t, f, dir); !errors.Is(err, ErrKilled) || !f.Killed() {
			t.Errorf("step %d: err = %v", step, err)
		}
		if got := names(t, dir); got != want {
			t.Errorf("step %d: files %q, want %q", step, got, want)
		}
		_, err := f.Stat(t.Context(), dir)
		if !errors.Is(err, ErrKilled) || !errors.Is(f.Remove(t.Context(), dir+"/a"), ErrKilled) {
			t.Errorf("step %d: the dead go on", step)
		}
		for _, err := range f.List(t.Context(), dir, true) {
			if !errors.Is(err, ErrKilled) {
				t.Errorf("step %d: List = %v", step, err)
			}
		}
	}
}

func TestFullDisk(t *testing.T) {
	for space, want := range map[int64]string{0: "", 29: "", 30: "a", 59: "a", 60: "a b"} {
		dir := t.TempDir()
		err := publish(t, New(newLocal(t, dir), Plan{Full: true, Space: space}), dir)
		if errors.Is(err, syscall.ENOSPC) != (space < 60) {
			t.Errorf("%d bytes: err = %v", space, err)
		}
		if got := names(t, dir); got != want {
			t.Errorf("%d bytes: files %q, want %q", space, got, want)
		}
	}
	// A caller that overlooks the failed write still publishes nothing.
	m := storage.NewMemory()
	w, err := New(m, Plan{Full: true, Space: 4}).Create(t.Context(), "/f")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.WriteString(w, "0123456789"); n != 4 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Write = %d, %v", n, err)
	}
	if err := w.Commit(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Commit = %v", err)
	}
	if _, err := m.Stat(t.Context(), "/f"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there: %v", err)
	}
}

func TestReadFaults(t *testing.T) {
	m := storage.NewMemory()
	if err := publish(t, m, "/d"); err != nil {
		t.Fatal(err)
	}
	f := New(m, Plan{ShortAt: 2, Fault: func(s Step) error {
		if s.Path == "/d/b" {
			return fs.ErrNotExist // as if it was deleted meanwhile
		}
		return nil
	}})
	file, err := f.Open(t.Context(), "/d/a")
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	if n, err := file.ReadAt(t.Context(), p, 5); n != 5 || !errors.Is(err, io.ErrUnexpectedEOF) || string(p[:n]) != "56789" {
		t.Errorf("short read = %d, %v", n, err)
	}
	if n, err := file.ReadAt(t.Context(), p, 5); n != 10 || err != nil {
		t.Errorf("next read = %d, %v", n, err)
	}
	if _, err := f.Open(t.Context(), "/d/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open = %v", err)
	}
	ops := []Op{}
	for _, s := range f.Steps() {
		ops = append(ops, s.Op)
	}
	if !slices.Equal(ops, []Op{Open, Read, Read, Open}) {
		t.Errorf("steps %v", ops)
	}
}
