package javaobj

import "ckpt/internal/javaio"

// Limits bound what one stream may cost. Zero fields mean the defaults.
type Limits struct {
	Depth int // nesting of objects, arrays, annotations and superclasses; 1,000
	Nodes int // objects, strings, descriptors and references; 1<<20, and never more than the input can justify
}

const (
	defaultDepth = 1000
	defaultNodes = 1 << 20
	nodesPerByte = 16   // an object without fields costs one node per class of its hierarchy
	freeNodes    = 1024 // so that short streams are not bound by their length
)

// Magic begins every object stream: the magic number and version 5.
const Magic = "\xAC\xED\x00\x05"

// Type bytes of the stream protocol.
const (
	tcNull       = 0x70
	tcReference  = 0x71
	tcClassDesc  = 0x72
	tcObject     = 0x73
	tcString     = 0x74
	tcArray      = 0x75
	tcClass      = 0x76
	tcBlock      = 0x77
	tcEndBlock   = 0x78
	tcReset      = 0x79
	tcBlockLong  = 0x7A
	tcException  = 0x7B
	tcLongString = 0x7C
	tcProxyDesc  = 0x7D
	tcEnum       = 0x7E
)

const (
	baseHandle    = 0x7E0000 // the handle that a stream assigns first
	minFieldBytes = 3        // of a field descriptor: type and empty name
	preallocated  = 64       // elements; a nested array could promise the rest of the input at every level
)

// Parse reads the object stream that begins b: its header and one value. n is the number of bytes consumed; an object
// ends where its data ends, whatever follows. Reset marks before the value are passed over.
//
// Byte arrays and blocks are borrowed from b. The graph may have cycles. Errors are *javaio.FormatError with an offset
// relative to b.
func Parse(b []byte, lim Limits) (v Value, n int, err error) {
	if lim.Depth <= 0 {
		lim.Depth = defaultDepth
	}
	if lim.Nodes <= 0 {
		lim.Nodes = defaultNodes
	}
	p := &parser{
		r:     javaio.NewReader(b, 0),
		depth: lim.Depth,
		nodes: min(lim.Nodes, freeNodes+nodesPerByte*len(b)),
		open:  map[*ClassDesc]bool{},
	}
	if magic := p.r.Bytes(len(Magic)); p.r.Err() == nil && string(magic) != Magic {
		p.r.FailAt(0, javaio.ErrCorrupt, "object stream begins with % x, want ac ed 00 05", magic)
	}
	for p.peek() == tcReset {
		p.r.Skip(1)
	}
	if tc := p.peek(); tc == tcBlock || tc == tcBlockLong {
		v = p.block()
	} else {
		v = p.content()
	}
	if err := p.r.Err(); err != nil {
		return nil, 0, err
	}
	return v, p.r.Pos(), nil
}

// parser walks one stream. Handles are numbered in the order in which the writer assigned them: a descriptor before its
// type strings and superclass, an object before its data.
type parser struct {
	r       *javaio.Reader
	handles []Value
	open    map[*ClassDesc]bool // descriptors that are not complete yet: nothing may be made of them
	depth   int
	nodes   int
}

func (p *parser) failed() bool { return p.r.Err() != nil }

// peek returns the next byte without consuming it; 0 at the end or after a failure.
func (p *parser) peek() byte {
	if rest := p.r.Rest(); !p.failed() && len(rest) > 0 {
		return rest[0]
	}
	return 0
}

// fail records a defect at position at.
func (p *parser) fail(at int, format string, args ...any) {
	p.r.FailAt(at, javaio.ErrCorrupt, format, args...)
}

// enter accounts for one level of nesting; leave ends it.
func (p *parser) enter() bool {
	if p.depth == 0 {
		p.r.Failf("objects are nested too deeply")
		return false
	}
	p.depth--
	return p.spend(1)
}

func (p *parser) leave() { p.depth++ }

func (p *parser) spend(n int) bool {
	if p.nodes < n {
		p.r.Failf("too many objects")
		p.nodes = 0
		return false
	}
	p.nodes -= n
	return !p.failed()
}

// assign gives v the next handle and returns its index.
func (p *parser) assign(v Value) int {
	p.handles = append(p.handles, v)
	return len(p.handles) - 1
}

// content reads one value.
//
//	content := null | reference | classDesc | object | string | array | class | enum
func (p *parser) content() Value {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	at := p.r.Pos()
	switch tc := p.peek(); tc {
	case tcClassDesc, tcProxyDesc:
		return p.newDesc()
	case tcString, tcLongString:
		return p.newString()
	default:
		p.r.Uint8()
		return p.typed(at, tc)
	}
}

func (p *parser) typed(at int, tc byte) Value {
	switch tc {
	case tcNull:
		return nil
	case tcReference:
		return p.reference(at)
	case tcObject:
		return p.object(at)
	case tcArray:
		return p.array(at)
	case tcClass:
		c := &Class{Desc: p.instanceDesc(at)}
		p.assign(c)
		return c
	case tcEnum:
		return p.enum(at)
	case tcReset:
		p.fail(at, "reset inside an object")
	case tcException:
		p.fail(at, "the writer failed: the stream ends with its exception")
	default:
		p.fail(at, "type byte %#02x where a value is expected", tc)
	}
	return nil
}

// reference reads what follows 71: reference := handle:i32
func (p *parser) reference(at int) Value {
	h := int64(p.r.Int32()) - baseHandle
	if p.failed() {
		return nil
	}
	if h < 0 || h >= int64(len(p.handles)) {
		p.fail(at, "reference to handle %#x of %d", h+baseHandle, len(p.handles))
		return nil
	}
	return p.handles[h]
}

// newString := 74 utf | 7C length:i64 modified-UTF-8
func (p *parser) newString() Value {
	var s string
	switch at := p.r.Pos(); p.r.Uint8() {
	case tcString:
		s = p.r.UTF()
	default:
		n := p.r.Int64()
		if n > int64(p.r.Len()) {
			p.r.FailAt(at+1, javaio.ErrEnd, "string of %d bytes, have %d", n, p.r.Len())
			return ""
		}
		if n < 0 {
			p.fail(at+1, "string of %d bytes, have %d", n, p.r.Len())
			return ""
		}
		text, bad := javaio.DecodeModifiedUTF8(p.r.Bytes(int(n)))
		if bad >= 0 {
			p.fail(at+9+bad, "not modified UTF-8")
		}
		s = text
	}
	p.assign(s)
	return s
}

// text reads a value that must be a string.
func (p *parser) text(what string) string {
	at := p.r.Pos()
	s, ok := p.content().(string)
	if !ok {
		p.fail(at, "%s is not a string", what)
	}
	return s
}

// object reads what follows 73: object := classDesc [new handle] classData*
func (p *parser) object(at int) Value {
	desc := p.instanceDesc(at)
	o := &Object{Desc: desc}
	p.assign(o)
	if p.failed() {
		return o
	}
	switch {
	case desc.Flags&FlagExternalizable != 0 && desc.Flags&FlagBlockData == 0:
		p.r.FailAt(at, javaio.ErrUnsupported, "externalizable %s was written without lengths", desc.Name)
	case desc.Flags&FlagExternalizable != 0:
		o.Data = []ClassData{{Desc: desc, Annotation: p.annotation()}}
	case desc.Flags&FlagSerializable == 0:
		p.fail(at, "object of class %s, which is not serializable", desc.Name)
	default:
		o.Data = p.classData(desc)
	}
	return o
}

// classData reads the data of every class of the hierarchy, topmost first.
func (p *parser) classData(desc *ClassDesc) []ClassData {
	depth := 0
	for d := desc; d != nil; d = d.Super {
		depth++
	}
	if !p.spend(depth) {
		return nil
	}
	data := make([]ClassData, depth)
	for d := desc; d != nil; d = d.Super {
		depth--
		data[depth].Desc = d
	}
	for i := range data {
		d := data[i].Desc
		if len(d.Fields) > p.r.Len() {
			p.r.FailAt(p.r.Pos(), javaio.ErrEnd, "%d fields cannot fit in the %d bytes left", len(d.Fields), p.r.Len())
			return data[:i]
		}
		data[i].Values = make([]Value, 0, min(len(d.Fields), preallocated))
		for _, f := range d.Fields {
			data[i].Values = append(data[i].Values, p.value(f.Type))
			if p.failed() {
				return data[:i+1]
			}
		}
		if d.Flags&FlagWriteMethod != 0 {
			data[i].Annotation = p.annotation()
		}
	}
	return data
}

// value reads one field or array element of JVM type letter t.
func (p *parser) value(t byte) Value {
	switch t {
	case 'B':
		return p.r.Int8()
	case 'C':
		return p.r.Uint16()
	case 'D':
		return p.r.Float64()
	case 'F':
		return p.r.Float32()
	case 'I':
		return p.r.Int32()
	case 'J':
		return p.r.Int64()
	case 'S':
		return p.r.Int16()
	case 'Z':
		return p.r.Bool()
	default:
		return p.content()
	}
}

// width is the smallest encoding of a value of type t; 0 for an unknown letter.
func width(t byte) int {
	switch t {
	case 'B', 'Z', 'L', '[':
		return 1
	case 'C', 'S':
		return 2
	case 'F', 'I':
		return 4
	case 'D', 'J':
		return 8
	default:
		return 0
	}
}

// array reads what follows 75: array := classDesc [new handle] n:i32 value{n}
func (p *parser) array(at int) Value {
	desc := p.instanceDesc(at)
	a := &Array{Desc: desc}
	p.assign(a)
	if p.failed() {
		return a
	}
	if len(desc.Name) < 2 || desc.Name[0] != '[' || width(desc.Name[1]) == 0 {
		p.fail(at, "array of class %q", desc.Name)
		return a
	}
	element := desc.Name[1]
	n := p.r.Length(width(element))
	if element == 'B' {
		a.Bytes = p.r.Bytes(n)
		return a
	}
	a.Values = make([]Value, 0, min(n, preallocated))
	for range n {
		a.Values = append(a.Values, p.value(element))
		if p.failed() {
			break
		}
	}
	return a
}

// enum reads what follows 7E: enum := classDesc [new handle] name:string
func (p *parser) enum(at int) Value {
	e := &Enum{Desc: p.instanceDesc(at)}
	p.assign(e)
	if !p.failed() && e.Desc.Flags&FlagEnum == 0 {
		p.fail(at, "enum constant of class %s, which is no enum", e.Desc.Name)
	}
	e.Name = p.text("name of an enum constant")
	return e
}

// annotation reads values and block data up to the end mark; blocks that touch are joined.
func (p *parser) annotation() []Value {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	var all []Value
	for !p.failed() {
		switch p.peek() {
		case tcEndBlock:
			p.r.Skip(1)
			return all
		case tcBlock, tcBlockLong:
			all = p.joined(all, p.block())
		default:
			all = append(all, p.content())
		}
	}
	return all
}

// joined appends a block: the writer cuts its data every 1,024 bytes, which means nothing.
func (p *parser) joined(all []Value, b Block) []Value {
	if n := len(all); n > 0 {
		if last, ok := all[n-1].(Block); ok {
			all[n-1] = append(last, b...) // blocks are capped, so this copies
			return all
		}
	}
	p.spend(1)
	return append(all, b)
}

// block := 77 n:u8 byte{n} | 7A n:i32 byte{n}
func (p *parser) block() Block {
	if p.r.Uint8() == tcBlock {
		return p.r.Bytes(int(p.r.Uint8()))
	}
	return p.r.Bin()
}
