package statereader

import (
	"context"
	"encoding/binary"
	"math"

	"ckpt/internal/javaio"
	"ckpt/state"
)

// The heap layout, behind the header:
//
//	file    := group*                      ascending, one for every key group of the range
//	group   := keyGroup:i32 section*       every state once, in any order; with compression each section is a stream
//	section := state:i16 count:i32 entry{count}
//	entry   := namespace key value         of a queue: element
//
// Nothing has a length: a value without a decoder hides the rest of its group.

// heapGroup reads the key group that the raw window's region is.
func (r *scanner) heapGroup(ctx context.Context, g int32) error {
	n, err := r.int32(ctx, r.raw)
	if err != nil {
		return err
	}
	if n != int(g) {
		r.raw.advance(-4)
		return corruptAt(r.raw, 0, "key group %d begins here, want %d", n, g)
	}
	w := r.plain
	if r.snappy != nil {
		r.snappy.begin(true)
		w.reset(math.MaxInt64)
	}
	for range r.metas {
		if err := r.heapSection(ctx, w); err != nil {
			return err
		}
	}
	if n := r.raw.left() + int64(len(w.bytes())); r.raw.left() > 0 || len(w.bytes()) > 0 {
		r.warn(r.raw, 0, "%d bytes behind key group %d belong to none", n, g)
	}
	return nil
}

// heapSection reads the state that comes next.
func (r *scanner) heapSection(ctx context.Context, w *window) error {
	id, err := r.uint16(ctx, w)
	if err != nil {
		return err
	}
	if id >= len(r.metas) || r.metas[id].seen {
		w.advance(-2)
		return corruptAt(w, 0, "state %d of %d begins here, or once more", id, len(r.metas))
	}
	m := &r.metas[id]
	m.seen = true
	if err := r.heapState(ctx, w, m); err != nil {
		return javaio.InField(err, m.field())
	}
	return nil
}

func (r *scanner) heapState(ctx context.Context, w *window, m *metaScan) error {
	switch {
	case m.Backend == state.PriorityQueue && m.Err == nil:
		return r.heapQueue(ctx, w, m)
	case r.e.Header.Version == 1 && m.Err == nil:
		return r.heapNested(ctx, w, m)
	}
	count, err := r.count(ctx, w)
	if count > 0 && m.Err != nil {
		return &blockedError{state: m.ID, class: m.Name, reason: m.Err.Error()}
	}
	for ; count > 0 && err == nil; count-- {
		err = r.heapEntry(ctx, w, m)
	}
	return err
}

// heapEntry reads namespace, key and value.
func (r *scanner) heapEntry(ctx context.Context, w *window, m *metaScan) error {
	ns, err := r.length(ctx, w, 0, m, m.namespaceOf)
	if err != nil {
		return err
	}
	key, err := r.length(ctx, w, ns, m, m.keyOf)
	if err != nil {
		return err
	}
	if m.Collection {
		b := w.bytes()
		r.hold(b[ns:ns+key], b[:ns])
		w.advance(ns + key)
		return r.heapCollection(ctx, w, m)
	}
	r.fresh(m)
	n, err := r.value(ctx, w, ns+key, m)
	if err != nil {
		return err
	}
	b := w.bytes()
	r.e.Key, r.e.Namespace = b[ns:ns+key:ns+key], b[:ns:ns]
	if m.Kind == state.List || m.Kind == state.Map {
		r.e.Flags |= state.Whole
	}
	w.advance(ns + key + n)
	return r.give(m)
}

// give emits the entry if its state is wanted.
func (r *scanner) give(m *metaScan) error {
	if !m.want {
		return nil
	}
	return r.emit()
}

// heapCollection reads a list or map of the held key and namespace, element by element.
//
//	list := count:i32 element*        map := count:i32 (userKey isNull:bool value?)*
func (r *scanner) heapCollection(ctx context.Context, w *window, m *metaScan) error {
	count, err := r.elements(ctx, w, m)
	if err != nil {
		return err
	}
	if count == 0 {
		r.element(m, -1)
		r.e.Flags = state.Empty
		return r.give(m)
	}
	for i := range int64(count) {
		if m.UserKey != nil {
			err = r.heapMapEntry(ctx, w, m)
		} else {
			err = r.heapElement(ctx, w, m, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *scanner) heapElement(ctx context.Context, w *window, m *metaScan, i int64) error {
	r.element(m, i)
	n, err := r.value(ctx, w, 0, m)
	if err != nil {
		return err
	}
	w.advance(n)
	return r.give(m)
}

func (r *scanner) heapMapEntry(ctx context.Context, w *window, m *metaScan) error {
	r.element(m, -1)
	uk, err := r.length(ctx, w, 0, m, m.userKeyOf)
	if err != nil {
		return err
	}
	if err := r.need(ctx, w, uk+1); err != nil {
		return err
	}
	n := 0
	switch flag := w.bytes()[uk]; flag {
	case 0:
		if n, err = r.value(ctx, w, uk+1, m); err != nil {
			return err
		}
	case 1:
		r.e.Flags |= state.Null
	default:
		return corruptAt(w, uk, "null flag of a map value is %d", flag)
	}
	r.e.UserKey = w.bytes()[:uk:uk]
	w.advance(uk + 1 + n)
	return r.give(m)
}

// heapQueue reads the elements of a priority queue.
func (r *scanner) heapQueue(ctx context.Context, w *window, m *metaScan) error {
	count, err := r.count(ctx, w)
	for ; count > 0 && err == nil; count-- {
		r.fresh(m)
		var n int
		if n, err = r.queueElement(ctx, w, m); err != nil {
			return err
		}
		w.advance(n)
		err = r.give(m)
	}
	return err
}

// queueElement takes a timer into the entry; what another queue holds is a value.
//
//	timer := (time with its sign bit flipped):i64 key namespace
func (r *scanner) queueElement(ctx context.Context, w *window, m *metaScan) (int, error) {
	if m.Kind != state.Timer {
		n, err := r.length(ctx, w, 0, m, m.storedOf)
		if err == nil {
			r.setValue(w.bytes()[:n:n])
		}
		return n, err
	}
	if err := r.need(ctx, w, 8); err != nil {
		return 0, err
	}
	key, err := r.length(ctx, w, 8, m, m.keyOf)
	if err != nil {
		return 0, err
	}
	ns, err := r.length(ctx, w, 8+key, m, m.namespaceOf)
	if err != nil {
		return 0, err
	}
	b := w.bytes()
	r.e.Time = int64(binary.BigEndian.Uint64(b) ^ 1<<63)
	r.e.Key, r.e.Namespace = b[8:8+key:8+key], b[8+key:8+key+ns:8+key+ns]
	return 8 + key + ns, nil
}

// heapNested reads a section of Flink 1.2, where keys stand below their namespace.
//
//	section := 0:u8 | 1:u8 namespaces:i32 (namespace keys:i32 (key value)*)*
func (r *scanner) heapNested(ctx context.Context, w *window, m *metaScan) error {
	present, err := r.uint8(ctx, w)
	if err != nil || present == 0 {
		return err
	}
	namespaces, err := r.count(ctx, w)
	for ; namespaces > 0 && err == nil; namespaces-- {
		err = r.heapNamespace(ctx, w, m)
	}
	return err
}

func (r *scanner) heapNamespace(ctx context.Context, w *window, m *metaScan) error {
	n, err := r.length(ctx, w, 0, m, m.namespaceOf)
	if err != nil {
		return err
	}
	r.ns = append(r.ns[:0], w.bytes()[:n]...)
	w.advance(n)
	keys, err := r.count(ctx, w)
	for ; keys > 0 && err == nil; keys-- {
		if n, err = r.length(ctx, w, 0, m, m.keyOf); err != nil {
			return err
		}
		r.key = append(r.key[:0], w.bytes()[:n]...)
		w.advance(n)
		if m.Collection {
			err = r.heapCollection(ctx, w, m)
		} else {
			err = r.heapElement(ctx, w, m, -1)
		}
	}
	return err
}
