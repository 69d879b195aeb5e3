package serializer

import "math/bits"

// table hashes a row of the SQL runtime: by its bytes. No other value of it is a key.
func (h *hasher) table(n *node, v Value) int32 {
	e := encoder{}
	switch x := v.(type) {
	case Struct:
		if n.kind == KindTableRow && e.tableRow(n, x, 0) == nil {
			return hashWords(e.b)
		}
	case Opaque:
		if n.t.Class == binaryRow && len(x.Bytes)%4 == 0 {
			return hashWords(x.Bytes)
		}
	}
	return h.none()
}

// hashWords is the hash code of BinaryRowData: MurmurHash3 of its words with seed 42. Their bytes are a multiple of 4.
func hashWords(b []byte) int32 {
	code := uint32(42)
	for i := 0; i+4 <= len(b); i += 4 {
		word := bits.RotateLeft32(uint32(le32(b, i))*0xCC9E2D51, 15) * 0x1B873593
		code = bits.RotateLeft32(code^word, 13)*5 + 0xE6546B64
	}
	code ^= uint32(len(b))
	code = (code ^ code>>16) * 0x85EBCA6B
	code = (code ^ code>>13) * 0xC2B2AE35
	return int32(code ^ code>>16)
}
