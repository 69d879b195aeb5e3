package serializer

import (
	"errors"

	"ckpt/internal/javaio"
)

// ErrShort says that the bytes at hand end inside a value: with more of them it may be complete.
var ErrShort = errors.New("value continues past the bytes at hand")

// OpaqueError is an ErrUnsupported: a value without a decoder was met, so that its end is not known.
type OpaqueError struct {
	Class  string // of the value, or of its serializer
	Reason string
}

func (e *OpaqueError) Error() string {
	return "unsupported: value of " + e.Class + " cannot be decoded: " + e.Reason
}

// Is makes it an ErrUnsupported.
func (e *OpaqueError) Is(target error) bool { return target == javaio.ErrUnsupported }

// Program is a Type compiled for speed. It is immutable and safe for concurrent use.
type Program struct {
	Type   *Type
	root   *node
	framed *node // root, if every value can be decoded
	hidden bool  // values may have parts without a decoder
}

// Compile prepares t. It never fails: what cannot be decoded fails when it is met.
func Compile(t *Type) *Program {
	p := &Program{Type: t}
	p.root = (&compiler{nodes: map[*Type]*node{}}).node(t)
	p.framed = p.root
	p.hidden = t.Opaque() != nil || t.kryoPart() != nil
	if p.hidden || t.Endless() {
		p.framed = (&compiler{nodes: map[*Type]*node{}, framed: true}).node(t)
	}
	return p
}

// Skip returns the length of the value that begins b. The value is fully validated; nothing is allocated, except at
// Java objects. Where b ends inside the value the error is ErrShort; others are *javaio.FormatError, with an offset
// relative to b, and wrap ErrCorrupt, or ErrUnsupported at a value without a decoder.
func (p *Program) Skip(b []byte) (n int, err error) { return skip(p.root, b, 0, 0) }

// Decode returns the value that begins b and its length. Errors are those of Skip.
func (p *Program) Decode(b []byte) (v Value, n int, err error) {
	n, err = p.Skip(b)
	if err != nil {
		return nil, 0, err
	}
	v, err = decode(p.root, b[:n])
	return v, n, err
}

// decode decodes what skip has accepted.
func decode(n *node, b []byte) (Value, error) {
	d := decoder{b: b, free: maxFree}
	v := d.value(n)
	if d.free < 0 {
		return nil, unsupported(0, "more than %d elements of no bytes", maxFree)
	}
	return v, nil
}

// SkipFramed validates that b is one value from its first byte to its last. A value without a decoder may be its last
// part: it takes what is left.
func (p *Program) SkipFramed(b []byte) error {
	n, err := skip(p.framed, b, 0, 0)
	switch {
	case err == ErrShort:
		return corrupt(len(b), "bytes end inside the value")
	case err == nil && n < len(b):
		err = corrupt(n, "%d bytes left over", len(b)-n)
		if k := p.framed; k.kind == KindKryo && k.t.kryo.tolerant {
			return k.t.kryo.misread(b, 0, err)
		}
	}
	return err
}

// DecodeFramed returns the value that b is, from its first byte to its last. A value without a decoder becomes an
// Opaque: alone where it is the last part of b, else with all that surrounds it. Other errors are those of Skip;
// leftover bytes are corrupt.
func (p *Program) DecodeFramed(b []byte) (Value, error) {
	err := p.SkipFramed(b)
	if err == nil {
		return decode(p.framed, b)
	}
	// Where a value without a decoder ends is not known, and so neither is what stands behind it.
	if _, plain := p.Skip(b); plain != nil && p.hidden {
		if o, ok := errors.AsType[*OpaqueError](plain); ok {
			return Opaque{Class: o.Class, Reason: o.Reason, Bytes: append([]byte{}, b...)}, nil
		}
	}
	if o, ok := errors.AsType[*OpaqueError](err); ok {
		return Opaque{Class: o.Class, Reason: o.Reason, Bytes: append([]byte{}, b...)}, nil
	}
	return nil, err
}

// Append appends the encoding of v, which must be of the form that Decode returns.
func (p *Program) Append(dst []byte, v Value) ([]byte, error) {
	if o, ok := v.(Opaque); ok && p.framed != p.root {
		return append(dst, o.Bytes...), nil
	}
	e := encoder{b: dst}
	if err := e.value(p.framed, v, 0); err != nil {
		return dst, err
	}
	return e.b, nil
}
