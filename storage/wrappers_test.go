package storage_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/storage"
)

func put(t *testing.T, fsys storage.FS, path, content string) {
	t.Helper()
	w, err := fsys.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(w, content)
	if err := errors.Join(err, w.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestParseMapping(t *testing.T) {
	for _, tc := range []struct{ in, from, to string }{ // from empty: an error
		{"s3://old/=file:///new/", "s3://old", "/new"},
		{"/a=/b", "/a", "/b"},
		{"/a=b/c", "/a", "b/c"},
		{"file:/a//=file:/b", "/a", "/b"},
		{"s3://b/dt=2020=/data/dt=2020", "s3://b/dt=2020", "/data/dt=2020"},
		{"s3://b/dt=2020/x=s3a://c", "s3://b/dt=2020/x", "s3a://c"},
		{"/a", "", ""}, {"", "", ""}, {"=", "", ""}, {"=/b", "", ""}, {"/a=", "", ""}, {"a=/b", "", ""}, {"/a=/b=/c", "", ""}, {"/a=b=c", "", ""},
	} {
		m, err := storage.ParseMapping(tc.in)
		if (err == nil) != (tc.from != "") || m.From != tc.from || m.To != tc.to {
			t.Errorf("ParseMapping(%q) = %+v, %v", tc.in, m, err)
		}
		if err == nil {
			if again, err := storage.ParseMapping(m.String()); err != nil || again != m {
				t.Errorf("%q parses as %+v, %v", m, again, err)
			}
		}
	}
}

func TestMapped(t *testing.T) {
	m := storage.NewMemory()
	for _, path := range []string{"/new/x", "/deep/x", "/old2/x", "/bucket/chk-1/x", "/chain/x"} {
		put(t, m, path, path)
	}
	fsys := storage.Mapped(m, []storage.Mapping{
		{From: "/old", To: "/new"},
		{From: "file:///old/a/b/", To: "/deep"},
		{From: "s3://bucket", To: "/bucket"},
		{From: "/new", To: "/chain"},
		{From: "s3a://one/file", To: "/new/x"},
	})
	for path, want := range map[string]string{
		"/old/x":                  "/new/x", // not mapped on to /chain
		"/new/x":                  "/chain/x",
		"/old/a/b/x":              "/deep/x",
		"file:/old//./a/../x":     "/new/x",
		"/old2/x":                 "/old2/x",
		"s3://bucket/chk-1/x":     "/bucket/chk-1/x",
		"s3a://bucket/chk-1//x":   "/bucket/chk-1/x",
		"s3p://bucket/chk-1/x":    "/bucket/chk-1/x",
		"s3p://one/file":          "/new/x",
		"file:///old/a/b/../../x": "/new/x",
		`\old\x`:                  "/new/x",
	} {
		b, err := storage.ReadFile(t.Context(), fsys, path, 100)
		if err != nil || string(b) != want {
			t.Errorf("%s reads %q, %v; want %s", path, b, err, want)
		}
	}
	for _, path := range []string{"s3://bucket2/chk-1/x", "gs://bucket/chk-1/x", "/old/y"} {
		if _, err := storage.ReadFile(t.Context(), fsys, path, 100); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if storage.Mapped(m, nil) != storage.FS(m) {
		t.Error("no mappings need no wrapper")
	}
}

func TestMemoryAliases(t *testing.T) {
	m := storage.NewMemory()
	put(t, m, "s3a://b/d/f", "1")
	put(t, m, "s3p://b//d/./f", "second")
	for _, path := range []string{"s3://b/d/f", "s3n://b/d/f"} {
		if info, err := m.Stat(t.Context(), path); err != nil || info.Size != 6 {
			t.Errorf("%s: %+v, %v", path, info, err)
		}
	}
	for info, err := range m.List(t.Context(), "s3://b", true) {
		if err != nil || info.Path != "s3://b/d/f" {
			t.Errorf("listed %+v, %v", info, err)
		}
	}
}

func TestCounting(t *testing.T) {
	c := storage.Counting(storage.NewMemory())
	put(t, c, "/d/f", "0123456789")
	before := c.Counts()
	if want := (storage.Counts{Creates: 1, Writes: 1, Commits: 1, BytesWritten: 10}); before != want || before.Requests() != 1 {
		t.Errorf("after writing: %+v", before)
	}
	f, err := c.Open(t.Context(), "/d/f")
	if err != nil {
		t.Fatal(err)
	}
	f.ReadAt(t.Context(), make([]byte, 4), 0)
	f.ReadAt(t.Context(), make([]byte, 4), 8)
	c.Stat(t.Context(), "/missing")
	c.Open(t.Context(), "/missing")
	for range c.List(t.Context(), "/d", true) {
	}
	c.Remove(t.Context(), "/d/f")
	got := c.Counts().Sub(before)
	if want := (storage.Counts{Opens: 2, Reads: 2, Lists: 1, Stats: 1, Removes: 1, BytesRead: 6}); got != want || got.Requests() != 7 {
		t.Errorf("after reading: %+v, %d requests", got, got.Requests())
	}
	w, err := c.Create(t.Context(), "/x")
	if err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if got := c.Counts().Aborts; got != 1 {
		t.Errorf("%d aborts", got)
	}
}

func TestOpen(t *testing.T) {
	base := t.TempDir()
	for _, dir := range []string{"job/chk-7", "job/shared", "job/taskowned", "job/chk-6", "elsewhere"} {
		path := filepath.Join(base, dir, "f")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(dir), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../job/chk-7/f", base+"/elsewhere/link"); err != nil {
		t.Fatal(err)
	}
	t.Chdir(base)
	elsewhere := storage.Mapping{From: "s3://gone", To: "elsewhere"}
	moved := storage.Mapping{From: "s3://bucket/ckp", To: base}
	for _, tc := range []struct {
		name, uri, path string
		o               storage.Options
		read            map[string]bool // relative to base unless a URI; whether it may be read
	}{
		{"directory", base + "/job/chk-7", base + "/job/chk-7", storage.Options{}, map[string]bool{
			"job/chk-7/f": true, "job/shared/f": true, "job/taskowned/f": true, "job/chk-6/f": false, "elsewhere/f": false}},
		{"file", base + "/job/chk-7/f", base + "/job/chk-7/f", storage.Options{}, map[string]bool{
			"job/chk-7/f": true, "job/shared/f": true, "elsewhere/f": false}},
		{"relative", "job/chk-7/", base + "/job/chk-7", storage.Options{}, map[string]bool{"job/chk-7/f": true}},
		{"URI", "file://" + base + "/job", base + "/job", storage.Options{}, map[string]bool{"job/chk-7/f": true, "job/chk-6/f": true, "elsewhere/f": false}},
		{"link to a file", "elsewhere/link", base + "/job/chk-7/f", storage.Options{}, map[string]bool{"job/shared/f": true, "elsewhere/f": false}},
		{"more roots", "job/chk-7", base + "/job/chk-7", storage.Options{Roots: []string{"elsewhere"}}, map[string]bool{"elsewhere/f": true, "job/chk-6/f": false}},
		{"mapping allows its target", "job/chk-7", base + "/job/chk-7", storage.Options{Map: []storage.Mapping{elsewhere}}, map[string]bool{
			"s3://gone/f": true, "s3a://gone/f": true, "s3://other/f": false, "elsewhere/f": true, "job/chk-6/f": false}},
		{"mapped itself", "s3a://bucket/ckp/job/chk-7", "s3a://bucket/ckp/job/chk-7", storage.Options{Map: []storage.Mapping{moved}}, map[string]bool{
			"s3a://bucket/ckp/job/chk-7/f": true, "s3://bucket/ckp/job/shared/f": true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fsys, path, err := storage.Open(tc.uri, tc.o)
			if err != nil || path != tc.path {
				t.Fatalf("Open = %s, %v; want %s", path, err, tc.path)
			}
			for name, ok := range tc.read {
				if !strings.Contains(name, "://") {
					name = base + "/" + name
				}
				if _, err := storage.ReadFile(t.Context(), fsys, name, 100); (err == nil) != ok {
					t.Errorf("%s: %v", name, err)
				}
			}
			if _, err := fsys.Create(t.Context(), path+"/new"); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("an input is writable: %v", err)
			}
		})
	}
}

func TestOpenForOutput(t *testing.T) {
	base := t.TempDir()
	for _, tc := range []struct {
		name string
		o    storage.Options
		path string
		ok   map[string]bool
	}{
		{"directory", storage.Options{Write: true}, base + "/out/dir", map[string]bool{"/out/dir/a/b": true, "/out/x": false, "/shared/x": false}},
		{"file", storage.Options{Write: true, File: true}, base + "/file/f", map[string]bool{"/file/f": true, "/x": false}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fsys, path, err := storage.Open(tc.path, tc.o)
			if err != nil || path != tc.path {
				t.Fatalf("Open = %s, %v", path, err)
			}
			if _, err := os.Stat(base + "/out"); tc.name == "directory" && err == nil {
				t.Error("opening made a directory")
			}
			for name, ok := range tc.ok {
				w, err := fsys.Create(t.Context(), base+name)
				if (err == nil) != ok {
					t.Errorf("%s: %v", name, err)
				}
				if err == nil {
					w.Abort()
				}
			}
		})
	}
}

func TestOpenUnsupported(t *testing.T) {
	for _, uri := range []string{"s3://bucket/job/chk-1", "gs://b/x", "hdfs://nn:8020/x", "hdfs:/x", "abfss://c@a/x", "oss://b/x", "file://host/x"} {
		_, _, err := storage.Open(uri, storage.Options{})
		fe, ok := errors.AsType[*javaio.FormatError](err)
		if !ok || !errors.Is(err, javaio.ErrUnsupported) || !strings.Contains(fe.Fix, "--map "+uri[:4]) {
			t.Errorf("Open(%s) = %v", uri, err)
		}
	}
	if _, _, err := storage.Open("", storage.Options{}); err == nil {
		t.Error("an empty path was opened")
	}
	for _, o := range []storage.Options{{Map: []storage.Mapping{{From: "/a", To: "s3://b"}}}, {Write: true}} {
		uri := "/a/chk-1"
		if o.Write {
			uri = "s3://b/out"
		}
		if _, _, err := storage.Open(uri, o); !errors.Is(err, javaio.ErrUnsupported) {
			t.Errorf("Open(%s, %+v) = %v", uri, o, err)
		}
	}
}
