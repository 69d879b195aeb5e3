package metadata

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// OperatorID is the 128-bit hash that names an operator, in file order: the hex string that Flink prints.
type OperatorID [16]byte

// String returns the 32 hex digits that Flink prints.
func (id OperatorID) String() string { return hex.EncodeToString(id[:]) }

// IsZero says whether the id is not known (version 1 below the head of a chain).
func (id OperatorID) IsZero() bool { return id == OperatorID{} }

// ParseOperatorID reads 32 hex digits.
func ParseOperatorID(s string) (id OperatorID, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("operator id %q: want 32 hex digits", s)
	}
	return OperatorID(b), nil
}

// OperatorIDFromUID returns the id that Flink gives to an operator with that uid: the 128-bit murmur hash, seed 0, of its
// UTF-8. As in Java, an unpaired surrogate counts as '?'.
func OperatorIDFromUID(uid string) OperatorID {
	if !utf8.ValidString(uid) {
		uid = javaUTF8(uid)
	}
	return murmur128([]byte(uid))
}

// javaUTF8 turns WTF-8 into what Java's String.getBytes(UTF_8) gives.
func javaUTF8(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r != utf8.RuneError || n > 1:
			b.WriteString(s[i : i+n])
		case i+2 < len(s) && s[i] == 0xED:
			b.WriteByte('?')
			n = 3
		default:
			b.WriteByte('?')
		}
		i += n
	}
	return b.String()
}

// murmur128 is MurmurHash3 x64 128 with seed 0; both halves little-endian, as Guava writes them.
func murmur128(b []byte) (id OperatorID) {
	const c1, c2 = 0x87c37b91114253d5, 0x4cf5ad432745937f
	var h1, h2 uint64
	n := uint64(len(b))
	for ; len(b) >= 16; b = b[16:] {
		k1, k2 := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		h1 ^= bits.RotateLeft64(k1*c1, 31) * c2
		h1 = (bits.RotateLeft64(h1, 27)+h2)*5 + 0x52dce729
		h2 ^= bits.RotateLeft64(k2*c2, 33) * c1
		h2 = (bits.RotateLeft64(h2, 31)+h1)*5 + 0x38495ab5
	}
	var tail [16]byte
	copy(tail[:], b)
	h1 ^= bits.RotateLeft64(binary.LittleEndian.Uint64(tail[:])*c1, 31) * c2
	h2 ^= bits.RotateLeft64(binary.LittleEndian.Uint64(tail[8:])*c2, 33) * c1
	h1, h2 = h1^n, h2^n
	h1 += h2
	h2 += h1
	h1, h2 = mix64(h1), mix64(h2)
	h1 += h2
	h2 += h1
	binary.LittleEndian.PutUint64(id[:], h1)
	binary.LittleEndian.PutUint64(id[8:], h2)
	return id
}

func mix64(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// GeneratedOperatorID returns the id that Flink generates for an operator without uid. visited is the number of nodes
// hashed before it, breadth-first from the sources ordered by node id (those with a uid count); chained is the number of
// its out-edges that are chained; inputs are the ids of its source nodes, one per in-edge. The ids depend on chaining: the
// same program with another chaining has others.
func GeneratedOperatorID(visited, chained int, inputs ...OperatorID) OperatorID {
	b := make([]byte, 0, 4*(1+chained))
	for range 1 + chained {
		b = binary.LittleEndian.AppendUint32(b, uint32(visited))
	}
	id := murmur128(b)
	for _, in := range inputs {
		for j := range id {
			id[j] = id[j]*37 ^ in[j]
		}
	}
	return id
}
