package statereader

import (
	"context"
	"fmt"
	"slices"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/state"
)

// Layout is what the bytes of a state handle are.
type Layout uint8

// Layouts.
const (
	LayoutUnknown Layout = iota
	LayoutHeap           // HashMap backend: checkpoints and native savepoints
	LayoutFull           // canonical savepoints, full snapshots of RocksDB
	LayoutSST            // files of RocksDB or ForSt
	LayoutChangelog
	LayoutOperator // operator and broadcast state
	LayoutRawKeyed
	LayoutRawOperator
)

// slot is where in a subtask a handle stands.
type slot string

const (
	managedKeyed    slot = "managedKeyed"
	rawKeyed        slot = "rawKeyed"
	managedOperator slot = "managedOperator"
	rawOperator     slot = "rawOperator"
)

// maxHeader bounds a header. Real ones have kilobytes.
const maxHeader = 64 << 20

// handle is one piece of state of one subtask.
type handle struct {
	op       *Operator
	subtask  int32
	slot     slot
	layout   Layout
	keyed    metadata.KeyedHandle          // keyed slots
	operator *metadata.OperatorStateHandle // operator slots
	size     int64                         // of the content
	recorded int64                         // what the metadata says about size; units and shards are cut by it
	base     int64                         // position of the content in its file
	header   *state.Header                 // nil: not read, or there is none
	metas    []*state.Meta                 // of the header, or what the metadata alone tells
	states   []*State                      // of metas, by index
	services []timerService                // of raw keyed state that is timers
	log      *changelog                    // of a changelog
	place    []int                         // of a changelog's base: the index of each state in the whole
	placed   *state.Header                 // of a changelog's base: its header with these indexes
	err      error                         // why it cannot be read
}

// handlesOf lists the state handles of an operator, by subtask.
func handlesOf(op *Operator) (list []*handle) {
	for _, st := range op.Meta.Subtasks {
		add := func(s slot, k metadata.KeyedHandle, o *metadata.OperatorStateHandle) {
			h := &handle{op: op, subtask: st.Index, slot: s, keyed: k, operator: o}
			if k != nil {
				h.recorded = sizeOf(k)
			} else if o.Stream != nil {
				h.recorded = max(0, o.Stream.StreamSize())
			}
			list = append(list, h)
		}
		if st.ManagedKeyed != nil {
			add(managedKeyed, st.ManagedKeyed, nil)
		}
		if st.RawKeyed != nil {
			add(rawKeyed, st.RawKeyed, nil)
		}
		if st.ManagedOperator != nil && !st.ManagedOperator.Empty {
			add(managedOperator, nil, st.ManagedOperator)
		}
		if st.RawOperator != nil && !st.RawOperator.Empty {
			add(rawOperator, nil, st.RawOperator)
		}
	}
	slices.SortStableFunc(list, func(a, b *handle) int { return int(a.subtask) - int(b.subtask) })
	return list
}

// field names the handle in errors.
func (h *handle) field() string {
	return fmt.Sprintf("operator[%s].subtask[%d].%s", h.op.Meta.ID, h.subtask, h.slot)
}

// isKeyed says that the entries of the handle have key groups.
func (h *handle) isKeyed() bool { return h.keyed != nil }

// load reads the header of a handle, and finds out its layout.
func (v *View) load(ctx context.Context, h *handle) error {
	switch h.slot {
	case managedOperator:
		h.layout = LayoutOperator
		return v.loadOperator(ctx, h)
	case rawOperator:
		h.layout = LayoutRawOperator
		h.metas = []*state.Meta{{Name: "_default_", Backend: state.Operator, Kind: state.RawOperator}}
		h.size = max(0, h.operator.Stream.StreamSize())
		return nil
	}
	if r := h.keyed.KeyGroupRange(); r.Count > 0 && (r.Start < 0 || int64(r.Start)+int64(r.Count) > maxKeyGroups) {
		err := fmt.Errorf("%w: %d key groups from %d on, there are at most %d", javaio.ErrCorrupt, r.Count, r.Start, maxKeyGroups)
		return v.locate(&javaio.FormatError{Offset: -1, Field: "range", Err: err}, v.layout.File(), h)
	}
	switch k := h.keyed.(type) {
	case *metadata.KeyGroupsHandle:
		if h.slot == rawKeyed {
			h.layout = LayoutRawKeyed
			return v.loadRawKeyed(ctx, h, k)
		}
		return v.loadKeyGroups(ctx, h, k)
	case *metadata.IncrementalHandle:
		h.layout, h.size = LayoutSST, sizeOf(k)
		if h.slot == rawKeyed {
			return nil
		}
		return v.loadMeta(ctx, h, k)
	case *metadata.ChangelogHandle:
		h.layout, h.size = LayoutChangelog, sizeOf(k)
		return v.loadChangelog(ctx, h, k)
	}
	h.layout, h.size = LayoutChangelog, sizeOf(h.keyed)
	return nil
}

// sizeOf adds up the recorded sizes of what a handle refers to.
func sizeOf(k metadata.KeyedHandle) (n int64) {
	add := func(s metadata.StreamHandle) {
		if s != nil {
			n += max(0, s.StreamSize())
		}
	}
	switch k := k.(type) {
	case *metadata.KeyGroupsHandle:
		add(k.Stream)
	case *metadata.IncrementalHandle:
		add(k.Meta)
		for _, f := range k.Shared {
			add(f.Stream)
		}
		for _, f := range k.Private {
			add(f.Stream)
		}
	case *metadata.ChangelogHandle:
		for _, part := range k.Base {
			n += sizeOf(part)
		}
		for _, part := range k.Delta {
			n += sizeOf(part)
		}
	case *metadata.InlineChangesHandle:
		for _, c := range k.Changes {
			n += int64(len(c.Data))
		}
	case *metadata.FileChangesHandle:
		n = max(0, k.Size)
	}
	return n
}

// loadKeyGroups reads the header of a heap or full file, with some bytes behind it that tell the two apart.
func (v *View) loadKeyGroups(ctx context.Context, h *handle, k *metadata.KeyGroupsHandle) error {
	h.size = max(0, k.Stream.StreamSize())
	if k.Code == codeCanonical {
		h.layout = LayoutFull
	}
	if v.opts.MetadataOnly {
		return nil
	}
	c, err := v.openContent(ctx, k.Stream)
	if err != nil {
		return v.locate(err, "", h)
	}
	defer c.close()
	h.size = c.size
	end, err := firstOffset(k.KeyGroups, c)
	if err != nil {
		return v.locate(err, c.name, h)
	}
	b, err := v.head(ctx, c, end, detectAhead)
	if err != nil {
		return v.locate(err, c.name, h)
	}
	if err := v.decodeKeyed(h, c, b[:end], end); err != nil {
		return err
	}
	if h.layout == LayoutUnknown {
		h.layout, err = detect(ctx, c, k.KeyGroups, h, b)
	}
	return v.locate(err, c.name, h)
}

// head reads the first end bytes of a content, and up to more behind them.
func (v *View) head(ctx context.Context, c *content, end, more int64) ([]byte, error) {
	if end > maxHeader {
		return nil, &javaio.FormatError{Offset: c.base, Err: fmt.Errorf("%w: header of %d bytes", javaio.ErrUnsupported, end)}
	}
	n := min(end+more, c.size)
	if c.file == nil {
		return c.data[:n], nil
	}
	b := make([]byte, n)
	return b, c.readAt(ctx, b, 0)
}

func (v *View) decodeKeyed(h *handle, c *content, b []byte, end int64) error {
	h.base = c.base
	header, err := v.share("keyed", b, func() (*state.Header, error) { return state.DecodeKeyedHeader(b, end) })
	if err != nil {
		return v.locate(javaio.Shift(err, c.base), c.name, h)
	}
	h.header, h.metas = header, header.States
	return nil
}

// firstOffset returns where the data of a keyed file begins: the end of the file if it has none. It checks the offsets.
func firstOffset(k metadata.KeyGroupOffsets, c *content) (int64, error) {
	first, last := c.size, int64(0)
	for i, off := range k.Offsets {
		if off == 0 {
			continue
		}
		if off < 0 || off > c.size {
			return 0, offsetError(c.base+c.size, i, "offset %d of key group %d lies outside the %d bytes", off, int(k.Range.Start)+i, c.size)
		}
		if off <= last {
			return 0, offsetError(c.base+off, i, "offset %d of key group %d is not behind %d", off, int(k.Range.Start)+i, last)
		}
		first, last = min(first, off), off
	}
	return first, nil
}

func offsetError(at int64, i int, format string, args ...any) error {
	err := fmt.Errorf("%w: "+format, append([]any{javaio.ErrCorrupt}, args...)...)
	return &javaio.FormatError{Offset: at, Field: fmt.Sprintf("offsets[%d]", i), Err: err}
}

// loadMeta reads the header of a RocksDB handle: a file of its own.
func (v *View) loadMeta(ctx context.Context, h *handle, k *metadata.IncrementalHandle) error {
	if v.opts.MetadataOnly {
		return nil
	}
	c, err := v.openContent(ctx, k.Meta)
	if err != nil {
		return v.locate(javaio.InField(err, "meta"), "", h)
	}
	defer c.close()
	b, err := v.head(ctx, c, c.size, 0)
	if err != nil {
		return v.locate(err, c.name, h)
	}
	return v.decodeKeyed(h, c, b, c.size)
}
