package statereader

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"ckpt/internal/extsort"
	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/state"
)

// What a changelog handle holds, for each base and then for the key groups without one: the entries of the base in
// their order, with the changes of a bucket applied. A bucket is what the base gives together: a key group, or of a
// database, one state in a key group. All changes are sorted by bucket first (the sort keeps the order of the log, and
// goes to disk where they are many), and those of one bucket are folded in memory.

// sortMemory is what changes may take before they are sorted on disk.
const sortMemory = 64 << 20

// sortHead precedes a change in the sort: base, bucket.
const sortHead = 2 + 4

// replay reads a changelog handle.
type replay struct {
	*scanner
	ids    map[int]int // states of the log by their ids in it
	sorter *extsort.Sorter
	next   func() ([]byte, error, bool) // the sorted changes
	ahead  *logged                      // the first change that is not applied
	ranks  [][]int                      // for each base: where each state stands in its order

	bucket  bucketID
	items   map[string]*item
	order   []*item // of first change
	open    *item   // whose entries of the base go by
	scratch []byte
}

// bucketID orders buckets: the base they belong to, and the place in it.
type bucketID struct {
	base  int
	place uint32
}

func (b bucketID) compare(o bucketID) int {
	return cmp.Or(cmp.Compare(b.base, o.base), cmp.Compare(b.place, o.place))
}

// logged is a change behind the sort.
type logged struct {
	bucket   bucketID
	keyGroup int32
	state    int
	op       byte
	at       int64 // of the change in its file; -1: unknown
	file     string
	args     []byte // behind the state's id
}

// changelog runs the scan of a changelog handle.
func (s *Scan) changelog(ctx context.Context, yield func(state.Entry, error) bool) {
	p := &replay{scanner: &scanner{Scan: s, c: &content{name: s.unit.view.layout.File()}, yield: yield}, ids: map[int]int{}}
	p.prepareStates()
	p.sorter = extsort.New("", sortMemory)
	defer p.sorter.Close()
	if p.unit.handle.header.Key == nil {
		p.keyUnknown(ctx)
		return
	}
	for _, b := range p.unit.handle.log.bases {
		p.ranks = append(p.ranks, b.ranks(len(p.metas)))
	}
	err := p.run(ctx)
	if err != nil && err != errStop {
		p.report(err, nil)
	}
}

// ranks says for the states of the whole in which order a database gives them; nil where key groups come first.
func (h *handle) ranks(states int) []int {
	if h.layout != LayoutSST {
		return nil
	}
	ranks := make([]int, states)
	for i := range ranks {
		ranks[i] = states + i // of the log alone: behind the others
	}
	for i, at := range h.place {
		ranks[at] = i
	}
	return ranks
}

func (p *replay) run(ctx context.Context) error {
	u := p.unit
	k := u.handle.keyed.(*metadata.ChangelogHandle)
	var files []string
	err := u.view.changes(ctx, k, false, func(c change) error {
		if len(files) == 0 || files[len(files)-1] != c.file {
			files = append(files, c.file)
		}
		return javaio.InFile(p.sort(c, len(files)-1), c.file)
	})
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(p.sorter.All())
	defer stop()
	p.next = func() ([]byte, error, bool) { return next() }
	if err := p.step(files); err != nil {
		return err
	}
	for i := range u.handle.log.bases {
		if err := p.base(ctx, i, files); err != nil {
			return err
		}
	}
	return p.upTo(bucketID{base: len(u.handle.log.bases) + 1}, files)
}

// sort adds a change to those that will be applied, or takes note of a registration.
func (p *replay) sort(c change, file int) error {
	if c.keyGroup == registrations {
		l, err := state.DecodeLogged(c.data)
		if err == nil {
			p.ids[l.ID] = p.unit.handle.log.find(l.Meta)
		}
		return javaio.Shift(err, max(c.at, 0))
	}
	if !p.unit.reads(c.keyGroup) {
		return nil
	}
	if len(c.data) < 3 {
		return p.defect(c.at, "change of %d bytes", len(c.data))
	}
	id, ok := p.ids[int(binary.BigEndian.Uint16(c.data[1:]))]
	if !ok || id < 0 {
		return p.defect(c.at, "change of state %d, which is not registered", binary.BigEndian.Uint16(c.data[1:]))
	}
	if !p.metas[id].want {
		return nil
	}
	b := p.bucketOf(c.keyGroup, id, p.baseOf(c.keyGroup))
	key := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(nil, uint16(b.base)), b.place)
	rest := binary.BigEndian.AppendUint32(key[:len(key):len(key)], uint32(file))
	rest = binary.BigEndian.AppendUint64(rest, uint64(c.at))
	rest = binary.BigEndian.AppendUint16(rest, uint16(c.keyGroup))
	rest = binary.BigEndian.AppendUint16(rest, uint16(id))
	rest = append(append(rest, c.data[0]), c.data[3:]...)
	return p.sorter.Add(key, rest)
}

// sortedHead is the length of what sort puts before the arguments of a change.
const sortedHead = sortHead + 4 + 8 + 2 + 2 + 1

// baseOf returns the base that has a key group; the number of bases if none has.
func (p *replay) baseOf(g int32) int {
	bases := p.unit.handle.log.bases
	for i, b := range bases {
		if r := b.keyed.KeyGroupRange(); g >= r.Start && g < r.Start+r.Count {
			return i
		}
	}
	return len(bases)
}

func (p *replay) bucketOf(g int32, id, base int) bucketID {
	place := uint32(g)
	if base < len(p.ranks) && p.ranks[base] != nil {
		place |= uint32(p.ranks[base][id]) << 16
	}
	return bucketID{base, place}
}

// step reads the next sorted change.
func (p *replay) step(files []string) error {
	b, err, ok := p.next()
	if err != nil || !ok {
		p.ahead = nil
		return err
	}
	b = append([]byte(nil), b...)
	p.ahead = &logged{
		bucket:   bucketID{int(binary.BigEndian.Uint16(b)), binary.BigEndian.Uint32(b[2:])},
		file:     files[binary.BigEndian.Uint32(b[6:])],
		at:       int64(binary.BigEndian.Uint64(b[10:])),
		keyGroup: int32(binary.BigEndian.Uint16(b[18:])),
		state:    int(binary.BigEndian.Uint16(b[20:])),
		op:       b[22],
		args:     b[sortedHead:],
	}
	return nil
}

// upTo ends the current bucket, gives the buckets before b, which have changes alone, and loads b.
func (p *replay) upTo(b bucketID, files []string) error {
	if p.items != nil && p.bucket == b {
		return nil
	}
	if err := p.endBucket(); err != nil {
		return err
	}
	for p.ahead != nil && p.ahead.bucket.compare(b) < 0 {
		if err := p.load(p.ahead.bucket, files); err != nil {
			return err
		}
		if err := p.endBucket(); err != nil {
			return err
		}
	}
	return p.load(b, files)
}

// load folds the changes of a bucket.
func (p *replay) load(b bucketID, files []string) error {
	p.bucket, p.items, p.order, p.open = b, map[string]*item{}, nil, nil
	for p.ahead != nil && p.ahead.bucket == b {
		c := p.ahead
		if err := p.apply(c); err != nil {
			if err := p.failedChange(c, err); err != nil {
				return err
			}
		}
		if err := p.step(files); err != nil {
			return err
		}
	}
	return nil
}

// failedChange reports a change that cannot be applied.
func (p *replay) failedChange(c *logged, err error) error {
	m := &p.metas[c.state]
	if o, ok := errors.AsType[*blockedError](err); ok {
		p.lose(Missing{State: p.unit.handle.states[c.state], Code: OpaqueBlocked, Class: o.class, Reason: o.reason, KeyGroups: oneGroup(c.keyGroup)})
		return nil
	}
	p.c.name = c.file
	return p.reportFor(m, javaio.InField(javaio.InField(err, m.field()), groupField(c.keyGroup)), oneGroup(c.keyGroup))
}

func oneGroup(g int32) KeyGroupSet { return KeyGroupSet{{state.KeyGroup(g), state.KeyGroup(g)}} }

func (p *replay) defect(at int64, format string, args ...any) error {
	return &javaio.FormatError{Offset: at, Err: fmt.Errorf("%w: "+format, append([]any{javaio.ErrCorrupt}, args...)...)}
}

// base gives the entries of a base with the changes applied.
func (p *replay) base(ctx context.Context, i int, files []string) error {
	h := p.unit.handle.log.bases[i]
	r, have := h.keyed.KeyGroupRange(), p.unit.handle.keyed.KeyGroupRange()
	first, end := max(r.Start, have.Start, p.unit.First), min(r.Start+r.Count, have.Start+have.Count, p.unit.Last+1)
	if first >= end {
		return nil
	}
	u := &Unit{Operator: p.unit.Operator, Subtask: h.subtask, Keyed: true, First: first, Last: end - 1, view: p.unit.view,
		handle: h, groups: p.unit.groups}
	if p.unit.probe != nil { // merged namespaces need each other
		u.probe = &Probe{Key: p.unit.probe.Key}
	}
	for _, s := range h.states {
		for _, want := range p.unit.States {
			if s == want {
				u.States = append(u.States, s)
			}
		}
	}
	sc := u.Scan(ctx)
	for e, err := range sc.All() {
		if err != nil {
			if !p.yield(state.Entry{}, err) {
				return errStop
			}
			continue
		}
		id := h.place[e.State]
		if err := p.upTo(p.bucketOf(int32(e.KeyGroup), id, i), files); err != nil {
			return err
		}
		e.State, e.Header = id, h.placed
		if err := p.absorb(&e); err != nil {
			return err
		}
	}
	for _, m := range sc.Missing() {
		p.lose(m)
	}
	p.warnings = append(p.warnings, sc.Warnings()...)
	return nil
}

// pass gives an entry of the base.
func (p *replay) pass(e *state.Entry) error {
	p.e = *e
	return p.emit()
}

// keyUnknown says what is missing because nothing tells the type of the key.
func (p *replay) keyUnknown(ctx context.Context) {
	counts := map[*State]int64{}
	err := p.unit.view.changes(ctx, p.unit.handle.keyed.(*metadata.ChangelogHandle), false, func(c change) error {
		switch {
		case c.keyGroup == registrations:
			if l, err := state.DecodeLogged(c.data); err == nil {
				p.ids[l.ID] = p.unit.handle.log.find(l.Meta)
			}
		case len(c.data) >= 3 && p.unit.reads(c.keyGroup):
			if id, ok := p.ids[int(binary.BigEndian.Uint16(c.data[1:]))]; ok && id >= 0 {
				counts[p.unit.handle.states[id]]++
			}
		}
		return nil
	})
	if err != nil {
		p.report(err, nil)
		return
	}
	for _, s := range p.unit.States {
		if counts[s] > 0 {
			p.lose(Missing{State: s, Code: KeyTypeUnknown, Count: counts[s], KeyGroups: p.keyGroups(),
				Reason: "changes without a base do not record the type of the key, and no timer does"})
		}
	}
}
