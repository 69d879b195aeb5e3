package rocksdb

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

const (
	maxHashIndexBlock = 65536   // a larger block has no hash index
	hashIndexBit      = 1 << 31 // in the last word of smaller ones
)

// block is the content of a block taken apart.
type block struct {
	entries  []byte
	restarts []byte // u32 each
}

// parseBlock finds where the entries of a block end.
func parseBlock(b []byte) (block, error) {
	if len(b) < 4 {
		return block{}, fmt.Errorf("block of %d bytes", len(b))
	}
	end := len(b) - 4
	n := binary.LittleEndian.Uint32(b[end:])
	if len(b) <= maxHashIndexBlock && n&hashIndexBit != 0 {
		n &^= hashIndexBit
		if end < 2 {
			return block{}, fmt.Errorf("block of %d bytes with a hash index", len(b))
		}
		end -= 2 + int(binary.LittleEndian.Uint16(b[end-2:]))
	}
	if end < 0 || uint64(n)*4 > uint64(end) {
		return block{}, fmt.Errorf("%d restarts do not fit a block of %d bytes", n, len(b))
	}
	at := end - int(n)*4
	return block{b[:at:at], b[at:end:end]}, nil
}

// lengths reads the head of an entry: how many bytes its key shares, how many it has of its own, how long its value
// is, how long the head is. n is 0 where there is no such head.
func lengths(b []byte) (shared, own, value, n int) {
	if len(b) >= 3 && b[0]|b[1]|b[2] < 0x80 {
		return int(b[0]), int(b[1]), int(b[2]), 3
	}
	return longLengths(b)
}

func longLengths(b []byte) (shared, own, value, n int) {
	var v [3]int
	for i := range v {
		x, m := binary.Uvarint(b[n:])
		if m <= 0 || x > 1<<32-1 {
			return 0, 0, 0, 0
		}
		v[i], n = int(x), n+m
	}
	return v[0], v[1], v[2], n
}

// blockReader steps through blocks whose keys are compared as bytes: metaindex, properties, indexes.
type blockReader struct {
	block
	bare  bool // entries have no value length: an index with delta-encoded handles
	pos   int
	key   []byte
	value []byte // to the end of the block if bare: the caller says how long it is
	share int    // bytes that the key shared with the one before
	err   error
}

// reset starts at the beginning of b.
func (r *blockReader) reset(b block) {
	r.block, r.pos, r.key, r.value, r.err = b, 0, r.key[:0], nil, nil
}

// rewind goes back to the beginning.
func (r *blockReader) rewind() { r.pos, r.key = 0, r.key[:0] }

// next reads one entry; false is the end or a failure.
func (r *blockReader) next() bool {
	b := r.entries[r.pos:]
	if r.err != nil || len(b) == 0 {
		return false
	}
	var shared, own, value, n int
	if r.bare {
		if shared, own, n = keyLengths(b); n > 0 {
			value = len(b) - n - own
		}
	} else {
		shared, own, value, n = lengths(b)
	}
	if n == 0 || own > len(b)-n || value < 0 || value > len(b)-n-own || shared > len(r.key) {
		r.err = fmt.Errorf("entry at %d of the block is cut or shares too much", r.pos)
		return false
	}
	r.key = append(r.key[:shared], b[n:n+own]...)
	r.value = b[n+own : n+own+value : n+own+value]
	r.share = shared
	r.pos += n + own + value
	return true
}

func keyLengths(b []byte) (shared, own, n int) {
	x, n1 := binary.Uvarint(b)
	if n1 <= 0 || x > 1<<32-1 {
		return 0, 0, 0
	}
	y, n2 := binary.Uvarint(b[n1:])
	if n2 <= 0 || y > 1<<32-1 {
		return 0, 0, 0
	}
	return int(x), int(y), n1 + n2
}

// taken gives back all but n bytes of the value of a bare entry.
func (r *blockReader) taken(n int) {
	r.pos -= len(r.value) - n
	r.value = r.value[:n]
}

// seek goes to the last restart whose key orders before the wanted one, so that next reads from there.
// before says so of a key.
func (r *blockReader) seek(before func(key []byte) bool) {
	lo, hi := 0, len(r.restarts)/4 // the answer is in [lo, hi), or 0
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		key, ok := r.restartKey(mid)
		if !ok {
			r.err = fmt.Errorf("restart %d of the block is wrong", mid)
			return
		}
		if before(key) {
			lo = mid
		} else {
			hi = mid
		}
	}
	r.key, r.pos = r.key[:0], 0
	if lo > 0 {
		r.pos = int(binary.LittleEndian.Uint32(r.restarts[lo*4:]))
	}
}

// restartKey is the key of the entry at a restart, which shares nothing.
func (r *blockReader) restartKey(i int) ([]byte, bool) {
	at := uint64(binary.LittleEndian.Uint32(r.restarts[i*4:]))
	if at >= uint64(len(r.entries)) {
		return nil, false
	}
	b := r.entries[at:]
	var shared, own, n int
	if r.bare {
		shared, own, n = keyLengths(b)
	} else {
		shared, own, _, n = lengths(b)
	}
	if n == 0 || shared != 0 || own > len(b)-n {
		return nil, false
	}
	return b[n : n+own], true
}

// cursor steps through a data block, and from one to the next: keys must ascend throughout.
type cursor struct {
	data    []byte
	pos     int
	key     []byte // internal key, in a buffer of its own
	user    []byte // in key
	trailer uint64
	value   []byte // in data
	begun   bool   // key is that of an entry before
	fresh   bool   // at the start of a block: nothing is shared
	same    bool   // the user key is that of the entry before
}

type step uint8

const (
	stepEntry step = iota
	stepEnd
	stepCut      // an entry does not fit its block
	stepShort    // a key is shorter than its trailer
	stepDisorder // a key is not after the one before
)

func (s step) String() string {
	switch s {
	case stepCut:
		return "entry is cut or shares too much"
	case stepShort:
		return "key has less than 8 bytes"
	case stepDisorder:
		return "key is not after the one before"
	}
	return "entry"
}

// reset goes to the start of another block.
func (c *cursor) reset(entries []byte) { c.data, c.pos, c.fresh = entries, 0, true }

// forget drops the key before, so that the next may be any.
func (c *cursor) forget() { c.begun, c.key = false, c.key[:0] }

// next reads one entry.
func (c *cursor) next() step {
	b := c.data[c.pos:]
	if len(b) == 0 {
		return stepEnd
	}
	shared, own, value, n := lengths(b)
	if n == 0 || own > len(b)-n || value > len(b)-n-own || shared > len(c.key) || c.fresh && shared != 0 {
		return stepCut
	}
	size := shared + own
	if size < trailerLen {
		return stepShort
	}
	suffix := b[n : n+own]
	before, now := len(c.key)-trailerLen, size-trailerLen
	var order int
	if shared <= before && shared <= now {
		order = bytes.Compare(suffix[:now-shared], c.key[shared:before])
	} else if c.begun {
		order = c.compareLong(suffix, shared, now)
	}
	// the trailer decides between versions of one key, so it is needed before the key is replaced
	earlier := c.trailer
	c.key = append(c.key[:shared], suffix...)
	c.user, c.trailer = c.key[:now:now], binary.LittleEndian.Uint64(c.key[now:])
	c.value = b[n+own : n+own+value : n+own+value]
	c.pos += n + own + value
	c.fresh = false
	if !c.begun {
		c.begun, c.same = true, false
		return stepEntry
	}
	c.same = order == 0
	if order < 0 || c.same && c.trailer >= earlier {
		return stepDisorder
	}
	return stepEntry
}

// compareLong compares user keys where the next key shares part of the trailer of the one before, or has a user key
// that is no longer than what is shared.
func (c *cursor) compareLong(suffix []byte, shared, now int) int {
	before := c.key[:len(c.key)-trailerLen]
	next := append(bytes.Clone(c.key[:shared]), suffix...)[:now]
	return bytes.Compare(next, before)
}
