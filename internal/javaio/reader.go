// Package javaio reads and appends the primitive encodings of Java's DataInput and DataOutput, bounded by the
// bytes at hand.
//
// All integers are big-endian. utf is a u16 byte length and modified UTF-8; bin is an i32 length and the bytes.
// A Reader belongs to one goroutine. Slices it returns are borrowed from its input; strings are copies.
package javaio

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Reader decodes one in-memory record. After the first failure every read returns zero; Err and Done report it.
type Reader struct {
	buf  []byte
	pos  int
	base int64 // file offset of buf[0]
	err  error
}

// NewReader reads b, whose first byte stands at offset base of its file.
func NewReader(b []byte, base int64) *Reader { return &Reader{buf: b, base: base} }

// Err returns the first failure, a *FormatError, or nil.
func (r *Reader) Err() error { return r.err }

// Done returns the first failure, or one about unread bytes, or nil.
func (r *Reader) Done() error {
	if r.err == nil && r.pos < len(r.buf) {
		r.Failf("%d bytes left over", len(r.buf)-r.pos)
	}
	return r.err
}

// Len returns the number of unread bytes; Pos the position in the input; Offset the position in the file.
func (r *Reader) Len() int      { return len(r.buf) - r.pos }
func (r *Reader) Pos() int      { return r.pos }
func (r *Reader) Offset() int64 { return r.base + int64(r.pos) }

// Rest returns the unread bytes without consuming them.
func (r *Reader) Rest() []byte { return r.buf[r.pos:len(r.buf):len(r.buf)] }

// Since returns the bytes read since position pos, borrowed.
func (r *Reader) Since(pos int) []byte { return r.buf[pos:r.pos:r.pos] }

// Mark and Reset let a parser try an alternative: Reset goes back to pos and forgets a failure.
func (r *Reader) Mark() int     { return r.pos }
func (r *Reader) Reset(pos int) { r.pos, r.err = pos, nil }

// Failf records a defect at the current position, if it is the first.
func (r *Reader) Failf(format string, args ...any) { r.FailAt(r.pos, ErrCorrupt, format, args...) }

// Unsupportedf records something well formed that is not implemented, at the current position.
func (r *Reader) Unsupportedf(format string, args ...any) {
	r.FailAt(r.pos, ErrUnsupported, format, args...)
}

// FailAt records a defect of the given class at position pos, if it is the first.
func (r *Reader) FailAt(pos int, class error, format string, args ...any) {
	if r.err == nil {
		err := fmt.Errorf("%w: "+format, append([]any{class}, args...)...)
		r.err = &FormatError{Offset: r.base + int64(pos), Err: err}
	}
}

// Fail records err as it is, if it is the first.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Bytes returns the next n bytes, borrowed from the input.
func (r *Reader) Bytes(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.buf)-r.pos {
		r.short(n)
		return nil
	}
	b := r.buf[r.pos : r.pos+n : r.pos+n] // capped: an append cannot reach the next field
	r.pos += n
	return b
}

// Skip passes n bytes.
func (r *Reader) Skip(n int) { r.Bytes(n) }

func (r *Reader) short(n int) {
	if r.err == nil {
		class := ErrEnd
		if n < 0 {
			class = ErrCorrupt
		}
		r.FailAt(r.pos, class, "need %d bytes, have %d", n, len(r.buf)-r.pos)
	}
}

func (r *Reader) Uint8() uint8 {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *Reader) Int8() int8 { return int8(r.Uint8()) }

// Bool reads one byte that must be 0 or 1 (Flink takes any other value as true; no writer produces one).
func (r *Reader) Bool() bool {
	v := r.Uint8()
	if v > 1 {
		r.FailAt(r.pos-1, ErrCorrupt, "boolean is %d, want 0 or 1", v)
	}
	return v == 1
}

func (r *Reader) Uint16() uint16 {
	if b := r.Bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *Reader) Int16() int16 { return int16(r.Uint16()) }

func (r *Reader) Uint32() uint32 {
	if b := r.Bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *Reader) Int32() int32 { return int32(r.Uint32()) }

func (r *Reader) Uint64() uint64 {
	if b := r.Bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (r *Reader) Int64() int64     { return int64(r.Uint64()) }
func (r *Reader) Float32() float32 { return math.Float32frombits(r.Uint32()) }
func (r *Reader) Float64() float64 { return math.Float64frombits(r.Uint64()) }

// Length reads an i32 element count and rejects one that cannot fit at minSize (>= 1) bytes per element.
func (r *Reader) Length(minSize int) int {
	at := r.pos
	n := int(r.Int32())
	if n < 0 || n > (len(r.buf)-r.pos)/minSize {
		class := ErrEnd
		if n < 0 {
			class = ErrCorrupt
		}
		r.FailAt(at, class, "%d elements cannot fit in the %d bytes left", n, len(r.buf)-r.pos)
		return 0
	}
	return n
}

// Bin reads an i32 length and that many bytes, borrowed.
func (r *Reader) Bin() []byte { return r.Bytes(r.Length(1)) }

// UTF reads Java's writeUTF form. The result is WTF-8: UTF-8 in which an unpaired surrogate keeps its three bytes.
func (r *Reader) UTF() string {
	at := r.pos
	b := r.Bytes(int(r.Uint16()))
	if r.err != nil {
		return ""
	}
	s, bad := DecodeModifiedUTF8(b)
	if bad >= 0 {
		r.FailAt(at+2+bad, ErrCorrupt, "not modified UTF-8")
	}
	return s
}

// Uvarint reads unsigned 7-bit groups, low group first, of at most 64 bits.
func (r *Reader) Uvarint() uint64 {
	at := r.pos
	v, n := binary.Uvarint(r.buf[r.pos:])
	if r.err != nil {
		return 0
	}
	if n == 0 {
		r.short(1)
		return 0
	}
	if n < 0 {
		r.FailAt(at, ErrCorrupt, "varint longer than 64 bits")
		return 0
	}
	r.pos += n
	return v
}

// InField prefixes the field path of the first failure, if there is one: for containers whose part has just failed.
func (r *Reader) InField(name string) {
	if r.err != nil {
		r.err = InField(r.err, name)
	}
}
