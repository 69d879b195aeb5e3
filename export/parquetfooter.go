package export

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// footerWriter passes a Parquet file on and, from hold on, keeps what is written: the footer, which the Arrow writer
// cannot be told to write otherwise.
type footerWriter struct {
	w    io.Writer
	hold bool
	held []byte
}

func (f *footerWriter) Write(p []byte) (int, error) {
	if f.hold {
		f.held = append(f.held, p...)
		return len(p), nil
	}
	return f.w.Write(p)
}

const (
	parquetMagic = "PAR1"
	parquetTail  = 8 // length of the footer, magic
)

// writeLocalTimes writes what was held, with times of day that are local: the Arrow writer marks all as adjusted to UTC,
// and readers that have a type for those (DuckDB) cut their nanoseconds.
func (f *footerWriter) writeLocalTimes() error {
	end := len(f.held) - parquetTail
	if end < 0 || string(f.held[end+4:]) != parquetMagic {
		return fmt.Errorf("the Parquet writer did not end with a footer but %d bytes", len(f.held))
	}
	begin := end - int(binary.LittleEndian.Uint32(f.held[end:]))
	if begin < 0 {
		return fmt.Errorf("the footer of the Parquet writer is longer than what it wrote: %d bytes", len(f.held))
	}
	meta, err := metadata.NewFileMetaData(f.held[begin:end], nil)
	if err != nil {
		return err
	}
	for _, e := range meta.FileMetaData.Schema {
		if e.LogicalType != nil && e.LogicalType.TIME != nil {
			e.LogicalType.TIME.IsAdjustedToUTC = false
		}
	}
	out := bytes.NewBuffer(f.held[:begin:begin])
	n, err := meta.WriteTo(out, nil)
	if err != nil {
		return err
	}
	_, err = f.w.Write(append(binary.LittleEndian.AppendUint32(out.Bytes(), uint32(n)), parquetMagic...))
	return err
}

// hasTimes says whether values of a type hold times of day.
func hasTimes(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.Time64Type, *arrow.Time32Type:
		return true
	case arrow.NestedType:
		for _, f := range t.Fields() {
			if hasTimes(f.Type) {
				return true
			}
		}
	}
	return false
}
