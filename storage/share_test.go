package storage

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestShare(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	source := writeFile(t, from+"/f", "content")
	src, dst := newLocal(t, from), newLocal(t, to)
	f, err := src.Open(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 2 { // the second time the name is there already
		how, err := Share(t.Context(), f, dst, to+"/a/b")
		if err != nil || how == NotShared && runtime.GOOS == "linux" {
			t.Fatalf("Share = %q, %v", how, err)
		}
		if runtime.GOOS != "linux" {
			return
		}
	}
	if b, err := os.ReadFile(to + "/a/b"); err != nil || string(b) != "content" {
		t.Errorf("shared content %q, %v", b, err)
	}
	if entries, _ := os.ReadDir(to + "/a"); len(entries) != 1 {
		t.Errorf("left %v", entries)
	}
	if err := os.Remove(source); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(to + "/a/b"); err != nil || string(b) != "content" {
		t.Errorf("without its source: %q, %v", b, err)
	}
	if how, err := Share(t.Context(), f, dst, filepath.Dir(to)+"/outside"); how != NotShared || !errors.Is(err, ErrOutside) {
		t.Errorf("outside: %q, %v", how, err)
	}
	fault := errors.New("fault")
	dst.step = func(op, _ string) error {
		if op == "rename" {
			return fault
		}
		return nil
	}
	g, err := newLocal(t, to).Open(t.Context(), to+"/a/b")
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if how, err := Share(t.Context(), g, dst, to+"/a/c"); how != NotShared || !errors.Is(err, fault) {
		t.Errorf("failing rename: %q, %v", how, err)
	}
	if entries, _ := os.ReadDir(to + "/a"); len(entries) != 1 {
		t.Errorf("a failure left %v", entries)
	}
}

func TestShareNeedsLocalFiles(t *testing.T) {
	dir := t.TempDir()
	l := newLocal(t, dir)
	f, err := Counting(l).Open(t.Context(), writeFile(t, dir+"/f", "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if how, err := Share(t.Context(), f, l, dir+"/g"); how != NotShared || err != nil {
		t.Errorf("a wrapped file: %q, %v", how, err)
	}
	if _, err := os.Stat(dir + "/g"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was made: %v", err)
	}
}
