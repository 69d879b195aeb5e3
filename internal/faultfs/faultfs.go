// Package faultfs wraps a storage.FS and makes it fail, at places that a test chooses and finds again: every
// operation is one numbered step. Steps are counted for all goroutines together; they are the same in every run
// where operations are issued in one order.
package faultfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"sync"
	"syscall"

	"ckpt/storage"
)

// ErrFault is the failure that Plan.FailAt makes unless Plan.Err says otherwise.
var ErrFault = errors.New("injected fault")

// ErrKilled is the failure of everything from step Plan.KillAt on.
var ErrKilled = errors.New("killed")

// Op is a kind of operation.
type Op string

// The operations that count as steps. Committed is the moment after a commit took effect and before its caller
// learns of it.
const (
	Open      Op = "open"
	Read      Op = "read"
	Create    Op = "create"
	Write     Op = "write"
	Commit    Op = "commit"
	Committed Op = "committed"
	Abort     Op = "abort"
	List      Op = "list"
	Stat      Op = "stat"
	Remove    Op = "remove"
)

// Step is one operation that was asked for.
type Step struct {
	N    int // from 1
	Op   Op
	Path string
}

func (s Step) String() string { return fmt.Sprintf("%d %s %s", s.N, s.Op, s.Path) }

// Plan says what goes wrong. The zero Plan: nothing.
type Plan struct {
	// FailAt is the step that fails, with Err or ErrFault. The operation is not carried out, but a failing
	// Committed leaves the file published.
	FailAt int
	Err    error
	// KillAt is the step from which on everything fails, as if the process had died: nothing more reaches the
	// file system, so that temporary files stay as they are, and what was not committed is lost to its readers.
	KillAt int
	// ShortAt is the step which, if it is a read, gives half of the bytes and io.ErrUnexpectedEOF.
	ShortAt int
	// Space is the number of bytes that can be written before the disk is full, if Full.
	Full  bool
	Space int64
	// Fault is asked at each step; an error fails it.
	Fault func(Step) error
}

// FS is a storage.FS with faults.
type FS struct {
	base storage.FS
	plan Plan

	mu    sync.Mutex
	steps []Step
	space int64
}

var _ storage.FS = (*FS)(nil)

// New returns base with the faults of a plan.
func New(base storage.FS, plan Plan) *FS { return &FS{base: base, plan: plan, space: plan.Space} }

// Steps returns the operations so far. A run without faults tells how many there are to fail one by one.
func (f *FS) Steps() []Step {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Step(nil), f.steps...)
}

// Killed reports whether step KillAt was reached.
func (f *FS) Killed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.plan.KillAt > 0 && len(f.steps) >= f.plan.KillAt
}

// step counts an operation and says whether it fails.
func (f *FS) step(op Op, path string) (int, error) {
	f.mu.Lock()
	s := Step{len(f.steps) + 1, op, path}
	f.steps = append(f.steps, s)
	f.mu.Unlock()
	var err error
	switch {
	case f.plan.KillAt > 0 && s.N >= f.plan.KillAt:
		err = ErrKilled
	case s.N == f.plan.FailAt && f.plan.Err != nil:
		err = f.plan.Err
	case s.N == f.plan.FailAt:
		err = ErrFault
	case f.plan.Fault != nil:
		err = f.plan.Fault(s)
	}
	if err != nil {
		err = &fs.PathError{Op: string(op), Path: path, Err: err}
	}
	return s.N, err
}

// take reserves room on the disk for n bytes and returns how many of them fit.
func (f *FS) take(n int) int {
	if !f.plan.Full {
		return n
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n = int(min(int64(n), f.space))
	f.space -= int64(n)
	return n
}

// Open opens a file.
func (f *FS) Open(ctx context.Context, path string) (storage.File, error) {
	if _, err := f.step(Open, path); err != nil {
		return nil, err
	}
	file, err := f.base.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return &reader{File: file, fs: f, path: path}, nil
}

// Create begins a file.
func (f *FS) Create(ctx context.Context, path string) (storage.Writer, error) {
	if _, err := f.step(Create, path); err != nil {
		return nil, err
	}
	w, err := f.base.Create(ctx, path)
	if err != nil {
		return nil, err
	}
	return &writer{Writer: w, fs: f, path: path}, nil
}

// List lists a directory; it is one step.
func (f *FS) List(ctx context.Context, dir string, recursive bool) iter.Seq2[storage.Info, error] {
	return func(yield func(storage.Info, error) bool) {
		if _, err := f.step(List, dir); err != nil {
			yield(storage.Info{}, err)
			return
		}
		f.base.List(ctx, dir, recursive)(yield)
	}
}

// Stat describes a file.
func (f *FS) Stat(ctx context.Context, path string) (storage.Info, error) {
	if _, err := f.step(Stat, path); err != nil {
		return storage.Info{}, err
	}
	return f.base.Stat(ctx, path)
}

// Remove deletes a file.
func (f *FS) Remove(ctx context.Context, path string) error {
	if _, err := f.step(Remove, path); err != nil {
		return err
	}
	return f.base.Remove(ctx, path)
}

type reader struct {
	storage.File
	fs   *FS
	path string
}

func (r *reader) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	n, err := r.fs.step(Read, r.path)
	if err != nil {
		return 0, err
	}
	if n != r.fs.plan.ShortAt {
		return r.File.ReadAt(ctx, p, off)
	}
	got, err := r.File.ReadAt(ctx, p[:len(p)/2], off)
	if err == nil {
		err = &fs.PathError{Op: "read", Path: r.path, Err: io.ErrUnexpectedEOF}
	}
	return got, err
}

type writer struct {
	storage.Writer
	fs     *FS
	path   string
	failed error // a write that failed fails the commit
}

func (w *writer) Write(p []byte) (int, error) {
	_, err := w.fs.step(Write, w.path)
	if err != nil {
		w.failed = err
		return 0, err
	}
	room := w.fs.take(len(p))
	n, err := w.Writer.Write(p[:room])
	if err == nil && room < len(p) {
		err = &fs.PathError{Op: "write", Path: w.path, Err: syscall.ENOSPC}
	}
	if err != nil {
		w.failed = err
	}
	return n, err
}

// Commit ends the writer as a real one does: also when it fails, unless the process is dead.
func (w *writer) Commit(ctx context.Context) error {
	_, err := w.fs.step(Commit, w.path)
	if err == nil {
		err = w.failed
	}
	if err != nil {
		if w.fs.Killed() {
			return err
		}
		return errors.Join(err, w.Writer.Abort())
	}
	if err := w.Writer.Commit(ctx); err != nil {
		return err
	}
	_, err = w.fs.step(Committed, w.path)
	return err
}

func (w *writer) Abort() error {
	_, err := w.fs.step(Abort, w.path)
	if err != nil && !w.fs.Killed() {
		return errors.Join(err, w.Writer.Abort())
	}
	if err != nil {
		return err
	}
	return w.Writer.Abort()
}
