package serializer

import (
	"bytes"
	"hash/fnv"
	"slices"

	"ckpt/internal/keygroup"
)

// HashDetector finds out by which rule keys were hashed: the key group that each lies in is evidence. A rule must fit
// every key. It belongs to one goroutine.
type HashDetector struct {
	program        *Program
	maxParallelism int32

	left   []*HashRule // fit so far
	keys   int64       // seen, but for those that repeat the one before
	last   []byte
	seen   map[uint64]struct{} // distinct keys, up to minKeys
	groups map[int32]struct{}  // distinct key groups, up to minGroups
}

// What a rule of a user's class must have fitted before it is believed.
const (
	minKeys   = 32
	minGroups = 3
)

// flinkRule hashes what needs no user's code, rows as since 1.13.
var flinkRule = &HashRule{name: "flink"}

var rowRules = []*HashRule{{name: "row-1.13"}, {name: "row-1.12", rows: Row112}, {name: "row-1.11", rows: Row111},
	{name: "row-1.5", rows: Row105}, {name: "row-1.2", rows: Row102}}

// DetectHash returns a detector for keys of p's type.
func DetectHash(p *Program, maxParallelism int32) *HashDetector {
	d := &HashDetector{program: p, maxParallelism: maxParallelism, seen: map[uint64]struct{}{}, groups: map[int32]struct{}{}}
	class, hasRow := hashedByUser(p.Type, map[*Type]bool{})
	switch {
	case class != nil:
		d.left = userRules(class)
	case hasRow:
		d.left = slices.Clone(rowRules)
	default:
		d.left = []*HashRule{flinkRule}
	}
	return d
}

// hashedByUser returns the first class in t whose hashCode is a user's, and whether t has rows.
func hashedByUser(t *Type, seen map[*Type]bool) (class *Type, hasRow bool) {
	if t == nil || seen[t] {
		return nil, false
	}
	seen[t] = true
	if t.Kind == KindPojo && len(t.Elems) > 0 {
		return t, false
	}
	hasRow = t.Kind == KindRow
	for _, e := range t.Elems {
		c, row := hashedByUser(e, seen)
		if c != nil {
			return c, false
		}
		hasRow = hasRow || row
	}
	return nil, hasRow
}

// Add takes a key and the key group that it lies in. A key that is no value of the type fits no rule.
func (d *HashDetector) Add(key []byte, keyGroup int32) {
	if d.keys > 0 && bytes.Equal(key, d.last) {
		return
	}
	d.keys++
	d.last = append(d.last[:0], key...)
	if len(d.left) == 0 {
		return
	}
	if len(d.left) == 1 && d.left[0] == flinkRule {
		hash, known, err := d.program.HashBytes(key)
		if err != nil || !known || keygroup.Of(hash, d.maxParallelism) != keyGroup {
			d.left = nil
		}
		return
	}
	v, err := d.program.DecodeFramed(key)
	if err != nil {
		d.left = nil
		return
	}
	d.left = slices.DeleteFunc(d.left, func(r *HashRule) bool {
		hash, known := r.Hash(d.program, v)
		return !known || keygroup.Of(hash, d.maxParallelism) != keyGroup
	})
	if len(d.seen) < minKeys {
		f := fnv.New64a()
		f.Write(key)
		d.seen[f.Sum64()] = struct{}{}
	}
	if len(d.groups) < minGroups {
		d.groups[keyGroup] = struct{}{}
	}
}

// Merge adds the evidence of another detector for the same keys: of another part of the state.
func (d *HashDetector) Merge(o *HashDetector) {
	if o.keys == 0 {
		return
	}
	d.left = slices.DeleteFunc(d.left, func(r *HashRule) bool {
		return !slices.ContainsFunc(o.left, func(other *HashRule) bool { return other.name == r.name })
	})
	d.keys += o.keys
	for k := range o.seen {
		d.seen[k] = struct{}{}
	}
	for g := range o.groups {
		d.groups[g] = struct{}{}
	}
}

// Settled says that only one rule comes into question from the start: keys hold neither rows nor classes of users.
func (d *HashDetector) Settled() bool { return len(d.left) == 1 && d.left[0] == flinkRule }

// Keys is the number of keys that were added, but for those that repeat the one before.
func (d *HashDetector) Keys() int64 { return d.keys }

// Rule returns the rule that fits every key; nil: none does, or too few keys are no proof. What Flink itself hashes in
// all its releases alike needs no proof, nor does the present rule for rows.
func (d *HashDetector) Rule() *HashRule {
	if len(d.left) == 0 {
		return nil
	}
	r := d.left[0]
	if r == flinkRule || r == rowRules[0] || len(d.seen) >= minKeys && len(d.groups) >= minGroups {
		return r
	}
	return nil
}
