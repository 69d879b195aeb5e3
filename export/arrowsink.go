package export

import (
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// arrowSink writes Arrow IPC: the file format, or the stream format where there is no file.
type arrowSink struct {
	columns
	stream bool
	w      interface {
		Write(arrow.Record) error
		Close() error
	}
}

func (s *arrowSink) begin(w io.Writer) (err error) {
	opts := []ipc.Option{ipc.WithSchema(s.batch.schema()), ipc.WithAllocator(memory.DefaultAllocator), ipc.WithZstd(), ipc.WithCompressConcurrency(1)}
	if s.stream {
		s.w = ipc.NewWriter(w, opts...)
		return nil
	}
	s.w, err = ipc.NewFileWriter(&appendOnly{w: w}, opts...)
	return err
}

func (s *arrowSink) flush() error {
	err := s.w.Write(s.batch.Record())
	s.batch.Reset()
	return err
}

func (s *arrowSink) end() error { return s.w.Close() }

// appendOnly tells the position of a writer, which is all that the IPC writer asks of a seeker.
type appendOnly struct {
	w   io.Writer
	pos int64
}

func (a *appendOnly) Write(p []byte) (int, error) {
	n, err := a.w.Write(p)
	a.pos += int64(n)
	return n, err
}

func (a *appendOnly) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekCurrent || offset != 0 {
		return 0, errors.New("export: output cannot be rewritten")
	}
	return a.pos, nil
}
