package rocksdb

import (
	"context"

	"ckpt/internal/javaio"
)

// window holds a part of a file in memory and moves forward over it.
type window struct {
	file  File
	name  string
	ahead int   // bytes to read at once
	soft  int64 // do not read ahead past this offset; 0 is the end of the file

	buf []byte
	off int64
}

// set goes over to another file; what is held is forgotten, its memory kept.
func (w *window) set(file File, name string) {
	w.file, w.name, w.buf, w.off, w.soft = file, name, w.buf[:0], 0, 0
}

// bytes returns n bytes at off, borrowed until the next call. The caller has checked that they lie in the file.
func (w *window) bytes(ctx context.Context, off int64, n int) ([]byte, error) {
	if off >= w.off && off+int64(n) <= w.off+int64(len(w.buf)) {
		at := int(off - w.off)
		return w.buf[at : at+n : at+n], nil
	}
	size := w.file.Size()
	if off < 0 || n < 0 || off > size || int64(n) > size-off {
		return nil, defect(javaio.ErrCorrupt, w.name, off, "", "%d bytes do not lie in the file of %d", n, size)
	}
	if w.soft > 0 {
		size = max(min(size, w.soft), off+int64(n))
	}
	want := int(min(int64(max(n, w.ahead)), size-off))
	have := 0
	if off >= w.off && off < w.off+int64(len(w.buf)) {
		have = min(copy(w.buf, w.buf[off-w.off:]), want)
	}
	w.buf = w.sized(have, want)
	if err := readFull(ctx, w.file, w.name, w.buf[have:], off+int64(have)); err != nil {
		w.buf = w.buf[:0]
		return nil, err
	}
	w.off = off
	return w.buf[:n:n], nil
}

// sized returns the buffer with n bytes, of which the first are kept.
func (w *window) sized(keep, n int) []byte {
	if cap(w.buf) >= n {
		return w.buf[:n]
	}
	b := make([]byte, n, max(n, min(w.ahead, 2*n)))
	copy(b, w.buf[:keep])
	return b
}
