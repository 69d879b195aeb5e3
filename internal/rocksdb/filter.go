package rocksdb

import (
	"encoding/binary"
	"math/bits"
)

// A filter block ends with five bytes that say what it is:
//
//	probes:u8 (1 to 127), lines:u32                Bloom filter of formats up to 4
//	ff 00 probes:u8 0:u16                          Bloom filter of format 5 and later
//	fe seed:u8 blocks:u24                          Ribbon filter
//
// What is not known matches everything.
const filterTail = 5

// mayContain says whether a filter can have been made with a key.
func mayContain(filter, key []byte) bool {
	if len(filter) <= filterTail {
		return false // made of no keys
	}
	data, tail := filter[:len(filter)-filterTail], filter[len(filter)-filterTail:]
	switch kind := int8(tail[0]); {
	case kind > 0:
		return oldBloom(data, int(kind), binary.LittleEndian.Uint32(tail[1:]), oldKeyHash(key))
	case kind == -1 && tail[1] == 0 && tail[3] == 0 && tail[4] == 0 && tail[2]>>5 == 0 && tail[2]%31 != 0:
		return bloom(data, int(tail[2]), keyHash(key))
	case kind == -2:
		return ribbon(data, uint32(tail[1]), uint32(tail[2])|uint32(tail[3])<<8|uint32(tail[4])<<16, keyHash(key))
	}
	return true
}

// bloom probes one line of 64 bytes.
func bloom(data []byte, probes int, hash uint64) bool {
	const line = 64
	at := uint64(uint32(hash)) * uint64(len(data)/line) >> 32 * line
	if len(data) < line {
		return true
	}
	h := uint32(hash >> 32)
	for range probes {
		if bit := h >> (32 - 9); data[at+uint64(bit>>3)]>>(bit&7)&1 == 0 {
			return false
		}
		h *= 0x9e3779b9
	}
	return true
}

// oldBloom probes one line of a power of two of bytes.
func oldBloom(data []byte, probes int, lines, h uint32) bool {
	if lines == 0 || uint64(len(data))%uint64(lines) != 0 {
		return true
	}
	line := uint32(len(data) / int(lines))
	if line&(line-1) != 0 {
		return true
	}
	at := data[h%lines*line:][:line]
	delta := bits.RotateLeft32(h, 15)
	for range probes {
		if bit := h & (line*8 - 1); at[bit>>3]>>(bit&7)&1 == 0 {
			return false
		}
		h += delta
	}
	return true
}

const ribbonBits = 128

// ribbon compares some bits of a hash with the parity of a row of coefficients over the columns of one block, or two.
// Segments of 16 bytes, one a column, lie block by block; blocks before upper have a column less.
func ribbon(data []byte, seed, blocks uint32, hash uint64) bool {
	if blocks < 2 {
		return true
	}
	segments := uint32(len(data) / 16)
	columns := (segments + blocks - 1) / blocks
	upper := columns*blocks - segments
	if columns > 32 {
		columns, upper = 32, 0
	}
	mixed := uint64(seed) * 0xc78219a23eeadd03
	mixed ^= mixed & 0xf0f0f0f0f0f0f0f0 >> 4
	hash = (hash ^ uint64(uint32(mixed))) * 0x6193d459236a3a0d

	hi, _ := bits.Mul64(hash, uint64(blocks*ribbonBits-ribbonBits+1))
	start := uint32(hi)
	block := start / ribbonBits
	segment := block*columns - min(block, upper)
	if block < upper {
		columns--
	}
	shift := start % ribbonBits
	wide := hash * 0xc28f82822b650bed
	row := uint128{wide, wide ^ 0xc367844a6e52731d}
	row.lo |= 1
	expected := uint32(bits.ReverseBytes64(wide))
	first, second := row.shiftLeft(shift), row.shiftRight(ribbonBits-shift)
	for i := range columns {
		p := parity(data, segment+i, first)
		if shift > 0 {
			p ^= parity(data, segment+columns+i, second)
		}
		if p != expected>>i&1 {
			return false
		}
	}
	return true
}

type uint128 struct{ hi, lo uint64 }

func (u uint128) shiftLeft(n uint32) uint128 {
	if n >= 64 {
		return uint128{u.lo << (n - 64), 0}
	}
	return uint128{u.hi<<n | u.lo>>(64-n), u.lo << n}
}

func (u uint128) shiftRight(n uint32) uint128 {
	if n >= 64 {
		return uint128{0, u.hi >> (n - 64)}
	}
	return uint128{u.hi >> n, u.lo>>n | u.hi<<(64-n)}
}

// parity is that of a segment under a mask; segments that are not there have none.
func parity(data []byte, segment uint32, mask uint128) uint32 {
	at := uint64(segment) * 16
	if at+16 > uint64(len(data)) {
		return 0
	}
	lo, hi := word(data, int(at)), word(data, int(at)+8)
	return uint32(bits.OnesCount64(lo&mask.lo^hi&mask.hi)) & 1
}
