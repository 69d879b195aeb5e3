package statereader

import (
	"context"
	"io"
	"math"
)

// window returns a window over c whose read-ahead stops at end.
func (c *content) window(end int64, o *Options) *window {
	w := &window{
		keep: int(min(2*o.maxValue(), math.MaxInt32)),
		max:  int(min(o.memory(), math.MaxInt32)),
	}
	if c.file == nil {
		w.src, w.buf, w.w = memSource(c.base), c.data, len(c.data)
		return w
	}
	w.src = &fileSource{c: c, end: end}
	return w
}

// memSource stands behind a window that has all its bytes already. Its value is their position in the file.
type memSource int64

func (m memSource) read(context.Context, []byte) (int, error) { return 0, io.EOF }
func (m memSource) seek(context.Context, int64) (bool, error) { return false, nil }
func (m memSource) where(pos int64) int64 {
	if m < 0 {
		return pos
	}
	return int64(m) + pos
}
func (m memSource) forget(int64) {}
func (m memSource) close()       {}

// fileSource reads a file in chunks, one of them ahead in the background.
type fileSource struct {
	c     *content
	off   int64 // of the first byte that was not yet asked for
	end   int64
	have  []byte // read, not yet handed out
	spare [2][]byte
	turn  int
	ahead chan chunk // nil: nothing is under way
}

type chunk struct {
	off int64
	b   []byte
	err error
}

func (s *fileSource) read(ctx context.Context, p []byte) (int, error) {
	if len(s.have) == 0 {
		if err := s.load(ctx); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.have)
	s.have = s.have[n:]
	return n, nil
}

// load takes the chunk that is under way, or reads one, and sends for the next.
func (s *fileSource) load(ctx context.Context) error {
	if s.ahead == nil {
		if s.off >= s.end {
			return io.EOF
		}
		s.start(ctx)
	}
	got := <-s.ahead // ReadAt ends with ctx
	s.ahead = nil
	if got.err != nil {
		s.off = got.off // whoever tries again reads the same
		return got.err
	}
	s.have = got.b
	if s.off < s.end {
		s.start(ctx)
	}
	return nil
}

// start reads the next chunk in the background, into the buffer that load did not hand out last.
func (s *fileSource) start(ctx context.Context) {
	n := min(s.end-s.off, chunkSize)
	s.turn ^= 1
	if int64(cap(s.spare[s.turn])) < n {
		s.spare[s.turn] = make([]byte, n)
	}
	b, off, ahead := s.spare[s.turn][:n], s.off, make(chan chunk, 1)
	s.off += n
	s.ahead = ahead
	go func() { ahead <- chunk{off, b, s.c.readAt(ctx, b, off)} }()
}

func (s *fileSource) seek(_ context.Context, pos int64) (bool, error) {
	s.close()
	s.have, s.off = nil, pos
	return true, nil
}

func (s *fileSource) where(pos int64) int64 { return s.c.base + pos }
func (s *fileSource) forget(int64)          {}

func (s *fileSource) close() {
	if s.ahead != nil {
		<-s.ahead
		s.ahead = nil
	}
}
