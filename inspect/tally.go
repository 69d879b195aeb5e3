package inspect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math/bits"
	"slices"
	"time"

	"ckpt/export"
	"ckpt/state"
	"ckpt/statereader"
)

// tally is what has been counted of one state. Its size does not depend on that of the state: it grows with subtasks, key
// groups and the number of largest items alone.
type tally struct {
	state                *statereader.State
	entries, keys, empty int64
	keyBytes, valueBytes int64
	subtasks, groups     map[int32]*amount
	sizes                [64]amount // by number of bits
	largestKeys          ranking
	largestValues        ranking
	ttl                  bool
	oldest, newest       int64
	ages                 [len(ageSteps) + 1]amount
	expired              amount
	timeToLive           time.Duration
	now                  time.Time
	run                  keyRun
}

type amount struct{ entries, bytes int64 }

func (a *amount) add(entries, bytes int64) {
	a.entries += entries
	a.bytes += bytes
}

// ageSteps are the classes of ages.
var ageSteps = [...]time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour, 365 * 24 * time.Hour}

// keyRun is the (key, namespace) whose entries are being read: they follow each other.
type keyRun struct {
	open           bool
	key, namespace []byte
	userKey        []byte // of the first entry, without which no row can be shown
	entries, bytes int64
	first          state.Entry // with copied slices
}

func newTally(s *statereader.State, o *StatsOptions) *tally {
	return &tally{state: s, subtasks: map[int32]*amount{}, groups: map[int32]*amount{}, largestKeys: ranking{limit: o.Largest, keys: true},
		largestValues: ranking{limit: o.Largest}, timeToLive: o.TTL[s.Name], now: o.Now}
}

// add counts an entry.
func (t *tally) add(e *state.Entry) {
	if e.Flags&state.Empty != 0 {
		t.empty++
		return
	}
	key := int64(len(e.Key) + len(e.Namespace) + len(e.UserKey))
	value := int64(len(e.Value)) + e.Size
	t.entries++
	t.keyBytes += key
	t.valueBytes += value
	part(t.subtasks, e.Subtask).add(1, key+value)
	if t.keyed() {
		part(t.groups, int32(e.KeyGroup)).add(1, key+value)
	}
	t.sizes[bits.Len64(uint64(max(key+value, 1)-1))].add(1, key+value)
	if e.Flags&state.HasTTL != 0 {
		t.addAge(e.Time, key+value)
	}
	if t.hasKeys() && (!t.run.open || !bytes.Equal(t.run.key, e.Key) || !bytes.Equal(t.run.namespace, e.Namespace)) {
		t.endRun()
		t.beginRun(e)
	}
	t.run.entries++
	t.run.bytes += key + value
	t.largestValues.offer(t.state, e, 1, value)
}

func (t *tally) keyed() bool {
	return t.state.Class == state.ClassKeyed || t.state.Class == state.ClassTimer
}

// hasKeys says that all entries of a key follow each other. Timers lie by time.
func (t *tally) hasKeys() bool { return t.state.Class == state.ClassKeyed }

func part(m map[int32]*amount, i int32) *amount {
	a := m[i]
	if a == nil {
		a = &amount{}
		m[i] = a
	}
	return a
}

func (t *tally) addAge(lastAccess, size int64) {
	if !t.ttl || lastAccess < t.oldest {
		t.oldest = lastAccess
	}
	if !t.ttl || lastAccess > t.newest {
		t.newest = lastAccess
	}
	t.ttl = true
	age := t.now.Sub(time.UnixMilli(lastAccess))
	i, _ := slices.BinarySearch(ageSteps[:], age)
	t.ages[i].add(1, size)
	if t.timeToLive > 0 && age >= t.timeToLive {
		t.expired.add(1, size)
	}
}

// beginRun remembers what names the entry.
func (t *tally) beginRun(e *state.Entry) {
	r := &t.run
	r.key, r.namespace = append(r.key[:0], e.Key...), append(r.namespace[:0], e.Namespace...)
	r.userKey = append(r.userKey[:0], e.UserKey...)
	r.first = state.Entry{KeyGroup: e.KeyGroup, Subtask: e.Subtask, Key: r.key, Namespace: r.namespace, UserKey: r.userKey, Header: e.Header, State: e.State, Index: -1,
		Flags: state.Null}
	r.open, r.entries, r.bytes = true, 0, 0
}

// endRun ends the last key.
func (t *tally) endRun() {
	if t.run.open {
		t.keys++
		t.largestKeys.offer(t.state, &t.run.first, t.run.entries, t.run.bytes)
	}
	t.run.open = false
}

// merge adds what was counted of another part of the state.
func (t *tally) merge(o *tally) {
	t.entries, t.keys, t.empty = t.entries+o.entries, t.keys+o.keys, t.empty+o.empty
	t.keyBytes, t.valueBytes = t.keyBytes+o.keyBytes, t.valueBytes+o.valueBytes
	for i, a := range o.subtasks {
		part(t.subtasks, i).add(a.entries, a.bytes)
	}
	for i, a := range o.groups {
		part(t.groups, i).add(a.entries, a.bytes)
	}
	for i, a := range o.sizes {
		t.sizes[i].add(a.entries, a.bytes)
	}
	for i, a := range o.ages {
		t.ages[i].add(a.entries, a.bytes)
	}
	t.expired.add(o.expired.entries, o.expired.bytes)
	if o.ttl {
		if !t.ttl {
			t.oldest, t.newest = o.oldest, o.newest
		}
		t.ttl, t.oldest, t.newest = true, min(t.oldest, o.oldest), max(t.newest, o.newest)
	}
	for _, item := range o.largestKeys.items {
		t.largestKeys.insert(item)
	}
	for _, item := range o.largestValues.items {
		t.largestValues.insert(item)
	}
}

// ranking holds the largest items, largest first. Equal ones are ordered by what names them, so that the order of reading does
// not matter.
type ranking struct {
	limit int
	keys  bool // of keys with all their entries, so that map keys and indexes name nothing
	items []rankedItem
}

type rankedItem struct {
	LargeItem
	entry state.Entry // what names it, with slices of its own
}

// offer takes an entry into the ranking if it is large enough.
func (r *ranking) offer(s *statereader.State, e *state.Entry, entries, size int64) {
	if r.limit == 0 || size == 0 {
		return
	}
	if len(r.items) == r.limit {
		last := &r.items[r.limit-1]
		if size < last.Bytes || size == last.Bytes && compareNames(e, &last.entry) >= 0 {
			return
		}
	}
	item := rank(s, e, entries, size)
	if r.keys {
		item.MapKey, item.Index = nil, nil
	}
	r.insert(item)
}

func (r *ranking) insert(item rankedItem) {
	if r.limit == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(r.items, item, func(a, b rankedItem) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), compareNames(&a.entry, &b.entry))
	})
	r.items = slices.Insert(r.items, i, item)
	r.items = r.items[:min(len(r.items), r.limit)]
}

// compareNames orders entries of one state.
func compareNames(a, b *state.Entry) int {
	return cmp.Or(cmp.Compare(a.KeyGroup, b.KeyGroup), bytes.Compare(a.Key, b.Key), bytes.Compare(a.Namespace, b.Namespace),
		bytes.Compare(a.UserKey, b.UserKey), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Subtask, b.Subtask))
}

// longestShown is the size above which a part that names an item is cut.
const longestShown = 200

// rank describes an entry by what names it.
func rank(s *statereader.State, e *state.Entry, entries, size int64) rankedItem {
	named := *e
	named.Value, named.Size = nil, 0
	named.Flags = named.Flags&^(state.Oversize|state.Whole) | state.Null
	line, err := export.AppendRowJSON(nil, s, &named)
	var row struct {
		KeyGroup  *int32          `json:"key_group"`
		Subtask   *int32          `json:"subtask"`
		Key       json.RawMessage `json:"key"`
		Namespace json.RawMessage `json:"namespace"`
		MapKey    json.RawMessage `json:"map_key"`
		Index     *int64          `json:"index"`
	}
	if err == nil {
		err = json.Unmarshal(line, &row)
	}
	if err != nil { // a key that its own serializer cannot decode: the scan reports it
		group := int32(e.KeyGroup)
		row.KeyGroup = &group
	}
	kept := state.Entry{KeyGroup: e.KeyGroup, Subtask: e.Subtask, Index: e.Index, Key: bytes.Clone(e.Key), Namespace: bytes.Clone(e.Namespace),
		UserKey: bytes.Clone(e.UserKey)}
	return rankedItem{entry: kept, LargeItem: LargeItem{KeyGroup: row.KeyGroup, Subtask: row.Subtask, Key: shortened(row.Key),
		Namespace: shortened(row.Namespace), MapKey: shortened(row.MapKey), Index: row.Index, Entries: entries, Bytes: size}}
}

// shortened is JSON as it is, or what it begins with.
func shortened(raw json.RawMessage) json.RawMessage {
	if len(raw) <= longestShown {
		return raw
	}
	b, err := json.Marshal(map[string]any{"$truncated": string(bytes.ToValidUTF8(raw[:longestShown], nil)), "$bytes": len(raw)})
	if err != nil {
		return nil
	}
	return b
}
