package serializer

import "errors"

// ErrShort says that the bytes at hand end inside a value: with more of them it may be complete.
var ErrShort = errors.New("value continues past the bytes at hand")

// Program is a Type compiled for speed. It is immutable and safe for concurrent use.
type Program struct {
	Type *Type
}

// Compile prepares t. It never fails: what cannot be decoded fails when it is met.
func Compile(t *Type) *Program { return &Program{Type: t} }

// Skip returns the length of the value that begins b. The value is fully validated and nothing is allocated.
// Where b ends inside the value the error is ErrShort; others are *javaio.FormatError, with an offset relative to b,
// and wrap ErrCorrupt, or ErrUnsupported at a value without a decoder.
func (p *Program) Skip(b []byte) (n int, err error) { return 0, ErrShort }

// Decode returns the value that begins b and its length. Errors are those of Skip.
func (p *Program) Decode(b []byte) (v Value, n int, err error) { return nil, 0, ErrShort }

// DecodeFramed returns the value that b is, from its first byte to its last. A value without a decoder becomes an
// Opaque: alone if it is the last part of b, else with all that surrounds it. Other errors are those of Skip;
// leftover bytes are corrupt.
func (p *Program) DecodeFramed(b []byte) (Value, error) { return nil, ErrShort }

// Append appends the encoding of v, which must be of the form that Decode returns.
func (p *Program) Append(dst []byte, v Value) ([]byte, error) { return dst, ErrShort }

// Hash returns the Java hash code of v; known is false where it depends on code or releases that are not recorded.
func (p *Program) Hash(v Value) (hash int32, known bool) { return 0, false }

// HashBytes returns the Java hash code of the value that b is.
func (p *Program) HashBytes(b []byte) (hash int32, known bool, err error) { return 0, false, nil }
