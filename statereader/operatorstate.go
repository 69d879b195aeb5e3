package statereader

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/state"
)

// Operator state, behind the header:
//
//	list      := element*                  each at an offset that the handle records
//	broadcast := count:i32 (key value)*    at the one offset of the state
//
// With compression all of it is one stream, in which every offset is the place of a chunk.

// loadOperator reads the header of operator state. Where that is not wanted, names and modes are in the metadata.
func (v *View) loadOperator(ctx context.Context, h *handle) error {
	h.size = max(0, h.operator.Stream.StreamSize())
	if v.opts.MetadataOnly {
		for i, s := range h.operator.States {
			h.metas = append(h.metas, metaOf(i, s.Name, uint8(s.Mode)))
		}
		return nil
	}
	c, err := v.openContent(ctx, h.operator.Stream)
	if err != nil {
		return v.locate(err, "", h)
	}
	defer c.close()
	h.size, h.base = c.size, c.base
	end := c.size
	for i, s := range h.operator.States {
		for j, off := range s.Offsets {
			if off <= 0 || off > c.size {
				err := fmt.Errorf("%w: offset %d lies outside the %d bytes", javaio.ErrCorrupt, off, c.size)
				err = &javaio.FormatError{Offset: c.base + c.size, Field: fmt.Sprintf("states[%d].offsets[%d]", i, j), Err: err}
				return v.locate(err, c.name, h)
			}
			end = min(end, off)
		}
	}
	b, err := v.head(ctx, c, end, 0)
	if err != nil {
		return v.locate(err, c.name, h)
	}
	header, err := v.share("operator", b, func() (*state.Header, error) { return state.DecodeOperatorHeader(b, end) })
	if err != nil {
		return v.locate(javaio.Shift(err, c.base), c.name, h)
	}
	h.header, h.metas = header, header.States
	return v.locate(h.checkNames(c), c.name, h)
}

func metaOf(id int, name string, mode uint8) *state.Meta {
	m := &state.Meta{ID: id, Name: name, Backend: state.Operator, Kind: state.OperatorList, Mode: "SPLIT_DISTRIBUTE"}
	switch mode {
	case 1:
		m.Kind, m.Mode = state.OperatorUnion, "UNION"
	case 2:
		m.Kind, m.Mode, m.Backend = state.BroadcastState, "BROADCAST", state.BroadcastType
	}
	return m
}

// checkNames rejects data of a state that the header does not know.
func (h *handle) checkNames(c *content) error {
	for i, s := range h.operator.States {
		if h.index(s) < 0 {
			at := int64(-1)
			if len(s.Offsets) > 0 {
				at = c.base + s.Offsets[0]
			}
			return &javaio.FormatError{Offset: at, Field: fmt.Sprintf("states[%d]", i),
				Err: fmt.Errorf("%w: the header has no state %q", javaio.ErrCorrupt, s.Name)}
		}
	}
	return nil
}

// index returns the place in the header of a state of the handle; -1 if it is not there. A list and a broadcast state may
// have the same name; the handle then knows only the one that was written last, the broadcast state.
func (h *handle) index(s metadata.OperatorStateMeta) int {
	found := -1
	for i, m := range h.metas {
		if m.Name == s.Name && (found < 0 || (m.Backend == state.BroadcastType) == (s.Mode == metadata.Broadcast)) {
			found = i
		}
	}
	return found
}

// piece is an element of a list state, or a broadcast map.
type piece struct {
	off   int64
	state int
	index int64
}

// pieces returns what the handle's offsets point at, in file order.
func (h *handle) pieces() []piece {
	var list []piece
	for _, s := range h.operator.States {
		id := h.index(s)
		offsets := s.Offsets
		if h.metas[id].Backend == state.BroadcastType {
			offsets = offsets[:min(1, len(offsets))]
		}
		for i, off := range offsets {
			list = append(list, piece{off, id, int64(i)})
		}
	}
	slices.SortStableFunc(list, func(a, b piece) int { return cmp.Compare(a.off, b.off) })
	return list
}

// operatorState reads the elements and maps of an operator state file. Each is delimited by where the next one begins,
// so that one that is broken or has no decoder hides no other.
func (r *scanner) operatorState(ctx context.Context) error {
	h := r.unit.handle
	for _, s := range h.operator.States {
		if id := h.index(s); h.metas[id].Backend == state.BroadcastType && len(s.Offsets) > 1 {
			r.warn(r.raw, 0, "broadcast state %q has %d offsets, want 1", s.Name, len(s.Offsets))
		}
	}
	pieces := h.pieces()
	for i, p := range pieces {
		end := r.c.size
		if i+1 < len(pieces) {
			end = pieces[i+1].off
		}
		m := &r.metas[p.state]
		if !m.want {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.raw.seek(ctx, p.off); err != nil {
			return r.at(r.raw, 0, err)
		}
		r.raw.region(end)
		if r.snappy != nil {
			r.snappy.begin(false)
			r.plain.reset(math.MaxInt64)
		}
		err := r.piece(ctx, m, p.index)
		if err == errStop || err != nil && ctx.Err() != nil {
			return err
		}
		if err != nil {
			err = javaio.InField(javaio.InField(err, fmt.Sprintf("[%d]", p.index)), m.field())
			if err := r.reportFor(m, err, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *scanner) piece(ctx context.Context, m *metaScan, index int64) error {
	w := r.plain
	read := r.operatorElement
	if m.Backend == state.BroadcastType {
		read = r.broadcast
	}
	err := read(ctx, w, m, index)
	if blocked, ok := errors.AsType[*blockedError](err); ok {
		if blocked.rest {
			r.lose(Missing{State: r.unit.handle.states[m.ID], Code: OpaqueBlocked, Class: blocked.class, Reason: blocked.reason})
			return nil
		}
		return r.operatorOpaque(ctx, w, m, index)
	}
	if err == nil && (len(w.bytes()) > 0 || r.raw.left() > 0) {
		return corruptAt(w, 0, "%d bytes left over", max(r.raw.left(), int64(len(w.bytes()))))
	}
	return err
}

func (r *scanner) operatorElement(ctx context.Context, w *window, m *metaScan, index int64) error {
	r.fresh(m)
	r.e.Index = index
	n, err := r.value(ctx, w, 0, m)
	if err != nil {
		return err
	}
	w.advance(n)
	return r.emit()
}

// broadcast gives the entries of a map. Its values cannot be null.
func (r *scanner) broadcast(ctx context.Context, w *window, m *metaScan, _ int64) error {
	count, err := r.count(ctx, w)
	if err != nil {
		return err
	}
	if count == 0 {
		r.fresh(m)
		r.e.Flags = state.Empty
		return r.emit()
	}
	w.advance(-4) // so that a map whose first entry has no decoder is whole
	for i, off := 0, 4; i < count; i, off = i+1, 0 {
		if err := r.broadcastEntry(ctx, w, m, off); err != nil {
			if blocked, ok := errors.AsType[*blockedError](err); ok && i > 0 {
				blocked.rest = true
			}
			return err
		}
	}
	return nil
}

// broadcastEntry gives the entry that begins at off.
func (r *scanner) broadcastEntry(ctx context.Context, w *window, m *metaScan, off int) error {
	r.fresh(m)
	key, err := r.length(ctx, w, off, m, m.userKeyOf)
	if err != nil {
		return err
	}
	n, err := r.value(ctx, w, off+key, m)
	if err != nil {
		return err
	}
	r.e.UserKey = w.bytes()[off : off+key : off+key]
	w.advance(off + key + n)
	return r.emit()
}

// operatorOpaque gives what has no decoder: an element, or what is left of a map (flag Whole).
func (r *scanner) operatorOpaque(ctx context.Context, w *window, m *metaScan, index int64) error {
	r.fresh(m)
	if m.Backend == state.BroadcastType {
		r.e.Flags = state.Whole
	} else {
		r.e.Index = index
	}
	if r.snappy == nil && w.left() > r.unit.view.opts.maxValue() {
		r.e.Flags |= state.Oversize
		r.e.Size = w.left()
		return r.emit()
	}
	for {
		err := w.more(ctx)
		if err == errRegionEnd {
			break
		}
		if err != nil {
			return r.at(w, 0, err)
		}
	}
	r.setValue(w.bytes())
	return r.emit()
}
