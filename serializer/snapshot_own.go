package serializer

import "bytes"

// own runs read, which begins at position from, and cuts Raw of the whole tree from one owned copy. It returns nil after
// a failure.
func (p *parser) own(from int, read func() *Snapshot) *Snapshot {
	if p.Err() != nil {
		return nil
	}
	depth, base := p.o.depth, p.Offset()
	s := read()
	p.o.depth = depth
	if p.Err() != nil {
		return nil
	}
	if depth == 0 { // else a grammar reads a part of what will be copied as a whole
		s.cut(bytes.Clone(p.Since(from)), base)
	}
	return s
}

// cut sets Raw and JavaRaw of the tree; b begins at offset base.
func (s *Snapshot) cut(b []byte, base int64) {
	if s.end > 0 { // else it was made from a Java object
		s.Raw = slice(b, s.start-base, s.end-base)
	}
	if s.javaEnd > 0 {
		s.JavaRaw = slice(b, s.javaStart-base, s.javaEnd-base)
	}
	s.extent = extent{}
	for part := range s.Parts {
		part.cut(b, base)
	}
}

func slice(b []byte, from, to int64) []byte { return b[from:to:to] }

// Parts yields the snapshots one level below s: nested ones, a POJO's fields and subclasses.
func (s *Snapshot) Parts(yield func(*Snapshot) bool) {
	for _, n := range s.Nested {
		if !yield(n) {
			return
		}
	}
	body, ok := s.Body.(*PojoBody)
	if !ok {
		return
	}
	for _, f := range body.Fields {
		if f.Snapshot != nil && !yield(f.Snapshot) {
			return
		}
	}
	for _, list := range [...][]NamedSnapshot{body.Registered, body.NonRegistered} {
		for _, sub := range list {
			if sub.Snapshot != nil && !yield(sub.Snapshot) {
				return
			}
		}
	}
}
