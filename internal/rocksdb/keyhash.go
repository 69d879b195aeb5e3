package rocksdb

import (
	"encoding/binary"
	"math/bits"
)

// keyHash is the hash of the filters that RocksDB writes since 6.6: a preview of XXH3 (of xxHash 0.7.2), whose values
// are not those of XXH3 as it was released. The seed is 0.
func keyHash(b []byte) uint64 {
	switch n := uint64(len(b)); {
	case n == 0:
		return fold(secret64(0), prime64x2)
	case n <= 3:
		c := uint64(b[0]) | uint64(b[n>>1])<<8 | uint64(b[n-1])<<16 | n<<24
		return avalanche((c ^ secret64(0)&0xffffffff) * prime64x1)
	case n <= 8:
		c := uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32
		c ^= secret64(0)
		c = n + (c^c>>51)*uint64(prime1)
		return avalanche((c ^ c>>47) * prime64x2)
	case n <= 16:
		lo, hi := word(b, 0)^secret64(0), word(b, len(b)-8)^secret64(8)
		return avalanche(n + lo + hi + fold(lo, hi))
	case n <= 128:
		return keyHash128(b)
	case n <= 240:
		return keyHash240(b)
	}
	return keyHashLong(b)
}

const (
	prime64x1 uint64 = 0x9E3779B185EBCA87
	prime64x2 uint64 = 0xC2B2AE3D27D4EB4F
	prime64x3 uint64 = 0x165667B19E3779F9
	prime64x4 uint64 = 0x85EBCA77C2B2AE63
	prime64x5 uint64 = 0x27D4EB2F165667C5
)

// keyHash128 is for 17 to 128 bytes: pairs of words from both ends.
func keyHash128(b []byte) uint64 {
	acc := uint64(len(b)) * prime64x1
	for i := (len(b) - 1) / 32; i >= 0; i-- {
		acc += mix(b[16*i:], 32*i)
		acc += mix(b[len(b)-16*(i+1):], 32*i+16)
	}
	return avalanche(acc)
}

// keyHash240 is for 129 to 240 bytes.
func keyHash240(b []byte) uint64 {
	acc := uint64(len(b)) * prime64x1
	for i := range 8 {
		acc += mix(b[16*i:], 16*i)
	}
	acc = avalanche(acc)
	for i := 8; i < len(b)/16; i++ {
		acc += mix(b[16*i:], 16*(i-8)+3)
	}
	return avalanche(acc + mix(b[len(b)-16:], 136-17))
}

const (
	stripe       = 64
	stripesRound = (len(hashSecret) - stripe) / 8
)

// keyHashLong is for more than 240 bytes: eight accumulators over stripes of 64.
func keyHashLong(b []byte) uint64 {
	acc := [8]uint64{uint64(prime3), prime64x1, prime64x2, prime64x3, prime64x4, uint64(prime2), prime64x5, uint64(prime1)}
	n, rest := uint64(len(b)), b
	for ; len(rest) >= stripe*stripesRound; rest = rest[stripe*stripesRound:] {
		for i := range stripesRound {
			accumulate(&acc, rest[i*stripe:], 8*i)
		}
		for i := range acc {
			acc[i] = (acc[i] ^ acc[i]>>47 ^ secret64(len(hashSecret)-stripe+8*i)) * uint64(prime1)
		}
	}
	for i := range len(rest) / stripe {
		accumulate(&acc, rest[i*stripe:], 8*i)
	}
	if n%stripe != 0 {
		accumulate(&acc, b[n-stripe:], len(hashSecret)-stripe-7)
	}
	sum := n * prime64x1
	for i := 0; i < len(acc); i += 2 {
		sum += fold(acc[i]^secret64(11+8*i), acc[i+1]^secret64(11+8*i+8))
	}
	return avalanche(sum)
}

func accumulate(acc *[8]uint64, b []byte, at int) {
	for i := range acc {
		v := word(b, 8*i)
		k := v ^ secret64(at+8*i)
		acc[i] += v + (k&0xffffffff)*(k>>32)
	}
}

func word(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

func mix(b []byte, at int) uint64 { return fold(word(b, 0)^secret64(at), word(b, 8)^secret64(at+8)) }

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func avalanche(h uint64) uint64 {
	h = (h ^ h>>37) * prime64x3
	return h ^ h>>32
}

func secret64(at int) uint64 {
	var v uint64
	for i := 7; i >= 0; i-- {
		v = v<<8 | uint64(hashSecret[at+i])
	}
	return v
}

const hashSecret = "" +
	"\xb8\xfe\x6c\x39\x23\xa4\x4b\xbe\x7c\x01\x81\x2c\xf7\x21\xad\x1c\xde\xd4\x6d\xe9\x83\x90\x97\xdb" +
	"\x72\x40\xa4\xa4\xb7\xb3\x67\x1f\xcb\x79\xe6\x4e\xcc\xc0\xe5\x78\x82\x5a\xd0\x7d\xcc\xff\x72\x21" +
	"\xb8\x08\x46\x74\xf7\x43\x24\x8e\xe0\x35\x90\xe6\x81\x3a\x26\x4c\x3c\x28\x52\xbb\x91\xc3\x00\xcb" +
	"\x88\xd0\x65\x8b\x1b\x53\x2e\xa3\x71\x64\x48\x97\xa2\x0d\xf9\x4e\x38\x19\xef\x46\xa9\xde\xac\xd8" +
	"\xa8\xfa\x76\x3f\xe3\x9c\x34\x3f\xf9\xdc\xbb\xc7\xc7\x0b\x4f\x1d\x8a\x51\xe0\x4b\xcd\xb4\x59\x31" +
	"\xc8\x9f\x7e\xc9\xd9\x78\x73\x64\xea\xc5\xac\x83\x34\xd3\xeb\xc3\xc5\x81\xa0\xff\xfa\x13\x63\xeb" +
	"\x17\x0d\xdd\x51\xb7\xf0\xda\x49\xd3\x16\x55\x26\x29\xd4\x68\x9e\x2b\x16\xbe\x58\x7d\x47\xa1\xfc" +
	"\x8f\xf8\xb8\xd1\x7a\xd0\x31\xce\x45\xcb\x3a\x8f\x95\x16\x04\x28\xaf\xd7\xfb\xca\xbb\x4b\x40\x7e"

// oldKeyHash is the hash of older filters.
func oldKeyHash(b []byte) uint32 {
	const m = 0xc6a4a793
	h := uint32(0xbc9f1d34) ^ uint32(len(b))*m
	for ; len(b) >= 4; b = b[4:] {
		h = (h + binary.LittleEndian.Uint32(b)) * m
		h ^= h >> 16
	}
	if len(b) == 0 {
		return h
	}
	for i := len(b) - 1; i >= 0; i-- {
		h += uint32(int8(b[i])) << (8 * i) // bytes were signed
	}
	h *= m
	return h ^ h>>24
}
