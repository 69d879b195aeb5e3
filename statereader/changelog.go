package statereader

import (
	"context"
	"fmt"
	"slices"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/state"
)

// A changelog handle has a base, which is state in one of the other layouts, and the changes since. What it holds is
// the base with the changes applied.

// changelog is what is known of a changelog handle after opening.
type changelog struct {
	bases  []*handle
	header *state.Header // of what was logged: a state has the same index here and in the handle
	// variants are registrations that differ from the base's.
	variants []*state.Meta
}

// loadChangelog reads the headers of the base and the registrations among the changes.
func (v *View) loadChangelog(ctx context.Context, h *handle, k *metadata.ChangelogHandle) error {
	log := &changelog{header: &state.Header{}}
	h.log, h.header = log, log.header
	if v.opts.MetadataOnly {
		return nil
	}
	for _, base := range k.Base {
		inner, err := v.loadBase(ctx, h, base)
		if err != nil {
			return err
		}
		if inner != nil {
			log.bases = append(log.bases, inner)
		}
	}
	for _, b := range log.bases {
		if log.header.Key == nil {
			log.header.Key = b.header.Key
		}
		for i, m := range b.metas {
			b.place[i] = log.add(m)
		}
	}
	registered := map[int]bool{}
	err := v.changes(ctx, k, true, func(c change) error {
		if c.keyGroup != registrations && len(log.header.States) == 0 {
			return &javaio.FormatError{File: c.file, Offset: c.at, Err: fmt.Errorf("%w: change of a state that is not registered", javaio.ErrCorrupt)}
		}
		if c.keyGroup != registrations {
			return nil
		}
		l, err := state.DecodeLogged(c.data)
		if err != nil {
			return javaio.InFile(javaio.Shift(err, max(c.at, 0)), c.file)
		}
		i := log.add(l.Meta)
		if have := log.header.States[i]; !registered[i] && !sameMeta(have, l.Meta) {
			log.variants = append(log.variants, have)
			log.header.States[i] = atIndex(l.Meta, i)
		}
		registered[i] = true
		if log.header.Key == nil && l.Meta.TimerKey != nil {
			log.header.Key = l.Meta.TimerKey
		}
		return nil
	})
	h.metas = log.header.States
	for _, b := range log.bases {
		b.logged(log)
	}
	return v.locate(err, v.layout.File(), h)
}

// loadBase reads the header of one base of a changelog; nil: there is none.
func (v *View) loadBase(ctx context.Context, h *handle, base metadata.KeyedHandle) (*handle, error) {
	inner := &handle{op: h.op, subtask: h.subtask, slot: h.slot, keyed: base}
	var err error
	switch b := base.(type) {
	case *metadata.KeyGroupsHandle:
		err = v.loadKeyGroups(ctx, inner, b)
	case *metadata.IncrementalHandle:
		inner.layout, inner.size = LayoutSST, sizeOf(b)
		err = v.loadMeta(ctx, inner, b)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	inner.place = make([]int, len(inner.metas))
	return inner, nil
}

// find returns the index of the state that m registers; -1: it has none.
func (l *changelog) find(m *state.Meta) int {
	return slices.IndexFunc(l.header.States, func(o *state.Meta) bool { return o.Backend == m.Backend && o.Name == m.Name })
}

// add is find for a state that may be new.
func (l *changelog) add(m *state.Meta) int {
	if i := l.find(m); i >= 0 {
		return i
	}
	l.header.States = append(l.header.States, atIndex(m, len(l.header.States)))
	return len(l.header.States) - 1
}

// atIndex returns m under another index.
func atIndex(m *state.Meta, i int) *state.Meta {
	c := *m
	c.ID = i
	return &c
}

// logged gives a base's entries a header in which states have the indexes of the whole.
func (h *handle) logged(l *changelog) {
	states := slices.Clone(l.header.States)
	for i, m := range h.metas {
		states[h.place[i]] = atIndex(m, h.place[i])
	}
	h.placed = &state.Header{Key: h.header.Key, States: states}
}

// shareKeys gives the key's serializer to changelogs that do not have it: all subtasks of an operator have the same.
func (op *Operator) shareKeys() {
	for _, from := range op.handles {
		if !from.isKeyed() || from.header == nil || from.header.Key == nil {
			continue
		}
		for _, to := range op.handles {
			if to.log != nil && to.log.header.Key == nil {
				to.log.header.Key = from.header.Key
			}
		}
		return
	}
}

// collect makes the states of the whole those of its parts.
func (l *changelog) collect(h *handle) {
	for _, m := range l.variants {
		s := h.states[m.ID]
		s.TTL = s.TTL || m.TTL
		s.addMeta(h, m)
	}
	for _, b := range l.bases {
		b.states = make([]*State, len(b.metas))
		for i, at := range b.place {
			b.states[i] = h.states[at]
		}
	}
}
