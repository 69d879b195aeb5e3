package rocksdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"ckpt/internal/javaio"
)

// A Table is one live file of a column family.
type Table struct {
	*TableInfo
	Name   string // local name
	Family *ColumnFamily

	db   *DB
	mu   sync.Mutex
	file File
	uses int
	meta *tableMeta
}

// tableMeta is what stands at the end of a table, without the index.
type tableMeta struct {
	footer     footer
	props      *Properties
	index      handle
	dict       handle // size 0 if there is none
	filter     handle // size 0 if there is none that a lookup can use
	filterPart bool   // the filter is in partitions
	dataEnd    int64  // no data block reaches beyond
	global     optional
	tombstones []Tombstone
}

// A Tombstone deletes the user keys in [Start, End) that are older than Seq, inside the boundaries of its table.
type Tombstone struct {
	Start, End []byte
	Seq        uint64
}

// acquire opens the file of a table, or finds it open.
func (t *Table) acquire(ctx context.Context) (File, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		f, err := t.db.files.open(ctx, t.Name)
		if err != nil {
			return nil, javaio.InField(err, t.Family.Name)
		}
		if f.Size() != t.Size {
			err := defect(javaio.ErrCorrupt, t.Name, -1, t.Family.Name, "the file has %d bytes, the MANIFEST says %d", f.Size(), t.Size)
			return nil, also(err, f.Close())
		}
		t.file = f
		t.db.open.Add(1)
	}
	t.uses++
	return t.file, nil
}

// release ends a use of the file. It stays open while there are not too many.
func (t *Table) release() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.uses--; t.uses > 0 || t.db.open.Load() <= int64(t.db.o.MaxOpen) {
		return nil
	}
	return t.closeFile()
}

func (t *Table) closeFile() error {
	if t.file == nil {
		return nil
	}
	f := t.file
	t.file = nil
	t.db.open.Add(-1)
	return f.Close()
}

// tableReader reads blocks of one table at a time, for one goroutine. Its buffers outlive the table.
type tableReader struct {
	t    *Table
	file File
	meta *tableMeta
	win  window
	dec  decompressor
	dict []byte
}

// begin goes over to a table. tail is how many bytes at its end to read first.
func (r *tableReader) begin(ctx context.Context, t *Table, tail int64) error {
	file, err := t.acquire(ctx)
	if err != nil {
		return err
	}
	r.t, r.file = t, file
	r.win.set(file, t.Name)
	r.meta, err = t.loadMeta(ctx, r, tail)
	if err == nil {
		r.dec.framed, r.dec.limit = r.meta.footer.version >= 2, t.db.maxValue()
		err = r.loadDictionary(ctx)
	}
	if err != nil {
		return also(err, r.end())
	}
	return nil
}

// end lets go of the table, keeping the buffers.
func (r *tableReader) end() error {
	if r.t == nil {
		return nil
	}
	err := also(r.dec.close(), r.t.release())
	r.t, r.file, r.dec.dict = nil, nil, nil
	return err
}

func (r *tableReader) corrupt(off int64, field, format string, args ...any) error {
	return r.t.defect(javaio.ErrCorrupt, off, field, format, args...)
}

func (t *Table) defect(class error, off int64, field, format string, args ...any) error {
	return javaio.InField(defect(class, t.Name, off, field, format, args...), t.Family.Name)
}

// loadMode says in whose memory a loaded block may lie.
type loadMode uint8

const (
	loadBorrowed loadMode = iota // the window's or *dst
	loadKept                     // *dst
	loadData                     // as borrowed; the table's dictionary applies
)

// load returns the content of a block: read through w, verified, expanded.
func (r *tableReader) load(ctx context.Context, w *window, h handle, dst *[]byte, mode loadMode) ([]byte, error) {
	raw, c, err := r.raw(ctx, w, h)
	if err != nil {
		return nil, err
	}
	if c == NoCompression {
		if mode == loadKept {
			*dst = append((*dst)[:0], raw...)
			return *dst, nil
		}
		return raw, nil
	}
	out, err := r.dec.expand(*dst, c, raw, mode == loadData)
	if err != nil {
		return nil, javaio.InField(&javaio.FormatError{File: r.t.Name, Offset: h.off, Field: "block", Err: err}, r.t.Family.Name)
	}
	*dst = out
	return out, nil
}

// raw returns a block as it is stored, verified, and its compression.
func (r *tableReader) raw(ctx context.Context, w *window, h handle) ([]byte, Compression, error) {
	f := &r.meta.footer
	if err := f.within(h); err != nil {
		return nil, 0, r.corrupt(h.off, "block", "%v", err)
	}
	if h.size > int64(r.t.db.maxValue()) {
		return nil, 0, r.t.defect(javaio.ErrUnsupported, h.off, "block", "a block of %d bytes is more than the limit of %d", h.size, r.t.db.maxValue())
	}
	b, err := w.bytes(ctx, h.off, int(h.size)+blockTrailerLen)
	if err != nil {
		return nil, 0, javaio.InField(err, r.t.Family.Name)
	}
	n := int(h.size)
	if f.checksum != ChecksumNone {
		got, want := f.checksum.sum(b[:n+1])+contextSum(f.baseContext, h.off), binary.LittleEndian.Uint32(b[n+1:])
		if got != want {
			return nil, 0, r.corrupt(h.off, "block", "%w: %v is %08x, want %08x", errChecksum, f.checksum, got, want)
		}
	}
	return b[:n:n], Compression(b[n]), nil
}

// errChecksum marks a block whose bytes are not those that were written.
var errChecksum = errors.New("checksum")

// loadMeta reads footer, metaindex, properties and range deletions, once for a table.
func (t *Table) loadMeta(ctx context.Context, r *tableReader, tail int64) (*tableMeta, error) {
	t.mu.Lock()
	m := t.meta
	t.mu.Unlock()
	if m != nil {
		return m, nil
	}
	tail = min(max(tail, footerLen), t.Size)
	b, err := r.win.bytes(ctx, t.Size-tail, int(tail))
	if err != nil {
		return nil, javaio.InField(err, t.Family.Name)
	}
	m = &tableMeta{}
	r.meta = m
	if m.footer, err = decodeFooter(b, t.Size, t.Name); err != nil {
		return nil, javaio.InField(err, t.Family.Name)
	}
	r.dec.limit = t.db.maxValue()
	if err := r.readMeta(ctx, m); err != nil {
		return nil, err
	}
	t.mu.Lock()
	t.meta = m
	t.mu.Unlock()
	return m, nil
}

// metaBlock reads a block that is not compressed, apart from the window's memory.
func (r *tableReader) metaBlock(ctx context.Context, h handle, field string) (block, error) {
	var content []byte
	_, err := r.load(ctx, &r.win, h, &content, loadKept)
	if err != nil {
		return block{}, javaio.InField(err, field)
	}
	b, err := parseBlock(content)
	if err != nil {
		return block{}, r.corrupt(h.off, field, "%v", err)
	}
	return b, nil
}

func (r *tableReader) readMeta(ctx context.Context, m *tableMeta) error {
	handles, err := r.metaindex(ctx, m)
	if err != nil {
		return err
	}
	m.index = m.footer.index
	if m.footer.version >= 6 {
		h, ok := handles[metaIndex]
		if !ok {
			return r.corrupt(m.footer.metaindex.off, "metaindex", "no index")
		}
		m.index = h
	}
	if err := r.readProperties(ctx, m, handles); err != nil {
		return err
	}
	m.dict = handles[metaDictionary]
	m.dataEnd = m.footer.off
	if m.props.DataSize > 0 {
		m.dataEnd = min(m.dataEnd, int64(min(m.props.DataSize, uint64(m.footer.off))))
	}
	m.chooseFilter(handles)
	if err := r.globalSeq(m); err != nil {
		return err
	}
	if h, ok := handles[metaRangeDel]; ok {
		return r.readTombstones(ctx, m, h)
	}
	return nil
}

func (r *tableReader) metaindex(ctx context.Context, m *tableMeta) (map[string]handle, error) {
	b, err := r.metaBlock(ctx, m.footer.metaindex, "metaindex")
	if err != nil {
		return nil, err
	}
	handles := map[string]handle{}
	it := blockReader{}
	it.reset(b)
	for it.next() {
		h, n := decodeHandle(it.value)
		if n == 0 {
			continue // blocks that are not ours have values of other forms
		}
		if err := m.footer.within(h); err != nil {
			return nil, r.corrupt(m.footer.metaindex.off, "metaindex", "%q: %v", it.key, err)
		}
		handles[string(it.key)] = h
	}
	if it.err != nil {
		return nil, r.corrupt(m.footer.metaindex.off, "metaindex", "%v", it.err)
	}
	return handles, nil
}

func (r *tableReader) readProperties(ctx context.Context, m *tableMeta, handles map[string]handle) error {
	h, ok := handles[metaProperties]
	if !ok {
		h, ok = handles[metaOldProperties]
	}
	switch {
	case !ok && m.footer.version >= 3:
		return r.corrupt(m.footer.metaindex.off, "metaindex", "no properties")
	case !ok:
		m.props = &Properties{}
	default:
		b, err := r.metaBlock(ctx, h, "properties")
		if errors.Is(err, errChecksum) {
			b, err = r.patchedProperties(ctx, h, err)
		}
		if err != nil {
			return err
		}
		if m.props, err = decodeProperties(b); err != nil {
			return javaio.InField(&javaio.FormatError{File: r.t.Name, Offset: h.off, Field: "properties", Err: err}, r.t.Family.Name)
		}
	}
	p := m.props
	p.Format, p.Checksum = m.footer.version, m.footer.checksum
	switch {
	case p.Comparator != "" && p.Comparator != bytewise:
		return r.t.defect(javaio.ErrUnsupported, h.off, "properties", "comparator %q", p.Comparator)
	case p.timestampsTakenOff:
		return r.t.defect(javaio.ErrUnsupported, h.off, "properties", "user-defined timestamps")
	}
	return nil
}

// patchedProperties reads properties in which a global sequence number was written after their checksum was taken
// over zeros in its place.
func (r *tableReader) patchedProperties(ctx context.Context, h handle, first error) (block, error) {
	n := int(h.size)
	b, err := r.win.bytes(ctx, h.off, n+blockTrailerLen)
	if err != nil {
		return block{}, javaio.InField(err, r.t.Family.Name)
	}
	content := append([]byte(nil), b[:n+1]...)
	at := globalSeqAt(content[:n])
	if at < 0 || content[n] != byte(NoCompression) {
		return block{}, first
	}
	seq := binary.LittleEndian.Uint64(content[at:])
	clear(content[at : at+8])
	f := &r.meta.footer
	if f.checksum.sum(content)+contextSum(f.baseContext, h.off) != binary.LittleEndian.Uint32(b[n+1:]) {
		return block{}, first
	}
	binary.LittleEndian.PutUint64(content[at:], seq)
	return parseBlock(content[:n])
}

// globalSeq finds the sequence number that all entries of an ingested file take.
func (r *tableReader) globalSeq(m *tableMeta) error {
	p := m.props
	switch {
	case p.ExternalVersion < 2 && p.hasGlobalSeq && p.GlobalSeq != 0:
		return r.corrupt(-1, "properties", "a global sequence number in a file of version %d", p.ExternalVersion)
	case p.ExternalVersion < 2:
		return nil
	}
	recorded := r.t.SeqHi
	if recorded == maxSeq && r.t.SeqLo == 0 {
		recorded = 0 // an edit of the oldest form does not record it
	}
	if p.GlobalSeq != 0 && recorded != 0 && p.GlobalSeq != recorded {
		return r.corrupt(-1, "properties", "global sequence number %d, the MANIFEST says %d", p.GlobalSeq, recorded)
	}
	m.global = optional{max(p.GlobalSeq, recorded), true}
	if m.global.value > maxSeq {
		return r.corrupt(-1, "properties", "global sequence number %d", m.global.value)
	}
	return nil
}

func (r *tableReader) readTombstones(ctx context.Context, m *tableMeta, h handle) error {
	b, err := r.metaBlock(ctx, h, "range_del")
	if err != nil {
		return err
	}
	it := blockReader{}
	it.reset(b)
	for it.next() {
		k, ok := splitKey(it.key)
		if !ok || k.Kind() != RangeDelete {
			return r.corrupt(h.off, "range_del", "key %x is not that of a range deletion", it.key)
		}
		seq := k.Seq()
		if m.global.set {
			seq = m.global.value
		}
		m.tombstones = append(m.tombstones, Tombstone{append([]byte(nil), k.User...), it.value, seq})
	}
	if it.err != nil {
		return r.corrupt(h.off, "range_del", "%v", it.err)
	}
	return nil
}

// loadDictionary reads the dictionary of the data blocks, if the table has one.
func (r *tableReader) loadDictionary(ctx context.Context) error {
	r.dec.dict = nil
	if r.meta.dict.size == 0 {
		return nil
	}
	b, err := r.load(ctx, &r.win, r.meta.dict, &r.dict, loadKept)
	if err != nil {
		return javaio.InField(err, "dictionary")
	}
	r.dec.dict = b
	return nil
}

// Properties reads what the table says of itself. The result is shared: do not change it.
func (t *Table) Properties(ctx context.Context) (*Properties, error) {
	m, err := t.readMeta(ctx, metaTail)
	if err != nil {
		return nil, err
	}
	return m.props, nil
}

// Tombstones reads the range deletions that stand in the table, in no particular order. The result is shared.
func (t *Table) Tombstones(ctx context.Context) ([]Tombstone, error) {
	m, err := t.readMeta(ctx, metaTail)
	if err != nil {
		return nil, err
	}
	return m.tombstones, nil
}

// metaTail is how much to read at the end of a table where its index is not wanted yet.
const metaTail = 8 << 10

func (t *Table) readMeta(ctx context.Context, tail int64) (_ *tableMeta, err error) {
	t.mu.Lock()
	m := t.meta
	t.mu.Unlock()
	if m != nil {
		return m, nil
	}
	var r tableReader
	if r.file, err = t.acquire(ctx); err != nil {
		return nil, err
	}
	r.t = t
	defer func() { err = also(err, r.end()) }()
	r.win.set(r.file, t.Name)
	return t.loadMeta(ctx, &r, tail)
}

func (t *Table) String() string {
	return fmt.Sprintf("%s: %s, level %d, %d bytes", t.Family.Name, t.Name, t.Level, t.Size)
}

func (t *Table) limitDefect(off int64, size int) error {
	return t.defect(javaio.ErrUnsupported, off, "block", "a merged value of %d bytes is more than the limit of %d", size, t.db.maxValue())
}
