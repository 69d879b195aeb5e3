package statereader

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"

	"ckpt/internal/keygroup"
	"ckpt/metadata"
)

// Handle codes whose content is known.
const codeCanonical metadata.HandleCode = 7

// detectAhead is read behind each header: mostly it tells the layout without another request.
const detectAhead = 4096

// detectFrames are followed in key group 0. Bytes of a heap file hardly ever look like the second frame.
const detectFrames = 64

// detect tells heap from full layout, which share their handle codes: Flink knows the backend from the job. b is the
// beginning of the content: the header and more.
//
// A heap file has every key group, each beginning with its number. Where a full file begins a key group, the four
// bytes are a state id and the upper half of a key's length, which is 0 but for keys of 64 KiB.
func detect(ctx context.Context, c *content, k metadata.KeyGroupOffsets, h *handle, b []byte) (Layout, error) {
	if slices.Contains(k.Offsets, 0) || len(k.Offsets) == 0 {
		return LayoutFull, nil
	}
	first, last := int(k.Range.Start), len(k.Offsets)-1
	if first+last == 0 {
		return detectGroup0(ctx, c, k, h)
	}
	heap, seen := 0, 0
	for i, off := range k.Offsets {
		if first+i > 0 && off+4 <= int64(len(b)) {
			seen++
			if int(binary.BigEndian.Uint32(b[off:])) == first+i {
				heap++
			}
		}
	}
	if seen == 0 {
		var word [4]byte
		if err := c.readAt(ctx, word[:], k.Offsets[last]); err != nil {
			return LayoutUnknown, err
		}
		if seen = 1; int(binary.BigEndian.Uint32(word[:])) == first+last {
			heap = 1
		}
	}
	if 2*heap >= seen {
		return LayoutHeap, nil
	}
	return LayoutFull, nil
}

// detectGroup0 decides where key group 0 is the only one: it is full layout if its frames chain.
func detectGroup0(ctx context.Context, c *content, k metadata.KeyGroupOffsets, h *handle) (Layout, error) {
	w := c.window(c.size, new(Options))
	defer w.src.close()
	w.region(c.size)
	err := w.seek(ctx, k.Offsets[0])
	w.region(c.size)
	if err != nil {
		return LayoutUnknown, err
	}
	full := false
	if h.header.Compressed {
		err = w.need(ctx, len(streamID))
		full = bytes.HasPrefix(w.bytes(), streamID)
	} else {
		full, err = framesChain(ctx, w, len(h.header.States), keygroup.PrefixBytes(h.op.Meta.MaxParallelism))
	}
	switch {
	case err != nil && err != errRegionEnd:
		return LayoutUnknown, err
	case full && err == nil:
		return LayoutFull, nil
	}
	return LayoutHeap, nil
}

// framesChain says whether the region is entries of the full layout in key group 0, one behind the other, up to its end
// or as far as detectFrames.
func framesChain(ctx context.Context, w *window, states, prefix int) (bool, error) {
	id := -1
	for range detectFrames {
		if id < 0 {
			if err := w.need(ctx, 2); err != nil {
				return false, err
			}
			id = int(binary.BigEndian.Uint16(w.bytes()))
			w.advance(2)
			if id == endOfKeyGroup {
				return w.left() == 0, nil
			}
			if id >= states {
				return false, nil
			}
		}
		if err := w.need(ctx, 4+prefix); err != nil {
			return false, err
		}
		b := w.bytes()
		n := int64(int32(binary.BigEndian.Uint32(b)))
		if n < int64(prefix) || b[4]&^lastOfState != 0 || prefix == 2 && b[5] != 0 {
			return false, nil
		}
		if b[4]&lastOfState != 0 {
			id = -1
		}
		if err := w.skip(ctx, 4+n); err != nil {
			return false, err
		}
		if err := w.need(ctx, 4); err != nil {
			return false, err
		}
		if n = int64(int32(binary.BigEndian.Uint32(w.bytes()))); n < 0 {
			return false, nil
		}
		if err := w.skip(ctx, 4+n); err != nil {
			return false, err
		}
	}
	return true, nil
}
