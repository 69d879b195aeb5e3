package inspect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/storage"
)

// gcTree is the directory of a job on disk with four orphans, one of them in a chk-N.
func gcTree(t *testing.T) (root string, orphans []string) {
	t.Helper()
	root = filepath.ToSlash(t.TempDir())
	job := root + "/" + job1
	needed := job + "/shared/" + uuid(1)
	put := func(path, content string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(content), 0o666)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, gcNow.Add(-old)); err != nil {
			t.Fatal(err)
		}
	}
	put(needed, "needed")
	orphans = []string{job + "/chk-1/" + uuid(5), job + "/shared/" + uuid(2), job + "/shared/" + uuid(3), job + "/taskowned/" + uuid(4)}
	for _, o := range orphans {
		put(o, "orphan")
	}
	w := newWorld()
	b, err := w.snapshot(job+"/chk-2/_metadata", "file:"+needed).AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	put(job+"/chk-2/_metadata", string(b))
	return root, orphans
}

func gcOptions(t *testing.T) GCOptions {
	t.Helper()
	dir := t.TempDir()
	logs, err := storage.NewLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	return GCOptions{OlderThan: 24 * time.Hour, Now: gcNow, LogFS: logs, Log: filepath.ToSlash(dir) + "/gc.jsonl"}
}

// left are those of the files that are there.
func left(files []string) (list []string) {
	for _, f := range files {
		if _, err := os.Stat(f); err == nil {
			list = append(list, f)
		}
	}
	return list
}

func TestGC(t *testing.T) {
	root, orphans := gcTree(t)
	o := gcOptions(t)
	rep, err := GC(t.Context(), []string{root, root + "/" + job1}, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Orphans) != 4 || rep.Snapshots != 1 || rep.Files != 6 || rep.Bytes != 24 || rep.Deleted != 0 {
		t.Errorf("report %+v", rep)
	}
	if !slices.Equal(left(orphans), orphans) {
		t.Fatal("a dry run deleted")
	}
	o.Apply = true
	if rep, err = GC(t.Context(), []string{root}, o); err != nil || rep.Deleted != 4 || rep.Freed != 24 || len(rep.Skipped) != 0 {
		t.Fatalf("report %+v, %v", rep, err)
	}
	if len(left(orphans)) != 0 {
		t.Errorf("left %q", left(orphans))
	}
	if _, err := os.Stat(root + "/" + job1 + "/chk-1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty chk-N was left: %v", err)
	}
	for _, f := range []string{"/chk-2/_metadata", "/shared/" + uuid(1)} {
		if _, err := os.Stat(root + "/" + job1 + f); err != nil {
			t.Error(err)
		}
	}
	log, err := os.ReadFile(rep.Log)
	if err != nil || strings.Count(string(log), "\n") != 4 || !strings.Contains(string(log), `"path":"`+orphans[0]+`","bytes":6,`) {
		t.Errorf("log %s, %v", log, err)
	}
	if rep, err = GC(t.Context(), []string{root}, o); err != nil || len(rep.Orphans) != 0 || rep.Log != "" {
		t.Errorf("again: %+v, %v", rep, err)
	}
}

func TestGCStopsAtLimit(t *testing.T) {
	for _, tc := range []struct {
		files int
		bytes int64
		want  int
	}{{1, 0, 1}, {0, 13, 2}, {4, 24, 4}, {9, 5, 0}} {
		root, orphans := gcTree(t)
		o := gcOptions(t)
		o.Apply, o.MaxFiles, o.MaxBytes = true, tc.files, tc.bytes
		rep, err := GC(t.Context(), []string{root}, o)
		if err != nil || rep.Deleted != tc.want || len(left(orphans)) != 4-tc.want || (len(rep.Skipped) == 0) != (tc.want == 4) {
			t.Errorf("%d files, %d bytes: %+v, %v", tc.files, tc.bytes, rep, err)
		}
	}
}

// Where anything cannot be seen, nothing is reported and nothing deleted.
func TestGCReportsNothing(t *testing.T) {
	for _, tc := range []struct {
		name string
		set  func(t *testing.T, root string) error
		want error
	}{
		{"a _metadata that is cut", func(t *testing.T, root string) error { return os.Truncate(root+"/"+job1+"/chk-2/_metadata", 30) }, javaio.ErrCorrupt},
		{"a savepoint of another version", func(t *testing.T, root string) error {
			return errors.Join(os.Mkdir(root+"/sp", 0o777), os.WriteFile(root+"/sp/_metadata", []byte("\x49\x60\x67\x2d\x00\x00\x00\x63"), 0o666))
		}, javaio.ErrCorrupt},
		{"bytes after the end", func(t *testing.T, root string) error {
			f, err := os.OpenFile(root+"/"+job1+"/chk-2/_metadata", os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("more")
			return errors.Join(err, f.Close())
		}, javaio.ErrCorrupt},
		{"metadata of Flink 1.3 that is cut", func(t *testing.T, root string) error {
			return os.WriteFile(root+"/checkpoint_metadata-12", []byte("\x49\x60\x67\x2d\x00\x00"), 0o666)
		}, javaio.ErrCorrupt},
		{"a link that leads elsewhere", func(t *testing.T, root string) error { return os.Symlink("/etc", root+"/job") }, fs.ErrPermission},
		{"no such root", func(t *testing.T, root string) error { return os.Rename(root, root+"2") }, fs.ErrNotExist},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root, orphans := gcTree(t)
			if err := tc.set(t, root); err != nil {
				t.Fatal(err)
			}
			o := gcOptions(t)
			o.Apply = true
			rep, err := GC(t.Context(), []string{root}, o)
			if rep != nil || !errors.Is(err, tc.want) {
				t.Errorf("%+v, %v; want %v", rep, err, tc.want)
			}
			if tc.want != fs.ErrNotExist && len(left(orphans)) != 4 {
				t.Error("something was deleted")
			}
			if _, err := os.Stat(o.Log); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a log was written: %v", err)
			}
		})
	}
	root, _ := gcTree(t)
	if err := os.WriteFile(root+"/savepoint-notes", []byte("text"), 0o666); err != nil {
		t.Fatal(err)
	}
	if rep, err := GC(t.Context(), []string{root}, gcOptions(t)); err != nil || len(rep.Orphans) != 4 {
		t.Errorf("a file that has the name of an old savepoint: %+v, %v", rep, err)
	}
}

// hooked calls a function when the log is written: what happens between finding and deleting.
type hooked struct {
	storage.FS
	f func()
}

func (h hooked) Create(ctx context.Context, path string) (storage.Writer, error) {
	h.f()
	return h.FS.Create(ctx, path)
}

// What changes after it was found is not deleted.
func TestGCLooksAgain(t *testing.T) {
	root, orphans := gcTree(t)
	o := gcOptions(t)
	o.Apply = true
	o.LogFS = hooked{o.LogFS, func() {
		w := newWorld()
		b, err := w.snapshot("/x/_metadata", "file:"+orphans[1]).AppendTo(nil)
		err = errors.Join(err, os.MkdirAll(root+"/"+job2+"/chk-3", 0o777), os.WriteFile(root+"/"+job2+"/chk-3/_metadata", b, 0o666),
			os.Remove(orphans[3]), os.WriteFile(orphans[2], []byte("longer than before"), 0o666), os.Chtimes(orphans[2], time.Time{}, gcNow.Add(-old)))
		if err != nil {
			t.Fatal(err)
		}
	}}
	rep, err := GC(t.Context(), []string{root}, o)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{orphans[1] + ": needed by now", orphans[2] + ": changed", orphans[3] + ": gone"}
	if rep.Deleted != 1 || !slices.Equal(rep.Skipped, want) || !slices.Equal(left(orphans), orphans[1:3]) {
		t.Errorf("deleted %d, skipped %q, left %q", rep.Deleted, rep.Skipped, left(orphans))
	}
}

func TestGCNeedsLog(t *testing.T) {
	root, orphans := gcTree(t)
	o := gcOptions(t)
	o.Apply = true
	o.LogFS = storage.ReadOnly(o.LogFS)
	if _, err := GC(t.Context(), []string{root}, o); !errors.Is(err, fs.ErrPermission) || len(left(orphans)) != 4 {
		t.Errorf("without a log: %v, left %q", err, left(orphans))
	}
}

func ExampleOrphans() {
	c := &metadata.Checkpoint{Version: 4}
	orphans, _ := Orphans(GCFacts{
		Files: []storage.Info{
			{Path: "/ckp/" + job1 + "/chk-1/_metadata", Size: 300},
			{Path: "/ckp/" + job1 + "/shared/0a3cd0fd-21ae-4a8c-8fb6-4d3d1c2a1f00", Size: 4096},
		},
		Snapshots: []GCSnapshot{{File: "/ckp/" + job1 + "/chk-1/_metadata", Checkpoint: c}},
		Now:       gcNow, OlderThan: 24 * time.Hour,
	})
	for _, o := range orphans {
		fmt.Println(filepath.Base(o.Path), o.Bytes, o.Why)
	}
	// Output: 0a3cd0fd-21ae-4a8c-8fb6-4d3d1c2a1f00 4096 no snapshot names it
}
