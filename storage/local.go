package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"ckpt/internal/fspath"
)

// Local is the local file system, confined to the directories it was made with: a path that resolves elsewhere,
// through "..", as an absolute path or through a symbolic link, is refused with ErrOutside.
type Local struct {
	roots []*localRoot
	mkdir sync.Mutex                            // a directory is durable before another writer relies on it
	step  func(op, name string) (failure error) // nil but in tests: called before each step of publishing
}

var _ FS = (*Local)(nil)

// NewLocal returns the local file system below the given directories. They need not exist yet: the first Create
// below one makes it. Relative directories are relative to the working directory.
func NewLocal(roots ...string) (*Local, error) {
	l := &Local{}
	for _, name := range roots {
		if scheme, _, _ := fspath.Split(fspath.Clean(name)); scheme != "" {
			return nil, unsupportedScheme(name)
		}
		abs, err := filepath.Abs(fspath.Clean(name))
		if err != nil {
			return nil, err
		}
		l.roots = append(l.roots, &localRoot{name: fspath.Clean(filepath.ToSlash(abs))})
	}
	return l, nil
}

// Close releases the directories. Files that are open stay so.
func (l *Local) Close() error {
	var errs []error
	for _, r := range l.roots {
		errs = append(errs, r.close())
	}
	return errors.Join(errs...)
}

// localRoot is one directory that may be read and written, opened when it is first needed and there.
type localRoot struct {
	name string // absolute, clean, as it was named
	mu   sync.Mutex
	real string // without symbolic links, once it exists
	dir  *os.Root
}

func (r *localRoot) open() (*os.Root, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dir != nil {
		return r.dir, nil
	}
	dir, err := os.OpenRoot(r.name)
	if err != nil {
		return nil, err
	}
	r.dir = dir
	return dir, nil
}

// make opens the directory and makes it first where it is missing.
func (r *localRoot) make() (*os.Root, error) {
	dir, err := r.open()
	if !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	if err := os.MkdirAll(r.name, 0o777); err != nil {
		return nil, err
	}
	return r.open()
}

func (r *localRoot) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dir == nil {
		return nil
	}
	err := r.dir.Close()
	r.dir = nil
	return err
}

// below returns the path relative to the root if it lies in it by name, or by the name that remains when
// the symbolic links of the root itself are followed.
func (r *localRoot) below(p string) (rel string, ok bool) {
	if rel, ok = fspath.Below(r.name, p); ok {
		return rel, true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.real == "" {
		real, err := filepath.EvalSymlinks(r.name)
		if err != nil {
			return "", false
		}
		r.real = filepath.ToSlash(real)
	}
	return fspath.Below(r.real, p)
}

// place is a path inside a root.
type place struct {
	root *localRoot
	full string // clean and absolute
	rel  string // relative to the root, "." for the root itself
}

// resolve finds the root that a path lies in. Symbolic links are followed, and confined, by os.Root later on.
func (l *Local) resolve(p string) (place, error) {
	full := fspath.Clean(p)
	if scheme, _, _ := fspath.Split(full); scheme != "" {
		return place{}, unsupportedScheme(p)
	}
	if !strings.HasPrefix(full, "/") {
		return place{}, pathError("open", p, errors.New("not an absolute path"))
	}
	best := place{}
	for _, r := range l.roots {
		if rel, ok := r.below(full); ok && (best.root == nil || len(rel) < len(best.rel)) {
			best = place{root: r, full: full, rel: rel}
		}
	}
	if best.root == nil {
		return place{}, outside(p)
	}
	if best.rel == "" {
		best.rel = "."
	}
	return best, nil
}

// escapes is the message of the error, not exported by package os, with which os.Root refuses to leave its directory.
const escapes = "path escapes from parent"

// fail turns an error of package os into one that names the whole path.
func (p place) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok && pe.Err.Error() == escapes {
		return outside(p.full)
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		err = le.Err
	}
	return pathError(op, p.full, err)
}

// at resolves a path and opens its root.
func (l *Local) at(ctx context.Context, op, name string) (place, *os.Root, error) {
	if err := ctx.Err(); err != nil {
		return place{}, nil, pathError(op, name, context.Cause(ctx))
	}
	p, err := l.resolve(name)
	if err != nil {
		return place{}, nil, err
	}
	dir, err := p.root.open()
	return p, dir, p.fail(op, err)
}

// Open opens a regular file.
func (l *Local) Open(ctx context.Context, name string) (File, error) {
	p, dir, err := l.at(ctx, "open", name)
	if err != nil {
		return nil, err
	}
	// Without O_NONBLOCK a named pipe would be waited for until somebody writes to it.
	f, err := dir.OpenFile(p.rel, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, p.fail("open", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: not a regular file but %s", fs.ErrInvalid, kindOf(info.Mode()))
	}
	if err != nil {
		return nil, errors.Join(p.fail("open", err), f.Close())
	}
	return &localFile{f: f, place: p, size: info.Size()}, nil
}

func kindOf(m fs.FileMode) string {
	if m.IsDir() {
		return "a directory"
	}
	return m.Type().String()
}

// Stat describes a file or directory; symbolic links are followed.
func (l *Local) Stat(ctx context.Context, name string) (Info, error) {
	p, dir, err := l.at(ctx, "stat", name)
	if err != nil {
		return Info{}, err
	}
	info, err := dir.Stat(p.rel)
	if err != nil {
		return Info{}, p.fail("stat", err)
	}
	return infoOf(p.full, info), nil
}

func infoOf(full string, info fs.FileInfo) Info {
	i := Info{Path: full, Size: info.Size(), ModTime: info.ModTime(), IsDir: info.IsDir()}
	if i.IsDir {
		i.Size = 0
	}
	return i
}

// Remove deletes a file or an empty directory, but no root.
func (l *Local) Remove(ctx context.Context, name string) error {
	p, dir, err := l.at(ctx, "remove", name)
	if err != nil {
		return err
	}
	if p.rel == "." {
		return pathError("remove", p.full, fmt.Errorf("%w: the directory was named itself", fs.ErrInvalid))
	}
	return p.fail("remove", dir.Remove(p.rel))
}

// localFile reads with pread.
type localFile struct {
	f     *os.File
	place place
	size  int64
}

func (f *localFile) Size() int64 { return f.size }

func (f *localFile) Close() error { return f.place.fail("close", f.f.Close()) }

// ReadAt reads no further than the size at Open; a file that has become shorter since is io.ErrUnexpectedEOF.
func (f *localFile) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	if ctx.Err() != nil {
		return 0, pathError("read", f.place.full, context.Cause(ctx))
	}
	n, end, err := clip(p, off, f.size)
	if err != nil {
		return 0, pathError("read", f.place.full, err)
	}
	got, err := f.f.ReadAt(p[:n], off)
	switch {
	case err == nil && got == n:
		return got, end
	case err == nil || errors.Is(err, io.EOF):
		err = fmt.Errorf("%w at %d: the file had %d bytes when it was opened", io.ErrUnexpectedEOF, off+int64(got), f.size)
	}
	return got, pathError("read", f.place.full, err)
}

// clip says how many bytes of a read of p at off lie in a file of the given size; end is io.EOF if not all do.
func clip(p []byte, off, size int64) (n int, end, err error) {
	if off < 0 {
		return 0, nil, fmt.Errorf("%w: negative offset %d", fs.ErrInvalid, off)
	}
	if rest := size - off; int64(len(p)) > rest {
		return int(max(rest, 0)), io.EOF, nil
	}
	return len(p), nil, nil
}

// tempName is a name beside name for a file that is not finished. List does not show it.
func tempName(name, unique string) string {
	dir, base := path.Split(name)
	const longest = 255 // bytes in a name on every file system that matters
	if room := longest - len("."+tempMark+unique); len(base) > room {
		base = base[:room]
	}
	return dir + "." + base + tempMark + unique
}

// tempMark stands in the names of unfinished files, as in Flink's own ("._metadata.inprogress.<uuid>"),
// whose readers ignore such names.
const tempMark = ".inprogress.ckpt-"

func isTemp(base string) bool {
	return strings.HasPrefix(base, ".") && strings.Contains(base, tempMark)
}
