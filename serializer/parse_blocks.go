package serializer

import (
	"fmt"

	"ckpt/internal/javaio"
)

// Magic numbers of the blocks that many snapshots share. On disk.
const (
	magicComposite = 911108
	magicNested    = 1333245
	magicOptional  = 0x000004F2C69A3D70
)

// expect reads an i32 that must be want.
func (p *parser) expect(want int32, what string) {
	at := p.Pos()
	if v := p.Int32(); p.Err() == nil && v != want {
		p.FailAt(at, javaio.ErrCorrupt, "%s is %d, want %d", what, v, want)
	}
}

// anyNumber of nested snapshots: the class does not fix it.
const anyNumber = -1

// nested reads nested snapshots, of which there must be want.
//
//	NESTED := 1333245:i32 1:i32 n:i32 SNAP*n
func (p *parser) nested(s *Snapshot, want int) {
	p.expect(magicNested, "magic number of nested snapshots")
	p.expect(1, "version of nested snapshots")
	at := p.Pos()
	n := p.Length(minSnap)
	if p.Err() == nil && want != anyNumber && n != want {
		p.FailAt(at, javaio.ErrCorrupt, "%s has %d nested snapshots, want %d", s.Class, n, want)
	}
	for i := 0; i < n && p.Err() == nil; i++ {
		s.Nested = append(s.Nested, p.snapshot(false))
		if p.Err() != nil {
			p.InField(fmt.Sprintf("nested[%d]", i))
		}
	}
}

// composite describes a class derived from CompositeTypeSerializerSnapshot.
//
//	COMPOSITE := version 3: 911108:i32 outerVersion:i32 OUTER NESTED
//	             version 1, 2 (1.7): OUTER(outerVersion = version) NESTED
type composite struct {
	nested int   // number of nested snapshots, or anyNumber
	first  int32 // outer versions known
	last   int32
	outer  func(*parser, *Snapshot) // reads OUTER; nil if empty
}

func (c composite) parse(p *parser, s *Snapshot) {
	s.Outer = s.Version
	if s.Version >= 3 {
		if !p.atVersion(s, 3) {
			return
		}
		p.expect(magicComposite, "magic number of a composite snapshot")
		s.Outer = p.Int32()
	}
	if p.Err() == nil && (s.Outer < c.first || s.Outer > c.last) {
		p.Unsupportedf("outer version %d of %s", s.Outer, s.Class)
	}
	if c.outer != nil && p.Err() == nil {
		c.outer(p, s)
	}
	p.nested(s, c.nested)
}

// simple reads the payload of a serializer without parameters.
//
//	SIMPLE := version 3: nothing; version 2 (1.7): serializerClass:utf
func simple(p *parser, s *Snapshot) {
	if p.atVersion(s, 2, 3) && s.Version == 2 {
		s.Body = &TextBody{p.UTF()}
	}
}

// generic reads the payload of a serializer that knows the value's class only.
//
//	GENERIC := class:utf
func generic(version int32) func(*parser, *Snapshot) {
	return func(p *parser, s *Snapshot) {
		if p.atVersion(s, version) {
			outerClass(p, s)
		}
	}
}

// outerClass reads an OUTER that is a class name, array classes included.
func outerClass(p *parser, s *Snapshot) { s.Body = &ClassBody{p.UTF()} }

// outerText reads an OUTER that is an uninterpreted string.
func outerText(p *parser, s *Snapshot) { s.Body = &TextBody{p.UTF()} }

// outerFlag reads an OUTER with a boolean from outer version stored on; before, it was implied.
func outerFlag(trueFrom, stored int32) func(*parser, *Snapshot) {
	return func(p *parser, s *Snapshot) {
		flag := s.Outer >= trueFrom
		if s.Outer >= stored {
			flag = p.Bool()
		}
		s.Body = &FlagBody{flag}
	}
}

// outerPadding reads the number of bytes that a null is padded to.
func outerPadding(p *parser, s *Snapshot) {
	at := p.Pos()
	n := p.Int32()
	if n < 0 {
		p.FailAt(at, javaio.ErrCorrupt, "padding is %d bytes", n)
	}
	s.Body = &PadBody{n}
}

// frame is a part of the input whose length is stored.
type frame struct {
	b    []byte
	base int64
}

// take makes a frame of the next n bytes.
func (p *parser) take(n int) *frame {
	base := p.Offset()
	return &frame{p.Bytes(n), base}
}

// takeOptional reads a frame that may be missing: nil then.
func (p *parser) takeOptional() *frame {
	if !p.Bool() {
		return nil
	}
	return p.take(p.Length(1))
}

// within parses a frame, which f must use up. f may run several times: unknown classes inside are resolved here.
func (p *parser) within(f *frame, parse func(*parser)) {
	if p.Err() != nil || f == nil {
		return
	}
	p.Fail(p.o.resolve(func(c *Context) error {
		q := &parser{javaio.NewReader(f.b, f.base), c}
		parse(q)
		return q.Done()
	}))
}

// optionalMap reads an ordered map with unique names whose keys and values are framed and may be missing (nil).
//
//	OPTMAP := 0x4F2C69A3D70:i64 n:i32 (name:utf hasKey:bool (len:i32 byte*len)? hasValue:bool (len:i32 byte*len)?)*n
func (p *parser) optionalMap(field string, entry func(name string, key, value *frame)) {
	at := p.Pos()
	if v := p.Int64(); p.Err() == nil && v != magicOptional {
		p.FailAt(at, javaio.ErrCorrupt, "magic number of a map is %#x, want %#x", v, int64(magicOptional))
	}
	n := p.Length(4)
	seen := map[string]bool{}
	for i := 0; i < n && p.Err() == nil; i++ {
		name := p.unique(seen)
		key := p.takeOptional()
		value := p.takeOptional()
		if p.Err() == nil {
			entry(name, key, value)
		}
		if p.Err() != nil {
			p.InField(fmt.Sprintf("%s[%d]", field, i))
		}
	}
}

// snapshotIn reads a frame that holds a SNAP; nil if there is none. What stays unknown inside it is opaque as a whole.
func (p *parser) snapshotIn(f *frame) *Snapshot {
	return p.framed(f, func(q *parser) *Snapshot { return q.snapshot(true) })
}
