package rocksdb

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"ckpt/internal/javaio"
)

// Compression is how one block is stored.
type Compression uint8

// The compressions, as they stand behind a block.
const (
	NoCompression Compression = 0
	Snappy        Compression = 1
	Zlib          Compression = 2
	BZip2         Compression = 3
	LZ4           Compression = 4
	LZ4HC         Compression = 5
	XPress        Compression = 6
	Zstd          Compression = 7
	zstdEarly     Compression = 0x40
)

func (c Compression) String() string {
	switch c {
	case NoCompression:
		return "none"
	case Snappy:
		return "snappy"
	case Zlib:
		return "zlib"
	case BZip2:
		return "bzip2"
	case LZ4:
		return "lz4"
	case LZ4HC:
		return "lz4hc"
	case XPress:
		return "xpress"
	case Zstd, zstdEarly:
		return "zstd"
	}
	return fmt.Sprintf("compression %d", uint8(c))
}

// ratios bound how much one byte of each format can become, so that an announced size is not believed blindly.
var ratios = map[Compression]int64{Snappy: 22, Zlib: 1040, LZ4: 256, LZ4HC: 256}

// decompressor expands blocks of one table. It belongs to one goroutine.
type decompressor struct {
	framed bool   // the size stands before every block: formats 2 and later
	dict   []byte // of data blocks
	limit  int    // of an expanded block
	zstd   *zstd.Decoder
	flate  io.ReadCloser
}

// expand appends the content of a block to dst[:0]; the result may be src itself. withDict is set for data blocks.
func (d *decompressor) expand(dst []byte, c Compression, src []byte, withDict bool) ([]byte, error) {
	var dict []byte
	if withDict {
		dict = d.dict
	}
	switch c {
	case NoCompression:
		return src, nil
	case Snappy:
		return d.snappy(dst, src)
	case XPress:
		return nil, fmt.Errorf("%w: xpress compression, which exists on Windows only", javaio.ErrUnsupported)
	case Zlib, BZip2, LZ4, LZ4HC, Zstd, zstdEarly:
	default:
		return nil, fmt.Errorf("%w: %v", javaio.ErrCorrupt, c)
	}
	size, src, err := d.size(c, src)
	if err != nil {
		return nil, err
	}
	switch c {
	case Zlib:
		if d.flate == nil {
			d.flate = flate.NewReader(nil)
		}
		if err := d.flate.(flate.Resetter).Reset(bytes.NewReader(src), dict); err != nil {
			return nil, fmt.Errorf("%w: zlib: %w", javaio.ErrCorrupt, err)
		}
		return d.stream(dst, c, d.flate, size)
	case BZip2:
		return d.stream(dst, c, bzip2.NewReader(bytes.NewReader(src)), size)
	case LZ4, LZ4HC:
		return d.lz4(dst, src, dict, size)
	}
	return d.zstandard(dst, src, dict, size)
}

// size takes the announced size off a block; -1 where the format has none.
func (d *decompressor) size(c Compression, src []byte) (int, []byte, error) {
	var size uint64
	switch {
	case d.framed || c == Zstd || c == zstdEarly:
		n := 0
		if size, n = binary.Uvarint(src); n <= 0 || size > math.MaxUint32 {
			return 0, nil, fmt.Errorf("%w: %v block without a size", javaio.ErrCorrupt, c)
		}
		src = src[n:]
	case c == LZ4 || c == LZ4HC:
		if len(src) < 8 {
			return 0, nil, fmt.Errorf("%w: lz4 block without a size", javaio.ErrCorrupt)
		}
		size, src = uint64(binary.LittleEndian.Uint32(src)), src[8:]
	default:
		return -1, src, nil
	}
	return int(size), src, d.check(c, int64(size), len(src))
}

func (d *decompressor) check(c Compression, size int64, stored int) error {
	if ratio, ok := ratios[c]; ok && size > int64(stored)*ratio {
		return fmt.Errorf("%w: %d bytes of %v cannot become %d", javaio.ErrCorrupt, stored, c, size)
	}
	if size > int64(d.limit) {
		return fmt.Errorf("%w: a block of %d bytes is more than the limit of %d", javaio.ErrUnsupported, size, d.limit)
	}
	return nil
}

func (d *decompressor) snappy(dst, src []byte) ([]byte, error) {
	size, err := s2.DecodedLen(src)
	if err != nil {
		return nil, fmt.Errorf("%w: snappy: %w", javaio.ErrCorrupt, err)
	}
	if err := d.check(Snappy, int64(size), len(src)); err != nil {
		return nil, err
	}
	out, err := s2.Decode(grow(dst, size), src)
	if err != nil {
		return nil, fmt.Errorf("%w: snappy: %w", javaio.ErrCorrupt, err)
	}
	return out, nil
}

// stream reads at most what the limit allows, growing with what arrives.
func (d *decompressor) stream(dst []byte, c Compression, r io.Reader, size int) ([]byte, error) {
	limit := size
	if size < 0 {
		limit = d.limit
	}
	buf := bytes.NewBuffer(dst[:0])
	n, err := buf.ReadFrom(io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %v: %w", javaio.ErrCorrupt, c, err)
	case size >= 0 && n != int64(size):
		return nil, fmt.Errorf("%w: %v block of another size than the %d bytes announced", javaio.ErrCorrupt, c, size)
	case n > int64(limit):
		return nil, fmt.Errorf("%w: a block of more bytes than the limit of %d", javaio.ErrUnsupported, limit)
	}
	return buf.Bytes(), nil
}

func (d *decompressor) lz4(dst, src, dict []byte, size int) ([]byte, error) {
	dst = grow(dst, size)
	n, err := 0, error(nil)
	if len(dict) > 0 {
		n, err = lz4.UncompressBlockWithDict(src, dst, dict)
	} else if size > 0 {
		n, err = lz4.UncompressBlock(src, dst)
	}
	if err == nil && n != size {
		err = fmt.Errorf("%d bytes, announced were %d", n, size)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: lz4: %w", javaio.ErrCorrupt, err)
	}
	return dst, nil
}

// plainZstd expands blocks that have no dictionary; DecodeAll may be called from many goroutines.
var plainZstd = sync.OnceValues(func() (*zstd.Decoder, error) { return newZstd() })

func newZstd(o ...zstd.DOption) (*zstd.Decoder, error) {
	return zstd.NewReader(nil, append(o, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true), zstd.IgnoreChecksum(false))...)
}

func (d *decompressor) zstandard(dst, src, dict []byte, size int) ([]byte, error) {
	dec, err := d.zstdDecoder(dict)
	if err != nil {
		return nil, err
	}
	// an announced size alone is no reason to allocate: it has to agree with the frame's own, or stay moderate
	var h zstd.Header
	if err := h.Decode(src); err != nil || h.HasFCS && h.FrameContentSize != uint64(size) {
		return nil, fmt.Errorf("%w: zstd frame does not have the %d bytes announced", javaio.ErrCorrupt, size)
	}
	dst = grow(dst, size)
	out, err := dec.DecodeAll(src, dst[:0:size])
	if err == nil && len(out) != size {
		err = fmt.Errorf("%d bytes, announced were %d", len(out), size)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: zstd: %w", javaio.ErrCorrupt, err)
	}
	return out, nil
}

func (d *decompressor) zstdDecoder(dict []byte) (*zstd.Decoder, error) {
	if len(dict) == 0 {
		return plainZstd()
	}
	if d.zstd != nil {
		return d.zstd, nil
	}
	option := zstd.WithDecoderDictRaw(0, dict)
	if bytes.HasPrefix(dict, []byte{0x37, 0xa4, 0x30, 0xec}) {
		option = zstd.WithDecoderDicts(dict)
	}
	dec, err := newZstd(option)
	if err != nil {
		return nil, fmt.Errorf("%w: zstd dictionary: %w", javaio.ErrCorrupt, err)
	}
	d.zstd = dec
	return dec, nil
}

// close frees what the decompressor holds.
func (d *decompressor) close() error {
	if d.zstd != nil {
		d.zstd.Close()
	}
	var err error
	if d.flate != nil {
		err = d.flate.Close()
	}
	d.zstd, d.flate = nil, nil
	return err
}

// grow returns a slice of n bytes, in the memory of b where it fits.
func grow(b []byte, n int) []byte {
	if cap(b) >= n {
		return b[:n]
	}
	return make([]byte, n, max(n, 2*cap(b)))
}
