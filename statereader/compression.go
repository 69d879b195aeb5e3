package statereader

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/s2"

	"ckpt/internal/javaio"
)

// Compressed state is the snappy framing format, nothing of Flink's own:
//
//	stream := streamID chunk*
//	streamID := FF 06 00 00 "sNaPpY"
//	chunk := type:u8 length:u24le maskedCRC:u32le byte{length-4}      00 compressed, 01 stored, 80–FE skippable
const (
	streamIDSize  = 10
	chunkHeadSize = 4
	maxPlainChunk = 65536
	maxChunk      = 4 + 32 + maxPlainChunk + maxPlainChunk/6 // checksum and the worst that snappy makes of 64 KiB
)

var (
	streamID   = []byte("\xff\x06\x00\x00sNaPpY")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// snappySource decompresses what the region of a window holds. Its positions count plain bytes from 0.
type snappySource struct {
	raw      *window
	ignore   bool   // wrong checksums
	started  bool   // the stream's identifier has been seen
	scratch  []byte // one plain chunk
	have     []byte // plain, not yet handed out
	produced int64  // plain bytes so far
	marks    []mark // of the chunks that a window may still ask about
	err      error  // the first failure: what follows it is at no known position
}

// mark says where a chunk lies: position of its first plain byte, and of the chunk in the file.
type mark struct{ plain, file int64 }

// begin starts a stream at the raw window's position. Inside a file, streams of operator state begin without identifier.
func (s *snappySource) begin(withID bool) {
	s.started, s.have, s.produced, s.marks, s.err = !withID, nil, 0, s.marks[:0], nil
}

func (s *snappySource) read(ctx context.Context, p []byte) (int, error) {
	for len(s.have) == 0 && s.err == nil {
		s.err = s.chunk(ctx)
	}
	if len(s.have) == 0 {
		return 0, s.err
	}
	n := copy(p, s.have)
	s.have = s.have[n:]
	return n, nil
}

// chunk reads one chunk. io.EOF is the end of the raw region between two chunks.
func (s *snappySource) chunk(ctx context.Context) error {
	at := s.raw.file(0)
	if s.raw.left() == 0 {
		if !s.started {
			return snappyError(at, "no stream begins here")
		}
		return io.EOF
	}
	if err := s.raw.need(ctx, chunkHeadSize); err != nil {
		return s.cut(at, err)
	}
	head := binary.LittleEndian.Uint32(s.raw.bytes())
	kind, size := byte(head), int(head>>8)
	if !s.started && kind != 0xFF {
		return snappyError(at, "stream begins with chunk type %#02x, want ff", kind)
	}
	switch {
	case kind == 0xFF:
		return s.identifier(ctx, at)
	case kind >= 0x80:
		if err := s.raw.skip(ctx, chunkHeadSize+int64(size)); err != nil {
			return s.cut(at, err)
		}
		return nil
	case kind > 1:
		return snappyError(at, "chunk type %#02x", kind)
	case size < 4 || size > maxChunk:
		return snappyError(at, "chunk of %d bytes", size)
	}
	s.raw.advance(chunkHeadSize)
	if err := s.raw.need(ctx, size); err != nil {
		return s.cut(at, err)
	}
	err := s.data(at, kind, s.raw.bytes()[:size])
	s.raw.advance(size)
	return err
}

func (s *snappySource) identifier(ctx context.Context, at int64) error {
	if err := s.raw.need(ctx, streamIDSize); err != nil {
		return s.cut(at, err)
	}
	if !bytes.Equal(s.raw.bytes()[:streamIDSize], streamID) {
		return snappyError(at, "not a snappy stream identifier")
	}
	s.raw.advance(streamIDSize)
	s.started = true
	return nil
}

// data keeps the plain bytes of a chunk of type 0 or 1.
func (s *snappySource) data(at int64, kind byte, b []byte) error {
	if s.scratch == nil {
		s.scratch = make([]byte, maxPlainChunk)
	}
	sum, body := binary.LittleEndian.Uint32(b), b[4:]
	var plain []byte
	if kind == 1 {
		if len(body) > maxPlainChunk {
			return snappyError(at, "%d bytes in a chunk", len(body))
		}
		plain = s.scratch[:copy(s.scratch, body)]
	} else {
		n, err := s2.DecodedLen(body)
		if err != nil || n > maxPlainChunk {
			return snappyError(at, "chunk of %d plain bytes: %v", n, err)
		}
		if plain, err = s2.Decode(s.scratch[:n], body); err != nil {
			return snappyError(at, "%v", err)
		}
	}
	if c := crc32.Checksum(plain, castagnoli); !s.ignore && (c>>15|c<<17)+0xA282EAD8 != sum {
		return snappyError(at, "checksum is %08x, the chunk says %08x", (c>>15|c<<17)+0xA282EAD8, sum)
	}
	s.have = plain
	s.marks = append(s.marks, mark{s.produced, at})
	s.produced += int64(len(plain))
	return nil
}

func snappyError(at int64, format string, args ...any) error {
	return &javaio.FormatError{Offset: at, Err: fmt.Errorf("%w: compressed: "+format, append([]any{javaio.ErrCorrupt}, args...)...)}
}

// cut turns the end of the raw region inside a chunk into a defect.
func (s *snappySource) cut(at int64, err error) error {
	if err == errRegionEnd {
		return snappyError(at, "the chunk is cut off")
	}
	return err
}

func (s *snappySource) seek(context.Context, int64) (bool, error) { return false, nil }

// where returns the position of the chunk that holds plain position pos.
func (s *snappySource) where(pos int64) int64 {
	i, ok := slices.BinarySearchFunc(s.marks, pos, func(m mark, pos int64) int { return int(m.plain - pos) })
	if !ok {
		i--
	}
	if i < 0 {
		return s.raw.file(0)
	}
	return s.marks[i].file
}

func (s *snappySource) forget(pos int64) {
	n := 0
	for n+1 < len(s.marks) && s.marks[n+1].plain <= pos {
		n++
	}
	s.marks = slices.Delete(s.marks, 0, n)
}

func (s *snappySource) close() {} // the raw window has its own source
