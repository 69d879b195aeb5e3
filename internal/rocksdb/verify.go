package rocksdb

import (
	"context"
	"fmt"
	"slices"

	"ckpt/internal/javaio"
)

// Counts are what a table contains, entry by entry.
type Counts struct {
	Entries       uint64 // without range deletions
	Deletions     uint64 // deletes and single deletes
	MergeOperands uint64
	RangeDeletes  uint64
	DataBlocks    uint64
	RawKeySize    uint64 // of internal keys, range deletions left out
	RawValueSize  uint64
	SeqLo, SeqHi  uint64 // of entries and range deletions
}

// Verify reads a table whole and compares it with its properties and with the MANIFEST. It returns all that is wrong;
// after a defect of the bytes themselves the counts are those of what came before it.
func (t *Table) Verify(ctx context.Context) (Counts, []error) {
	c := Counts{SeqLo: maxSeq}
	p, err := t.Properties(ctx)
	if err != nil {
		return c, []error{err}
	}
	s := t.Scan(ctx)
	for s.Next() {
		c.add(s.Key(), s.Value())
	}
	c.DataBlocks = s.s.blocks
	if err := s.Err(); err != nil {
		return c, []error{err}
	}
	tombstones, err := t.Tombstones(ctx)
	if err != nil {
		return c, []error{err}
	}
	for _, d := range tombstones {
		c.RangeDeletes++
		c.seq(d.Seq)
	}
	return c, t.compare(c, p)
}

func (c *Counts) add(k InternalKey, value []byte) {
	c.Entries++
	switch k.Kind() {
	case Delete, SingleDelete:
		c.Deletions++
	case Merge:
		c.MergeOperands++
	}
	c.RawKeySize += uint64(len(k.User) + trailerLen)
	c.RawValueSize += uint64(len(value))
	c.seq(k.Seq())
}

func (c *Counts) seq(seq uint64) {
	c.SeqLo, c.SeqHi = min(c.SeqLo, seq), max(c.SeqHi, seq)
}

// compare lists the differences between a table's contents and what is recorded of it.
func (t *Table) compare(c Counts, p *Properties) []error {
	var wrong []error
	report := func(what string, got uint64, recorded ...uint64) {
		if slices.Contains(recorded, got) {
			return
		}
		wrong = append(wrong, t.defect(javaio.ErrCorrupt, -1, what, "the table has %d, recorded are %d", got, recorded[0]))
	}
	if p.present {
		// versions up to 5 count range deletions apart, later ones among entries and deletions
		report("entries", c.Entries, p.Entries, p.Entries-p.RangeDeletes)
		if p.ExternalVersion == 0 { // the writer of files to ingest did not always count them
			report("deletions", c.Deletions, p.Deletions, p.Deletions-p.RangeDeletes)
		}
		report("merge operands", c.MergeOperands, p.MergeOperands)
		report("range deletions", c.RangeDeletes, p.RangeDeletes)
		report("data blocks", c.DataBlocks, p.DataBlocks)
		if c.RangeDeletes == 0 {
			report("raw key size", c.RawKeySize, p.RawKeySize)
			report("raw value size", c.RawValueSize, p.RawValueSize)
		}
	}
	if t.SeqHi != maxSeq && c.SeqLo <= c.SeqHi {
		report("smallest sequence number", c.SeqLo, t.SeqLo)
		report("largest sequence number", c.SeqHi, t.SeqHi)
	}
	if c.SeqHi > t.db.LastSequence {
		wrong = append(wrong, t.defect(javaio.ErrCorrupt, -1, "largest sequence number",
			"%d is beyond the last of the database, %d: such entries are not visible", c.SeqHi, t.db.LastSequence))
	}
	if name := p.FamilyName; name != "" && name != t.Family.Name {
		wrong = append(wrong, t.defect(errWarning, -1, "properties", "the table calls its column family %q", name))
	}
	return wrong
}

func (c Counts) String() string {
	return fmt.Sprintf("%d entries (%d deletions, %d merge operands), %d range deletions, %d blocks", c.Entries, c.Deletions, c.MergeOperands, c.RangeDeletes, c.DataBlocks)
}
