package statereader

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"ckpt/internal/javaio"
	"ckpt/serializer"
	"ckpt/state"
)

// The full layout (canonical savepoints and full snapshots of RocksDB), behind the header:
//
//	file  := group*                        ascending; key groups without entries have no bytes
//	group := (state:u16 entry+)+ FFFF:u16  with compression each group is a stream
//	entry := key:bin value:bin             the first bit of a key marks the last entry before the next u16
//	key   := keyGroup:u8 or u16, then
//	         key [LEN] namespace [LEN] [userKey]        of a queue: element
//	value := value | element (2C element)* | isNull:bool value | nothing (queue)
//
// LEN is there if both serializers are of variable length: the number of bytes before it, low byte first, 0 in one byte.
const (
	lastOfState   = 0x80
	endOfKeyGroup = 0xFFFF
	listSeparator = 0x2C
)

// fullGroup reads the key group that the raw window's region is.
func (r *scanner) fullGroup(ctx context.Context, g int32) error {
	w := r.plain
	if r.snappy != nil {
		r.snappy.begin(true)
		w.reset(math.MaxInt64)
	}
	for {
		id, err := r.uint16(ctx, w)
		if err != nil {
			return err
		}
		if id == endOfKeyGroup {
			break
		}
		if id >= len(r.metas) {
			w.advance(-2)
			return corruptAt(w, 0, "state %d, the file has %d", id, len(r.metas))
		}
		if err := r.fullRun(ctx, w, &r.metas[id], g); err != nil {
			return err
		}
	}
	if n := r.raw.left() + int64(len(w.bytes())); r.raw.left() > 0 || len(w.bytes()) > 0 {
		r.warn(r.raw, 0, "%d bytes behind key group %d belong to none", n, g)
	}
	return nil
}

// fullRun reads entries of one state up to the marked one.
func (r *scanner) fullRun(ctx context.Context, w *window, m *metaScan, g int32) error {
	for last := false; !last; {
		if err := r.need(ctx, w, 4+r.prefix); err != nil {
			return err
		}
		b := w.bytes()
		size := int(int32(binary.BigEndian.Uint32(b)))
		if size < r.prefix || int64(size) > w.left()-4 {
			return corruptAt(w, 0, "key of %d bytes", size)
		}
		last = b[4]&lastOfState != 0
		prefix := int32(b[4] &^ lastOfState)
		if r.prefix == 2 {
			prefix = prefix<<8 | int32(b[5])
		}
		if prefix != g {
			return corruptAt(w, 4, "key of key group %d in key group %d", prefix, g)
		}
		if err := r.need(ctx, w, 4+size+4); err != nil {
			return err
		}
		length := int(int32(binary.BigEndian.Uint32(w.bytes()[4+size:])))
		if length < 0 || int64(length) > w.left()-int64(4+size+4) {
			return corruptAt(w, 4+size, "value of %d bytes", length)
		}
		if err := r.fullEntry(ctx, w, m, size, length); err != nil {
			return err
		}
	}
	return nil
}

// fullEntry gives one entry with a key of size bytes and a value of length bytes, and passes it. What is wrong inside
// its frame is reported, and does not hide the next entry.
func (r *scanner) fullEntry(ctx context.Context, w *window, m *metaScan, size, length int) (err error) {
	outer, end := w.end, w.at()+int64(4+size+4+length)
	if m.want {
		err = r.fullParts(ctx, w, m, size, length)
		w.region(outer)
		if err != nil && !(errors.Is(err, javaio.ErrCorrupt) || errors.Is(err, javaio.ErrUnsupported)) {
			return err
		}
	}
	if err := w.skip(ctx, end-w.at()); err != nil {
		return r.at(w, 0, err)
	}
	if err != nil {
		err = javaio.InField(javaio.InField(err, m.field()), groupField(int32(r.e.KeyGroup)))
		return r.reportFor(m, err, KeyGroupSet{{r.e.KeyGroup, r.e.KeyGroup}})
	}
	return nil
}

// fullParts gives what is in the frame of an entry.
func (r *scanner) fullParts(ctx context.Context, w *window, m *metaScan, size, length int) error {
	r.fresh(m)
	if m.Backend == state.PriorityQueue {
		off := 4 + r.prefix
		return r.queueKey(w, m, off, w.bytes()[off:4+size:4+size])
	}
	at := 4 + size + 4
	list := m.Kind == state.List && m.Collection
	kept := length
	if list || int64(length) > r.unit.view.opts.maxValue() {
		kept = min(length, 9) // null flag and timestamp
	}
	if err := r.need(ctx, w, at+kept); err != nil {
		return err
	}
	b := w.bytes()
	if err := r.splitKey(w, m, 4+r.prefix, b[4+r.prefix:4+size]); err != nil {
		return err
	}
	if list {
		r.hold(r.e.Key, r.e.Namespace)
		w.advance(at)
		w.region(w.at() + int64(length))
		return r.fullList(ctx, w, m, r.e.Flags)
	}
	if err := r.fullValue(w, m, at, b[at:at+kept:at+kept], length); err != nil {
		return err
	}
	return r.emit()
}

// fullValue takes the value of length bytes, which b begins, into the entry. Off says where b is.
func (r *scanner) fullValue(w *window, m *metaScan, off int, b []byte, length int) error {
	if m.Kind == state.Map && !(m.Backend == state.KeyValueV2 && m.bare(b)) {
		if length == 0 || b[0] > 1 {
			return corruptAt(w, off, "null flag of a map value is missing or neither 0 nor 1")
		}
		if b[0] == 1 { // what follows is whatever the value's serializer makes of null
			r.e.Flags |= state.Null
			return nil
		}
		b, off, length = b[1:], off+1, length-1
	}
	if m.TTL {
		if length < 8 {
			return corruptAt(w, off, "TTL value of %d bytes", length)
		}
		r.e.Time = int64(binary.BigEndian.Uint64(b))
		r.e.Flags |= state.HasTTL
		b, off, length = b[8:], off+8, length-8
	}
	if int64(length) > r.unit.view.opts.maxValue() || len(b) < length {
		r.e.Flags |= state.Oversize
		r.e.Size = int64(length)
		return nil
	}
	r.e.Value = b
	if m.Kind == state.List {
		r.e.Flags |= state.Whole
		return nil
	}
	return r.whole(w, m, off, b, m.valueOf)
}

// bare says whether b is a map value without a null flag in front, as asynchronous state of Flink 2.0 to 2.3 has them
// where a whole map was put.
func (m *metaScan) bare(b []byte) bool {
	head := 0
	if m.TTL {
		head = 8
	}
	fits := func(b []byte) bool { return len(b) >= head && m.valueOf.SkipFramed(b[head:]) == nil }
	flagged := len(b) > 0 && (b[0] == 1 || b[0] == 0 && fits(b[1:]))
	return !flagged && fits(b)
}

// whole checks that b is one value. What has no decoder is taken as it is.
func (r *scanner) whole(w *window, m *metaScan, off int, b []byte, p *serializer.Program) error {
	err := p.SkipFramed(b)
	if err == nil {
		return nil
	}
	if _, plain := p.Skip(b); errors.Is(plain, javaio.ErrUnsupported) { // it stands before other parts
		return nil
	}
	return r.broken(w, off, m, err)
}

// splitKey takes key, namespace and user key out of b, which lies off bytes behind the position of w. A key without a
// decoder is what a namespace of fixed length leaves; else it is the whole of b (flag Whole).
func (r *scanner) splitKey(w *window, m *metaScan, off int, b []byte) error {
	n, err := m.keyOf.Skip(b)
	if errors.Is(err, javaio.ErrUnsupported) {
		if n = len(b) - m.namespaceBytes; m.Kind == state.Map || m.namespaceBytes < 0 || n < 0 {
			r.e.Key = b
			r.e.Flags |= state.Whole
			return nil
		}
		err = nil
	}
	if err != nil {
		return r.cutOff(w, m, off, len(b), err)
	}
	r.e.Key = b[:n:n]
	if b, off, err = r.passLength(w, m, off, b, n); err != nil {
		return err
	}
	if n, err = m.namespaceOf.Skip(b); errors.Is(err, javaio.ErrUnsupported) && m.Kind != state.Map && !m.suffixed {
		r.e.Namespace = b
		return nil
	}
	if err != nil {
		return r.cutOff(w, m, off, len(b), err)
	}
	r.e.Namespace = b[:n:n]
	if b, off, err = r.passLength(w, m, off, b, n); err != nil {
		return err
	}
	if m.Kind == state.Map {
		r.e.UserKey = b
		return r.whole(w, m, off, b, m.userKeyOf)
	}
	if len(b) > 0 {
		return corruptAt(w, off, "%d bytes of a key left over", len(b))
	}
	return nil
}

// passLength passes n bytes of b and, where keys carry lengths, the length that must say n.
func (r *scanner) passLength(w *window, m *metaScan, off int, b []byte, n int) ([]byte, int, error) {
	b, off = b[n:], off+n
	if !m.suffixed {
		return b, off, nil
	}
	for rest := n; ; rest >>= 8 {
		if len(b) == 0 || b[0] != byte(rest) {
			return nil, 0, corruptAt(w, off, "a part of %d bytes has another length behind it", n)
		}
		b, off = b[1:], off+1
		if rest < 256 {
			return b, off, nil
		}
	}
}

// cutOff is the failure of a program on n bytes that no more will follow.
func (r *scanner) cutOff(w *window, m *metaScan, off, n int, err error) error {
	if errors.Is(err, serializer.ErrShort) {
		return corruptAt(w, off, "key cut off after %d bytes", n)
	}
	return r.broken(w, off, m, err)
}

// queueKey gives an element of a priority queue: all of it is key. It lies off bytes behind the position of w.
func (r *scanner) queueKey(w *window, m *metaScan, off int, b []byte) error {
	if m.Kind != state.Timer {
		r.e.Value = b
		if err := r.whole(w, m, off, b, m.storedOf); err != nil {
			return err
		}
		return r.emit()
	}
	if len(b) < 8 {
		return corruptAt(w, off, "timer of %d bytes", len(b))
	}
	r.e.Time = int64(binary.BigEndian.Uint64(b) ^ 1<<63)
	if err := r.splitTimer(w, m, off+8, b[8:]); err != nil {
		return err
	}
	return r.emit()
}

func (r *scanner) splitTimer(w *window, m *metaScan, off int, b []byte) error {
	n, err := m.keyOf.Skip(b)
	if errors.Is(err, javaio.ErrUnsupported) {
		if n = len(b) - m.namespaceBytes; m.namespaceBytes < 0 || n < 0 {
			r.e.Key = b
			r.e.Flags |= state.Whole
			return nil
		}
		err = nil
	}
	if err != nil {
		return r.cutOff(w, m, off, len(b), err)
	}
	r.e.Key, r.e.Namespace = b[:n:n], b[n:]
	return r.whole(w, m, off+n, b[n:], m.namespaceOf)
}

// fullList gives the elements of the list that the window's region is, for the held key and namespace.
func (r *scanner) fullList(ctx context.Context, w *window, m *metaScan, flags state.EntryFlags) error {
	for i := int64(0); ; i++ {
		r.element(m, i)
		r.e.Flags = flags
		n, err := r.value(ctx, w, 0, m)
		if err != nil {
			if isBlocked(err) {
				return r.fullOpaque(ctx, w, i)
			}
			if i == 0 && w.left() == 0 { // no element of this type has no bytes
				r.e.Index, r.e.Flags = -1, flags|state.Empty
				return r.emit()
			}
			return err
		}
		w.advance(n)
		if err := r.emit(); err != nil || w.left() == 0 {
			return err
		}
		c, err := r.uint8(ctx, w)
		if err != nil {
			return err
		}
		if c != listSeparator {
			r.warn(w, -1, "list elements are separated by %#02x, want 2c", c)
		}
	}
}

// fullOpaque gives a list, or what is left of it from element i on, that has no decoder.
func (r *scanner) fullOpaque(ctx context.Context, w *window, i int64) error {
	if r.e.Time = 0; i == 0 {
		r.e.Index = -1
	}
	r.e.Flags = r.e.Flags&^state.HasTTL | state.Whole
	if n := w.left(); n > r.unit.view.opts.maxValue() {
		r.e.Flags |= state.Oversize
		r.e.Size = n
		return r.emit()
	}
	if err := r.need(ctx, w, int(w.left())); err != nil {
		return err
	}
	r.e.Value = w.bytes()
	return r.emit()
}
