package export

import "ckpt/serializer"

var rowKinds = []string{"-U", "+U", "-D"}

// tableRow walks the columns of a row.
func (c *compiler) tableRow(t *serializer.Type, v *vector) partWalk {
	if v.node.kind == nodeEmpty {
		return func(r *row, b []byte) {
			r.inexact = r.inexact || b[0] != 0
			v.putBool(true)
		}
	}
	m, slots := c.columns(t, v)
	kinds, head, legacy := v.own(ownKind), serializer.RowHead(len(t.Elems)), t.Flag
	return func(r *row, b []byte) {
		kind := b[0]
		if legacy && kind != 0 {
			kind = byte(serializer.Delete)
		}
		switch {
		case kinds != nil && kind == 0:
			kinds.null()
		case kinds != nil:
			kinds.put32(uint32(kind - 1))
		case kind != 0:
			r.inexact = true
		}
		v.mark()
		for i, w := range slots {
			if b[1+i>>3]>>(i&7)&1 == 0 {
				w(r, b, head+8*i)
			} else if m.into[i] != nil {
				m.into[i].null()
			}
		}
		m.nullAbsent()
	}
}

// columns compiles the columns of a row.
func (c *compiler) columns(t *serializer.Type, v *vector) (members, []slotWalk) {
	var m members
	var slots []slotWalk
	used := make([]bool, len(v.kids))
	for i, k := range v.node.kids {
		used[i] = k.base == ownKind
	}
	for i, e := range t.Elems {
		at := v.node.fieldFor(rowName(t.Field(i)), c.slotNode(e))
		if at < 0 || used[at] { // two columns of one name
			m.into = append(m.into, nil)
			slots = append(slots, func(r *row, b []byte, p int) { r.inexact = true })
			continue
		}
		used[at] = true
		m.into = append(m.into, v.kids[at])
		slots = append(slots, c.slot(e, v.kids[at]))
	}
	for i, k := range v.kids {
		if !used[i] {
			m.absent = append(m.absent, k)
		}
	}
	return m, slots
}
