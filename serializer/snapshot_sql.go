package serializer

import (
	"bytes"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// SQL serializers store logical types as Java objects: each a stream of its own, without length.

// rowData reads RowDataSerializerSnapshot, and BaseRowSerializerSnapshot of 1.9 and 1.10.
//
//	3: n:i32 jobj*n NESTED(n)
//	4 (after 2.3): n:i32 jobj*n NAMES NESTED(n), or in early builds n:i32 jobj*n NESTED(n) NAMES
//	NAMES := named:bool (name:utf)*n if named
func rowData(p *parser, s *Snapshot) {
	if !p.atVersion(s, 3, 4) {
		return
	}
	n := p.Length(len(javaobj.Magic) + 1)
	body := new(LogicalBody)
	for i := 0; i < n && p.Err() == nil; i++ {
		body.Types = append(body.Types, p.object())
	}
	s.Body = body
	last := bytes.HasPrefix(p.Rest(), javaio.AppendInt32(nil, magicNested))
	if s.Version >= 4 && !last {
		body.Names = p.columnNames(n)
	}
	p.nested(s, n)
	if s.Version >= 4 && last {
		body.Names = p.columnNames(n)
	}
}

func (p *parser) columnNames(n int) (names []string) {
	if !p.Bool() {
		return nil
	}
	seen := map[string]bool{}
	for i := 0; i < n && p.Err() == nil; i++ {
		names = append(names, p.unique(seen))
	}
	return names
}

// numbers reads n i32 that must not be negative: an arity, a precision, a scale.
func numbers(n int, version int32) func(*parser, *Snapshot) {
	return func(p *parser, s *Snapshot) {
		if !p.atVersion(s, version) {
			return
		}
		body := new(LogicalBody)
		for range n {
			at := p.Pos()
			v := p.Int32()
			if v < 0 {
				p.FailAt(at, javaio.ErrCorrupt, "number of %s is %d", s.Class, v)
			}
			body.Numbers = append(body.Numbers, int64(v))
		}
		s.Body = body
	}
}

// typesThenSerializers reads the snapshots of arrays (n = 1) and maps (n = 2); PyFlink's have version 1.
//
//	type:jobj*n serializer:jobj*n
func typesThenSerializers(n int, version int32) func(*parser, *Snapshot) {
	return func(p *parser, s *Snapshot) {
		if !p.atVersion(s, version) {
			return
		}
		body := new(LogicalBody)
		for range n {
			body.Types = append(body.Types, p.object())
		}
		for range n {
			body.Objects = append(body.Objects, p.object())
		}
		s.Body = body
	}
}

// outerExternal reads the OUTER of ExternalSerializerSnapshot.
//
//	dataType:jobj internalInput:bool
func outerExternal(p *parser, s *Snapshot) {
	body := &LogicalBody{Types: []javaobj.Value{p.object()}, Numbers: []int64{0}}
	if p.Bool() {
		body.Numbers[0] = 1
	}
	s.Body = body
}

// sortedMap reads SortedMapSerializerSnapshot.
//
//	comparator:jobj NESTED(2)
func sortedMap(p *parser, s *Snapshot) {
	if p.atVersion(s, 3) {
		s.Body = &ObjectBody{p.object()}
		p.nested(s, 2)
	}
}

// rowDataKey reads RowDataKeySerializerSnapshot (since 2.2).
//
//	len:i32 equaliser:jobj len:i32 hashFunction:jobj SNAP
func rowDataKey(p *parser, s *Snapshot) {
	if !p.atVersion(s, 0) {
		return
	}
	body := new(LogicalBody)
	for range 2 {
		body.Objects = append(body.Objects, p.objectIn(p.take(p.Length(1))))
	}
	s.Body = body
	s.Nested = []*Snapshot{p.snapshot(false)}
}
