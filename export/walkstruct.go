package export

import (
	"encoding/binary"

	"ckpt/serializer"
)

// structure returns the walk of a type with named parts.
func (c *compiler) structure(t *serializer.Type, v *vector) walk {
	switch t.Kind {
	case serializer.KindTuple0, serializer.KindGlobalWindow:
		present := emptyWalk(v)
		return func(r *row, b []byte) []byte { present(r, nil); return b[1:] }
	case serializer.KindTuple, serializer.KindCaseClass, serializer.KindStruct:
		return c.inOrder(t, v)
	case serializer.KindAvroRecord:
		c.path = append(c.path, t)
		defer func() { c.path = c.path[:len(c.path)-1] }()
		return c.inOrder(t, v)
	case serializer.KindRow:
		return c.row(t, v)
	case serializer.KindPojo:
		return c.pojo(t, v).root
	case serializer.KindEither, serializer.KindTry:
		return c.either(t, v, func(b byte) int { return 1 - int(b) })
	case serializer.KindUnion:
		return c.either(t, v, func(b byte) int { return int(b) - 1 })
	case serializer.KindTTL:
		return c.timed(t, v, 0)
	case serializer.KindTimer:
		return c.timed(t, v, 1<<63)
	case serializer.KindStreamElement:
		return c.element(t, v)
	}
	return skipping(t, v)
}

// members says where the fields of a class lie in a struct vector.
type members struct {
	walks  []walk
	into   []*vector
	absent []*vector // of other classes
}

// members compiles the fields of t; lead is the number of fields in front that have no type.
func (c *compiler) members(t *serializer.Type, v *vector, lead int, own ...string) members {
	var m members
	used := make([]bool, len(v.kids))
	for i, k := range v.node.kids {
		for _, name := range own {
			used[i] = used[i] || k.base == name
		}
	}
	for i, e := range t.Elems {
		at := v.node.fieldFor(rowName(fieldName(t, i+lead)), c.of(e))
		if at < 0 || used[at] { // two fields of one name
			m.into = append(m.into, nil)
			m.walks = append(m.walks, skipping(e, nil))
			continue
		}
		used[at] = true
		m.into = append(m.into, v.kids[at])
		m.walks = append(m.walks, c.compile(e, v.kids[at]))
	}
	for i, k := range v.kids {
		if !used[i] {
			m.absent = append(m.absent, k)
		}
	}
	return m
}

func (m *members) nullAbsent() {
	for _, k := range m.absent {
		k.null()
	}
}

// emptyWalk appends a struct without fields, which a union may have given fields.
func emptyWalk(v *vector) walk {
	return func(r *row, b []byte) []byte {
		if v.node.kind == nodeEmpty {
			v.putBool(true)
			return b
		}
		v.mark()
		for _, k := range v.kids {
			k.null()
		}
		return b
	}
}

// inOrder walks fields one after the other.
func (c *compiler) inOrder(t *serializer.Type, v *vector) walk {
	if v.node.kind == nodeEmpty {
		return emptyWalk(v)
	}
	m := c.members(t, v, 0)
	return func(r *row, b []byte) []byte {
		v.mark()
		return m.walk(r, b)
	}
}

// walk walks the fields one after the other.
func (m *members) walk(r *row, b []byte) []byte {
	for _, w := range m.walks {
		if b = w(r, b); r.failed {
			return nil
		}
	}
	m.nullAbsent()
	return b
}

// row walks a null mask and the fields that are not null; two bits in front of the mask are the row's kind.
func (c *compiler) row(t *serializer.Type, v *vector) walk {
	if v.node.kind == nodeEmpty {
		return func(r *row, b []byte) []byte { v.putBool(true); return b }
	}
	m := c.members(t, v, 0, ownKind)
	n, lead, kind := len(t.Elems), 0, v.own(ownKind)
	if t.Flag {
		lead = 2
	}
	return func(r *row, b []byte) []byte {
		mask := b[:(n+lead+7)/8]
		b = b[len(mask):]
		v.mark()
		if kind != nil {
			putRowKind(kind, mask, lead)
		}
		for i, w := range m.walks {
			if bit := i + lead; mask[bit>>3]&(0x80>>(bit&7)) == 0 {
				if b = w(r, b); r.failed {
					return nil
				}
			} else if m.into[i] != nil {
				m.into[i].null()
			}
		}
		m.nullAbsent()
		return b
	}
}

// putRowKind appends a row's kind, null for INSERT.
func putRowKind(kind *vector, mask []byte, lead int) {
	k := 0
	if lead > 0 {
		k = int(mask[0]>>7) | int(mask[0]>>6&1)<<1
	}
	if k == 0 {
		kind.null()
	} else {
		kind.put32(uint32(k - 1)) // symbols -U, +U, -D
	}
}

// own returns the field of ours with the given name; nil if there is none.
func (v *vector) own(name string) *vector {
	for _, k := range v.kids {
		if k.node.base == name {
			return k
		}
	}
	return nil
}

// timed walks a time of Flink's, with the given bits flipped, and then the fields.
func (c *compiler) timed(t *serializer.Type, v *vector, flip uint64) walk {
	first := fieldName(t, 0)
	m, ms := c.members(t, v, 1, first), v.own(first)
	return func(r *row, b []byte) []byte {
		v.mark()
		ms.put64(binary.BigEndian.Uint64(b) ^ flip)
		return m.walk(r, b[8:])
	}
}

// either walks a tag and one of two sides. A side that is null looks like one that is absent.
func (c *compiler) either(t *serializer.Type, v *vector, side func(byte) int) walk {
	walks := [2]walk{c.compile(t.Elems[0], v.kids[0]), c.compile(t.Elems[1], v.kids[1])}
	return func(r *row, b []byte) []byte {
		v.mark()
		i := side(b[0])
		b = walks[i](r, b[1:])
		v.kids[1-i].null()
		r.inexact = r.inexact || !r.failed && v.kids[i].isNull(v.len-1)
		return b
	}
}

// element walks an element of a stream: only records and watermarks fit in its columns.
func (c *compiler) element(t *serializer.Type, v *vector) walk {
	record, p := c.compile(t.Elems[0], v.kids[2]), serializer.Compile(t)
	kind, ms, value := v.kids[0], v.kids[1], v.kids[2]
	return func(r *row, b []byte) []byte {
		switch tag := serializer.ElementTag(b[0]); tag {
		case serializer.TimedRecord:
			kind.put32(0)
			ms.put64(binary.BigEndian.Uint64(b[1:]))
			b = record(r, b[9:])
		case serializer.UntimedRecord:
			kind.put32(0)
			ms.null()
			b = record(r, b[1:])
		case serializer.Watermark:
			kind.put32(1)
			ms.put64(binary.BigEndian.Uint64(b[1:]))
			value.null()
			b = b[9:]
		default:
			n, err := p.Skip(b)
			if err != nil {
				return r.fail()
			}
			r.inexact = true
			kind.put32(uint32(tag) - 1)
			ms.null()
			value.null()
			b = b[n:]
		}
		v.mark()
		return b
	}
}

// pojo is the walk of a POJO, with those of its subclasses.
type pojo struct {
	v      *vector
	m      members
	class  *vector // $class
	tagged []subclass
	named  map[string]subclass
	empty  walk
}

// subclass is a subclass of a POJO: a POJO itself, of another serializer, or not known.
type subclass struct {
	p      *pojo
	other  walk
	symbol uint32
}

const plainClass = ^uint32(0)

func (c *compiler) pojo(t *serializer.Type, v *vector) *pojo {
	p := &pojo{v: v, class: v.own(ownClass)}
	if v.node.kind == nodeEmpty {
		p.empty = emptyWalk(v)
	} else {
		p.m = c.members(t, v, 0, ownClass)
	}
	for _, sub := range t.Tagged {
		p.tagged = append(p.tagged, c.subclass(sub, v, p.class))
	}
	p.named = make(map[string]subclass, len(t.Named))
	for _, sub := range t.Named {
		p.named[sub.Class] = c.subclass(sub, v, p.class)
	}
	return p
}

func (c *compiler) subclass(sub serializer.Subclass, v, class *vector) subclass {
	s := subclass{}
	for i, name := range class.node.symbols {
		if name == sub.Class {
			s.symbol = uint32(i)
		}
	}
	switch {
	case sub.Type == nil:
	case sub.Type.Kind == serializer.KindPojo:
		s.p = c.pojo(sub.Type, v)
	default:
		s.other = skipping(sub.Type, v)
	}
	return s
}

func (p *pojo) root(r *row, b []byte) []byte { return p.walk(r, b, plainClass) }

// walk appends a POJO; class is its symbol in $class.
func (p *pojo) walk(r *row, b []byte, class uint32) []byte {
	const (
		null  = 1
		plain = 2
	)
	switch b[0] {
	case plain:
		return p.fields(r, b[1:], class)
	case null:
		r.inexact = r.inexact || class != plainClass
		p.v.null()
		return b[1:]
	case serializer.ViaTag:
		return p.subclass(r, b[2:], p.tagged[b[1]])
	}
	n := 3 + int(binary.BigEndian.Uint16(b[1:]))
	if sub, ok := p.named[string(b[3:n])]; ok {
		return p.subclass(r, b[n:], sub)
	}
	return r.fail()
}

func (p *pojo) subclass(r *row, b []byte, sub subclass) []byte {
	switch {
	case sub.p != nil:
		return sub.p.walk(r, b, sub.symbol)
	case sub.other != nil:
		return sub.other(r, b)
	}
	return r.fail()
}

// fields walks the fields, each behind a flag that says it is null.
func (p *pojo) fields(r *row, b []byte, class uint32) []byte {
	if p.empty != nil {
		return p.empty(r, b)
	}
	p.v.mark()
	if p.class != nil && class == plainClass {
		p.class.null()
	} else if p.class != nil {
		p.class.put32(class)
	}
	for i, w := range p.m.walks {
		if b[0] != 0 {
			if p.m.into[i] != nil {
				p.m.into[i].null()
			}
			b = b[1:]
			continue
		}
		if b = w(r, b[1:]); r.failed {
			return nil
		}
	}
	p.m.nullAbsent()
	return b
}
