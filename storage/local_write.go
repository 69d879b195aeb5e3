package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// Create begins a file under a temporary name beside its own, making the directories above it. Commit syncs and
// closes it, renames it and syncs the directory, so that after a crash the file is whole or the old one.
// Abort leaves the directories. Writes are not buffered.
func (l *Local) Create(ctx context.Context, name string) (Writer, error) {
	if ctx.Err() != nil {
		return nil, pathError("create", name, context.Cause(ctx))
	}
	p, err := l.resolve(name)
	if err != nil {
		return nil, err
	}
	if p.rel == "." {
		return nil, pathError("create", p.full, fmt.Errorf("%w: it is a directory that was named", fs.ErrInvalid))
	}
	root, err := p.root.make()
	if err != nil {
		return nil, p.fail("create", err)
	}
	if err := l.makeDirs(root, path.Dir(p.rel)); err != nil {
		return nil, p.fail("create", err)
	}
	temp := tempName(p.rel, rand.Text())
	if err := l.before("create", temp); err != nil {
		return nil, p.fail("create", err)
	}
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, p.fail("create", err)
	}
	return &localWriter{l: l, root: root, place: p, temp: temp, f: f}, nil
}

func (l *Local) before(op, name string) error {
	if l.step == nil {
		return nil
	}
	return l.step(op, name)
}

// makeDirs makes a directory and those above it, each durable before it returns.
func (l *Local) makeDirs(root *os.Root, rel string) error {
	if info, err := root.Stat(rel); err == nil && info.IsDir() {
		return nil
	}
	l.mkdir.Lock()
	defer l.mkdir.Unlock()
	return l.makeDir(root, rel)
}

func (l *Local) makeDir(root *os.Root, rel string) error {
	err := l.before("mkdir", rel)
	if err == nil {
		err = root.Mkdir(rel, 0o777)
	}
	parent := path.Dir(rel)
	switch {
	case err == nil:
		return l.syncDir(root, parent)
	case errors.Is(err, fs.ErrExist):
		info, err := root.Stat(rel)
		if err == nil && !info.IsDir() {
			err = &fs.PathError{Op: "mkdir", Path: rel, Err: errors.New("a file is where a directory is needed")}
		}
		return err
	case errors.Is(err, fs.ErrNotExist) && rel != ".":
		if err := l.makeDir(root, parent); err != nil {
			return err
		}
		return l.makeDir(root, rel)
	}
	return err
}

func (l *Local) syncDir(root *os.Root, rel string) error {
	if err := l.before("syncdir", rel); err != nil {
		return err
	}
	d, err := root.Open(rel)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// localWriter writes one temporary file.
type localWriter struct {
	l     *Local
	root  *os.Root
	place place
	temp  string
	f     *os.File // nil when ended
	err   error    // the first failure; it also fails Commit
}

func (w *localWriter) Write(p []byte) (int, error) {
	if w.f == nil {
		return 0, pathError("write", w.place.full, fs.ErrClosed)
	}
	if w.err != nil {
		return 0, w.err
	}
	n, err := 0, w.l.before("write", w.temp)
	if err == nil {
		n, err = w.f.Write(p)
	}
	w.err = w.place.fail("write", err)
	return n, w.err
}

// Commit publishes the file. Where it fails the file was most likely not published, and the temporary file is removed;
// only if syncing the directory fails the new file may be there already.
func (w *localWriter) Commit(ctx context.Context) error {
	if w.f == nil {
		return pathError("commit", w.place.full, fs.ErrClosed)
	}
	err := w.err
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return errors.Join(w.place.fail("commit", err), w.Abort())
	}
	if err := w.publish(); err != nil {
		return errors.Join(w.place.fail("commit", err), w.Abort())
	}
	return w.place.fail("commit", w.l.syncDir(w.root, path.Dir(w.place.rel)))
}

// publish ends with the rename; after it the writer is closed.
func (w *localWriter) publish() error {
	if err := w.l.before("sync", w.temp); err != nil {
		return err
	}
	if err := w.f.Sync(); err != nil {
		return err
	}
	if err := w.l.before("close", w.temp); err != nil {
		return err
	}
	if err := w.f.Close(); err != nil {
		return err
	}
	if err := w.l.before("rename", w.temp); err != nil {
		return err
	}
	if err := w.root.Rename(w.temp, w.place.rel); err != nil {
		return err
	}
	w.f = nil
	return nil
}

// Abort removes the temporary file.
func (w *localWriter) Abort() error {
	if w.f == nil {
		return nil
	}
	err := w.f.Close()
	if errors.Is(err, fs.ErrClosed) { // Commit closed it before it failed
		err = nil
	}
	w.f = nil
	return w.place.fail("abort", errors.Join(err, w.root.Remove(w.temp)))
}
