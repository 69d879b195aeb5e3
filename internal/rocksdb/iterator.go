package rocksdb

import (
	"bytes"
	"context"
	"iter"
)

// An Entry is the visible content under one key. Its slices are lent until the iterator's next step.
type Entry struct {
	Key   []byte
	Value []byte // the value, or what the operands were merged onto; nil if there is none of it
	// Operands are those of merges, oldest first. There are none for a value that was put.
	Operands [][]byte
	HasValue bool // Value is present, if only as an empty one
}

// Joined appends the content to dst as Flink's string-append operator gives it: value and operands with a
// delimiter between any two of them.
func (e *Entry) Joined(dst []byte, delimiter byte) []byte {
	if e.HasValue {
		dst = append(dst, e.Value...)
	}
	for i, op := range e.Operands {
		if i > 0 || e.HasValue {
			dst = append(dst, delimiter)
		}
		dst = append(dst, op...)
	}
	return dst
}

// Stats count what an iterator has read.
type Stats struct {
	Physical  uint64 // entries of tables
	Visible   uint64 // entries given
	Invisible uint64 // entries beyond the last sequence number of the database
}

// An Iterator gives the visible entries of a column family in order of their keys.
type Iterator struct {
	scans   []scan
	heap    []*scan // by current entry; the first is the least
	deleted sweep
	lastSeq uint64
	limit   int

	begun    bool
	again    bool // the current version is yet to be looked at
	from     *scan
	last     []byte // user key of the current version
	newKey   bool   // the current version is the first of its key
	resolved bool   // nothing older of the key counts

	entry Entry
	merge merged
	lend  lender
	stats Stats
	err   error
}

// merged collects the versions of a key that has merge operands.
type merged struct {
	mem   []byte
	ends  []int // of operands in mem, newest first; the key stands before them
	parts [][]byte
}

// Iter begins to read the entries of a range.
func (cf *ColumnFamily) Iter(ctx context.Context, r Range) *Iterator {
	if len(r.To) == 0 {
		r.To = nil
	}
	r = Range{bytes.Clone(r.From), bytes.Clone(r.To)}
	it := &Iterator{lastSeq: cf.db.LastSequence, limit: cf.db.maxValue()}
	groups := cf.runs(r)
	it.scans = make([]scan, len(groups))
	for i := range it.scans {
		s := &it.scans[i]
		s.ctx, s.tables, s.bounds = ctx, groups[i], r
		s.r.win.ahead = min(cf.db.o.ReadAhead, max(64<<10, cf.db.o.ReadAhead/len(groups)))
		it.heap = append(it.heap, s)
	}
	it.deleted.spans, it.err = cf.spans(ctx, groups)
	return it
}

// All yields the visible entries of a range; an error is the last pair.
func (cf *ColumnFamily) All(ctx context.Context, r Range) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		it := cf.Iter(ctx, r)
		for it.Next() {
			if !yield(it.Entry(), nil) {
				it.Close()
				return
			}
		}
		if err := also(it.Err(), it.Close()); err != nil {
			yield(nil, err)
		}
	}
}

// overlaps says whether a table may have keys of a range.
func (t *Table) overlaps(r Range) bool {
	if r.To != nil && bytes.Compare(t.Smallest.User, r.To) >= 0 {
		return false
	}
	c := bytes.Compare(t.Largest.User, r.From)
	return c > 0 || c == 0 && !t.Largest.rangeEnd()
}

// runs groups the tables of a range into sequences of ascending keys.
func (cf *ColumnFamily) runs(r Range) [][]*Table {
	var runs [][]*Table
	level := 0
	for _, t := range cf.tables {
		if !t.overlaps(r) {
			continue
		}
		if t.Level == 0 || t.Level != level {
			runs, level = append(runs, nil), t.Level
		}
		n := len(runs) - 1
		runs[n] = append(runs[n], t)
	}
	return runs
}

// spans collects the range deletions of tables.
func (cf *ColumnFamily) spans(ctx context.Context, runs [][]*Table) ([]span, error) {
	var spans []span
	for _, run := range runs {
		for _, t := range run {
			m, err := t.readMeta(ctx, metaTail)
			if err != nil {
				return nil, err
			}
			spans = t.visible(spans, m.tombstones)
		}
	}
	return flatten(spans), nil
}

func (t *Table) visible(spans []span, tombstones []Tombstone) []span {
	for _, d := range tombstones {
		if s, ok := truncate(d, t.TableInfo); ok && d.Seq <= t.db.LastSequence {
			spans = append(spans, s)
		}
	}
	return spans
}

// Next goes to the next entry; false is the end or a failure.
func (it *Iterator) Next() bool {
	it.lend.reclaim()
	for it.version() {
		s := it.from
		if !it.newKey && it.resolved {
			continue
		}
		if s.trailer>>8 > it.lastSeq {
			it.stats.Invisible++
			it.resolved = false
			continue
		}
		if it.resolved = true; len(it.deleted.spans) > 0 && it.deleted.covers(InternalKey{s.user, s.trailer}) {
			continue
		}
		switch Kind(s.trailer) {
		case Put:
			it.entry = Entry{Key: s.user, Value: s.cur.value, HasValue: true}
		case Merge:
			if !it.collect() {
				return false
			}
		default:
			continue
		}
		it.stats.Visible++
		it.lend.lend(&it.entry)
		return true
	}
	return false
}

// version goes to the next version of any key: newest first within a key.
func (it *Iterator) version() bool {
	if it.again {
		it.again = false
		return true
	}
	if it.err != nil || !it.step() || len(it.heap) == 0 {
		return false
	}
	s := it.heap[0]
	switch {
	case s == it.from:
		it.newKey = !s.cur.same
	case it.from == nil:
		it.newKey = true
	default:
		it.newKey = !bytes.Equal(s.user, it.last)
	}
	it.from = s
	if it.newKey && len(it.heap) > 1 {
		it.last = append(it.last[:0], s.user...)
	}
	if it.newKey {
		it.resolved = false
	}
	it.stats.Physical++
	return true
}

// step moves the scan of the current version on and puts it in its place.
func (it *Iterator) step() bool {
	if !it.begun {
		return it.begin()
	}
	if len(it.heap) == 0 {
		return false
	}
	s := it.heap[0]
	if s.next() {
		it.down(0)
		return true
	}
	if s.err != nil {
		it.err = s.err
		return false
	}
	return it.drop()
}

// drop takes the first scan, which has ended, off the heap.
func (it *Iterator) drop() bool {
	n := len(it.heap) - 1
	it.heap[0] = it.heap[n]
	if it.heap = it.heap[:n]; n > 0 {
		it.down(0)
	}
	return true
}

// begin goes to the first entry of every scan.
func (it *Iterator) begin() bool {
	it.begun = true
	started := it.heap[:0]
	for _, s := range it.heap {
		if s.next() {
			started = append(started, s)
		} else if s.err != nil {
			it.err = s.err
			return false
		}
	}
	it.heap = started
	for i := len(it.heap)/2 - 1; i >= 0; i-- {
		it.down(i)
	}
	return true
}

func less(a, b *scan) bool {
	if c := bytes.Compare(a.user, b.user); c != 0 {
		return c < 0
	}
	return a.trailer > b.trailer
}

// down lets the scan at i sink to its place.
func (it *Iterator) down(i int) {
	h := it.heap
	s := h[i]
	for {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && less(h[c+1], h[c]) {
			c++
		}
		if !less(h[c], s) {
			break
		}
		h[i] = h[c]
		i = c
	}
	h[i] = s
}

// collect goes on from a merge operand to what it was merged onto.
func (it *Iterator) collect() bool {
	m := &it.merge
	m.mem, m.ends, m.parts = append(m.mem[:0], it.from.user...), m.ends[:0], m.parts[:0]
	keyLen := len(m.mem)
	m.add(it.from.cur.value)
	var hasValue bool
	it.resolved = false
	for !it.resolved && it.version() {
		s := it.from
		if it.newKey {
			it.again = true
			break
		}
		if len(it.deleted.spans) > 0 && it.deleted.covers(InternalKey{s.user, s.trailer}) {
			it.resolved = true
			break
		}
		switch Kind(s.trailer) {
		case Merge:
			m.add(s.cur.value)
		case Put:
			m.add(s.cur.value)
			hasValue, it.resolved = true, true
		default:
			it.resolved = true
		}
		if len(m.mem) > it.limit {
			it.err = s.r.t.limitDefect(s.block.off, len(m.mem))
		}
	}
	if it.err != nil {
		return false
	}
	it.entry = m.entry(keyLen, hasValue)
	return true
}

func (m *merged) add(value []byte) {
	m.mem = append(m.mem, value...)
	m.ends = append(m.ends, len(m.mem))
}

// entry takes the collected parts, newest first, apart.
func (m *merged) entry(keyLen int, hasValue bool) Entry {
	for i := len(m.ends) - 1; i >= 0; i-- {
		begin := keyLen
		if i > 0 {
			begin = m.ends[i-1]
		}
		m.parts = append(m.parts, m.mem[begin:m.ends[i]:m.ends[i]])
	}
	e := Entry{Key: m.mem[:keyLen:keyLen], Operands: m.parts}
	if hasValue {
		e.Value, e.Operands, e.HasValue = m.parts[0], m.parts[1:], true
	}
	return e
}

// Entry is the current entry, lent until the next step.
func (it *Iterator) Entry() *Entry { return &it.entry }

// Err is what ended the iteration, nil at the end of the range.
func (it *Iterator) Err() error { return it.err }

// Stats count what has been read so far.
func (it *Iterator) Stats() Stats { return it.stats }

// Close ends the iteration and lets go of the tables.
func (it *Iterator) Close() error {
	var err error
	for i := range it.scans {
		err = also(err, it.scans[i].end())
	}
	it.heap, it.begun, it.again = nil, true, false
	return err
}
