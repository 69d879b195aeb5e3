package inspect

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
	"ckpt/storage"
)

// Dumped is every field of a file, in file order.
type Dumped struct {
	File   string        `json:"file"`
	Format string        `json:"format"` // _metadata, keyed-state, operator-state
	Bytes  int64         `json:"bytes"`
	Fields []DumpedField `json:"fields"`
}

// DumpedField is one field. Byte strings are shown as hexadecimal, at most DumpOptions.MaxBytes of them.
type DumpedField struct {
	Offset int64  `json:"offset"`
	Size   int    `json:"size"`
	Field  string `json:"field"`
	Value  any    `json:"value"`
}

// DumpOptions: the zero value shows 32 bytes of each byte string.
type DumpOptions struct {
	Reader   statereader.Options
	MaxBytes int // of a byte string; 0: 32, negative: all
}

// dumpLimit bounds what is read of a state file: its header.
const dumpLimit = 64 << 20

// Dump lists every field of a `_metadata` file, or of the header of one state file. On a defect, it returns the fields
// before it beside the error.
func Dump(ctx context.Context, path string, o DumpOptions) (*Dumped, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = 32
	}
	loc, err := statereader.Locate(ctx, path, o.Reader)
	if err != nil {
		return nil, err
	}
	f, err := loc.FS.Open(ctx, loc.File)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", loc.File, err)
	}
	defer f.Close()
	size := f.Size()
	b := make([]byte, min(size, dumpLimit))
	if n, err := f.ReadAt(ctx, b, 0); n < len(b) {
		return nil, fmt.Errorf("%s: %w", loc.File, err)
	}
	d := &Dumped{File: loc.File, Bytes: size, Fields: []DumpedField{}}
	if len(b) >= 4 && javaio.NewReader(b, 0).Int32() != metadata.Magic {
		return d, javaio.InFile(d.stateFile(b, size, o), loc.File)
	}
	if size > int64(len(b)) {
		if b, err = storage.ReadFile(ctx, loc.FS, loc.File, size); err != nil {
			return nil, fmt.Errorf("%s: %w", loc.File, err)
		}
	}
	d.Format = "_metadata"
	cp, err := metadata.DecodeWith(b, metadata.DecodeOptions{Trace: func(f metadata.Field) {
		d.add(o, f.Offset, f.Size, f.Path, f.Value)
	}})
	d.coordinators(cp)
	return d, javaio.InFile(err, loc.File)
}

func (d *Dumped) add(o DumpOptions, offset int64, size int, field string, value any) {
	if b, ok := value.([]byte); ok {
		cut := ""
		if o.MaxBytes >= 0 && len(b) > o.MaxBytes {
			cut, b = fmt.Sprintf("… (%d bytes)", len(b)), b[:o.MaxBytes]
		}
		value = hex.EncodeToString(b) + cut
	}
	d.Fields = append(d.Fields, DumpedField{Offset: offset, Size: size, Field: field, Value: value})
}

// stateFile lists the header of a state file. A state file does not say what it is: a keyed header is tried, then an
// operator header.
func (d *Dumped) stateFile(b []byte, size int64, o DumpOptions) error {
	h, err := state.DecodeKeyedHeader(b, -1)
	d.Format = "keyed-state"
	if err != nil {
		var opErr error
		if h, opErr = state.DecodeOperatorHeader(b, -1); opErr != nil {
			return errors.Join(fmt.Errorf("neither `_metadata` nor the header of a state file: %w", err), opErr)
		}
		d.Format = "operator-state"
	}
	d.add(o, 0, 4, "version", int64(h.Version))
	d.add(o, -1, 0, "compressed", h.Compressed)
	from := d.serializer(o, h, 0, "key", h.Key)
	for i, m := range h.States {
		at := fmt.Sprintf("state[%d]", i)
		d.add(o, -1, 0, at+".name", m.Name)
		d.add(o, -1, 0, at+".kind", string(m.Kind))
		for _, opt := range m.Options {
			d.add(o, -1, 0, at+".option."+opt.Key, opt.Value)
		}
		for _, s := range m.Stored {
			from = d.serializer(o, h, from, at+"."+s.Name, s.Serializer)
		}
	}
	d.add(o, h.Size, int(size-h.Size), "data", fmt.Sprintf("%d bytes", size-h.Size))
	return nil
}

// serializer lists a stored snapshot, found in the header from position from on, and the type that follows from it. It
// returns where to look for the next one.
func (d *Dumped) serializer(o DumpOptions, h *state.Header, from int, at string, s *serializer.Serializer) int {
	if s == nil {
		return from
	}
	offset := int64(-1)
	if snap := s.Snapshot; snap != nil {
		if i := bytes.Index(h.Raw[from:], snap.Raw); i >= 0 {
			offset, from = int64(from+i), from+i+len(snap.Raw)
		}
		d.add(o, offset, len(snap.Raw), at+".snapshot", fmt.Sprintf("%s version %d", snap.Class, snap.Version))
	}
	d.add(o, -1, 0, at+".type", s.Type.String())
	return from
}
