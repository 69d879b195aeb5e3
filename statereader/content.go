package statereader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/storage"
)

// content is what one stream handle points at: a file, a range of a file, or bytes inside the metadata.
// Positions in it are what every offset of a state handle counts.
type content struct {
	name string       // for errors: the file, as stored or found
	file storage.File // nil: data
	data []byte
	base int64 // position of the content's first byte in the file
	size int64
}

// openContent opens what a stream handle points at. The caller closes it.
func (v *View) openContent(ctx context.Context, h metadata.StreamHandle) (*content, error) {
	switch h := h.(type) {
	case *metadata.InlineHandle:
		return &content{name: v.layout.File(), data: h.Data, base: h.Offset, size: int64(len(h.Data))}, nil
	case *metadata.EmptySegment:
		return &content{name: v.layout.File()}, nil
	case *metadata.KeyGroupsStream:
		return v.openContent(ctx, h.Stream)
	case *metadata.SegmentHandle:
		c, err := v.openFile(ctx, h, h.Path)
		if err != nil {
			return nil, err
		}
		if h.Start < 0 || h.Size < 0 || h.Start > c.size || h.Size > c.size-h.Start {
			c.close()
			return nil, missingf(c.name, h.Start, "segment of %d bytes ends beyond the file's %d bytes", h.Size, c.size)
		}
		c.base, c.size = h.Start, h.Size
		return c, nil
	case *metadata.FileHandle:
		return v.openSized(ctx, h, h.Path, h.Size)
	case *metadata.RelativeHandle:
		return v.openSized(ctx, h, h.Path, h.Size)
	case nil:
		return nil, &javaio.FormatError{Offset: -1, Err: fmt.Errorf("%w: no stream handle", javaio.ErrCorrupt)}
	}
	return nil, &javaio.FormatError{Offset: -1, Err: fmt.Errorf("%w: stream handle %T", javaio.ErrUnsupported, h)}
}

// openSized opens a file whose recorded size is a promise: shorter is missing data, longer is read up to the promise.
func (v *View) openSized(ctx context.Context, h metadata.StreamHandle, name string, size int64) (*content, error) {
	c, err := v.openFile(ctx, h, name)
	if err != nil || size < 0 {
		return c, err
	}
	if c.size < size {
		c.close()
		return nil, missingf(c.name, c.size, "file ends here, %d bytes are recorded", size)
	}
	c.size = size
	return c, nil
}

// openFile tries the places where a file may be, in the order that the layout gives.
func (v *View) openFile(ctx context.Context, h metadata.StreamHandle, name string) (*content, error) {
	paths, err := v.layout.Candidates(h)
	if err != nil {
		return nil, javaio.InFile(err, name)
	}
	var first error
	for _, p := range paths {
		f, err := v.fs.Open(ctx, p)
		if err == nil {
			return &content{name: p, file: f, size: f.Size()}, nil
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil, &javaio.FormatError{File: name, Offset: -1, Fix: "name where the files are now with --map FROM=TO",
		Err: fmt.Errorf("%w: %w", javaio.ErrMissing, first)}
}

func missingf(file string, off int64, format string, args ...any) error {
	return &javaio.FormatError{File: file, Offset: off, Err: fmt.Errorf("%w: "+format, append([]any{javaio.ErrMissing}, args...)...)}
}

func (c *content) close() {
	if c.file != nil {
		c.file.Close() // opened for reading: nothing can be lost
	}
}

// readAt fills p from position off on.
func (c *content) readAt(ctx context.Context, p []byte, off int64) error {
	if off < 0 || off > c.size || int64(len(p)) > c.size-off {
		return missingf(c.name, c.base+c.size, "%d bytes at %d lie beyond the end", len(p), c.base+off)
	}
	if c.file == nil {
		copy(p, c.data[off:])
		return nil
	}
	if len(p) == 0 {
		return nil
	}
	n, err := c.file.ReadAt(ctx, p, c.base+off)
	switch {
	case n == len(p):
		return nil
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return missingf(c.name, c.base+off+int64(n), "file ends here, it had more bytes when it was opened")
	}
	return fmt.Errorf("%s: %w", c.name, err)
}
