package statereader

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"ckpt/internal/javaio"
	"ckpt/serializer"
	"ckpt/state"
)

// length returns how long the value is that begins off bytes behind the position of w, and shows all of it.
func (r *scanner) length(ctx context.Context, w *window, off int, m *metaScan, p *serializer.Program) (int, error) {
	for {
		n, err := p.Skip(w.bytes()[off:])
		if err == nil {
			return n, nil
		}
		if !errors.Is(err, serializer.ErrShort) {
			return 0, r.broken(w, off, m, err)
		}
		if err := r.double(ctx, w, off); err != nil {
			return 0, err
		}
	}
}

// double shows twice as much of what begins at off, so that a long value is not skipped over and over again.
func (r *scanner) double(ctx context.Context, w *window, off int) error {
	have := len(w.bytes())
	want := min(int64(have)+int64(max(have-off, 1)), w.left())
	err := w.need(ctx, int(min(want, math.MaxInt32)))
	if len(w.bytes()) > have && (err == nil || err == errRegionEnd) {
		return nil
	}
	if err == nil {
		err = errRegionEnd
	}
	return r.at(w, off, err)
}

// need shows n bytes.
func (r *scanner) need(ctx context.Context, w *window, n int) error {
	if len(w.bytes()) >= n {
		return nil
	}
	return r.at(w, 0, w.need(ctx, n))
}

// at gives a failure of a window a place.
func (r *scanner) at(w *window, off int, err error) error { return placed(w, off, err) }

// placed gives a failure of a window a place: off bytes behind its position. Other errors have theirs.
func placed(w *window, off int, err error) error {
	switch err {
	case errRegionEnd:
		return corruptAt(w, off, "what begins here is cut off")
	case errTooLarge:
		return &javaio.FormatError{Offset: w.file(off), Fix: "raise --memory",
			Err: fmt.Errorf("%w: a value of more than %d bytes", javaio.ErrUnsupported, w.max)}
	}
	return err
}

// broken gives the failure of a program a place, and tells what has no decoder from what is broken.
func (r *scanner) broken(w *window, off int, m *metaScan, err error) error {
	if o, ok := errors.AsType[*serializer.OpaqueError](err); ok {
		return &blockedError{state: m.ID, class: o.Class, reason: o.Error()}
	}
	if fe, ok := errors.AsType[*javaio.FormatError](err); ok {
		c := *fe
		c.Offset = w.file(off + int(max(fe.Offset, 0)))
		return &c
	}
	return err
}

// field names the state in errors, groupField a key group.
func (m *metaScan) field() string { return fmt.Sprintf("state[%q]", m.Name) }

func groupField(g int32) string { return fmt.Sprintf("keyGroup[%d]", g) }

func corruptAt(w *window, off int, format string, args ...any) error {
	err := fmt.Errorf("%w: "+format, append([]any{javaio.ErrCorrupt}, args...)...)
	return &javaio.FormatError{Offset: w.file(off), Err: err}
}

// Fields of fixed width. They pass what they read.

func (r *scanner) uint8(ctx context.Context, w *window) (byte, error) {
	if err := r.need(ctx, w, 1); err != nil {
		return 0, err
	}
	v := w.bytes()[0]
	w.advance(1)
	return v, nil
}

func (r *scanner) uint16(ctx context.Context, w *window) (int, error) {
	if err := r.need(ctx, w, 2); err != nil {
		return 0, err
	}
	v := binary.BigEndian.Uint16(w.bytes())
	w.advance(2)
	return int(v), nil
}

func (r *scanner) int32(ctx context.Context, w *window) (int, error) {
	if err := r.need(ctx, w, 4); err != nil {
		return 0, err
	}
	v := int32(binary.BigEndian.Uint32(w.bytes()))
	w.advance(4)
	return int(v), nil
}

// maxEmpty bounds elements that have no bytes: nothing else does.
const maxEmpty = 1 << 24

// elements reads the number of elements of a list.
func (r *scanner) elements(ctx context.Context, w *window, m *metaScan) (int, error) {
	if !m.mayBeEmpty || m.UserKey != nil {
		return r.count(ctx, w)
	}
	n, err := r.int32(ctx, w)
	if err == nil && (n < 0 || n > maxEmpty) {
		w.advance(-4)
		return 0, corruptAt(w, 0, "%d elements", n)
	}
	return n, err
}

// count reads the number of things that follow, of at least one byte each.
func (r *scanner) count(ctx context.Context, w *window) (int, error) {
	n, err := r.int32(ctx, w)
	if err == nil && (n < 0 || int64(n) > w.left()) {
		w.advance(-4)
		return 0, corruptAt(w, 0, "%d elements cannot fit in the %d bytes left", n, w.left()-4)
	}
	return n, err
}

// value takes one value of m behind off bytes into the entry: where TTL is on, its timestamp goes before. Where the
// value ends is given by length, or by its program if that is negative. It returns the length of all that.
func (r *scanner) value(ctx context.Context, w *window, off int, m *metaScan) (int, error) {
	start := off
	if m.TTL {
		if err := r.need(ctx, w, off+8); err != nil {
			return 0, err
		}
		off += 8
	}
	n, err := r.length(ctx, w, off, m, m.valueOf)
	if err != nil {
		return 0, err
	}
	b := w.bytes()
	if m.TTL {
		r.e.Time = int64(binary.BigEndian.Uint64(b[start:]))
		r.e.Flags |= state.HasTTL
	}
	r.setValue(b[off : off+n : off+n])
	return off + n - start, nil
}

// setValue sets the entry's value, or leaves it out.
func (r *scanner) setValue(b []byte) {
	if int64(len(b)) > r.unit.view.opts.maxValue() {
		r.e.Value, r.e.Size = nil, int64(len(b))
		r.e.Flags |= state.Oversize
		return
	}
	r.e.Value = b
}

// fresh empties the entry but for what all entries of the key group have in common.
func (r *scanner) fresh(m *metaScan) {
	e := &r.e
	e.Key, e.Namespace, e.UserKey, e.Value = nil, nil, nil, nil
	e.Index, e.Time, e.Flags, e.Size, e.State = -1, 0, 0, 0, m.ID
}

// hold copies what entries of a collection have in common: the window moves on while they are given.
func (r *scanner) hold(key, ns []byte) {
	r.key = append(r.key[:0], key...)
	r.ns = append(r.ns[:0], ns...)
}

// element makes the entry one of the held key and namespace.
func (r *scanner) element(m *metaScan, index int64) {
	r.fresh(m)
	r.e.Key, r.e.Namespace, r.e.Index = r.key, r.ns, index
}
