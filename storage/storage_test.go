package storage_test

import (
	"testing"

	"ckpt/internal/faultfs"
	"ckpt/storage"
	"ckpt/storage/storagetest"
)

func newLocal(t *testing.T, roots ...string) *storage.Local {
	t.Helper()
	l, err := storage.NewLocal(roots...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// TestConformance runs the suite on every implementation and wrapper.
func TestConformance(t *testing.T) {
	for _, tc := range []struct {
		name string
		fs   func(t *testing.T) storagetest.Target
	}{
		{"local", func(t *testing.T) storagetest.Target {
			dir := t.TempDir()
			return storagetest.Target{FS: newLocal(t, dir), Root: dir}
		}},
		{"local, root missing", func(t *testing.T) storagetest.Target {
			dir := t.TempDir() + "/not/yet"
			return storagetest.Target{FS: newLocal(t, dir), Root: dir}
		}},
		{"local, below its root", func(t *testing.T) storagetest.Target {
			dir := t.TempDir()
			return storagetest.Target{FS: newLocal(t, dir, dir+"/other"), Root: dir + "/sub"}
		}},
		{"memory", func(t *testing.T) storagetest.Target {
			return storagetest.Target{FS: storage.NewMemory(), Root: "s3a://bucket/dir"}
		}},
		{"memory, bare", func(t *testing.T) storagetest.Target {
			return storagetest.Target{FS: storage.NewMemory(), Root: "/dir"}
		}},
		{"read-only", func(t *testing.T) storagetest.Target {
			m := storage.NewMemory()
			return storagetest.Target{FS: storage.ReadOnly(m), Root: "gs://b/d", Fill: m}
		}},
		{"mapped", func(t *testing.T) storagetest.Target {
			dir := t.TempDir()
			return storagetest.Target{
				FS:   storage.Mapped(newLocal(t, dir), []storage.Mapping{{From: "s3://old/job", To: "file://" + dir}}),
				Root: "s3p://old/job/x",
			}
		}},
		{"mapped, name not mapped", func(t *testing.T) storagetest.Target {
			dir := t.TempDir()
			return storagetest.Target{FS: storage.Mapped(newLocal(t, dir), []storage.Mapping{{From: "/old", To: dir}}), Root: dir}
		}},
		{"counting", func(t *testing.T) storagetest.Target {
			return storagetest.Target{FS: storage.Counting(storage.NewMemory()), Root: "/d"}
		}},
		{"faultfs without faults", func(t *testing.T) storagetest.Target {
			dir := t.TempDir()
			return storagetest.Target{FS: faultfs.New(newLocal(t, dir), faultfs.Plan{}), Root: dir}
		}},
		{"open", func(t *testing.T) storagetest.Target {
			dir := t.TempDir()
			fsys, path, err := storage.Open("file:"+dir, storage.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return storagetest.Target{FS: fsys, Root: path, Fill: newLocal(t, dir)}
		}},
		{"open for output", func(t *testing.T) storagetest.Target {
			fsys, path, err := storage.Open(t.TempDir()+"/out", storage.Options{Write: true})
			if err != nil {
				t.Fatal(err)
			}
			return storagetest.Target{FS: fsys, Root: path}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) { storagetest.Run(t, tc.fs) })
	}
}
