package statereader

import (
	"bytes"
	"encoding/binary"
	"errors"

	"ckpt/internal/javaio"
	"ckpt/serializer"
	"ckpt/state"
)

// Changes, since Flink 1.15:
//
//	change := op:u8 state:i16 key namespace args             of a queue: op:u8 state:i16 args
//
//	0 clear
//	1 set, 2 set internally      value | list
//	3 add                        list | map
//	4 merge namespaces           target, n:i32 source{n}
//	5 add element                element | userKey value; of a queue: n:i32 element{n}
//	6 add or update element      userKey value
//	7 remove element             userKey; of a queue: element
//
// Values of reducing and aggregating state are logged as results, so that only merging needs the job's function.
const (
	opClear = iota
	opSet
	opSetInternal
	opAdd
	opMerge
	opAddElement
	opAddOrUpdate
	opRemove
)

// item is what a bucket's changes make of one (state, key, namespace), or of one element of a queue.
type item struct {
	state    int
	keyGroup int32
	key, ns  []byte
	time     int64
	done     bool

	// Values and lists: what there is now, in order. Of a value there can be one part only; more are to be merged.
	parts []part
	// Maps: what is known of user keys; all others are the base's, unless it was cleared.
	cleared bool
	touched bool // an entry was put, if none is left now
	entries []mapEntry
	byKey   map[string]int
	// Queues.
	present bool

	borrowed bool // the base's content stands in another item: it is kept until the bucket ends
	kept     []state.Entry
	count    int64        // elements given
	empty    *state.Entry // how the base stores that there is nothing
}

// part is one value or element that was logged, or all that the base has for an item.
type part struct {
	base  *item
	value []byte
}

// mapEntry is what was logged last of a user key.
type mapEntry struct {
	userKey, value []byte
	null, removed  bool
}

// change helps to take a change apart: what is left of it.
type changeReader struct {
	b   []byte
	all int
	at  int64
}

func (c *changeReader) take(prog *serializer.Program, m *metaScan) ([]byte, error) {
	n, err := prog.Skip(c.b)
	if err != nil {
		return nil, c.broken(m, err)
	}
	b := c.b[:n:n]
	c.b = c.b[n:]
	return b, nil
}

// timed takes a value, with the time of its last access in front of it where TTL is on.
func (c *changeReader) timed(m *metaScan) ([]byte, error) {
	whole := c.b
	head := 0
	if m.TTL {
		if head = 8; len(whole) < head {
			return nil, c.corrupt("value with TTL of %d bytes", len(whole))
		}
	}
	n, err := m.valueOf.Skip(whole[head:])
	if err != nil {
		c.b = whole[head:]
		return nil, c.broken(m, err)
	}
	c.b = whole[head+n:]
	return whole[: head+n : head+n], nil
}

func (c *changeReader) int32() (int32, error) {
	if len(c.b) < 4 {
		return 0, c.corrupt("a number is cut off")
	}
	n := int32(binary.BigEndian.Uint32(c.b))
	c.b = c.b[4:]
	if n < 0 || n > maxEmpty {
		return 0, c.corrupt("%d elements", n)
	}
	return n, nil
}

// place is where in the file the rest of the change lies, if that is known.
func (c *changeReader) place() int64 {
	if c.at < 0 {
		return -1
	}
	return c.at + int64(c.all-len(c.b))
}

func (c *changeReader) corrupt(format string, args ...any) error {
	return (*replay)(nil).defect(c.place(), format, args...)
}

func (c *changeReader) broken(m *metaScan, err error) error {
	if o, ok := errors.AsType[*serializer.OpaqueError](err); ok {
		return &blockedError{state: m.ID, class: o.Class, reason: o.Error()}
	}
	if errors.Is(err, serializer.ErrShort) {
		return c.corrupt("a value is cut off")
	}
	if fe, ok := errors.AsType[*javaio.FormatError](err); ok {
		e := *fe
		if e.Offset = c.place(); e.Offset >= 0 {
			e.Offset += max(fe.Offset, 0)
		}
		return &e
	}
	return err
}

// apply folds one change into the bucket.
func (p *replay) apply(l *logged) error {
	m := &p.metas[l.state]
	c := &changeReader{l.args, len(l.args) + 3, l.at}
	if m.Backend == state.PriorityQueue {
		return p.applyQueue(l, m, c)
	}
	key, err := c.take(m.keyOf, m)
	if err != nil {
		return err
	}
	if probe := p.unit.probe; probe != nil && !bytes.Equal(key, probe.Key) {
		return nil
	}
	ns, err := c.take(m.namespaceOf, m)
	if err != nil {
		return err
	}
	it := p.item(l, key, ns, 0)
	switch {
	case l.op == opMerge && m.Kind != state.Map && m.Kind != state.Value:
		err = p.merge(l, m, it, c)
	case m.Kind == state.Map:
		err = it.applyMap(l.op, m, c)
	case m.Kind == state.List:
		err = it.applyList(l.op, m, c)
	default:
		err = p.applyValue(it, l.op, m, c)
	}
	if err == nil && len(c.b) > 0 {
		return c.corrupt("%d bytes are left over of a change of type %d", len(c.b), l.op)
	}
	return err
}

// id returns what tells items of a bucket apart.
func (p *replay) id(id int, key, ns []byte, time int64) []byte {
	b := binary.AppendUvarint(p.scratch[:0], uint64(id))
	b = binary.AppendVarint(b, time)
	b = binary.AppendUvarint(b, uint64(len(key)))
	p.scratch = append(append(b, key...), ns...)
	return p.scratch
}

func (p *replay) item(l *logged, key, ns []byte, time int64) *item {
	id := p.id(l.state, key, ns, time)
	it := p.items[string(id)]
	if it == nil {
		it = &item{state: l.state, keyGroup: l.keyGroup, key: key, ns: ns, time: time}
		it.parts = []part{{base: it}}
		p.items[string(id)] = it
		p.order = append(p.order, it)
	}
	return it
}

func (p *replay) applyValue(it *item, op byte, m *metaScan, c *changeReader) error {
	switch op {
	case opClear:
		it.parts = nil
		return nil
	case opSet, opSetInternal:
	default:
		return c.corrupt("change of type %d of a state of kind %s", op, m.Kind)
	}
	whole := *c
	b, err := c.timed(m)
	if isBlocked(err) { // a value that has no decoder is the rest of its change
		*c = whole
		b, c.b, err = c.b, nil, nil
	}
	if err == nil {
		it.parts = []part{{value: b}}
	}
	return err
}

func (it *item) applyList(op byte, m *metaScan, c *changeReader) error {
	var n int32 = 1
	var err error
	switch op {
	case opClear:
		it.parts = nil
		return nil
	case opSet, opSetInternal, opAdd:
		if n, err = c.int32(); err != nil {
			return err
		}
		if op != opAdd {
			it.parts = nil
		}
	case opAddElement:
	default:
		return c.corrupt("change of type %d of a list", op)
	}
	if !m.Collection {
		return &blockedError{state: m.ID, class: m.Value.Type.Class, reason: m.Value.Type.Reason}
	}
	for ; n > 0; n-- {
		b, err := c.timed(m)
		if err != nil {
			return err
		}
		it.parts = append(it.parts, part{value: b})
	}
	return nil
}

func (it *item) applyMap(op byte, m *metaScan, c *changeReader) error {
	if !m.Collection && op != opClear {
		return &blockedError{state: m.ID, class: m.Value.Type.Class, reason: m.Value.Type.Reason}
	}
	switch op {
	case opClear:
		it.cleared, it.touched, it.entries, it.byKey = true, false, nil, nil
		return nil
	case opAdd:
		n, err := c.int32()
		it.touched = true
		for ; n > 0 && err == nil; n-- {
			err = it.put(m, c, true)
		}
		return err
	case opAddElement, opAddOrUpdate:
		return it.put(m, c, false)
	case opRemove:
		uk, err := c.take(m.userKeyOf, m)
		if err == nil {
			it.entry(mapEntry{userKey: uk, removed: true})
			it.touched = false
		}
		return err
	}
	return c.corrupt("change of type %d of a map", op)
}

// put reads an entry; a map that is logged as a whole has null flags.
func (it *item) put(m *metaScan, c *changeReader, flagged bool) error {
	uk, err := c.take(m.userKeyOf, m)
	if err != nil {
		return err
	}
	e := mapEntry{userKey: uk}
	if flagged {
		if len(c.b) == 0 || c.b[0] > 1 {
			return c.corrupt("null flag of a map value is missing or neither 0 nor 1")
		}
		e.null = c.b[0] == 1
		c.b = c.b[1:]
	}
	if !e.null {
		if e.value, err = c.timed(m); err != nil {
			return err
		}
	}
	it.entry(e)
	return nil
}

func (it *item) entry(e mapEntry) {
	if it.byKey == nil {
		it.byKey = map[string]int{}
	}
	at, ok := it.byKey[string(e.userKey)]
	if !ok {
		at = len(it.entries)
		it.byKey[string(e.userKey)] = at
		it.entries = append(it.entries, e)
		return
	}
	it.entries[at] = e
}

// merge moves what the sources hold behind what the target holds.
func (p *replay) merge(l *logged, m *metaScan, target *item, c *changeReader) error {
	ns, err := c.take(m.namespaceOf, m)
	if err != nil {
		return err
	}
	if string(ns) != string(target.ns) {
		return c.corrupt("namespaces are merged into another one than the change is about")
	}
	n, err := c.int32()
	for ; n > 0 && err == nil; n-- {
		if ns, err = c.take(m.namespaceOf, m); err != nil {
			return err
		}
		source := p.item(l, target.key, ns, 0)
		if source == target {
			continue
		}
		for _, part := range source.parts {
			if part.base != nil {
				part.base.borrowed = true
			}
		}
		target.parts = append(target.parts, source.parts...)
		source.parts = nil
	}
	if m.Kind != state.List || target.mixed() { // what the base has is needed together with the rest
		for _, part := range target.parts {
			if part.base != nil && len(target.parts) > 1 {
				part.base.borrowed = true
			}
		}
	}
	return err
}

func (p *replay) applyQueue(l *logged, m *metaScan, c *changeReader) error {
	var n int32 = 1
	var err error
	switch l.op {
	case opAddElement:
		if n, err = c.int32(); err != nil {
			return err
		}
	case opRemove:
	default:
		return c.corrupt("change of type %d of a queue", l.op)
	}
	for ; n > 0; n-- {
		it, err := p.queued(l, m, c)
		if err != nil {
			return err
		}
		it.present = l.op == opAddElement
	}
	if len(c.b) > 0 {
		return c.corrupt("%d bytes are left over of a change of type %d", len(c.b), l.op)
	}
	return nil
}

// queued reads an element of a queue.
func (p *replay) queued(l *logged, m *metaScan, c *changeReader) (*item, error) {
	if m.Kind != state.Timer {
		b, err := c.take(m.storedOf, m)
		if err != nil {
			return nil, err
		}
		return p.item(l, b, nil, 0), nil
	}
	if len(c.b) < 8 {
		return nil, c.corrupt("timer of %d bytes", len(c.b))
	}
	time := int64(binary.BigEndian.Uint64(c.b) ^ 1<<63)
	c.b = c.b[8:]
	key, err := c.take(m.keyOf, m)
	if err != nil {
		return nil, err
	}
	ns, err := c.take(m.namespaceOf, m)
	if err != nil {
		return nil, err
	}
	return p.item(l, key, ns, time), nil
}
