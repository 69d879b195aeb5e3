package rocksdb

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"ckpt/internal/javaio"
)

// Get looks a key up and returns its visible content, which the caller owns; nil if there is none.
//
// Of each table that may have the key it reads the end once, and of its data one block where the filter lets it
// through. It stops at the level that decides: what lies below is older.
func (cf *ColumnFamily) Get(ctx context.Context, key []byte) (*Entry, error) {
	l := lookup{key: bytes.Clone(key), lastSeq: cf.db.LastSequence}
	l.bounds = Range{l.key, append(bytes.Clone(key), 0)}
	runs := cf.runs(l.bounds)
	for i, run := range runs {
		if decided := l.resolve(); decided && (run[0].Level > 0 || run[0].SeqHi < l.final) {
			break
		}
		if err := l.read(ctx, runs[i]); err != nil {
			return nil, err
		}
	}
	l.resolve()
	return l.entry, nil
}

// lookup collects the versions of one key.
type lookup struct {
	key      []byte
	bounds   Range
	lastSeq  uint64
	versions []version
	spans    []span

	entry *Entry
	final uint64 // sequence number of what decided
	scan  scan
}

type version struct {
	trailer uint64
	value   []byte
}

// read adds the versions and the range deletions of a run of tables.
func (l *lookup) read(ctx context.Context, run []*Table) error {
	s := &l.scan
	s.ctx, s.tables, s.bounds, s.exact = ctx, run, l.bounds, l.key
	s.cur.forget()
	for s.next() {
		l.versions = append(l.versions, version{s.trailer, bytes.Clone(s.cur.value)})
	}
	if s.err != nil {
		return s.err
	}
	for _, t := range run {
		m, err := t.readMeta(ctx, metaTail) // the scan may have stopped before this table
		if err != nil {
			return err
		}
		l.spans = t.visible(l.spans, m.tombstones)
	}
	return nil
}

// resolve applies the versions that were found, newest first; it is true once nothing older can matter.
func (l *lookup) resolve() bool {
	slices.SortFunc(l.versions, func(a, b version) int { return compareUint(b.trailer, a.trailer) })
	l.entry = nil
	e := &Entry{Key: l.key}
	decided := false
	for _, v := range l.versions {
		if v.trailer>>8 > l.lastSeq {
			continue
		}
		if l.final = v.trailer >> 8; l.deleted(v.trailer) {
			decided = true
			break
		}
		if Kind(v.trailer) == Merge {
			e.Operands = append(e.Operands, v.value)
			continue
		}
		if decided = true; Kind(v.trailer) == Put {
			e.Value, e.HasValue = v.value, true
		}
		break
	}
	slices.Reverse(e.Operands)
	if e.HasValue || len(e.Operands) > 0 {
		l.entry = e
	}
	return decided || l.covered()
}

// deleted says whether a range deletion hides a version of the key.
func (l *lookup) deleted(trailer uint64) bool {
	k := InternalKey{l.key, trailer}
	return slices.ContainsFunc(l.spans, func(s span) bool {
		return k.Seq() < s.seq && s.lo.Compare(k) <= 0 && k.Compare(s.hi) < 0
	})
}

// covered says whether a range deletion hides all older versions of the key.
func (l *lookup) covered() bool {
	oldest := InternalKey{l.key, 0}
	for _, s := range l.spans {
		if s.lo.Compare(oldest) <= 0 && oldest.Compare(s.hi) < 0 {
			l.final = max(l.final, s.seq)
			return true
		}
	}
	return false
}

// Bounds of what a lookup reads at the end of a table, to have the index with it.
const (
	minLookupTail = 16 << 10
	maxLookupTail = 512 << 10
)

// lookupTail guesses where the blocks behind the data begin, where the MANIFEST does not say: indexes are about a
// hundredth of a table.
func (t *Table) lookupTail() int64 {
	tail := t.Tail
	if tail <= 0 || tail > maxLookupTail {
		tail = t.Size / 96
	}
	return min(max(tail, minLookupTail), maxLookupTail)
}

// builtinFilter is how all filters of RocksDB itself are called.
const builtinFilter = "rocksdb.BuiltinBloomFilter"

// chooseFilter finds the filter of whole keys in a metaindex.
func (m *tableMeta) chooseFilter(handles map[string]handle) {
	if !m.props.WholeKeyFiltering {
		return
	}
	for name, h := range handles {
		if full, ok := strings.CutPrefix(name, metaFullFilter); ok && full == builtinFilter {
			m.filter, m.filterPart = h, false
		}
		if part, ok := strings.CutPrefix(name, metaPartFilter); ok && part == builtinFilter {
			m.filter, m.filterPart = h, true
		}
	}
}

// mayContain asks the filter of the table for a key; without one the answer is yes.
func (r *tableReader) mayContain(ctx context.Context, key []byte) (bool, error) {
	h := r.meta.filter
	if h.size == 0 {
		return true, nil
	}
	if r.meta.filterPart {
		var err error
		if h, err = r.filterPartition(ctx, h, key); err != nil || h.size == 0 {
			return false, err
		}
	}
	var content []byte
	b, err := r.load(ctx, &r.win, h, &content, loadBorrowed)
	if err != nil {
		return false, javaio.InField(err, "filter")
	}
	return mayContain(b, key), nil
}

// filterPartition finds the part of a filter for a key; the last one is also that of keys beyond.
func (r *tableReader) filterPartition(ctx context.Context, top handle, key []byte) (h handle, err error) {
	b, err := r.metaBlock(ctx, top, "filter")
	if err != nil {
		return h, err
	}
	var x indexBlock
	x.reset(b, r.meta.props, false)
	x.seek(key)
	for x.next() {
		if h = x.handle; bytes.Compare(x.user, key) >= 0 {
			break
		}
	}
	if x.err != nil {
		return h, r.corrupt(top.off, "filter", "%v", x.err)
	}
	return h, nil
}
