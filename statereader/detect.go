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
		return detectGroup0(ctx, c, k, h, b)
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
func detectGroup0(ctx context.Context, c *content, k metadata.KeyGroupOffsets, h *handle, b []byte) (Layout, error) {
	off := k.Offsets[0]
	if n := min(c.size-off, 64<<10); int64(len(b))-off < n {
		b = make([]byte, n)
		if err := c.readAt(ctx, b, off); err != nil {
			return LayoutUnknown, err
		}
	} else {
		b = b[off:]
	}
	whole := off+int64(len(b)) == c.size
	if h.header.Compressed {
		if bytes.HasPrefix(b, streamID[:4]) {
			return LayoutFull, nil
		}
		return LayoutHeap, nil
	}
	if framesChain(b, whole, len(h.header.States), keygroup.PrefixBytes(h.op.Meta.MaxParallelism)) {
		return LayoutFull, nil
	}
	return LayoutHeap, nil
}

// framesChain says whether b is entries of the full layout in key group 0, one behind the other, up to its end.
func framesChain(b []byte, whole bool, states, prefix int) bool {
	id := -1
	for {
		if id < 0 {
			if len(b) < 2 {
				return !whole
			}
			if id = int(binary.BigEndian.Uint16(b)); id == endOfKeyGroup {
				return len(b) == 2
			}
			if id >= states {
				return false
			}
			b = b[2:]
		}
		if len(b) < 4+prefix {
			return !whole
		}
		n := int(int32(binary.BigEndian.Uint32(b)))
		if n < prefix || b[4]&^lastOfState != 0 || prefix == 2 && b[5] != 0 {
			return false
		}
		if b[4]&lastOfState != 0 {
			id = -1
		}
		if len(b) < 4+n+4 {
			return !whole
		}
		b = b[4+n:]
		n = int(int32(binary.BigEndian.Uint32(b)))
		if n < 0 {
			return false
		}
		if len(b) < 4+n {
			return !whole
		}
		b = b[4+n:]
	}
}
