package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"ckpt/internal/fspath"
)

// Memory keeps files in memory and behaves as an object store: any URI or absolute path is a name, schemes that
// mean the same store are equal, and there are no directories apart from what lies below them. It has no clock:
// modification times are zero.
type Memory struct {
	mu    sync.Mutex
	files map[string]memoryObject // by identity
}

// memoryObject is a published file; its bytes never change.
type memoryObject struct {
	path  string
	bytes []byte
}

var _ FS = (*Memory)(nil)

// NewMemory returns an empty file system.
func NewMemory() *Memory { return &Memory{files: map[string]memoryObject{}} }

// find returns the file of a name.
func (m *Memory) find(ctx context.Context, op, name string) (memoryObject, error) {
	if ctx.Err() != nil {
		return memoryObject{}, pathError(op, name, context.Cause(ctx))
	}
	if !fspath.IsAbs(name) {
		return memoryObject{}, pathError(op, name, errors.New("not an absolute path"))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.files[fspath.Identity(name)]
	if !ok {
		return memoryObject{}, pathError(op, name, fs.ErrNotExist)
	}
	return o, nil
}

// Open opens a file.
func (m *Memory) Open(ctx context.Context, name string) (File, error) {
	o, err := m.find(ctx, "open", name)
	if err != nil {
		return nil, err
	}
	return &memoryFile{object: o}, nil
}

// Stat describes a file, or a directory if files lie below it.
func (m *Memory) Stat(ctx context.Context, name string) (Info, error) {
	o, err := m.find(ctx, "stat", name)
	if err == nil {
		return o.info(), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return Info{}, err
	}
	if len(m.below(name)) > 0 {
		return Info{Path: fspath.Clean(name), IsDir: true}, nil
	}
	return Info{}, err
}

func (o memoryObject) info() Info {
	return Info{Path: o.path, Size: int64(len(o.bytes)), ModTime: time.Time{}}
}

// Remove deletes a file.
func (m *Memory) Remove(ctx context.Context, name string) error {
	if _, err := m.find(ctx, "remove", name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, fspath.Identity(name))
	return nil
}

// below returns the files below a directory, their paths as if it was asked for by this name.
func (m *Memory) below(dir string) []memoryObject {
	id, name := fspath.Identity(dir), fspath.Clean(dir)
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []memoryObject
	for key, o := range m.files {
		if rest, ok := fspath.Below(id, key); ok && rest != "" {
			out = append(out, memoryObject{path: fspath.Join(name, rest), bytes: o.bytes})
		}
	}
	slices.SortFunc(out, func(a, b memoryObject) int { return cmp.Compare(a.path, b.path) })
	return out
}

// List yields the files whose names begin with dir and a slash; what they have in common up to the next slash is a directory.
func (m *Memory) List(ctx context.Context, dir string, recursive bool) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		_, err := m.find(ctx, "list", dir)
		objects := m.below(dir)
		switch {
		case err == nil:
			yield(Info{}, pathError("list", dir, fmt.Errorf("%w: not a directory", fs.ErrInvalid)))
			return
		case !errors.Is(err, fs.ErrNotExist) || len(objects) == 0:
			yield(Info{}, err)
			return
		}
		last := ""
		for _, o := range objects {
			info := o.info()
			rest, _ := fspath.Below(fspath.Clean(dir), o.path)
			if first, _, deeper := strings.Cut(rest, "/"); deeper && !recursive {
				info = Info{Path: fspath.Join(dir, first), IsDir: true}
			}
			if info.IsDir && info.Path == last {
				continue
			}
			last = info.Path
			if !yield(info, nil) {
				return
			}
		}
	}
}

// Create begins a file.
func (m *Memory) Create(ctx context.Context, name string) (Writer, error) {
	if ctx.Err() != nil {
		return nil, pathError("create", name, context.Cause(ctx))
	}
	if !fspath.IsAbs(name) {
		return nil, pathError("create", name, errors.New("not an absolute path"))
	}
	return &memoryWriter{m: m, name: fspath.Clean(name)}, nil
}

type memoryFile struct{ object memoryObject }

func (f *memoryFile) Size() int64  { return int64(len(f.object.bytes)) }
func (f *memoryFile) Close() error { return nil }

func (f *memoryFile) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	if ctx.Err() != nil {
		return 0, pathError("read", f.object.path, context.Cause(ctx))
	}
	n, end, err := clip(p, off, f.Size())
	if err != nil {
		return 0, pathError("read", f.object.path, err)
	}
	copy(p[:n], f.object.bytes[min(off, f.Size()):])
	return n, end
}

type memoryWriter struct {
	m     *Memory
	name  string
	bytes []byte
	ended bool
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	if w.ended {
		return 0, pathError("write", w.name, fs.ErrClosed)
	}
	w.bytes = append(w.bytes, p...)
	return len(p), nil
}

func (w *memoryWriter) Commit(ctx context.Context) error {
	if w.ended {
		return pathError("commit", w.name, fs.ErrClosed)
	}
	w.ended = true
	if ctx.Err() != nil {
		return pathError("commit", w.name, context.Cause(ctx))
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	w.m.files[fspath.Identity(w.name)] = memoryObject{path: w.name, bytes: w.bytes}
	return nil
}

func (w *memoryWriter) Abort() error {
	w.ended, w.bytes = true, nil
	return nil
}
