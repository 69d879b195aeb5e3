package export

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"ckpt/state"
	"ckpt/statereader"
	"ckpt/storage"
)

// Sizes that decide where files and row groups end. Output depends on them alone, never on memory or parallelism.
const (
	flushBytes      = 16 << 20 // of one state: its rows are written as columns
	textBytes       = 1 << 20  // or as text, which gains nothing from more
	unitBytes       = 32 << 20 // of all states of a unit: those of the largest are
	flushRows       = 1 << 17
	checkRows       = 64        // how often sizes are looked at
	checkBytes      = 256 << 10 // and after how many bytes of input
	defaultFileSize = 512 << 20
)

// batchBytes is how many bytes of rows are written together.
func (f Format) batchBytes() int {
	if f == JSONL || f == CSV {
		return textBytes
	}
	return flushBytes
}

// file is an output file: hashed, counted, and not visible before commit. The first failure sticks, since the Parquet
// writer drops some.
type file struct {
	out  io.Writer
	w    storage.Writer // nil for a stream
	buf  *bufio.Writer
	hash hash.Hash
	n    int64
	err  error
}

func newFile(out io.Writer, w storage.Writer) *file {
	f := &file{out: out, w: w, hash: sha256.New()}
	f.buf = bufio.NewWriterSize(out, 256<<10)
	return f
}

func (f *file) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	f.hash.Write(p)
	n, err := f.buf.Write(p)
	f.n += int64(n)
	f.err = err
	return n, err
}

// commit makes the file visible.
func (f *file) commit(ctx context.Context) error {
	if f.err == nil {
		f.err = f.buf.Flush()
	}
	if f.w == nil {
		return f.err
	}
	if f.err != nil {
		f.w.Abort()
		return f.err
	}
	return f.w.Commit(ctx)
}

func (f *file) abort() {
	if f.w != nil {
		f.w.Abort()
	}
}

// part writes the rows that a unit has of a state, in one or more files.
type part struct {
	sink  sink
	open  func(ctx context.Context, n int) (*file, string, error) // the n-th file, and its name
	limit int64                                                   // bytes after which the next file begins; 0: none
	batch int                                                     // bytes of rows that are written together
	entry ManifestFile                                            // what files have in common

	file  *file
	path  string
	rows  int64 // in file
	size  int   // of what waits, when last looked at
	fresh int   // bytes of input since then
	files []ManifestFile
	empty int64
}

// append adds an entry. It says whether the size of what waits was looked at.
func (p *part) append(s *statereader.State, e *state.Entry) (looked bool, err error) {
	if e.Flags&state.Empty != 0 {
		p.empty++
		return false, nil
	}
	if err := p.sink.append(s, e); err != nil {
		return false, err
	}
	p.fresh += len(e.Key) + len(e.Namespace) + len(e.UserKey) + len(e.Value) + checkBytes/checkRows
	if p.fresh < checkBytes {
		return false, nil
	}
	p.look()
	return true, nil
}

func (p *part) look() {
	_, p.size = p.sink.buffered()
	p.fresh = 0
}

// full says whether what waits should be written.
func (p *part) full() bool {
	rows, _ := p.sink.buffered()
	return p.size >= p.batch || rows >= flushRows
}

// flush writes what waits.
func (p *part) flush(ctx context.Context) error {
	rows, _ := p.sink.buffered()
	if p.file == nil {
		if err := p.begin(ctx); err != nil {
			return err
		}
	}
	if rows > 0 {
		if err := p.sink.flush(); err != nil {
			return p.failed(err)
		}
	}
	p.rows += int64(rows)
	p.size, p.fresh = 0, 0
	if p.file.err != nil {
		return p.failed(p.file.err)
	}
	if p.limit > 0 && p.file.n >= p.limit {
		return p.end(ctx)
	}
	return nil
}

func (p *part) begin(ctx context.Context) (err error) {
	if p.file, p.path, err = p.open(ctx, len(p.files)); err != nil {
		return err
	}
	p.rows = 0
	if err := p.sink.begin(p.file); err != nil {
		return p.failed(err)
	}
	return nil
}

func (p *part) end(ctx context.Context) error {
	if err := p.sink.end(); err != nil {
		return p.failed(err)
	}
	if err := p.file.commit(ctx); err != nil {
		return p.failed(err)
	}
	f := p.entry
	f.Path, f.Rows, f.Bytes, f.SHA256 = p.path, p.rows, p.file.n, hex.EncodeToString(p.file.hash.Sum(nil))
	p.files = append(p.files, f)
	p.file = nil
	return nil
}

// failed names the file in an error. What made the writer fail first is the cause.
func (p *part) failed(err error) error {
	if p.file.err != nil {
		err = p.file.err
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok { // it names the file already
		return err
	}
	return fmt.Errorf("write %s: %w", p.path, err)
}

// close writes the rest; with always there is a file even without rows.
func (p *part) close(ctx context.Context, always bool) error {
	rows, _ := p.sink.buffered()
	if rows > 0 || always && p.file == nil && len(p.files) == 0 {
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	if p.file != nil {
		return p.end(ctx)
	}
	return nil
}

func (p *part) abort() {
	if p.file != nil {
		p.file.abort()
		p.file = nil
	}
}
