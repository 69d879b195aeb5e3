package rocksdb

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
)

// Kind is what an entry of a table does.
type Kind uint8

// The kinds, as they stand on disk.
const (
	Delete       Kind = 0x00
	Put          Kind = 0x01
	Merge        Kind = 0x02
	SingleDelete Kind = 0x07
	RangeDelete  Kind = 0x0f

	kindBlobIndex       Kind = 0x11
	kindDeleteTimestamp Kind = 0x14
	kindWideColumns     Kind = 0x16
	kindPreferredSeq    Kind = 0x18
)

func (k Kind) String() string {
	switch k {
	case Delete:
		return "delete"
	case Put:
		return "put"
	case Merge:
		return "merge"
	case SingleDelete:
		return "single delete"
	case RangeDelete:
		return "range delete"
	case kindBlobIndex:
		return "blob index"
	case kindDeleteTimestamp:
		return "delete with timestamp"
	case kindWideColumns:
		return "wide-column entity"
	case kindPreferredSeq:
		return "value with preferred sequence number"
	}
	return fmt.Sprintf("kind %#02x", uint8(k))
}

// known tells kinds that exist but are not implemented from those that no version writes.
func (k Kind) known() bool {
	return k == kindBlobIndex || k == kindDeleteTimestamp || k == kindWideColumns || k == kindPreferredSeq
}

const (
	trailerLen = 8
	maxSeq     = 1<<56 - 1
	maxTrailer = maxSeq<<8 | 0xff // before every version of its user key
)

// InternalKey is a user key and the sequence number and kind of one version of it.
type InternalKey struct {
	User    []byte
	Trailer uint64 // sequence << 8 | kind
}

// Seq is the sequence number.
func (k InternalKey) Seq() uint64 { return k.Trailer >> 8 }

// Kind is what the version does.
func (k InternalKey) Kind() Kind { return Kind(k.Trailer) }

// Compare orders by user key ascending, then by sequence number and kind descending.
func (k InternalKey) Compare(o InternalKey) int {
	if c := bytes.Compare(k.User, o.User); c != 0 {
		return c
	}
	return cmp.Compare(o.Trailer, k.Trailer)
}

func (k InternalKey) String() string { return fmt.Sprintf("%x@%d/%v", k.User, k.Seq(), k.Kind()) }

// splitKey takes the stored form of an internal key apart; ok is false if it is too short.
func splitKey(b []byte) (k InternalKey, ok bool) {
	n := len(b) - trailerLen
	if n < 0 {
		return k, false
	}
	return InternalKey{b[:n:n], binary.LittleEndian.Uint64(b[n:])}, true
}

// rangeEnd says whether a largest boundary is the exclusive end of a range deletion.
func (k InternalKey) rangeEnd() bool { return k.Trailer == maxSeq<<8|uint64(RangeDelete) }
