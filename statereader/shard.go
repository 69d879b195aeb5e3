package statereader

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"ckpt/metadata"
)

// Shard is one of several parts of a checkpoint that machines work on without talking to each other. The zero value is the
// whole.
type Shard struct{ Index, Of int }

// CutVersion changes whenever the same metadata would be cut into other shards, or their units numbered otherwise.
const CutVersion = 1

// MaxShards bounds the number of shards.
const MaxShards = 1 << 20

// ParseShard reads "I/N", I from 0 to N−1. The empty text is the whole.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	index, of, _ := strings.Cut(text, "/")
	i, err1 := strconv.ParseUint(index, 10, 32)
	n, err2 := strconv.ParseUint(of, 10, 32)
	if err1 != nil || err2 != nil || i >= n || n > MaxShards {
		return Shard{}, fmt.Errorf("shard %q: want I/N, with I from 0 to N-1 and N up to %d", text, MaxShards)
	}
	return Shard{int(i), int(n)}, nil
}

// String returns the form that ParseShard reads.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// Cut is the part of a checkpoint that a shard has: of all its pieces (handles, or ranges of their key groups), one run.
// It follows from the metadata alone, so that every machine computes the same, whatever files it can read.
type Cut struct {
	// From and To delimit the run, Of is the number of all pieces, selected or not.
	From, To, Of int

	pieces map[*handle][]piecePlace
}

// piecePlace is a piece of a handle, and where it stands among all.
type piecePlace struct {
	span
	place int
}

// span is a range of key groups of a handle, and the bytes that its metadata records for them.
type span struct {
	first, last int32
	bytes       int64
}

// Cut computes the part that a shard has. What is not selected weighs nothing, as far as the metadata tells: operators and
// key groups. The cut of the zero Shard is nil, which has everything.
func (v *View) Cut(sel Selection, s Shard) *Cut {
	if s.Of == 0 {
		return nil
	}
	c := &Cut{From: -1, pieces: map[*handle][]piecePlace{}}
	weights, total := c.plan(v, sel)
	var at uint64
	for i, w := range weights {
		shard := 0
		if total > 0 {
			hi, lo := bits.Mul64(at, uint64(s.Of))
			q, _ := bits.Div64(hi, lo, total)
			shard = int(min(q, uint64(s.Of-1)))
		}
		if shard >= s.Index && c.From < 0 {
			c.From = i
		}
		if shard <= s.Index {
			c.To = i + 1
		}
		at += w
	}
	if c.From < 0 {
		c.From = len(weights)
	}
	c.Of, c.To = len(weights), max(c.From, c.To)
	return c
}

// plan places the pieces of all handles in the order of units, and returns their weights with the sum.
func (c *Cut) plan(v *View, sel Selection) (weights []uint64, total uint64) {
	type piece struct {
		h *handle
		span
	}
	for _, op := range v.operators {
		var pieces []piece
		for _, h := range op.handles {
			for _, s := range h.spans() {
				pieces = append(pieces, piece{h, s})
			}
		}
		slices.SortStableFunc(pieces, func(a, b piece) int {
			return unitOrder(a.h.isKeyed(), b.h.isKeyed(), a.first, b.first, a.h.subtask, b.h.subtask)
		})
		selected := sel.Operators == nil || slices.Contains(sel.Operators, op)
		for _, p := range pieces {
			c.pieces[p.h] = append(c.pieces[p.h], piecePlace{p.span, len(weights)})
			w := uint64(max(0, p.bytes))
			if !selected || p.h.slot == rawOperator || p.h.isKeyed() && p.first <= p.last && !sel.KeyGroups.Overlaps(keyGroupSpan(p.first, p.last)) {
				w = 0
			}
			w = min(w, math.MaxUint64-total)
			weights, total = append(weights, w), total+w
		}
	}
	return weights, total
}

// Part returns what the cut has of a unit: mostly all or nothing, and some key groups of a handle that could not be opened,
// which is one unit. Nil is nothing.
func (c *Cut) Part(u *Unit) *Unit {
	if c == nil {
		return u
	}
	part, n := *u, 0
	for _, p := range c.pieces[u.handle] {
		if p.place < c.From || p.place >= c.To || u.Keyed && (p.first < u.First || p.last > u.Last) {
			continue
		}
		if n++; n == 1 {
			part.First, part.Bytes = p.first, 0
		}
		part.Last = p.last
		part.Bytes += p.bytes
	}
	switch {
	case n == 0:
		return nil
	case part.First == u.First && part.Last == u.Last:
		return u
	}
	return &part
}

// Units returns what the cut has of units.
func (c *Cut) Units(units []*Unit) (mine []*Unit) {
	for _, u := range units {
		if part := c.Part(u); part != nil {
			mine = append(mine, part)
		}
	}
	return mine
}

// unitOrder is the order of units within an operator.
func unitOrder(keyedA, keyedB bool, firstA, firstB, subtaskA, subtaskB int32) int {
	switch {
	case keyedA != keyedB && keyedA:
		return -1
	case keyedA != keyedB:
		return 1
	case keyedA && firstA != firstB:
		return int(firstA) - int(firstB)
	}
	return int(subtaskA) - int(subtaskB)
}

// spans cuts the key groups of a handle at fixed places, by what the metadata records. Other state is one span.
func (h *handle) spans() []span {
	whole := span{0, -1, h.recorded}
	if !h.isKeyed() {
		return []span{whole}
	}
	r := h.keyed.KeyGroupRange()
	whole.first, whole.last = r.Start, r.Start+r.Count-1
	if h.recorded <= unitSize || r.Count <= 0 || r.Start < 0 || int64(r.Start)+int64(r.Count) > maxKeyGroups {
		return []span{whole}
	}
	switch k := h.keyed.(type) {
	case *metadata.KeyGroupsHandle:
		if len(k.KeyGroups.Offsets) == int(r.Count) {
			return h.cut(k.KeyGroups.Offsets, r.Start)
		}
	case *metadata.IncrementalHandle:
		return whole.divide()
	}
	return []span{whole}
}

// cut divides a file between key groups, as soon as a part has unitSize bytes.
func (h *handle) cut(offsets []int64, start int32) (spans []span) {
	ends := h.groupEnds(offsets, h.recorded)
	part := span{first: start}
	for i, off := range offsets {
		part.bytes += ends[i] - off
		part.last = start + int32(i)
		if part.bytes >= unitSize || i == len(offsets)-1 {
			spans = append(spans, part)
			part = span{first: part.last + 1}
		}
	}
	return spans
}

// divide divides key groups into parts of as many, of about unitSize bytes if the keys are spread evenly: where in its files
// a database keeps which key group, the handle does not tell.
func (s span) divide() (spans []span) {
	groups := int64(s.last) - int64(s.first) + 1
	n := min((s.bytes-1)/unitSize+1, groups)
	size, rest := s.bytes/n, s.bytes%n
	for i := range n {
		spans = append(spans, span{s.first + int32(i*groups/n), s.first + int32((i+1)*groups/n) - 1, size + (i+1)*rest/n - i*rest/n})
	}
	return spans
}
