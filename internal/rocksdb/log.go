package rocksdb

import (
	"encoding/binary"
	"hash/crc32"

	"ckpt/internal/javaio"
)

// A MANIFEST and a write-ahead log are sequences of blocks of 32 KiB. No chunk crosses a block.
//
//	chunk  := maskedCrc:u32 length:u16 type:u8 payload          crc over type and payload
//	record := full | first middle* last
const (
	logBlock  = 32768
	logHeader = 7

	chunkZero   = 0
	chunkFull   = 1
	chunkFirst  = 2
	chunkMiddle = 3
	chunkLast   = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func maskedCRC(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// logReader splits a log into records. Unlike RocksDB, which takes a cut record for the end of the log, it reports
// everything that is not a whole record: a checkpoint's log ends exactly with one.
type logReader struct {
	buf  []byte
	pos  int
	file string

	rec   []byte
	parts []logPart
}

// logPart says that the byte at position at of the record is the byte at offset off of the file.
type logPart struct{ at, off int }

// next returns the next record, valid until the next call, or nil at the end.
func (l *logReader) next() ([]byte, error) {
	l.rec, l.parts = l.rec[:0], l.parts[:0]
	for {
		payload, typ, err := l.chunk()
		if err != nil {
			return nil, err
		}
		at := l.pos - len(payload)
		switch inside := len(l.parts) > 0; {
		case payload == nil && inside:
			return nil, l.fail(l.pos, "the log ends inside a record")
		case payload == nil:
			return nil, nil
		case inside != (typ == chunkMiddle || typ == chunkLast):
			return nil, l.fail(at-logHeader, "chunk of type %d out of order", typ)
		}
		l.parts = append(l.parts, logPart{len(l.rec), at})
		if l.rec = append(l.rec, payload...); l.rec == nil { // RocksDB 8.10 begins with a record without bytes
			l.rec = []byte{}
		}
		if typ == chunkFull || typ == chunkLast {
			return l.rec, nil
		}
	}
}

// chunk returns the payload of the next chunk, nil at the end.
func (l *logReader) chunk() ([]byte, uint8, error) {
	for {
		if left := logBlock - l.pos%logBlock; left < logHeader {
			if !zeros(l.buf[l.pos:min(l.pos+left, len(l.buf))]) {
				return nil, 0, l.fail(l.pos, "padding is not zero")
			}
			l.pos = min(l.pos+left, len(l.buf))
		}
		rest := l.buf[l.pos:]
		if len(rest) == 0 {
			return nil, 0, nil
		}
		if len(rest) < logHeader {
			return nil, 0, l.fail(l.pos, "%d bytes are less than a chunk's header", len(rest))
		}
		n, typ := int(binary.LittleEndian.Uint16(rest[4:])), rest[6]
		if typ == chunkZero && n == 0 && zeros(rest) {
			l.pos = len(l.buf)
			continue
		}
		if typ < chunkFull || typ > chunkLast {
			return nil, 0, l.fail(l.pos, "chunk type %d", typ)
		}
		if n > len(rest)-logHeader || logHeader+n > logBlock-l.pos%logBlock {
			return nil, 0, l.fail(l.pos, "chunk of %d bytes does not fit", n)
		}
		if got, want := maskedCRC(rest[6:logHeader+n]), binary.LittleEndian.Uint32(rest); got != want {
			return nil, 0, l.fail(l.pos, "checksum is %08x, want %08x", got, want)
		}
		l.pos += logHeader + n
		return rest[logHeader : logHeader+n : logHeader+n], typ, nil
	}
}

// offset is where the byte at position at of the last record stands in the file.
func (l *logReader) offset(at int) int64 {
	off := 0
	for _, p := range l.parts {
		if p.at <= at {
			off = p.off + at - p.at
		}
	}
	return int64(off)
}

func (l *logReader) fail(at int, format string, args ...any) error {
	return defect(javaio.ErrCorrupt, l.file, int64(at), "", format, args...)
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// holdsRecord says whether a write-ahead log has a chunk of a record, in the old framing or the recyclable one.
// Chunks that only describe the log (types 9 to 11) are none.
func holdsRecord(b []byte) bool {
	for ; len(b) > 0; b = b[min(len(b), logBlock):] {
		for rest := b[:min(len(b), logBlock)]; len(rest) >= logHeader; {
			n, typ := logHeader+int(binary.LittleEndian.Uint16(rest[4:])), rest[6]
			if typ >= 5 && typ <= 8 || typ == 11 {
				n += 4 // the number of the log
			}
			if typ == chunkZero || n > len(rest) || maskedCRC(rest[6:n]) != binary.LittleEndian.Uint32(rest) {
				break
			}
			if typ <= 8 {
				return true
			}
			rest = rest[n:]
		}
	}
	return false
}
