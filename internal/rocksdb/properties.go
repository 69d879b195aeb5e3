package rocksdb

import (
	"encoding/binary"
	"fmt"

	"ckpt/internal/javaio"
)

// Names in the metaindex and in the properties, on disk.
const (
	metaProperties    = "rocksdb.properties"
	metaOldProperties = "rocksdb.stats"
	metaRangeDel      = "rocksdb.range_del"
	metaDictionary    = "rocksdb.compression_dict"
	metaIndex         = "rocksdb.index"
	metaFullFilter    = "fullfilter."
	metaPartFilter    = "partitionedfilter."

	propGlobalSeq = "rocksdb.external_sst_file.global_seqno"
)

// IndexType is how the index of a table is built.
type IndexType uint32

// The index types, as they stand in the properties.
const (
	IndexBinary   IndexType = 0
	IndexHash     IndexType = 1
	IndexTwoLevel IndexType = 2 // ForSt writes it by default
	IndexFirstKey IndexType = 3 // the first key of every block stands beside its handle
)

// Properties are what a table says of itself. Numbers that are not recorded are 0.
type Properties struct {
	Format   uint32 // format version, of the footer
	Checksum ChecksumType

	Entries       uint64 // all, with range deletions from version 6 on
	Deletions     uint64 // deletes and single deletes, with range deletions from version 6 on
	MergeOperands uint64
	RangeDeletes  uint64
	DataBlocks    uint64
	RawKeySize    uint64 // of internal keys
	RawValueSize  uint64
	DataSize      uint64
	IndexSize     uint64
	FilterSize    uint64
	CreationTime  uint64 // seconds

	Index              IndexType
	IndexKeyIsUserKey  bool
	IndexDeltaEncoded  bool
	WholeKeyFiltering  bool
	FamilyID           uint32 // differs from the MANIFEST's after an import: not a defect
	FamilyName         string
	Comparator         string
	MergeOperator      string
	Compression        string
	FilterPolicy       string
	ExternalVersion    uint32 // of an ingested file; 0 if it is none
	GlobalSeq          uint64
	hasGlobalSeq       bool
	timestampsTakenOff bool
	present            bool
}

// decodeProperties reads the block of properties; offsets of its errors are -1.
func decodeProperties(b block) (*Properties, error) {
	p := &Properties{FamilyID: 0x7fffffff, WholeKeyFiltering: true, present: true}
	r := blockReader{}
	r.reset(b)
	for r.next() {
		if err := p.set(string(r.key), r.value); err != nil {
			return nil, err
		}
	}
	if r.err != nil {
		return nil, fmt.Errorf("%w: %w", javaio.ErrCorrupt, r.err)
	}
	return p, nil
}

func (p *Properties) set(name string, v []byte) error {
	if to := p.number(name); to != nil {
		x, n := binary.Uvarint(v)
		if n <= 0 || n != len(v) {
			return fmt.Errorf("%w: %s is %x, not a number", javaio.ErrCorrupt, name, v)
		}
		*to = x
		return nil
	}
	switch name {
	case "rocksdb.index.key.is.user.key", "rocksdb.index.value.is.delta.encoded":
		x, n := binary.Uvarint(v)
		if n <= 0 || x > 1 {
			return fmt.Errorf("%w: %s is %x, want 0 or 1", javaio.ErrCorrupt, name, v)
		}
		if name == "rocksdb.index.key.is.user.key" {
			p.IndexKeyIsUserKey = x == 1
		} else {
			p.IndexDeltaEncoded = x == 1
		}
	case "rocksdb.column.family.id":
		x, _ := binary.Uvarint(v)
		p.FamilyID = uint32(x)
	case "rocksdb.block.based.table.index.type", "rocksdb.external_sst_file.version":
		if len(v) != 4 {
			return fmt.Errorf("%w: %s is %x, want 4 bytes", javaio.ErrCorrupt, name, v)
		}
		if x := binary.LittleEndian.Uint32(v); name == "rocksdb.external_sst_file.version" {
			p.ExternalVersion = x
		} else if p.Index = IndexType(x); p.Index > IndexFirstKey {
			return fmt.Errorf("%w: index type %d", javaio.ErrUnsupported, x)
		}
	case propGlobalSeq:
		if len(v) != 8 {
			return fmt.Errorf("%w: %s is %x, want 8 bytes", javaio.ErrCorrupt, name, v)
		}
		p.GlobalSeq, p.hasGlobalSeq = binary.LittleEndian.Uint64(v), true
	case "rocksdb.block.based.table.whole.key.filtering":
		p.WholeKeyFiltering = string(v) == "1"
	case "rocksdb.user.defined.timestamps.persisted":
		x, n := binary.Uvarint(v)
		p.timestampsTakenOff = n > 0 && x == 0
	default:
		if to := p.text(name); to != nil {
			*to = string(v)
		}
	}
	return nil
}

func (p *Properties) number(name string) *uint64 {
	switch name {
	case "rocksdb.num.entries":
		return &p.Entries
	case "rocksdb.deleted.keys":
		return &p.Deletions
	case "rocksdb.merge.operands":
		return &p.MergeOperands
	case "rocksdb.num.range-deletions":
		return &p.RangeDeletes
	case "rocksdb.num.data.blocks":
		return &p.DataBlocks
	case "rocksdb.raw.key.size":
		return &p.RawKeySize
	case "rocksdb.raw.value.size":
		return &p.RawValueSize
	case "rocksdb.data.size":
		return &p.DataSize
	case "rocksdb.index.size":
		return &p.IndexSize
	case "rocksdb.filter.size":
		return &p.FilterSize
	case "rocksdb.creation.time":
		return &p.CreationTime
	}
	return nil
}

func (p *Properties) text(name string) *string {
	switch name {
	case "rocksdb.column.family.name":
		return &p.FamilyName
	case "rocksdb.comparator":
		return &p.Comparator
	case "rocksdb.merge.operator":
		return &p.MergeOperator
	case "rocksdb.compression":
		return &p.Compression
	case "rocksdb.filter.policy":
		return &p.FilterPolicy
	}
	return nil
}

// globalSeqAt finds where the value of the global sequence number stands in a block of properties, -1 if it does not.
func globalSeqAt(raw []byte) int {
	b, err := parseBlock(raw)
	if err != nil {
		return -1
	}
	r := blockReader{}
	r.reset(b)
	for r.next() {
		if string(r.key) == propGlobalSeq && len(r.value) == 8 {
			return r.pos - len(r.value)
		}
	}
	return -1
}
