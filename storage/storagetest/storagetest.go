// Package storagetest is the conformance suite of storage.FS: every implementation and every wrapper passes it.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"ckpt/storage"
)

// Target is a file system under test.
type Target struct {
	FS storage.FS
	// Root is an empty directory, in the form that Info.Path has, below which the suite works. It may be missing.
	Root string
	// Fill writes the files that are then read through FS. Nil: FS itself; otherwise FS must refuse all changes.
	Fill storage.FS
}

// Run runs the suite; newFS returns a fresh target for each test.
func Run(t *testing.T, newFS func(t *testing.T) Target) {
	for _, tc := range []struct {
		name string
		run  func(*suite)
	}{
		{"read", (*suite).read},
		{"read by range", (*suite).readRanges},
		{"read from many goroutines", (*suite).readConcurrently},
		{"missing", (*suite).missing},
		{"stat", (*suite).stat},
		{"list", (*suite).list},
		{"list stops", (*suite).listStops},
		{"list in byte order", (*suite).listOrder},
		{"directory is no file", (*suite).directory},
		{"cancelled context", (*suite).cancelled},
		{"relative path", (*suite).relative},
		{"refuses changes", (*suite).refusesChanges},
		{"invisible until commit", (*suite).invisible},
		{"abort", (*suite).abort},
		{"replace", (*suite).replace},
		{"open file keeps its content", (*suite).keeps},
		{"writer ends once", (*suite).endsOnce},
		{"create from many goroutines", (*suite).createConcurrently},
		{"remove", (*suite).remove},
	} {
		t.Run(tc.name, func(t *testing.T) {
			target := newFS(t)
			s := &suite{T: t, ctx: t.Context(), FS: target.FS, root: target.Root, fill: target.Fill}
			if s.fill == nil {
				s.fill, s.writable = s.FS, true
			}
			tc.run(s)
		})
	}
}

type suite struct {
	*testing.T
	storage.FS
	ctx      context.Context
	root     string
	fill     storage.FS
	writable bool
}

func (s *suite) path(name string) string { return s.root + "/" + name }

// put makes a file.
func (s *suite) put(name string, content []byte) string {
	s.Helper()
	w, err := s.fill.Create(s.ctx, s.path(name))
	if err != nil {
		s.Fatal(err)
	}
	for part := range slices.Chunk(content, 1000) {
		if n, err := w.Write(part); err != nil || n != len(part) {
			s.Fatalf("Write = %d, %v", n, err)
		}
	}
	if err := w.Commit(s.ctx); err != nil {
		s.Fatal(err)
	}
	return s.path(name)
}

// content reads a file.
func (s *suite) content(path string) []byte {
	s.Helper()
	b, err := storage.ReadFile(s.ctx, s, path, 1<<20)
	if err != nil {
		s.Fatal(err)
	}
	return b
}

func (s *suite) open(path string) storage.File {
	s.Helper()
	f, err := s.Open(s.ctx, path)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := f.Close(); err != nil {
			s.Error(err)
		}
	})
	return f
}

func pattern(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// wantError checks the class of an error and that it names its path.
func (s *suite) wantError(err, class error, path string) {
	s.Helper()
	if !errors.Is(err, class) {
		s.Errorf("err = %v, want %v", err, class)
		return
	}
	if !strings.Contains(err.Error(), path) {
		s.Errorf("%q does not name %s", err, path)
	}
}

func (s *suite) read() {
	for _, n := range []int{0, 1, 999, 1000, 70_000} {
		want := pattern(n)
		path := s.put(fmt.Sprintf("a/b/file-%d", n), want)
		if got := s.content(path); !bytes.Equal(got, want) {
			s.Errorf("read %d bytes, not the %d that were written", len(got), n)
		}
	}
	if _, err := storage.ReadFile(s.ctx, s, s.path("a/b/file-1000"), 999); err == nil {
		s.Error("ReadFile read more than its limit")
	}
}

func (s *suite) readRanges() {
	data := pattern(1000)
	f := s.open(s.put("f", data))
	if f.Size() != 1000 {
		s.Fatalf("Size = %d", f.Size())
	}
	for _, tc := range []struct {
		off, n, want int
		err          error
	}{
		{0, 1000, 1000, nil}, {10, 0, 0, nil}, {990, 10, 10, nil}, {990, 11, 10, io.EOF}, {0, 2000, 1000, io.EOF},
		{1000, 1, 0, io.EOF}, {5000, 1, 0, io.EOF}, {-1, 1, 0, fs.ErrInvalid},
	} {
		p := make([]byte, tc.n)
		n, err := f.ReadAt(s.ctx, p, int64(tc.off))
		if n != tc.want || !errors.Is(err, tc.err) {
			s.Errorf("ReadAt(%d bytes at %d) = %d, %v; want %d, %v", tc.n, tc.off, n, err, tc.want, tc.err)
			continue
		}
		if n > 0 && !bytes.Equal(p[:n], data[tc.off:tc.off+n]) {
			s.Errorf("ReadAt(%d bytes at %d): wrong bytes", tc.n, tc.off)
		}
	}
}

func (s *suite) readConcurrently() {
	data := pattern(64_000)
	f := s.open(s.put("f", data))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			p := make([]byte, 1000)
			for off := i * 1000; off < len(data); off += 8000 {
				if _, err := f.ReadAt(s.ctx, p, int64(off)); err != nil || !bytes.Equal(p, data[off:off+1000]) {
					s.Errorf("at %d: err = %v, or wrong bytes", off, err)
				}
			}
		})
	}
	wg.Wait()
}

func (s *suite) missing() {
	s.put("there", nil)
	for _, name := range []string{"missing", "missing/below", "the", "there2"} {
		path := s.path(name)
		_, err := s.Open(s.ctx, path)
		s.wantError(err, fs.ErrNotExist, path)
		_, err = s.Stat(s.ctx, path)
		s.wantError(err, fs.ErrNotExist, path)
		_, err = s.collect(path, true)
		s.wantError(err, fs.ErrNotExist, path)
		_, err = s.collect(path, false)
		s.wantError(err, fs.ErrNotExist, path)
	}
}

func (s *suite) stat() {
	path := s.put("dir/file", pattern(123))
	info, err := s.Stat(s.ctx, path)
	if err != nil || info.Path != path || info.Size != 123 || info.IsDir {
		s.Errorf("Stat = %+v, %v", info, err)
	}
	info, err = s.Stat(s.ctx, s.path("dir"))
	if err != nil || info.Path != s.path("dir") || info.Size != 0 || !info.IsDir {
		s.Errorf("Stat of a directory = %+v, %v", info, err)
	}
}

// collect lists a directory; directories end with a slash.
func (s *suite) collect(dir string, recursive bool) ([]string, error) {
	var names []string
	for info, err := range s.List(s.ctx, dir, recursive) {
		if err != nil {
			return names, err
		}
		name := info.Path
		if info.IsDir {
			name += "/"
		}
		names = append(names, name)
	}
	return names, nil
}

func (s *suite) wantList(dir string, recursive bool, want ...string) {
	s.Helper()
	for i := range want {
		want[i] = s.path(want[i])
	}
	got, err := s.collect(dir, recursive)
	if err != nil || !slices.Equal(got, want) {
		s.Errorf("List(%s, %t) = %v, %v; want %v", dir, recursive, got, err, want)
	}
}

func (s *suite) list() {
	for i, name := range []string{"b", "d/2", "d/1", "d/e/f/g", "a"} {
		s.put(name, pattern(i+1))
	}
	s.wantList(s.root, true, "a", "b", "d/1", "d/2", "d/e/f/g")
	s.wantList(s.root+"/", false, "a", "b", "d/")
	s.wantList(s.path("d"), false, "d/1", "d/2", "d/e/")
	s.wantList(s.path("d/e"), true, "d/e/f/g")
	for info, err := range s.List(s.ctx, s.root, true) {
		stat, statErr := s.Stat(s.ctx, info.Path)
		if err != nil || statErr != nil || stat != info {
			s.Errorf("listed %+v, %v; stat %+v, %v", info, err, stat, statErr)
		}
		s.content(info.Path) // opens under the name that was listed
	}
}

func (s *suite) listStops() {
	for _, name := range []string{"a", "d/1", "d/2", "e"} {
		s.put(name, nil)
	}
	for stop := 1; stop <= 4; stop++ {
		n := 0
		for range s.List(s.ctx, s.root, true) {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			s.Errorf("stopped after %d of %d", n, stop)
		}
	}
}

// A walk by directory puts "a/x" before "a-b" and "a.b"; the order of paths does not.
func (s *suite) listOrder() {
	names := []string{"a-b", "a.b", "a/x", "a0", "aa", "\u00e9", "\uffee"}
	for _, name := range []string{"aa", "a/x", "\uffee", "a0", "a.b", "\u00e9", "a-b"} {
		s.put(name, nil)
	}
	s.wantList(s.root, true, slices.Clone(names)...)
	names[2] = "a/"
	s.wantList(s.root, false, names...)
}

func (s *suite) directory() {
	path := s.put("dir/file", nil)
	if f, err := s.Open(s.ctx, s.path("dir")); err == nil {
		s.Error("a directory opened as a file", f.Close())
	}
	if _, err := s.collect(path, true); err == nil {
		s.Error("a file was listed")
	}
}

func (s *suite) cancelled() {
	path := s.put("f", pattern(10))
	f := s.open(path)
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	check := func(op string, err error) {
		if !errors.Is(err, context.Canceled) {
			s.Errorf("%s = %v, want the context's error", op, err)
		}
	}
	_, err := s.Open(ctx, path)
	check("Open", err)
	_, err = s.Stat(ctx, path)
	check("Stat", err)
	_, err = f.ReadAt(ctx, make([]byte, 1), 0)
	check("ReadAt", err)
	for _, err := range s.List(ctx, s.root, true) {
		check("List", err)
	}
	if !s.writable {
		return
	}
	_, err = s.Create(ctx, s.path("g"))
	check("Create", err)
	check("Remove", s.Remove(ctx, path))
	w, err := s.Create(s.ctx, s.path("g"))
	if err != nil {
		s.Fatal(err)
	}
	check("Commit", w.Commit(ctx))
	s.wantList(s.root, true, "f")
}

func (s *suite) relative() {
	for _, path := range []string{"x/y", "", "../x"} {
		if f, err := s.Open(s.ctx, path); err == nil {
			s.Errorf("%q opened: %v", path, f.Close())
		}
	}
}

func (s *suite) refusesChanges() {
	if s.writable {
		s.Skip("the target is writable")
	}
	path := s.put("f", pattern(10))
	_, err := s.Create(s.ctx, s.path("g"))
	s.wantError(err, fs.ErrPermission, s.path("g"))
	s.wantError(s.Remove(s.ctx, path), fs.ErrPermission, path)
	s.wantList(s.root, true, "f")
}

func (s *suite) create(name string) storage.Writer {
	s.Helper()
	if !s.writable {
		s.Skip("the target is read-only")
	}
	w, err := s.Create(s.ctx, s.path(name))
	if err != nil {
		s.Fatal(err)
	}
	return w
}

func (s *suite) write(w storage.Writer, content string) {
	s.Helper()
	if n, err := io.WriteString(w, content); err != nil || n != len(content) {
		s.Fatalf("Write = %d, %v", n, err)
	}
}

func (s *suite) invisible() {
	w := s.create("dir/f")
	s.put("dir/other", nil)
	s.write(w, "content")
	if _, err := s.Stat(s.ctx, s.path("dir/f")); !errors.Is(err, fs.ErrNotExist) {
		s.Errorf("before Commit: %v", err)
	}
	s.wantList(s.root, true, "dir/other")
	s.wantList(s.path("dir"), false, "dir/other")
	if err := w.Commit(s.ctx); err != nil {
		s.Fatal(err)
	}
	s.wantList(s.root, true, "dir/f", "dir/other")
	if got := s.content(s.path("dir/f")); string(got) != "content" {
		s.Errorf("content = %q", got)
	}
}

func (s *suite) abort() {
	w := s.create("f")
	s.write(w, "content")
	if err := w.Abort(); err != nil {
		s.Fatal(err)
	}
	s.put("g", nil)
	s.wantList(s.root, true, "g")
	w = s.create("g")
	s.write(w, "other")
	if err := errors.Join(w.Abort(), w.Abort()); err != nil {
		s.Error(err)
	}
	if got := s.content(s.path("g")); len(got) != 0 {
		s.Errorf("an aborted writer replaced the file: %q", got)
	}
}

func (s *suite) replace() {
	w := s.create("f")
	s.write(w, "second")
	path := s.put("f", []byte("the first"))
	if err := w.Commit(s.ctx); err != nil {
		s.Fatal(err)
	}
	if got := s.content(path); string(got) != "second" {
		s.Errorf("content = %q", got)
	}
	s.wantList(s.root, true, "f")
}

func (s *suite) keeps() {
	w := s.create("f")
	s.write(w, "new and longer")
	f := s.open(s.put("f", []byte("old")))
	if err := w.Commit(s.ctx); err != nil {
		s.Fatal(err)
	}
	p := make([]byte, 3)
	if n, err := f.ReadAt(s.ctx, p, 0); n != 3 || err != nil || string(p) != "old" || f.Size() != 3 {
		s.Errorf("ReadAt = %q, %v, size %d", p[:n], err, f.Size())
	}
}

func (s *suite) endsOnce() {
	w := s.create("f")
	s.write(w, "x")
	if err := w.Commit(s.ctx); err != nil {
		s.Fatal(err)
	}
	if err := w.Abort(); err != nil {
		s.Errorf("Abort after Commit: %v", err)
	}
	s.wantList(s.root, true, "f")
	if _, err := w.Write([]byte("y")); !errors.Is(err, fs.ErrClosed) {
		s.Errorf("Write after Commit: %v", err)
	}
	if err := w.Commit(s.ctx); !errors.Is(err, fs.ErrClosed) {
		s.Errorf("second Commit: %v", err)
	}
	w = s.create("g")
	if err := w.Abort(); err != nil {
		s.Fatal(err)
	}
	if err := w.Commit(s.ctx); !errors.Is(err, fs.ErrClosed) {
		s.Errorf("Commit after Abort: %v", err)
	}
	s.wantList(s.root, true, "f")
}

func (s *suite) createConcurrently() {
	s.create("warm").Abort()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for _, name := range []string{"same/deep/dir/own-%d", "same/deep/dir/shared"} {
				if strings.Contains(name, "%") {
					name = fmt.Sprintf(name, i)
				}
				w, err := s.Create(s.ctx, s.path(name))
				if err != nil {
					s.Error(err)
					return
				}
				_, err = w.Write(bytes.Repeat([]byte{byte('0' + i)}, 5000))
				if err := errors.Join(err, w.Commit(s.ctx)); err != nil {
					s.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b := s.content(s.path("same/deep/dir/shared"))
	if len(b) != 5000 || len(bytes.Trim(b, string(b[:1]))) != 0 {
		s.Errorf("a mixture of writers was published")
	}
	if names, err := s.collect(s.root, true); len(names) != 9 || err != nil {
		s.Errorf("listed %v, %v", names, err)
	}
}

func (s *suite) remove() {
	if !s.writable {
		s.Skip("the target is read-only")
	}
	path := s.put("d/f", nil)
	s.put("d/g", nil)
	if err := s.Remove(s.ctx, path); err != nil {
		s.Error(err)
	}
	s.wantError(s.Remove(s.ctx, path), fs.ErrNotExist, path)
	if err := s.Remove(s.ctx, s.path("d")); err == nil {
		s.Error("a directory with a file was removed")
	}
	s.wantList(s.root, true, "d/g")
}
