package rocksdb

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"ckpt/internal/javaio"
)

// Range is a range of user keys, from From to before To. Empty bounds are open.
type Range struct{ From, To []byte }

// scan reads the entries of tables that follow each other in key order: those of one level, or one of level 0.
type scan struct {
	ctx    context.Context
	tables []*Table // still to come
	bounds Range
	r      tableReader
	idx    index
	cur    cursor
	data   []byte // memory of expanded blocks
	exact  []byte // the only key wanted, so that filters apply; nil for ranges
	open   bool   // a table is being read

	block  handle
	last   bool // the block may reach bounds.To
	done   bool // no later block has keys before bounds.To
	seek   bool // entries before bounds.From are to be passed
	first  bool // no entry of the table has been read
	whole  bool // the table is read from its beginning
	global optional
	blocks uint64 // data blocks read of the table

	user    []byte
	trailer uint64
	err     error
}

// next goes to the next entry; false is the end or a failure.
func (s *scan) next() bool {
	for {
		step := s.cur.next()
		switch step {
		case stepEntry:
		case stepEnd:
			if !s.nextBlock() {
				return false
			}
			continue
		default:
			return s.fail(s.r.corrupt(s.block.off, "block", "at %d: %v", s.cur.pos, step))
		}
		s.user, s.trailer = s.cur.user, s.cur.trailer
		if Kind(s.trailer) > Merge && Kind(s.trailer) != SingleDelete || s.global.set {
			if !s.unusual() {
				return false
			}
		}
		if s.seek {
			if bytes.Compare(s.user, s.bounds.From) < 0 {
				continue
			}
			s.seek = false
		}
		if s.first && !s.begins() {
			return false
		}
		if s.last && bytes.Compare(s.user, s.bounds.To) >= 0 {
			s.tables = nil
			return s.close()
		}
		return true
	}
}

// unusual handles what entries rarely are: of kinds that we refuse, of files that were ingested.
func (s *scan) unusual() bool {
	switch k := Kind(s.trailer); {
	case k <= Merge || k == SingleDelete:
	case k.known():
		return s.fail(s.r.t.defect(javaio.ErrUnsupported, s.block.off, "block", "%v", k))
	default:
		return s.fail(s.r.corrupt(s.block.off, "block", "at %d: %v in a data block", s.cur.pos, k))
	}
	if !s.global.set {
		return true
	}
	if s.trailer>>8 != 0 {
		return s.fail(s.r.corrupt(s.block.off, "block", "sequence number %d in an ingested file", s.trailer>>8))
	}
	s.trailer = s.global.value<<8 | s.trailer&0xff
	return true
}

// begins checks the first entry of a table against its boundary.
func (s *scan) begins() bool {
	s.first = false
	k := InternalKey{s.user, s.trailer}
	if s.whole && s.compareBoundary(k, s.r.t.Smallest) < 0 {
		return s.fail(s.r.corrupt(s.block.off, "block", "%v is before the table's smallest key %v", k, s.r.t.Smallest))
	}
	return true
}

// compareBoundary compares an entry with a boundary of its table. Those of ingested files have the kind of a put whatever
// the entry is.
func (s *scan) compareBoundary(k, boundary InternalKey) int {
	if s.global.set {
		return bytes.Compare(k.User, boundary.User)
	}
	return k.Compare(boundary)
}

// nextBlock goes to the next data block, of the next table where one ends.
func (s *scan) nextBlock() bool {
	for s.err == nil {
		if !s.open {
			if len(s.tables) == 0 || !s.nextTable() {
				return false
			}
			if !s.open { // the filter does not have the key
				continue
			}
		} else if !s.blockEnds() {
			return false
		} else if s.done {
			if !s.tableEnds() {
				return false
			}
			continue
		}
		more, err := s.idx.next(s.ctx)
		switch {
		case err != nil:
			return s.fail(err)
		case more:
			return s.load()
		case !s.tableEnds():
			return false
		}
	}
	return false
}

// blockEnds checks the last entry of a block against the separator of the index, so that a lookup finds it.
func (s *scan) blockEnds() bool {
	x := s.idx.leaf
	if s.first || s.blocks == 0 {
		return true
	}
	if c := bytes.Compare(s.cur.user, x.user); c > 0 || c == 0 && !x.userKeys && s.cur.trailer < x.trailer {
		return s.fail(s.r.corrupt(s.block.off, "block", "last key %x is after the index's %x", s.cur.user, x.user))
	}
	return true
}

// load reads the block that the index stands at.
func (s *scan) load() bool {
	s.block = s.idx.leaf.handle
	content, err := s.r.load(s.ctx, &s.r.win, s.block, &s.data, loadData)
	if err != nil {
		return s.fail(err)
	}
	b, err := parseBlock(content)
	if err != nil {
		return s.fail(s.r.corrupt(s.block.off, "block", "%v", err))
	}
	s.blocks++
	s.cur.reset(b.entries)
	s.last, s.done = s.reachesEnd(s.idx.leaf)
	return true
}

// reachesEnd says whether the block of an index entry may have keys at the end of the range, and whether the next cannot
// have keys before it.
func (s *scan) reachesEnd(x *indexBlock) (last, done bool) {
	if s.bounds.To == nil {
		return false, false
	}
	to := s.bounds.To
	if bytes.Compare(x.user, to) >= 0 {
		return true, true
	}
	// the least key after a separator of user keys is the separator and a zero byte
	n := len(to) - 1
	return false, x.userKeys && len(x.user) == n && to[n] == 0 && bytes.Equal(x.user, to[:n])
}

// nextTable opens the next table, at its first block that may have keys of the range.
func (s *scan) nextTable() bool {
	t := s.tables[0]
	s.tables = s.tables[1:]
	tail := int64(metaTail)
	if s.exact != nil {
		tail = t.lookupTail()
	}
	if err := s.r.begin(s.ctx, t, tail); err != nil {
		return s.fail(err)
	}
	if s.exact != nil {
		if may, err := s.r.mayContain(s.ctx, s.exact); err != nil || !may {
			return s.without(err)
		}
	}
	s.open, s.first, s.whole, s.seek, s.last, s.done, s.global = true, true, true, false, false, false, s.r.meta.global
	s.blocks = 0
	if err := s.idx.open(s.ctx, &s.r); err != nil {
		return s.fail(err)
	}
	s.r.win.soft = s.r.meta.dataEnd
	if s.bounds.To != nil && bytes.Compare(s.bounds.To, t.Largest.User) <= 0 {
		if err := s.stopAhead(); err != nil {
			return s.fail(err)
		}
	}
	if s.bounds.From != nil && bytes.Compare(t.Smallest.User, s.bounds.From) < 0 {
		s.whole, s.seek = false, true
		s.cur.forget()
		if err := s.idx.seek(s.ctx, s.bounds.From); err != nil {
			return s.fail(err)
		}
	}
	return true
}

// without goes past a table that the filter rules out, or fails.
func (s *scan) without(err error) bool {
	if err == nil {
		err = s.r.end()
	}
	if err != nil {
		return s.fail(err)
	}
	return true
}

// stopAhead finds where the range ends in a table, so that no more is read ahead.
func (s *scan) stopAhead() error {
	if s.idx.two { // the partition that tells is not loaded for this alone
		return nil
	}
	x := &s.idx.top
	x.seek(s.bounds.To)
	for x.next() {
		if bytes.Compare(x.user, s.bounds.To) >= 0 {
			s.r.win.soft = min(s.r.win.soft, x.handle.end())
			break
		}
	}
	if err := s.idx.failure(); err != nil {
		return err
	}
	x.rewind()
	return nil
}

// tableEnds lets go of a table that has been read to its end.
func (s *scan) tableEnds() bool {
	if k := (InternalKey{s.cur.user, s.trailer}); !s.first && !s.seek && s.compareBoundary(k, s.r.t.Largest) > 0 {
		return s.fail(s.r.corrupt(s.block.off, "block", "%v is after the table's largest key %v", k, s.r.t.Largest))
	}
	s.open = false
	if err := s.r.end(); err != nil {
		return s.fail(err)
	}
	return true
}

func (s *scan) fail(err error) bool {
	s.err = also(err, s.end())
	return false
}

func (s *scan) end() error {
	s.open, s.tables = false, nil
	s.cur.reset(nil)
	return s.r.end()
}

// close ends the scan; it is false, so that next can return it.
func (s *scan) close() bool {
	s.err = also(s.err, s.end())
	return false
}

// also is err and what went wrong beside it.
func also(err, more error) error {
	switch {
	case more == nil:
		return err
	case err == nil:
		return more
	}
	return errors.Join(err, more)
}

// A TableScan reads the physical entries of one table, in order, as they are stored.
type TableScan struct{ s scan }

// Scan begins to read a table from its first entry.
func (t *Table) Scan(ctx context.Context) *TableScan {
	x := &TableScan{scan{ctx: ctx, tables: []*Table{t}}}
	x.s.r.win.ahead = t.db.o.ReadAhead
	return x
}

// Next goes to the next entry.
func (x *TableScan) Next() bool { return x.s.next() }

// Key is that of the current entry, lent until the next step.
func (x *TableScan) Key() InternalKey { return InternalKey{x.s.user, x.s.trailer} }

// Value is that of the current entry, lent until the next step.
func (x *TableScan) Value() []byte { return x.s.cur.value }

// Err is what ended the scan, nil at the end of the table.
func (x *TableScan) Err() error { return x.s.err }

// Close ends a scan before its end.
func (x *TableScan) Close() error { return x.s.end() }

func (r Range) String() string { return fmt.Sprintf("[%x, %x)", r.From, r.To) }
