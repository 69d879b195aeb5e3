package statereader

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"ckpt/internal/javaio"
	"ckpt/internal/rocksdb"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

// A handle of RocksDB or ForSt is a database with a column family for each state, under the state's name. Keys and
// values are those of the full layout; what was added to a list is joined with the list's separator. A database may
// hold key groups that are no longer the handle's: it is read inside the handle's range alone.

// database is an open database of a handle.
type database struct {
	*rocksdb.DB
	view  *View
	files map[string]metadata.StreamHandle
}

// openDatabase opens the database of a handle. The caller closes it.
func (v *View) openDatabase(ctx context.Context, h *handle) (*database, error) {
	k := h.keyed.(*metadata.IncrementalHandle)
	d := &database{view: v, files: map[string]metadata.StreamHandle{}}
	var names []string
	for _, list := range [][]metadata.NamedFile{k.Shared, k.Private} {
		for _, f := range list {
			names = append(names, f.LocalPath)
			d.files[f.LocalPath] = f.Stream
		}
	}
	db, err := rocksdb.Open(ctx, rocksdb.Files{Names: names, Open: d.openFile}, rocksdb.Options{MaxValue: v.opts.memory()})
	if err != nil {
		return nil, d.locate(err)
	}
	d.DB = db
	return d, nil
}

// tableFile is a file of a database.
type tableFile struct{ *content }

func (f tableFile) Size() int64  { return f.size }
func (f tableFile) Close() error { f.close(); return nil }

func (f tableFile) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	n := int64(len(p))
	if off < 0 || off > f.size {
		return 0, io.EOF
	}
	if n = min(n, f.size-off); n < int64(len(p)) {
		if err := f.readAt(ctx, p[:n], off); err != nil {
			return 0, err
		}
		return int(n), io.EOF
	}
	return len(p), f.readAt(ctx, p, off)
}

func (d *database) openFile(ctx context.Context, name string) (rocksdb.File, error) {
	c, err := d.view.openContent(ctx, d.files[name])
	if err != nil {
		return nil, err
	}
	return tableFile{c}, nil
}

// locate says where a defect of a database lies: in which file of the checkpoint, instead of which of the database.
func (d *database) locate(err error) error {
	fe, ok := errors.AsType[*javaio.FormatError](err)
	if !ok {
		return err
	}
	s, ok := d.files[fe.File]
	if !ok {
		return err
	}
	c := *fe
	c.Field = "file[" + fe.File + "]"
	if fe.Field != "" {
		c.Field += "." + fe.Field
	}
	c.File = nameOf(s, d.view.layout.File())
	if c.Offset >= 0 {
		c.Offset += startOf(s)
	}
	return &c
}

// startOf returns where in its file the content of a stream begins.
func startOf(s metadata.StreamHandle) int64 {
	switch s := s.(type) {
	case *metadata.SegmentHandle:
		return s.Start
	case *metadata.InlineHandle:
		return s.Offset
	}
	return 0
}

// database runs the scan of a database.
func (s *Scan) database(ctx context.Context, yield func(state.Entry, error) bool) {
	h := s.unit.handle
	r := &scanner{Scan: s, c: &content{name: s.unit.File()}, yield: yield}
	r.prepareStates()
	d, err := s.unit.view.openDatabase(ctx, h)
	if err != nil {
		r.report(err, nil)
		return
	}
	defer d.Close() // opened for reading: nothing can be lost
	for _, w := range d.Warnings() {
		if len(r.warnings) < maxWarnings {
			r.warnings = append(r.warnings, s.unit.view.locate(d.locate(w), "", h))
		}
	}
	for i := range r.metas {
		m := &r.metas[i]
		if !m.want {
			continue
		}
		if err = r.family(ctx, d, m); err == errStop || ctx.Err() != nil {
			break
		}
		if err != nil {
			if err = r.reportFor(m, javaio.InField(d.locate(err), m.field()), nil); err != nil {
				break
			}
		}
	}
	if err != nil && err != errStop && ctx.Err() != nil {
		yield(state.Entry{}, err)
	}
}

// family gives the entries of one state.
func (r *scanner) family(ctx context.Context, d *database, m *metaScan) error {
	cf := d.ColumnFamily(m.Name)
	if cf == nil {
		return &javaio.FormatError{File: d.Manifest, Offset: -1, Err: fmt.Errorf("%w: the database has no column family %q", javaio.ErrCorrupt, m.Name)}
	}
	if r.unit.probe != nil {
		return r.probed(ctx, d, cf, m)
	}
	for _, span := range r.unit.spans() {
		rg := rocksdb.Range{From: r.groupPrefix(nil, int32(span.First)), To: r.groupPrefix(nil, int32(span.Last)+1)}
		if err := r.familyRange(ctx, cf, m, rg); err != nil {
			return err
		}
	}
	return nil
}

// groupPrefix appends what keys of a key group begin with.
func (r *scanner) groupPrefix(dst []byte, g int32) []byte {
	if r.prefix == 1 {
		return append(dst, byte(g))
	}
	return binary.BigEndian.AppendUint16(dst, uint16(g))
}

// familyRange gives the entries of one state in a range of keys.
func (r *scanner) familyRange(ctx context.Context, cf *rocksdb.ColumnFamily, m *metaScan, rg rocksdb.Range) error {
	it := cf.Iter(ctx, rg)
	defer it.Close()
	var joined []byte
	w := &window{src: memSource(-1)}
	for n := 1; it.Next(); n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e := it.Entry()
		value := e.Value
		if len(e.Operands) > 0 {
			joined = e.Joined(joined[:0], listSeparator)
			value = joined
		}
		if err := r.pair(ctx, w, m, e.Key, value); err != nil {
			return err
		}
	}
	return it.Err()
}

// pair gives what a column family has under one key. What is wrong with it is reported, and hides no other.
func (r *scanner) pair(ctx context.Context, w *window, m *metaScan, key, value []byte) error {
	if len(key) < r.prefix {
		return r.brokenPair(m, key, corruptAt(w, 0, "key of %d bytes", len(key)))
	}
	g := int32(key[0])
	if r.prefix == 2 {
		g = g<<8 | int32(key[1])
	}
	r.e.KeyGroup = state.KeyGroup(g)
	err := r.pairParts(ctx, w, m, key[r.prefix:], value)
	if err != nil && (errors.Is(err, javaio.ErrCorrupt) || errors.Is(err, javaio.ErrUnsupported)) {
		return r.brokenPair(m, key, err)
	}
	return err
}

func (r *scanner) pairParts(ctx context.Context, w *window, m *metaScan, key, value []byte) error {
	r.fresh(m)
	w.show(key)
	if m.Backend == state.PriorityQueue {
		return r.queueKey(w, m, 0, key)
	}
	if err := r.splitKey(w, m, 0, key); err != nil {
		return err
	}
	w.show(value)
	if m.Kind == state.List && m.Collection {
		r.hold(r.e.Key, r.e.Namespace)
		return r.fullList(ctx, w, m, r.e.Flags)
	}
	if err := r.fullValue(w, m, 0, value, len(value)); err != nil {
		return err
	}
	return r.emit()
}

// show makes b all that the window has.
func (w *window) show(b []byte) {
	w.buf, w.r, w.w, w.pos = b, 0, len(b), 0
	w.region(int64(len(b)))
}

// maxShownKey bounds what messages show of a key.
const maxShownKey = 64

// brokenPair reports an entry. Where it lies in which table is not known: its key says which it is.
func (r *scanner) brokenPair(m *metaScan, key []byte, err error) error {
	if fe, ok := errors.AsType[*javaio.FormatError](err); ok {
		c := *fe
		c.Offset, err = -1, &c
	}
	shown := fmt.Sprintf("key[%x]", key[:min(len(key), maxShownKey)])
	err = javaio.InField(javaio.InField(javaio.InField(err, shown), m.field()), groupField(int32(r.e.KeyGroup)))
	return r.reportFor(m, err, oneGroup(int32(r.e.KeyGroup)))
}

// Probe names what a scan looks for, in the bytes of the serializers: a key, and where the slices are not nil, one
// namespace and one map key.
type Probe struct{ Key, Namespace, UserKey []byte }

// Indexed returns what a Probe for a state of the unit is encoded with, where a file finds keys by an index; else nil.
func (u *Unit) Indexed(s *State) (key *serializer.Serializer, m *state.Meta) {
	h := u.handle
	if h.layout != LayoutSST && h.layout != LayoutChangelog || h.header == nil || h.header.Key == nil {
		return nil, nil
	}
	if i := slices.Index(h.states, s); i >= 0 && h.metas[i].Err == nil {
		return h.header.Key, h.metas[i]
	}
	return nil, nil
}

// matches says whether an entry is looked for.
func (p *Probe) matches(e *state.Entry) bool {
	return bytes.Equal(p.Key, e.Key) && (p.Namespace == nil || bytes.Equal(p.Namespace, e.Namespace)) &&
		(p.UserKey == nil || bytes.Equal(p.UserKey, e.UserKey))
}

// probed gives what a state has under the key that is looked for.
func (r *scanner) probed(ctx context.Context, d *database, cf *rocksdb.ColumnFamily, m *metaScan) error {
	p := r.unit.probe
	for _, span := range r.unit.spans() {
		for g := int32(span.First); g <= int32(span.Last); g++ {
			key, whole := r.groupPrefix(nil, g), false
			if m.Backend != state.PriorityQueue {
				key, whole = m.composite(key, p)
			}
			if whole {
				if err := r.familyKey(ctx, cf, m, key); err != nil {
					return err
				}
				continue
			}
			if err := r.familyRange(ctx, cf, m, rocksdb.Range{From: key, To: successor(key)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// familyKey gives what a state has under one whole key.
func (r *scanner) familyKey(ctx context.Context, cf *rocksdb.ColumnFamily, m *metaScan, key []byte) error {
	e, err := cf.Get(ctx, key)
	if err != nil || e == nil {
		return err
	}
	value := e.Value
	if len(e.Operands) > 0 {
		value = e.Joined(nil, listSeparator)
	}
	return r.pair(ctx, &window{src: memSource(-1)}, m, key, value)
}

// composite appends as much of the key of an entry as is known, and says whether that is all of it.
func (m *metaScan) composite(dst []byte, p *Probe) (key []byte, whole bool) {
	dst = m.appendPart(dst, p.Key)
	ns := p.Namespace
	if ns == nil && m.Namespace.Type.Kind == serializer.KindVoidNamespace {
		ns = []byte{0}
	}
	if ns == nil {
		return dst, false
	}
	dst = m.appendPart(dst, ns)
	if m.Kind == state.Map {
		return append(dst, p.UserKey...), p.UserKey != nil
	}
	return dst, true
}

// appendPart appends a part of a key, and its length where keys carry lengths.
func (m *metaScan) appendPart(dst, b []byte) []byte {
	dst = append(dst, b...)
	if !m.suffixed {
		return dst
	}
	n := len(b)
	for dst = append(dst, byte(n)); n > 255; dst = append(dst, byte(n)) {
		n >>= 8
	}
	return dst
}

// successor returns the first key that does not begin with b; nil: there is none.
func successor(b []byte) []byte {
	s := bytes.Clone(b)
	for i := len(s) - 1; i >= 0; i-- {
		if s[i]++; s[i] != 0 {
			return s[:i+1]
		}
	}
	return nil
}

// spans returns the selected key groups of the unit, in ascending order.
func (u *Unit) spans() KeyGroupSet {
	if u.First > u.Last {
		return nil
	}
	all := u.span()
	if u.groups == nil {
		return KeyGroupSet{all}
	}
	var s KeyGroupSet
	for _, g := range u.groups.Union(nil) {
		if g.First <= all.Last && all.First <= g.Last {
			s = append(s, KeyGroupSpan{max(g.First, all.First), min(g.Last, all.Last)})
		}
	}
	return s
}
