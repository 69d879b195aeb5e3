// Package storage is where the bytes of checkpoints live: a small file-system interface that fits local disks and
// object stores alike (range reads, atomic creation, listing by prefix, no rename), its implementations, and
// wrappers that add behaviour.
//
// Paths are URIs as Flink writes them or plain absolute paths; an FS decides what it accepts. Every implementation
// is safe for concurrent use. Errors wrap fs.ErrNotExist, fs.ErrPermission or fs.ErrExist where they apply.
package storage

import (
	"context"
	"io"
	"iter"
	"time"
)

// FS is a place where files can be read by range, created whole, listed and removed.
type FS interface {
	// Open opens a file for reading. Its size is fixed at this moment.
	Open(ctx context.Context, path string) (File, error)
	// Create begins a file that becomes visible, whole, at Commit and never otherwise.
	// An existing file is replaced at Commit.
	Create(ctx context.Context, path string) (Writer, error)
	// List yields the files below dir (a directory or prefix) in ascending order of path. Without recursive,
	// it yields the entries of dir itself, directories included. A missing dir is fs.ErrNotExist.
	List(ctx context.Context, dir string, recursive bool) iter.Seq2[Info, error]
	Stat(ctx context.Context, path string) (Info, error)
	// Remove deletes one file (or, where directories exist, an empty directory).
	Remove(ctx context.Context, path string) error
}

// File is an open file. ReadAt follows io.ReaderAt (a short read has an error) and may be called from many goroutines.
type File interface {
	ReadAt(ctx context.Context, p []byte, off int64) (int, error)
	Size() int64
	Close() error
}

// Writer writes a file that is not yet visible. Exactly one of Commit and Abort ends it; Abort after Commit does nothing.
type Writer interface {
	io.Writer
	// Commit makes the file durable and visible.
	Commit(ctx context.Context) error
	// Abort drops what was written.
	Abort() error
}

// Info describes a file or directory.
type Info struct {
	Path    string // in the form that Open takes
	Size    int64
	ModTime time.Time
	IsDir   bool
}
