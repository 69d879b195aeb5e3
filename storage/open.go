package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
)

// Options say how Open sees a place. The zero value reads one checkpoint.
type Options struct {
	// Map is applied to every path, that of the place itself included. Its local targets may be read.
	// Places opened for output are not mapped.
	Map []Mapping
	// Roots are more local directories that may be read, or written with Write.
	Roots []string
	// Write opens the place for output: it may be missing, and nothing else can be read or written.
	Write bool
	// File says that the path names a file, which may be missing: its directory is opened.
	// A file that exists needs no saying.
	File bool
}

// Open returns the file system for a path or URI that a user gave, and the path in the form which that file system
// takes. On the local file system only this much can be reached: the directory (that of the file, if the path is
// one), the directories "shared", "taskowned" and "dstl" beside it, where Flink keeps the files that checkpoints share, and
// what Options adds. Without Options.Write nothing can be changed.
func Open(uri string, o Options) (FS, string, error) {
	name, err := absolute(uri)
	if err != nil {
		return nil, "", err
	}
	if o.Write {
		dir, p := rootOf(name, o.File)
		local, err := NewLocal(append([]string{dir}, o.Roots...)...)
		return local, p, err
	}
	roots := o.Roots[:len(o.Roots):len(o.Roots)]
	mappings := make([]Mapping, len(o.Map))
	for i, m := range o.Map {
		if m.To, err = absolute(m.To); err != nil {
			return nil, "", err
		}
		if isLocal(m.To) {
			dir, _ := rootOf(m.To, false)
			roots = append(roots, dir)
		}
		mappings[i] = m
	}
	to := (&mapped{mappings: longestFirst(mappings)}).to(name)
	if !isLocal(to) {
		return nil, "", unsupportedScheme(uri)
	}
	dir, p := rootOf(to, o.File)
	if to != name {
		p = name // the mapping is applied again when it is used
	}
	local, err := NewLocal(append(roots, dir, fspath.Join(dir, "../shared"), fspath.Join(dir, "../taskowned"), fspath.Join(dir, "../dstl"))...)
	if err != nil {
		return nil, "", err
	}
	return ReadOnly(Mapped(local, mappings)), p, nil
}

// absolute makes a local path absolute and normalises any.
func absolute(p string) (string, error) {
	if p == "" {
		return "", errors.New("empty path")
	}
	p = fspath.Clean(p)
	if fspath.IsAbs(p) {
		return p, nil
	}
	abs, err := filepath.Abs(p)
	return fspath.Clean(filepath.ToSlash(abs)), err
}

func isLocal(p string) bool {
	scheme, _, _ := fspath.Split(p)
	return scheme == ""
}

// rootOf returns the directory to open for a local path. A file that is a symbolic link is followed: the user named it,
// so its target may be read, and what lies beside it is looked for beside the target.
func rootOf(p string, file bool) (dir, resolved string) {
	info, err := os.Stat(p)
	switch {
	case err == nil && info.IsDir():
		return p, p
	case err != nil && !file:
		return p, p
	}
	if real, err := filepath.EvalSymlinks(p); err == nil {
		if link, err := os.Lstat(p); err == nil && link.Mode().Type() == os.ModeSymlink {
			p = filepath.ToSlash(real)
		}
	}
	return fspath.Dir(p), p
}

// ReadFile returns the whole of a file of at most limit bytes.
func ReadFile(ctx context.Context, fsys FS, path string, limit int64) ([]byte, error) {
	f, err := fsys.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Size() > limit {
		err := fmt.Errorf("%w: %d bytes, more than the limit of %d", javaio.ErrUnsupported, f.Size(), limit)
		return nil, &javaio.FormatError{File: path, Offset: -1, Err: err}
	}
	b := make([]byte, f.Size())
	if n, err := f.ReadAt(ctx, b, 0); n < len(b) {
		return nil, err
	}
	return b, nil
}
