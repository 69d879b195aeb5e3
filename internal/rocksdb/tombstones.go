package rocksdb

import (
	"cmp"
	"slices"
)

// A span is a range of internal keys from lo to before hi, in which entries older than seq are deleted.
type span struct {
	lo, hi InternalKey
	seq    uint64
}

// truncate limits a tombstone to the boundaries of its table. Compaction leaves a tombstone whole in every table that
// it spreads over; keys of a neighbouring table may since have lost their sequence numbers at the bottom level, and
// must not be deleted by it. ok is false where nothing is left.
func truncate(t Tombstone, info *TableInfo) (s span, ok bool) {
	s = span{InternalKey{t.Start, maxTrailer}, InternalKey{t.End, maxTrailer}, t.Seq}
	if info.Smallest.Compare(s.lo) > 0 {
		s.lo = info.Smallest
	}
	end := info.Largest
	if !end.rangeEnd() && end.Seq() != 0 {
		end.Trailer = (end.Seq()-1)<<8 | 0xff
	}
	if end.Compare(s.hi) < 0 {
		s.hi = end
	}
	return s, s.lo.Compare(s.hi) < 0
}

// flatten makes spans that may overlap into ones that do not, in order of keys, each with the greatest sequence number.
func flatten(spans []span) []span {
	if len(spans) < 2 {
		return spans
	}
	slices.SortFunc(spans, func(a, b span) int { return a.lo.Compare(b.lo) })
	bounds := make([]InternalKey, 0, 2*len(spans))
	for _, s := range spans {
		bounds = append(bounds, s.lo, s.hi)
	}
	slices.SortFunc(bounds, InternalKey.Compare)
	bounds = slices.CompactFunc(bounds, func(a, b InternalKey) bool { return a.Compare(b) == 0 })
	var out []span
	active := spanHeap{}
	for i, lo := range bounds[:len(bounds)-1] {
		for len(spans) > 0 && spans[0].lo.Compare(lo) <= 0 {
			active.push(spans[0])
			spans = spans[1:]
		}
		for len(active) > 0 && active[0].hi.Compare(lo) <= 0 {
			active.pop()
		}
		if len(active) == 0 {
			continue
		}
		hi, seq := bounds[i+1], active[0].seq
		if n := len(out) - 1; n >= 0 && out[n].seq == seq && out[n].hi.Compare(lo) == 0 {
			out[n].hi = hi
			continue
		}
		out = append(out, span{lo, hi, seq})
	}
	return out
}

// spanHeap has the span of the greatest sequence number first.
type spanHeap []span

func (h *spanHeap) push(s span) {
	*h = append(*h, s)
	for i := len(*h) - 1; i > 0; {
		up := (i - 1) / 2
		if cmp.Compare((*h)[up].seq, (*h)[i].seq) >= 0 {
			return
		}
		(*h)[up], (*h)[i] = (*h)[i], (*h)[up]
		i = up
	}
}

func (h *spanHeap) pop() {
	n := len(*h) - 1
	(*h)[0] = (*h)[n]
	*h = (*h)[:n]
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			return
		}
		if c+1 < n && (*h)[c+1].seq > (*h)[c].seq {
			c++
		}
		if (*h)[i].seq >= (*h)[c].seq {
			return
		}
		(*h)[i], (*h)[c] = (*h)[c], (*h)[i]
		i = c
	}
}

// sweep answers, for keys in ascending order, whether a version is deleted.
type sweep struct{ spans []span }

// covers says whether a span deletes the entry of this key.
func (w *sweep) covers(k InternalKey) bool {
	for len(w.spans) > 0 && w.spans[0].hi.Compare(k) <= 0 {
		w.spans = w.spans[1:]
	}
	return len(w.spans) > 0 && k.Seq() < w.spans[0].seq && w.spans[0].lo.Compare(k) <= 0
}
