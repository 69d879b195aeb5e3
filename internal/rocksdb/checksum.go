package rocksdb

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/xxh3"
)

// ChecksumType says how the blocks of a table are checked.
type ChecksumType uint8

// The checksums, as they stand in the footer.
const (
	ChecksumNone   ChecksumType = 0
	ChecksumCRC32C ChecksumType = 1
	ChecksumXXH32  ChecksumType = 2
	ChecksumXXH64  ChecksumType = 3
	ChecksumXXH3   ChecksumType = 4 // since RocksDB 6.27
)

func (t ChecksumType) String() string {
	switch t {
	case ChecksumNone:
		return "none"
	case ChecksumCRC32C:
		return "crc32c"
	case ChecksumXXH32:
		return "xxhash"
	case ChecksumXXH64:
		return "xxhash64"
	case ChecksumXXH3:
		return "xxh3"
	}
	return fmt.Sprintf("checksum %d", uint8(t))
}

// sum covers a payload and the compression byte behind it, which is the last byte of b.
func (t ChecksumType) sum(b []byte) uint32 {
	switch t {
	case ChecksumCRC32C:
		return maskedCRC(b)
	case ChecksumXXH32:
		return xxh32(b)
	case ChecksumXXH64:
		return uint32(xxhash.Sum64(b))
	case ChecksumXXH3:
		last := len(b) - 1
		return uint32(xxh3.Hash(b[:last])) ^ uint32(b[last])*0x6b9083d9
	}
	return 0
}

// contextSum is what format 6 adds to a checksum, so that a block in another place is found out.
func contextSum(base uint32, off int64) uint32 {
	if base == 0 {
		return 0
	}
	return base ^ (uint32(off) + uint32(off>>32))
}

const (
	prime1 uint32 = 2654435761
	prime2 uint32 = 2246822519
	prime3 uint32 = 3266489917
	prime4 uint32 = 668265263
	prime5 uint32 = 374761393
)

// xxh32 is XXH32 with seed 0.
func xxh32(b []byte) uint32 {
	n := uint32(len(b))
	h := prime5
	if len(b) >= 16 {
		v1, v2, v3, v4 := prime1, prime2, uint32(0), prime1
		v1 += prime2
		v4 = -v4
		for ; len(b) >= 16; b = b[16:] {
			v1 = bits.RotateLeft32(v1+binary.LittleEndian.Uint32(b)*prime2, 13) * prime1
			v2 = bits.RotateLeft32(v2+binary.LittleEndian.Uint32(b[4:])*prime2, 13) * prime1
			v3 = bits.RotateLeft32(v3+binary.LittleEndian.Uint32(b[8:])*prime2, 13) * prime1
			v4 = bits.RotateLeft32(v4+binary.LittleEndian.Uint32(b[12:])*prime2, 13) * prime1
		}
		h = bits.RotateLeft32(v1, 1) + bits.RotateLeft32(v2, 7) + bits.RotateLeft32(v3, 12) + bits.RotateLeft32(v4, 18)
	}
	h += n
	for ; len(b) >= 4; b = b[4:] {
		h = bits.RotateLeft32(h+binary.LittleEndian.Uint32(b)*prime3, 17) * prime4
	}
	for _, c := range b {
		h = bits.RotateLeft32(h+uint32(c)*prime5, 11) * prime1
	}
	h = (h ^ h>>15) * prime2
	h = (h ^ h>>13) * prime3
	return h ^ h>>16
}
