package statereader

import (
	"context"
	"errors"
	"io"
)

var (
	// errRegionEnd says that a region has no more bytes: what needs more of them is cut off.
	errRegionEnd = errors.New("the bytes end inside it")
	// errTooLarge says that a value does not end within the memory that one may take.
	errTooLarge = errors.New("larger than the memory for one value")
)

const (
	windowSize = 256 << 10 // what a window holds as long as no value is larger
	chunkSize  = 1 << 20   // one request of the read-ahead
)

// source gives a window its bytes, in order.
type source interface {
	// read fills the beginning of p with the bytes that follow, at least one; io.EOF after the last.
	read(ctx context.Context, p []byte) (int, error)
	// seek makes position pos the next to be read, if the source can.
	seek(ctx context.Context, pos int64) (bool, error)
	// where returns the position in the file of position pos of the source.
	where(pos int64) int64
	// forget says that where is not asked again for positions before pos.
	forget(pos int64)
	// close waits for what runs in the background.
	close()
}

// window slides over a source and shows a bounded part of it: the unread bytes of the current region that are in
// memory. It grows while something larger than it is looked at, so memory follows the largest value, not the state.
type window struct {
	src   source
	buf   []byte
	r, w  int   // unread: buf[r:w]
	shown int   // ≤ w: end of the region in buf
	pos   int64 // position of buf[0]
	end   int64 // end of the region
	keep  int   // a larger buf is given back once it is no longer needed
	max   int   // buf never grows beyond
}

func (w *window) at() int64        { return w.pos + int64(w.r) }
func (w *window) left() int64      { return w.end - w.at() }
func (w *window) bytes() []byte    { return w.buf[w.r:w.shown:w.shown] }
func (w *window) advance(n int)    { w.r += n }
func (w *window) file(n int) int64 { return w.where(w.at() + int64(n)) }

// where translates a position to one in the file.
func (w *window) where(pos int64) int64 { return w.src.where(pos) }

// region bounds what is shown: nothing at or after end.
func (w *window) region(end int64) {
	w.end = end
	w.shown = w.w
	if int64(w.shown) > end-w.pos {
		w.shown = int(end - w.pos)
	}
}

// reset begins a new stream of the same source at position 0.
func (w *window) reset(end int64) {
	w.r, w.w, w.pos = 0, 0, 0
	w.region(end)
}

// more shows at least one byte more of the region, or says errRegionEnd. It moves what bytes returned.
func (w *window) more(ctx context.Context) error {
	if w.left() <= int64(w.shown-w.r) {
		return errRegionEnd
	}
	w.compact()
	if w.w == len(w.buf) {
		if len(w.buf) >= w.max {
			return errTooLarge
		}
		w.grow(2 * len(w.buf))
	}
	n, err := w.src.read(ctx, w.buf[w.w:])
	w.w += n
	w.region(w.end)
	if n > 0 {
		return nil
	}
	if err == io.EOF {
		return errRegionEnd
	}
	return err
}

// need shows at least n bytes, or says errRegionEnd.
func (w *window) need(ctx context.Context, n int) error {
	for w.shown-w.r < n {
		if int64(n) > w.left() {
			return errRegionEnd
		}
		if err := w.more(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *window) compact() {
	if w.r == 0 {
		return
	}
	w.pos += int64(w.r)
	w.src.forget(w.pos)
	w.w = copy(w.buf, w.buf[w.r:w.w])
	w.shown -= w.r
	w.r = 0
	if len(w.buf) > w.keep && w.w <= windowSize/2 { // something too large has passed: give its memory back
		w.buf = append(make([]byte, 0, windowSize), w.buf[:w.w]...)[:windowSize]
	}
}

func (w *window) grow(n int) {
	buf := make([]byte, min(max(n, windowSize), w.max))
	w.w = copy(buf, w.buf[:w.w])
	w.buf = buf
}

// skip passes n bytes of the region, which may be more than fit into memory.
func (w *window) skip(ctx context.Context, n int64) error {
	if n > w.left() {
		return errRegionEnd
	}
	return w.seek(ctx, w.at()+n)
}

// seek moves to a position; backwards only if the source can.
func (w *window) seek(ctx context.Context, pos int64) error {
	if pos >= w.pos && pos <= w.pos+int64(w.w) {
		w.r = int(pos - w.pos)
		return nil
	}
	ok, err := w.src.seek(ctx, pos)
	if err != nil {
		return err
	}
	if ok {
		w.r, w.w, w.pos = 0, 0, pos
		w.region(w.end)
		return nil
	}
	for w.pos+int64(w.w) < pos {
		w.r = w.w
		if err := w.more(ctx); err != nil {
			return err
		}
	}
	w.r = int(pos - w.pos)
	return nil
}
