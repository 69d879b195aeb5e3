package rocksdb

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"ckpt/internal/javaio"
)

// The footers of block-based tables, by format version:
//
//	0     metaindex:handle index:handle padding to 40, magic:u64
//	1–5   checksum:u8, metaindex:handle index:handle padding to 41, version:u32 magic:u64
//	6     checksum:u8 3e007a00 footerChecksum:u32 baseContext:u32 metaindexSize:u32, 24 bytes, version:u32 magic:u64
const (
	footerLen       = 53
	footerLen0      = 48
	blockTrailerLen = 5 // compression byte, checksum

	magicTable       = 0x88e241b785f4cff7
	magicTable0      = 0xdb4775248b80fb57
	magicPlain       = 0x8242229663bf9564
	magicPlain0      = 0x4f3418eb7a8f13b8
	magicCuckoo      = 0x926789d0c5f17873
	maxFormatVersion = 6
)

// handle is the place of a block; size leaves out the block's trailer.
type handle struct{ off, size int64 }

// end is where the next block may begin.
func (h handle) end() int64 { return h.off + h.size + blockTrailerLen }

// decodeHandle reads a handle; n is its length, 0 if it is not one.
func decodeHandle(b []byte) (h handle, n int) {
	off, n1 := binary.Uvarint(b)
	if n1 <= 0 {
		return h, 0
	}
	size, n2 := binary.Uvarint(b[n1:])
	if n2 <= 0 || off > 1<<62 || size > 1<<62 {
		return h, 0
	}
	return handle{int64(off), int64(size)}, n1 + n2
}

type footer struct {
	off         int64 // where it stands: no block reaches beyond
	version     uint32
	checksum    ChecksumType
	baseContext uint32
	metaindex   handle
	index       handle // format 6 has it in the metaindex
}

// decodeFooter reads the footer at the end of tail, which ends with the file. Offsets of its errors are absolute.
func decodeFooter(tail []byte, size int64, name string) (f footer, err error) {
	fail := func(class error, back int, format string, args ...any) (footer, error) {
		return f, defect(class, name, size-int64(back), "footer", format, args...)
	}
	if len(tail) < footerLen0 {
		return fail(javaio.ErrCorrupt, len(tail), "%d bytes are too few for a table", size)
	}
	switch magic := binary.LittleEndian.Uint64(tail[len(tail)-8:]); magic {
	case magicTable0:
		f.off, f.checksum = size-footerLen0, ChecksumCRC32C
		return f, f.handles(tail[len(tail)-footerLen0:len(tail)-8], name)
	case magicTable:
	case magicPlain, magicPlain0:
		return fail(javaio.ErrUnsupported, 8, "plain table format")
	case magicCuckoo:
		return fail(javaio.ErrUnsupported, 8, "cuckoo table format")
	default:
		return fail(javaio.ErrCorrupt, 8, "magic number %016x is not that of a table", magic)
	}
	if len(tail) < footerLen {
		return fail(javaio.ErrCorrupt, len(tail), "%d bytes are too few for a table", size)
	}
	b := tail[len(tail)-footerLen:]
	f.off, f.checksum, f.version = size-footerLen, ChecksumType(b[0]), binary.LittleEndian.Uint32(b[footerLen-12:])
	switch {
	case f.version == 0:
		return fail(javaio.ErrCorrupt, 12, "format version 0 with the magic number of later versions")
	case f.version > maxFormatVersion:
		return fail(javaio.ErrUnsupported, 12, "format version %d", f.version)
	case f.checksum > ChecksumXXH3:
		return fail(javaio.ErrUnsupported, footerLen, "%v", f.checksum)
	case f.version == 6:
		return f, f.extended(b, name)
	}
	return f, f.handles(b[1:footerLen-12], name)
}

// handles reads the two handles of formats 0 to 5, and the zeros behind.
func (f *footer) handles(b []byte, name string) error {
	var n, m int
	if f.metaindex, n = decodeHandle(b); n > 0 {
		f.index, m = decodeHandle(b[n:])
	}
	if n == 0 || m == 0 {
		return defect(javaio.ErrCorrupt, name, f.off, "footer", "handles are cut")
	}
	if !zeros(b[n+m:]) {
		return defect(javaio.ErrCorrupt, name, f.off, "footer", "padding is not zero")
	}
	if err := f.within(f.metaindex); err != nil {
		return defect(javaio.ErrCorrupt, name, f.off, "footer", "metaindex: %v", err)
	}
	if err := f.within(f.index); err != nil {
		return defect(javaio.ErrCorrupt, name, f.off, "footer", "index: %v", err)
	}
	return nil
}

var extendedMagic = []byte{0x3e, 0x00, 0x7a, 0x00}

// extended reads the footer of format 6.
func (f *footer) extended(b []byte, name string) error {
	fail := func(at int, format string, args ...any) error {
		return defect(javaio.ErrCorrupt, name, f.off+int64(at), "footer", format, args...)
	}
	stored := binary.LittleEndian.Uint32(b[5:])
	f.baseContext = binary.LittleEndian.Uint32(b[9:])
	size := int64(binary.LittleEndian.Uint32(b[13:]))
	blank := bytes.Clone(b)
	clear(blank[5:9])
	got := f.checksum.sum(blank) + contextSum(f.baseContext, f.off)
	switch {
	case !bytes.Equal(b[1:5], extendedMagic):
		return fail(1, "extended magic is %x, want %x", b[1:5], extendedMagic)
	case f.checksum != ChecksumNone && got != stored:
		return fail(5, "checksum is %08x, want %08x", got, stored)
	case f.baseContext == 0:
		return fail(9, "base context is 0")
	case !zeros(b[33:41]):
		return fail(33, "padding is not zero")
	}
	f.metaindex = handle{f.off - blockTrailerLen - size, size}
	if err := f.within(f.metaindex); err != nil {
		return fail(13, "metaindex: %v", err)
	}
	return nil
}

// within checks that a block lies before the footer.
func (f *footer) within(h handle) error {
	if h.off < 0 || h.size < 0 || h.off > f.off || h.size > f.off-h.off-blockTrailerLen {
		return fmt.Errorf("%d bytes at %d do not lie before the footer at %d", h.size, h.off, f.off)
	}
	return nil
}
