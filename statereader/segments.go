package statereader

import (
	"context"
	"fmt"
	"math"

	"ckpt/internal/javaio"
	"ckpt/metadata"
)

// Changes that a changelog keeps in files, since Flink 1.15:
//
//	file      := compressed:u8 payload         1: the payload is a stream of the snappy framing format
//	payload   := changeSet*                    of several subtasks; a handle knows where its own begin
//	changeSet := groups:i32 group{groups}
//	group     := changes:i32 keyGroup:i32 (length:i32 change){changes}
//
// Key group -1 has the registrations of states, and comes first. Sizes that handles record are of the payload.
const registrations = -1

// change is one logged change. Its bytes are lent.
type change struct {
	keyGroup int32
	data     []byte
	file     string
	at       int64 // position of the change, or of the compressed chunk that it lies in; -1: unknown
}

// changes gives what a changelog handle has logged, in the order of the log. With only set, a file gives no
// more than its registrations and the first key group with other changes, without bytes.
func (v *View) changes(ctx context.Context, k *metadata.ChangelogHandle, only bool, give func(change) error) error {
	for i, d := range k.Delta {
		var err error
		switch d := d.(type) {
		case *metadata.InlineChangesHandle:
			err = v.inlineChanges(d, give)
		case *metadata.FileChangesHandle:
			for j, p := range d.Parts {
				if err = v.changeSet(ctx, p, only, give); err != nil {
					err = javaio.InField(err, fmt.Sprintf("part[%d]", j))
					break
				}
			}
		}
		if err != nil {
			return javaio.InField(err, fmt.Sprintf("delta[%d]", i))
		}
	}
	return nil
}

func (v *View) inlineChanges(d *metadata.InlineChangesHandle, give func(change) error) error {
	for i, c := range d.Changes {
		if err := give(change{c.KeyGroup, c.Data, v.layout.File(), -1}); err != nil {
			return javaio.InField(err, fmt.Sprintf("change[%d]", i))
		}
	}
	return nil
}

// openSegment opens a file of changes. The recorded size is not that of the file.
func (v *View) openSegment(ctx context.Context, s metadata.StreamHandle) (*content, error) {
	switch h := s.(type) {
	case *metadata.FileHandle:
		return v.openFile(ctx, h, h.Path)
	case *metadata.RelativeHandle:
		return v.openFile(ctx, h, h.Path)
	}
	return v.openContent(ctx, s)
}

// changeSet gives the changes of one set.
func (v *View) changeSet(ctx context.Context, p metadata.ChangePart, only bool, give func(change) error) error {
	c, err := v.openSegment(ctx, p.Stream)
	if err != nil {
		return err
	}
	defer c.close()
	raw := c.window(c.size, &v.opts)
	defer raw.src.close()
	raw.region(c.size)
	w, err := v.payload(ctx, raw, p.Offset)
	if err == nil {
		err = readChangeSet(ctx, w, c.name, only, give)
	}
	return javaio.InFile(err, c.name)
}

// payload returns a window over the payload at the given position of it.
func (v *View) payload(ctx context.Context, raw *window, off int64) (*window, error) {
	if err := raw.need(ctx, 1); err != nil {
		return nil, placed(raw, 0, err)
	}
	w := raw
	compressed := raw.bytes()[0] == 1
	raw.advance(1)
	if compressed {
		src := &snappySource{raw: raw, ignore: v.opts.IgnoreChecksums}
		src.begin(true)
		w = &window{src: src, keep: raw.keep, max: raw.max}
		w.reset(math.MaxInt64)
	}
	if off < 0 || off > w.left() {
		return nil, corruptAt(raw, 0, "changes at %d of a payload of %d bytes", off, w.left())
	}
	return w, placed(w, 0, w.skip(ctx, off))
}

func readChangeSet(ctx context.Context, w *window, file string, only bool, give func(change) error) error {
	groups, err := nextCount(ctx, w)
	for ; groups > 0 && err == nil; groups-- {
		var changes, keyGroup int32
		if changes, err = nextCount(ctx, w); err != nil {
			break
		}
		if keyGroup, err = nextInt32(ctx, w); err != nil {
			break
		}
		if keyGroup < registrations || keyGroup >= maxKeyGroups {
			return corruptAt(w, -4, "key group %d", keyGroup)
		}
		if only && keyGroup != registrations {
			return give(change{keyGroup, nil, file, w.file(0)})
		}
		for ; changes > 0 && err == nil; changes-- {
			err = readChange(ctx, w, file, keyGroup, give)
		}
	}
	return err
}

func readChange(ctx context.Context, w *window, file string, keyGroup int32, give func(change) error) error {
	size, err := nextCount(ctx, w)
	if err != nil {
		return err
	}
	if err := w.need(ctx, int(size)); err != nil {
		return placed(w, 0, err)
	}
	if err := give(change{keyGroup, w.bytes()[:size:size], file, w.file(0)}); err != nil {
		return err
	}
	w.advance(int(size))
	return nil
}

func nextInt32(ctx context.Context, w *window) (int32, error) {
	if err := w.need(ctx, 4); err != nil {
		return 0, placed(w, 0, err)
	}
	b := w.bytes()
	w.advance(4)
	return int32(b[0])<<24 | int32(b[1])<<16 | int32(b[2])<<8 | int32(b[3]), nil
}

// nextCount reads a number that cannot be negative.
func nextCount(ctx context.Context, w *window) (int32, error) {
	n, err := nextInt32(ctx, w)
	if err == nil && n < 0 {
		return 0, corruptAt(w, -4, "a number of %d", n)
	}
	return n, err
}
