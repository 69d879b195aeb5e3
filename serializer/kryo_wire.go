package serializer

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"ckpt/internal/javaio"
)

// kryoReader walks one value.
//
//	VALUE   := 0 | CLASS REFBODY
//	CLASS   := 1 nameIndex:uvarint [KSTR, if new] | uvarint id+2
//	REFBODY := BODY, of classes that are not tracked | 0 (null) | 1 BODY | uvarint k+2 (object k again)
//
// Objects get their numbers when they begin. With build unset nothing is made. The first failure sticks in err, and
// everything read after it is zero.
type kryoReader struct {
	t     *kryoTypes
	ids   []*kryoClass
	five  bool // 5.6
	build bool
	whole bool // b does not go on behind its end

	b       []byte
	p       int
	err     error
	depth   int
	free    int // how many more elements without bytes may be made
	objects int
	named   int           // classes named so far
	few     [4]*kryoClass // the first of them
	more    []*kryoClass  // the others
	values  []Value       // objects that are complete, by number
	foreign bool          // an id was met that only programs without Flink's registrations use
	met     *[]string     // described classes that were met, the first one first; nil: nobody asks
}

// maxKryoDepth bounds nesting. Java's own stack ends earlier.
const maxKryoDepth = 1 << 14

// read reads one value.
func (t *kryoTypes) read(r *kryoReader, b []byte, g KryoGeneration) Value {
	*r = kryoReader{t: t, ids: t.ids, five: g == Kryo5, build: r.build, whole: r.whole, b: b, free: maxFree, met: r.met}
	v := r.value(nil)
	if r.err != nil && r.foreign && r.whole {
		low := *r
		low = kryoReader{t: t, ids: t.low2, five: r.five, build: r.build, whole: r.whole, b: b, free: maxFree}
		if low.five {
			low.ids = t.low5
		}
		v := low.value(nil)
		if low.err == nil && low.p == len(b) || isOpaque(r.err) && isOpaque(low.err) && low.foreign {
			*r = low
			return v
		}
	}
	return v
}

// boxed is v where values are made.
func boxed[T any](r *kryoReader, v T) Value {
	if !r.build || r.err != nil {
		return nil
	}
	return v
}

func (r *kryoReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *kryoReader) short() { r.fail(ErrShort) }

func (r *kryoReader) corrupt(p int, format string, args ...any) {
	if r.err == nil {
		r.err = corrupt(p, format, args...)
	}
}

// opaque says that the instance of c at p cannot be read.
func (r *kryoReader) opaque(p int, class, reason string) {
	if r.err == nil {
		r.err = &javaio.FormatError{Offset: int64(p), Err: &OpaqueError{Class: class, Reason: reason}}
	}
}

// take returns the next n bytes, lent.
func (r *kryoReader) take(n int) []byte {
	if r.err != nil || n > len(r.b)-r.p {
		r.short()
		return nil
	}
	r.p += n
	return r.b[r.p-n : r.p]
}

func (r *kryoReader) byte() byte {
	if r.err != nil || r.p >= len(r.b) {
		r.short()
		return 0
	}
	r.p++
	return r.b[r.p-1]
}

func (r *kryoReader) flag() bool {
	v := r.byte()
	if v > 1 {
		r.corrupt(r.p-1, "boolean is %d, want 0 or 1", v)
	}
	return v == 1
}

// fixed reads n bytes: big endian in 2.24, little endian in 5.6.
func (r *kryoReader) fixed(n int) (v uint64) {
	b := r.take(n)
	for i, c := range b {
		if r.five {
			v |= uint64(c) << (8 * i)
		} else {
			v = v<<8 | uint64(c)
		}
	}
	return v
}

// uvarint reads 32 bits in at most five groups of seven.
func (r *kryoReader) uvarint() uint32 {
	at := r.p
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		c := r.byte()
		v |= uint64(c&0x7F) << shift
		if c < 0x80 {
			if c == 0 && shift > 0 && r.err == nil || v > math.MaxUint32 {
				r.corrupt(at, "number is not in its shortest form")
			}
			return uint32(v)
		}
	}
	r.corrupt(at, "number of more than 32 bits")
	return 0
}

// uvarint64 reads 64 bits in at most nine groups, the last of eight bits.
func (r *kryoReader) uvarint64() uint64 {
	at := r.p
	var v uint64
	for shift := 0; shift < 56; shift += 7 {
		c := r.byte()
		v |= uint64(c&0x7F) << shift
		if c < 0x80 {
			if c == 0 && shift > 0 && r.err == nil {
				r.corrupt(at, "number is not in its shortest form")
			}
			return v
		}
	}
	c := r.byte()
	if c == 0 {
		r.corrupt(at, "number is not in its shortest form")
	}
	return v | uint64(c)<<56
}

func (r *kryoReader) int32() int32 {
	v := r.uvarint()
	return int32(v>>1) ^ -int32(v&1)
}

func (r *kryoReader) int64() int64 {
	v := r.uvarint64()
	return int64(v>>1) ^ -int64(v&1)
}

// length reads a count of things of at least one byte each.
func (r *kryoReader) length(least int) int { return r.atLeast(r.uvarint(), least) }

// lengthOrNull reads a count plus one; where null would stand, null is written before.
func (r *kryoReader) lengthOrNull(least int) int {
	n := r.uvarint()
	if n == 0 {
		r.corrupt(r.p-1, "null inside an object")
		return 0
	}
	return r.atLeast(n-1, least)
}

func (r *kryoReader) atLeast(n uint32, least int) int {
	switch {
	case r.err != nil:
		return 0
	case n > math.MaxInt32:
		r.corrupt(r.p, "a length of %d", n)
		return 0
	case int64(n)*int64(least) > int64(len(r.b)-r.p):
		r.short()
		return 0
	}
	return int(n)
}

// spend takes n elements without bytes from what may be made.
func (r *kryoReader) spend(n int) bool {
	if r.free -= n; r.free < 0 && r.err == nil {
		r.err = unsupported(r.p, "more than %d elements of no bytes", maxFree)
	}
	return r.err == nil
}

// text reads a string.
//
//	KSTR := ASCII, the last byte with bit 7 | n+1 in groups of 6, then 7 bits (bit 7 of the first byte is set), units
//
// A string that is null is written as null before.
func (r *kryoReader) text() string {
	if !r.build {
		r.textBytes()
		return ""
	}
	return r.makeText()
}

func (r *kryoReader) makeText() string {
	at := r.p
	b, units, ascii := r.textBytes()
	switch {
	case r.err != nil:
		return ""
	case ascii && units == 0:
		s := []byte(string(b))
		s[len(s)-1] &= 0x7F
		return string(s)
	case ascii:
		return string(b)
	}
	return kryoText(r.b[at:r.p], len(b))
}

// textBytes passes a string. It returns its bytes and, but in the ASCII form, its units; ascii says that all have one byte.
func (r *kryoReader) textBytes() (b []byte, units int, ascii bool) {
	at := r.p
	first := r.byte()
	if r.err != nil {
		return nil, 0, false
	}
	if first < 0x80 {
		for i, c := range r.b[at:] {
			if c >= 0x80 {
				r.p = at + i + 1
				if i == 0 {
					break
				}
				return r.b[at:r.p], 0, true
			}
		}
		r.short()
		return nil, 0, false
	}
	n := r.flagVarint(first, 0x40)
	if n == 0 {
		r.corrupt(at, "null inside an object")
		return nil, 0, false
	}
	units = r.atLeast(n-1, 1)
	from := r.p
	run := asciiRun(r.b[from:], min(units, len(r.b)-from))
	r.p += run
	for i := run; i < units && r.err == nil; i++ {
		r.skipUnit()
	}
	if r.err != nil {
		return nil, 0, false
	}
	return r.b[from:r.p], max(units, 1), run == units
}

// flagVarint finishes a number whose first byte has flags at and above bit more, which says that groups follow.
func (r *kryoReader) flagVarint(first byte, more byte) uint32 {
	at := r.p - 1
	v := uint64(first & (more - 1))
	if first&more == 0 {
		return uint32(v)
	}
	for shift := 6; shift < 34; shift += 7 {
		c := r.byte()
		v |= uint64(c&0x7F) << shift
		if c < 0x80 {
			if c == 0 && r.err == nil || v > math.MaxUint32 {
				r.corrupt(at, "number is not in its shortest form")
			}
			return uint32(v)
		}
	}
	r.corrupt(at, "number of more than 32 bits")
	return 0
}

// skipUnit passes a unit of one to three bytes.
func (r *kryoReader) skipUnit() {
	at := r.p
	switch c := r.byte(); {
	case c < 0x80:
	case c>>5 == 6:
		if d := r.byte(); r.err == nil && (d>>6 != 2 || c < 0xC2) {
			r.corrupt(at, "not a character")
		}
	case c>>4 == 14:
		d, e := r.byte(), r.byte()
		if r.err == nil && (d>>6 != 2 || e>>6 != 2 || c == 0xE0 && d < 0xA0) {
			r.corrupt(at, "not a character")
		}
	default:
		r.corrupt(at, "not a character")
	}
}

// kryoText makes WTF-8 of the last n bytes of b, units that have been checked.
func kryoText(b []byte, n int) string {
	b = b[len(b)-n:]
	out := make([]byte, 0, n)
	unit := func(b []byte) (rune, int) {
		switch c := b[0]; {
		case c < 0x80:
			return rune(c), 1
		case c < 0xE0:
			return rune(c&0x1F)<<6 | rune(b[1]&0x3F), 2
		}
		return rune(b[0]&0x0F)<<12 | rune(b[1]&0x3F)<<6 | rune(b[2]&0x3F), 3
	}
	for len(b) > 0 {
		u, w := unit(b)
		if u >= 0xD800 && u < 0xDC00 && len(b) > w {
			if trail, more := unit(b[w:]); trail >= 0xDC00 && trail < 0xE000 {
				out = utf8.AppendRune(out, utf16.DecodeRune(u, trail))
				b = b[w+more:]
				continue
			}
		}
		if u >= 0xD800 && u < 0xE000 {
			out = append(out, b[:w]...)
		} else {
			out = utf8.AppendRune(out, u)
		}
		b = b[w:]
	}
	return string(out)
}

// bigInteger reads a BigInteger; nil while nothing is made.
func (r *kryoReader) bigInteger() *big.Int {
	at := r.p
	b := r.take(r.lengthOrNull(1))
	if r.err == nil && len(b) == 0 {
		r.corrupt(at, "a number of no bytes")
	}
	if r.err != nil || !r.build {
		return nil
	}
	return twosComplement(b)
}

// NoSuchID is the reason of values whose class has an id that nothing was registered for.
const NoSuchID = "no class has this id in Kryo's registrations"

// class reads CLASS; nil is null.
func (r *kryoReader) class() *kryoClass {
	at := r.p
	switch id := r.uvarint(); {
	case r.err != nil || id == 0:
		return nil
	case id == 1:
		return r.className()
	default:
		if id -= 2; int64(id) < int64(len(r.ids)) && r.ids[id] != nil {
			r.foreign = r.foreign || id > 8 && id < kryoFirstJDK
			return r.ids[id]
		}
		r.foreign = true
		r.opaque(at, fmt.Sprintf("class %d", id), NoSuchID)
		return nil
	}
}

func (r *kryoReader) className() *kryoClass {
	at := r.p
	i := r.uvarint()
	switch {
	case r.err != nil:
		return nil
	case int64(i) < int64(min(r.named, len(r.few))):
		return r.few[i]
	case int64(i) < int64(r.named):
		return r.more[int(i)-len(r.few)]
	case int64(i) > int64(r.named):
		r.corrupt(at, "class name %d of %d", i, r.named)
		return nil
	}
	from := r.p
	b, units, ascii := r.textBytes()
	const longest = 1 << 12
	if r.err == nil && (len(b) == 0 || len(b) > longest) {
		r.corrupt(from, "a class name of %d bytes", len(b))
	}
	if r.err != nil {
		return nil
	}
	var c *kryoClass
	if ascii && units == 0 {
		var name [128]byte
		if len(b) > len(name) {
			r.p = from
			c = r.t.class(r.makeText())
		} else {
			n := copy(name[:], b)
			name[n-1] &= 0x7F
			c = r.t.lookup(name[:n])
		}
	} else {
		r.p = from
		c = r.t.class(r.makeText())
	}
	if r.named < len(r.few) {
		r.few[r.named] = c
	} else {
		r.more = append(r.more, c)
	}
	r.named++
	return c
}

// value reads VALUE. args are the arguments of the declared type, where they are known.
func (r *kryoReader) value(args []*kryoDeclared) Value {
	c := r.class()
	if c == nil {
		return nil
	}
	return r.instance(c, args, false)
}

// nullable reads an instance of a class that is not written.
func (r *kryoReader) nullable(c *kryoClass, args []*kryoDeclared) Value {
	if !c.untracked(r.five) {
		return r.instance(c, args, true)
	}
	switch at := r.p; r.uvarint() {
	case 0:
		return nil
	case 1:
		return r.body(c, args)
	default:
		r.corrupt(at, "null marker is more than 1")
		return nil
	}
}

// instance reads REFBODY, which only is null where it may be.
func (r *kryoReader) instance(c *kryoClass, args []*kryoDeclared, null bool) Value {
	if c.untracked(r.five) {
		return r.body(c, args)
	}
	at := r.p
	switch k := r.uvarint(); {
	case r.err != nil:
		return nil
	case k == 0 && null:
		return nil
	case k == 0:
		r.corrupt(at, "null of class %s", c.name)
		return nil
	case k > 1:
		if k -= 2; int64(k) >= int64(r.objects) {
			r.corrupt(at, "reference to object %d of %d", k, r.objects)
		}
		if !r.build {
			return nil
		}
		return Ref(k)
	}
	number := r.objects
	r.objects++
	if r.build {
		r.values = append(r.values, nil)
	}
	if r.depth++; r.depth > maxKryoDepth {
		r.opaque(at, c.name, fmt.Sprintf("values are nested more than %d deep", maxKryoDepth))
		return nil
	}
	if r.met != nil && c.described() && !slices.Contains(*r.met, c.name) {
		*r.met = append(*r.met, c.name)
	}
	v := r.body(c, args)
	r.depth--
	if r.build && r.err == nil {
		r.values[number] = v
	}
	return v
}

// resolved returns the object that v refers to.
func (r *kryoReader) resolved(v Value) Value {
	if ref, ok := v.(Ref); ok && int(ref) < len(r.values) {
		return r.values[ref]
	}
	return v
}

// isOpaque says whether err tells of a value without a decoder.
func isOpaque(err error) bool {
	_, ok := errors.AsType[*OpaqueError](err)
	return ok
}
