package storage

import (
	"context"
	"iter"
	"sync/atomic"
)

// Counts are the requests made of a file system, by kind, and the bytes that moved. On an object store every
// one of them has its price and delay.
type Counts struct {
	Opens, Reads, Lists, Stats       int64
	Creates, Writes, Commits, Aborts int64
	Removes                          int64
	BytesRead, BytesWritten          int64
}

// Requests is the number of calls that reach a remote store: writes are part of a commit there.
func (c Counts) Requests() int64 {
	return c.Opens + c.Reads + c.Lists + c.Stats + c.Commits + c.Removes
}

// Sub returns what was added since an earlier reading.
func (c Counts) Sub(earlier Counts) Counts {
	return Counts{
		Opens: c.Opens - earlier.Opens, Reads: c.Reads - earlier.Reads, Lists: c.Lists - earlier.Lists, Stats: c.Stats - earlier.Stats,
		Creates: c.Creates - earlier.Creates, Writes: c.Writes - earlier.Writes, Commits: c.Commits - earlier.Commits, Aborts: c.Aborts - earlier.Aborts,
		Removes: c.Removes - earlier.Removes, BytesRead: c.BytesRead - earlier.BytesRead, BytesWritten: c.BytesWritten - earlier.BytesWritten,
	}
}

// Counter is a file system that counts what it is asked for.
type Counter struct {
	fsys                             FS
	opens, reads, lists, stats       atomic.Int64
	creates, writes, commits, aborts atomic.Int64
	removes                          atomic.Int64
	bytesRead, bytesWritten          atomic.Int64
}

var _ FS = (*Counter)(nil)

// Counting returns fsys with counters, which start at zero.
func Counting(fsys FS) *Counter { return &Counter{fsys: fsys} }

// Counts reads the counters.
func (c *Counter) Counts() Counts {
	return Counts{
		Opens: c.opens.Load(), Reads: c.reads.Load(), Lists: c.lists.Load(), Stats: c.stats.Load(),
		Creates: c.creates.Load(), Writes: c.writes.Load(), Commits: c.commits.Load(), Aborts: c.aborts.Load(),
		Removes: c.removes.Load(), BytesRead: c.bytesRead.Load(), BytesWritten: c.bytesWritten.Load(),
	}
}

// Open counts and opens.
func (c *Counter) Open(ctx context.Context, path string) (File, error) {
	c.opens.Add(1)
	f, err := c.fsys.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return countedFile{f, c}, nil
}

// Create counts and creates.
func (c *Counter) Create(ctx context.Context, path string) (Writer, error) {
	c.creates.Add(1)
	w, err := c.fsys.Create(ctx, path)
	if err != nil {
		return nil, err
	}
	return countedWriter{w, c}, nil
}

// List counts one request, however many the store needs for it.
func (c *Counter) List(ctx context.Context, dir string, recursive bool) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		c.lists.Add(1)
		c.fsys.List(ctx, dir, recursive)(yield)
	}
}

// Stat counts and asks.
func (c *Counter) Stat(ctx context.Context, path string) (Info, error) {
	c.stats.Add(1)
	return c.fsys.Stat(ctx, path)
}

// Remove counts and removes.
func (c *Counter) Remove(ctx context.Context, path string) error {
	c.removes.Add(1)
	return c.fsys.Remove(ctx, path)
}

type countedFile struct {
	File
	c *Counter
}

func (f countedFile) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	f.c.reads.Add(1)
	n, err := f.File.ReadAt(ctx, p, off)
	f.c.bytesRead.Add(int64(n))
	return n, err
}

type countedWriter struct {
	Writer
	c *Counter
}

func (w countedWriter) Write(p []byte) (int, error) {
	w.c.writes.Add(1)
	n, err := w.Writer.Write(p)
	w.c.bytesWritten.Add(int64(n))
	return n, err
}

func (w countedWriter) Commit(ctx context.Context) error {
	w.c.commits.Add(1)
	return w.Writer.Commit(ctx)
}

func (w countedWriter) Abort() error {
	w.c.aborts.Add(1)
	return w.Writer.Abort()
}
