package statereader

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckpt/metadata"
)

// KeyGroupSet is a set of key groups. The zero value holds all of them.
type KeyGroupSet struct {
	spans []metadata.KeyGroupRange // ascending, neither touching nor empty
}

// maxKeyGroups is the number of key groups that Flink can have.
const maxKeyGroups = 32768

// ParseKeyGroupSet reads "0-63,70". The empty text is the set of all.
func ParseKeyGroupSet(text string) (s KeyGroupSet, err error) {
	if text == "" {
		return s, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.ParseUint(from, 10, 31)
		last, err2 := strconv.ParseUint(to, 10, 31)
		if err1 != nil || err2 != nil || first > last || last >= maxKeyGroups {
			return KeyGroupSet{}, fmt.Errorf("key groups %q: want numbers below %d and ranges of them, as in 0-63,70", part, maxKeyGroups)
		}
		s.add(int32(first), int32(last))
	}
	return s, nil
}

// KeyGroups returns the set of the key groups first to last.
func KeyGroups(first, last int32) (s KeyGroupSet) {
	s.add(first, last)
	return s
}

// All says that the set is not restricted.
func (s KeyGroupSet) All() bool { return s.spans == nil }

// Contains says whether a key group is in the set.
func (s KeyGroupSet) Contains(keyGroup int32) bool {
	if s.spans == nil {
		return true
	}
	for _, r := range s.spans {
		if keyGroup >= r.Start && keyGroup-r.Start < r.Count {
			return true
		}
	}
	return false
}

// Overlaps says whether a key group from first to last is in the set.
func (s KeyGroupSet) Overlaps(first, last int32) bool {
	if s.spans == nil {
		return first <= last
	}
	for _, r := range s.spans {
		if first <= r.Start+r.Count-1 && r.Start <= last {
			return true
		}
	}
	return false
}

// String returns the set in the form that ParseKeyGroupSet reads.
func (s KeyGroupSet) String() string {
	var parts []string
	for _, r := range s.spans {
		if r.Count == 1 {
			parts = append(parts, strconv.Itoa(int(r.Start)))
			continue
		}
		parts = append(parts, fmt.Sprintf("%d-%d", r.Start, r.Start+r.Count-1))
	}
	return strings.Join(parts, ",")
}

// Union returns the key groups that are in s or in t.
func (s KeyGroupSet) Union(t KeyGroupSet) KeyGroupSet {
	if s.spans == nil || t.spans == nil {
		return KeyGroupSet{}
	}
	u := KeyGroupSet{slices.Clone(s.spans)}
	for _, r := range t.spans {
		u.add(r.Start, r.Start+r.Count-1)
	}
	return u
}

// add puts the key groups first to last into the set.
func (s *KeyGroupSet) add(first, last int32) {
	out := s.spans[:0:0]
	for _, r := range s.spans {
		if end := r.Start + r.Count - 1; end+1 < first || last+1 < r.Start {
			out = append(out, r)
		} else {
			first, last = min(first, r.Start), max(last, end)
		}
	}
	out = append(out, metadata.KeyGroupRange{Start: first, Count: last - first + 1})
	slices.SortFunc(out, func(a, b metadata.KeyGroupRange) int { return int(a.Start) - int(b.Start) })
	s.spans = out
}
