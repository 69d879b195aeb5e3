package serializer

import (
	"fmt"

	"ckpt/internal/javaobj"
)

// pojo reads PojoSerializerSnapshot (since 1.8). The order of fields is that of values on the wire; the index of a
// registered subclass is its tag.
//
//	class:utf fields:OPTMAP registered:OPTMAP nonRegistered:OPTMAP
//	field: key frame declaringClass:utf field:utf, value frame SNAP; subclass: key frame empty, value frame SNAP
func pojo(p *parser, s *Snapshot) {
	if !p.atVersion(s, 2) {
		return
	}
	body := &PojoBody{Class: p.UTF()}
	s.Body = body
	p.optionalMap("fields", func(name string, key, value *frame) {
		field := PojoField{Name: name}
		p.within(key, func(q *parser) {
			field.Declaring = q.UTF()
			q.UTF() // the field's name again
		})
		field.Snapshot = p.snapshotIn(value)
		body.Fields = append(body.Fields, field)
	})
	subclasses := func(list *[]NamedSnapshot) func(string, *frame, *frame) {
		return func(name string, key, value *frame) {
			p.within(key, func(*parser) {})
			*list = append(*list, NamedSnapshot{name, p.snapshotIn(value)})
		}
	}
	p.optionalMap("registered", subclasses(&body.Registered))
	p.optionalMap("nonRegistered", subclasses(&body.NonRegistered))
}

// pojoConfig reads PojoSerializerConfigSnapshot (1.3 to 1.7).
//
//	class:utf (n:i32 (offSerializer:i32 offSnapshot:i32)*n)*3 total:i32 byte*total
//	sections: fields, registered and other subclasses; entry in the blob: name:utf SERPROXY? PROXY, one after another;
//	offSerializer is where the name ends, equal to offSnapshot without SERPROXY
func pojoConfig(p *parser, s *Snapshot) {
	if !p.atVersion(s, 1) {
		return
	}
	class := p.UTF()
	var sections [3][]pairOffsets
	for i := range sections {
		sections[i] = p.pairs(p.Length(8))
	}
	blob := p.take(p.Length(1))
	p.within(blob, func(q *parser) {
		body := &PojoBody{Class: class}
		s.Body = body
		for _, e := range q.pojoEntries("fields", sections[0]) {
			body.Fields = append(body.Fields, PojoField{e.Name, class, e.Snapshot})
		}
		body.Registered = q.pojoEntries("registered", sections[1])
		body.NonRegistered = q.pojoEntries("nonRegistered", sections[2])
	})
}

func (p *parser) pojoEntries(field string, pairs []pairOffsets) (list []NamedSnapshot) {
	seen := map[string]bool{}
	for i, pair := range pairs {
		name := p.unique(seen)
		list = append(list, NamedSnapshot{name, p.pojoEntry(pair)})
		if p.Err() != nil {
			p.InField(fmt.Sprintf("%s[%d]", field, i))
			return nil
		}
	}
	return list
}

func (p *parser) pojoEntry(pair pairOffsets) *Snapshot {
	p.at(pair.serializer, "serializer")
	var java *javaobj.Object
	from := p.Offset()
	if p.Err() == nil && p.Pos() != pair.snapshot {
		java = p.serializerProxy()
	}
	to := p.Offset()
	p.at(pair.snapshot, "snapshot")
	s := p.proxy(false)
	if to > from {
		s.javaStart, s.javaEnd = from, to
	}
	if java != nil {
		s.Java = java
	}
	return s
}

// at fails unless the parser stands at position pos of its frame.
func (p *parser) at(pos int, what string) {
	if p.Err() == nil && p.Pos() != pos {
		p.Failf("%s of an entry begins at %d of its block, want %d", what, p.Pos(), pos)
	}
}
