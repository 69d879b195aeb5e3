package export

import (
	"sync"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// pooledZstd is arrow-go's zstd codec, but it keeps its encoder: arrow-go makes a new one, with all its tables, for
// every page. The bytes are the same.
type pooledZstd struct {
	compress.Codec
	fastest *zstd.Encoder
}

func (c *pooledZstd) EncodeLevel(dst, src []byte, level int) []byte {
	if level != zstdLevel {
		return c.Codec.EncodeLevel(dst, src, level)
	}
	return c.fastest.EncodeAll(src, dst[:0])
}

const zstdLevel = 1

// poolZstd replaces arrow-go's codec, once: its registry is the only way in.
var poolZstd = sync.OnceValue(func() error {
	old, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		return err
	}
	enc, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true), zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(zstdLevel)))
	if err != nil {
		return err
	}
	compress.RegisterCodec(compress.Codecs.Zstd, &pooledZstd{old, enc})
	return nil
})
