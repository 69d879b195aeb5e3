package statereader

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckpt/state"
)

// KeyGroupSet is a set of key groups. Nil is all of them.
type KeyGroupSet []KeyGroupSpan

// KeyGroupSpan is the key groups from First to Last.
type KeyGroupSpan struct{ First, Last state.KeyGroup }

// maxKeyGroups is the number of key groups that Flink can have.
const maxKeyGroups = 32768

// ParseKeyGroupSet reads "0-63,70". The empty text is the set of all.
func ParseKeyGroupSet(text string) (s KeyGroupSet, err error) {
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.ParseUint(from, 10, 16)
		last, err2 := strconv.ParseUint(to, 10, 16)
		if err1 != nil || err2 != nil || first > last || last >= maxKeyGroups {
			return nil, fmt.Errorf("key groups %q: want numbers below %d and ranges of them, as in 0-63,70", part, maxKeyGroups)
		}
		s = s.Union(KeyGroupSet{{state.KeyGroup(first), state.KeyGroup(last)}})
	}
	return s, nil
}

// Contains says whether a key group is in the set.
func (s KeyGroupSet) Contains(g state.KeyGroup) bool { return s.Overlaps(KeyGroupSpan{g, g}) }

// Overlaps says whether a key group of the span is in the set.
func (s KeyGroupSet) Overlaps(t KeyGroupSpan) bool {
	if s == nil {
		return true
	}
	for _, r := range s {
		if r.First <= t.Last && t.First <= r.Last {
			return true
		}
	}
	return false
}

// String returns the set in the form that ParseKeyGroupSet reads.
func (s KeyGroupSet) String() string {
	parts := make([]string, len(s))
	for i, r := range s {
		if parts[i] = strconv.Itoa(int(r.First)); r.First != r.Last {
			parts[i] += "-" + strconv.Itoa(int(r.Last))
		}
	}
	return strings.Join(parts, ",")
}

// Union returns the key groups that stand in s or in t, in ascending spans that do not touch. Here nil is none.
func (s KeyGroupSet) Union(t KeyGroupSet) KeyGroupSet {
	all := slices.Concat(s, t)
	slices.SortFunc(all, func(a, b KeyGroupSpan) int { return cmp.Compare(a.First, b.First) })
	out := all[:0]
	for _, r := range all {
		if n := len(out) - 1; n >= 0 && int(r.First) <= int(out[n].Last)+1 {
			out[n].Last = max(out[n].Last, r.Last)
			continue
		}
		out = append(out, r)
	}
	return out
}

// reads says whether a key group is the unit's, and selected.
func (u *Unit) reads(g int32) bool {
	return g >= u.First && g <= u.Last && u.groups.Contains(state.KeyGroup(g))
}

// span returns the key groups of a unit.
func (u *Unit) span() KeyGroupSpan { return keyGroupSpan(u.First, u.Last) }

// keyGroupSpan returns a range of key groups. Those that no Flink writes are problems of their handles, and bounded here.
func keyGroupSpan(first, last int32) KeyGroupSpan {
	bound := func(g int32) state.KeyGroup { return state.KeyGroup(min(max(g, 0), maxKeyGroups-1)) }
	return KeyGroupSpan{bound(first), bound(last)}
}
