package export

import (
	"io"

	"ckpt/state"
	"ckpt/statereader"
)

// sink buffers rows and writes them, file by file, in one format. It belongs to one goroutine.
type sink interface {
	// append buffers a row of state s.
	append(s *statereader.State, e *state.Entry) error
	// buffered is how many rows wait, and the memory they take.
	buffered() (rows int, bytes int)
	// begin starts a file. Rows that wait may decide how it is written.
	begin(w io.Writer) error
	// flush writes the rows that wait to the file.
	flush() error
	// end finishes the file.
	end() error
	// counts are the rows so far with a value that has no decoder, and those that columns cannot hold exactly.
	counts() (opaque, inexact int64)
}

// Format is a file format.
type Format string

const (
	Parquet Format = "parquet"
	Arrow   Format = "arrow"
	JSONL   Format = "jsonl"
	CSV     Format = "csv"
)

// newSink returns the sink for rows of a table; stream is for output that is no file.
func newSink(f Format, t *Table, stream bool) sink {
	switch f {
	case Parquet:
		return &parquetSink{columns: columns{t.newBatch(true)}}
	case Arrow:
		return &arrowSink{columns: columns{t.newBatch(false)}, stream: stream}
	case CSV:
		return newCSVSink(t)
	}
	return newJSONSink(t.opts)
}

// columns is what the columnar sinks have in common.
type columns struct{ batch *Batch }

func (c *columns) append(_ *statereader.State, e *state.Entry) error { return c.batch.Append(e) }
func (c *columns) buffered() (rows, bytes int)                       { return c.batch.rows, c.batch.Size() }
func (c *columns) counts() (opaque, inexact int64)                   { return c.batch.Opaque, c.batch.Inexact }

// text is what the text sinks have in common.
type text struct {
	w      io.Writer
	buf    []byte
	rows   int
	opaque int64
}

func (t *text) buffered() (rows, bytes int)     { return t.rows, len(t.buf) }
func (t *text) counts() (opaque, inexact int64) { return t.opaque, 0 }
func (t *text) end() error                      { return nil }

func (t *text) flush() error {
	_, err := t.w.Write(t.buf)
	t.rows = 0
	if t.buf = t.buf[:0]; cap(t.buf) > keepBytes {
		t.buf = nil
	}
	return err
}
