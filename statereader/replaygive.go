package statereader

import (
	"bytes"
	"encoding/binary"

	"ckpt/state"
)

// absorb gives an entry of the base, unless a change has replaced it. Entries of one (state, key, namespace) follow each
// other, so that what the log adds to them comes behind the last.
func (p *replay) absorb(e *state.Entry) error {
	m := &p.metas[e.State]
	key, time := e.Key, int64(0)
	if m.Backend == state.PriorityQueue {
		if time = e.Time; m.Kind != state.Timer {
			key = e.Value
		}
	}
	it := p.items[string(p.id(e.State, key, e.Namespace, time))]
	if it != p.open {
		if err := p.finish(); err != nil {
			return err
		}
		p.open = it
	}
	switch {
	case it == nil:
		return p.pass(e)
	case m.Backend == state.PriorityQueue:
		return nil // an element that is there is given at the end
	case m.Kind == state.Map:
		return p.absorbMap(it, e)
	case it.borrowed:
		it.kept = append(it.kept, clone(e))
		return nil
	case len(it.parts) == 0 || it.parts[0].base != it:
		return nil
	case e.Flags&state.Empty != 0:
		c := clone(e)
		it.empty = &c
		return nil
	}
	it.count++
	return p.pass(e)
}

func (p *replay) absorbMap(it *item, e *state.Entry) error {
	switch {
	case it.cleared:
		return nil
	case e.Flags&state.Empty != 0:
		if len(it.entries) == 0 { // nothing but an empty map was put into it
			return p.pass(e)
		}
		return nil
	}
	if _, ok := it.byKey[string(e.UserKey)]; ok {
		return nil
	}
	it.count++
	return p.pass(e)
}

func clone(e *state.Entry) state.Entry {
	c := *e
	c.Key, c.Namespace, c.UserKey, c.Value = bytes.Clone(e.Key), bytes.Clone(e.Namespace), bytes.Clone(e.UserKey), bytes.Clone(e.Value)
	return c
}

// finish gives what the log adds to the entries of the base that went by last.
func (p *replay) finish() error {
	it := p.open
	p.open = nil
	if it == nil || it.mixed() {
		return nil
	}
	return p.give(it)
}

// mixed says that the item needs what the base has for others.
func (it *item) mixed() bool {
	if it.borrowed {
		return true
	}
	for _, part := range it.parts {
		if part.base != nil && part.base != it {
			return true
		}
	}
	return false
}

// endBucket gives what is left of the current bucket.
func (p *replay) endBucket() error {
	if err := p.finish(); err != nil {
		return err
	}
	for _, it := range p.order {
		if err := p.give(it); err != nil {
			return err
		}
	}
	p.items, p.order = nil, nil
	return nil
}

// give gives what an item holds beyond what was passed.
func (p *replay) give(it *item) error {
	if it.done {
		return nil
	}
	it.done = true
	m := &p.metas[it.state]
	switch {
	case m.Backend == state.PriorityQueue:
		return p.giveQueued(it, m)
	case m.Kind == state.Map:
		return p.giveMap(it, m)
	case m.Kind == state.List:
		return p.giveList(it, m)
	}
	return p.giveValue(it, m)
}

// begin makes the entry one of the item.
func (p *replay) begin(it *item, m *metaScan) {
	p.fresh(m)
	p.e.Header, p.e.Subtask = p.unit.handle.header, p.unit.handle.subtask
	p.e.KeyGroup, p.e.Key, p.e.Namespace = state.KeyGroup(it.keyGroup), it.key, it.ns
}

// timed sets the value, which a timestamp precedes where TTL is on.
func (p *replay) timed(m *metaScan, b []byte) {
	if m.TTL {
		p.e.Time = int64(binary.BigEndian.Uint64(b))
		p.e.Flags |= state.HasTTL
		b = b[8:]
	}
	p.setValue(b)
}

func (p *replay) giveQueued(it *item, m *metaScan) error {
	if !it.present {
		return nil
	}
	p.begin(it, m)
	if p.e.Time = it.time; m.Kind != state.Timer {
		p.e.Key = nil
		p.setValue(it.key)
	}
	return p.emit()
}

func (p *replay) giveMap(it *item, m *metaScan) error {
	for i := range it.entries {
		e := &it.entries[i]
		if e.removed {
			continue
		}
		p.begin(it, m)
		if p.e.UserKey = e.userKey; e.null {
			p.e.Flags |= state.Null
		} else {
			p.timed(m, e.value)
		}
		if err := p.emit(); err != nil {
			return err
		}
		it.count++
	}
	if it.count == 0 && it.touched && len(it.entries) == 0 && !p.database() {
		p.begin(it, m)
		p.e.Flags = state.Empty
		return p.emit()
	}
	return nil
}

// database says that the bucket's base cannot store empty collections.
func (p *replay) database() bool {
	bases := p.unit.handle.log.bases
	return p.bucket.base < len(bases) && bases[p.bucket.base].layout == LayoutSST
}

func (p *replay) giveList(it *item, m *metaScan) error {
	for _, part := range it.parts {
		if part.base == nil {
			p.begin(it, m)
			p.e.Index = it.count
			p.timed(m, part.value)
			it.count++
			if err := p.emit(); err != nil {
				return err
			}
			continue
		}
		for i := range part.base.kept {
			e := &part.base.kept[i]
			if e.Flags&state.Empty != 0 {
				continue
			}
			if err := p.moved(it, e); err != nil {
				return err
			}
		}
	}
	if it.count == 0 && it.empty != nil && len(it.parts) > 0 {
		return p.pass(it.empty)
	}
	return nil
}

// moved gives an entry of the base that is the item's now.
func (p *replay) moved(it *item, e *state.Entry) error {
	p.e = *e
	p.e.Namespace = it.ns
	if e.Index >= 0 {
		p.e.Index = it.count
	}
	it.count++
	return p.emit()
}

func (p *replay) giveValue(it *item, m *metaScan) error {
	var logged [][]byte
	var kept []state.Entry
	for _, part := range it.parts {
		if part.base == nil {
			logged = append(logged, part.value)
		} else {
			kept = append(kept, part.base.kept...)
		}
	}
	switch n := len(logged) + len(kept); {
	case n == 0:
		return nil
	case n > 1:
		p.lose(Missing{State: p.unit.handle.states[it.state], Code: ChangelogNotReplayable, Count: 1, KeyGroups: oneGroup(it.keyGroup),
			Reason: "windows were merged: the job's function makes one value of several"})
		return nil
	case len(kept) == 1:
		return p.moved(it, &kept[0])
	}
	p.begin(it, m)
	if b := logged[0]; m.TTL && len(b) < 8 {
		return nil
	}
	p.timed(m, logged[0])
	return p.emit()
}
