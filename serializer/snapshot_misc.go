package serializer

import (
	"math"

	"ckpt/internal/javaio"
)

// ttlAware reads TtlAwareSerializerSnapshot (since 2.0), a wrapper that leaves values as they are.
//
//	ttlEnabled:bool SNAP
func ttlAware(p *parser, s *Snapshot) {
	if !p.atVersion(s, 1) {
		return
	}
	s.Body = &FlagBody{p.Bool()}
	s.Nested = []*Snapshot{p.snapshot(false)}
}

// enumConstants reads the snapshots of EnumSerializer: since 1.8, and version 2 of 1.3 to 1.7.
//
//	class:utf n:i32 name:utf*n
func enumConstants(p *parser, s *Snapshot) {
	if !p.atVersion(s, 2, 3) {
		return
	}
	body := &EnumBody{Class: p.UTF()}
	n := p.Length(2)
	seen := map[string]bool{}
	for i := 0; i < n && p.Err() == nil; i++ {
		body.Names = append(body.Names, p.unique(seen))
	}
	s.Body = body
}

// scalaEnumConstants reads the snapshots of Scala's EnumValueSerializer: since 1.8, and version 2 of 1.3 to 1.7.
//
//	enumeration:utf n:i32 (name:utf id:i32)*n
func scalaEnumConstants(p *parser, s *Snapshot) {
	if !p.atVersion(s, 2, 3) {
		return
	}
	body := &ScalaEnumBody{Class: p.UTF()}
	n := p.Length(6)
	seen := map[string]bool{}
	for i := 0; i < n && p.Err() == nil; i++ {
		body.Names = append(body.Names, p.unique(seen))
		body.IDs = append(body.IDs, p.Int32())
	}
	s.Body = body
}

// unique reads a name that must not be in seen, and adds it.
func (p *parser) unique(seen map[string]bool) string {
	at := p.Pos()
	name := p.UTF()
	if p.Err() == nil && seen[name] {
		p.FailAt(at, javaio.ErrCorrupt, "%.80q occurs twice", name)
	}
	seen[name] = true
	return name
}

// pulsarSchema reads the snapshot of the Pulsar source's serializer (1.14 to 1.16).
//
//	len:i32 jobj
func pulsarSchema(p *parser, s *Snapshot) {
	if p.atVersion(s, 1) {
		s.Body = &ObjectBody{p.objectIn(p.take(p.Length(1)))}
	}
}

// stringValue reads a string in the form of StringValue, which must not be null here.
//
//	(units + 1):vint unit:vint*units
func (p *parser) stringValue() string {
	at := p.Pos()
	n := p.Uvarint()
	switch {
	case p.Err() != nil:
		return ""
	case n == 0:
		p.FailAt(at, javaio.ErrCorrupt, "string is null")
		return ""
	case n-1 > uint64(p.Len()):
		p.FailAt(at, javaio.ErrCorrupt, "string of %d characters cannot fit in the %d bytes left", n-1, p.Len())
		return ""
	}
	text := make([]byte, 0, n-1)
	for ; n > 1 && p.Err() == nil; n-- {
		at := p.Pos()
		unit := p.Uvarint()
		if unit > math.MaxUint16 {
			p.FailAt(at, javaio.ErrCorrupt, "character is %d", unit)
		}
		text = javaio.AppendUnit(text, uint16(unit))
	}
	return string(text)
}
