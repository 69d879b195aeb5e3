package metadata

import (
	"bytes"
	"fmt"

	"ckpt/internal/javaio"
)

// Magic begins every `_metadata` file; the version follows.
//
//	file := magic:i32 version:i32 body(version)
const Magic int32 = 0x4960672D

// Bounds of a decoder; whatever the input says, it costs no more.
const (
	maxNesting   = 8       // keyed handles in changelog handles, and streams in key-group streams
	preallocated = 1 << 10 // elements allocated before the first was read
)

// DecodeOptions: the zero value is strict, what Decode does.
type DecodeOptions struct {
	// Lenient is for forensics. Defects that still leave the rest readable become warnings, and a checkpoint with
	// what was read before the first real error is returned beside that error. AppendTo refuses such a checkpoint,
	// unless bytes after the end (Checkpoint.Trailing) were its only defect.
	Lenient bool
	// Trace is told of every field in file order: the base of dumps. May be nil.
	Trace func(Field)
}

// Field is one field of the file as Trace sees it.
type Field struct {
	Offset int64
	Size   int
	Path   string // "operator[2].subtask[0].managedKeyed.handleID"
	Value  any    // int64 for every integer, bool, string, or []byte borrowed from the input
}

// Warning is something unusual that does not keep the file from being read.
type Warning struct {
	Offset  int64
	Field   string
	Message string
}

// Decode reads a `_metadata` file of any version. Inline data is borrowed from b. Everything must be accounted for: an
// unknown code, a count that cannot be, a duplicate or a byte too many is a *javaio.FormatError with offset and field.
func Decode(b []byte) (*Checkpoint, error) { return DecodeWith(b, DecodeOptions{}) }

// DecodeWith is Decode with options.
func DecodeWith(b []byte, o DecodeOptions) (*Checkpoint, error) {
	d := newDecoder(b, o, keyedDecoders)
	c := d.file(b)
	if d.bad() && c.Version == 3 && d.sawChangelog {
		old := newDecoder(b, o, keyedDecoders114)
		if again := old.file(b); !old.bad() {
			again.Changelog114 = true
			return again, nil
		}
	}
	if d.bad() && !o.Lenient {
		return nil, d.r.Err()
	}
	return c, d.r.Err()
}

// decoder reads one file. After the first failure every read returns zero and nothing more is recorded.
type decoder struct {
	r            *javaio.Reader
	path         fieldPath
	o            DecodeOptions
	body         *body
	streams      []streamDecoder // by type code
	keyed        []keyedDecoder  // by type code
	nesting      int
	sawChangelog bool // a code that Flink 1.14 wrote in another layout
	located      bool // the failure knows its field
	warnings     []Warning
	damage       string // the first defect that only Lenient lets pass
}

func newDecoder(b []byte, o DecodeOptions, keyed []keyedDecoder) *decoder {
	return &decoder{r: javaio.NewReader(b, 0), o: o, streams: streamDecoders, keyed: keyed}
}

func (d *decoder) file(b []byte) *Checkpoint {
	c := &Checkpoint{}
	d.magic(b)
	at := d.r.Pos()
	c.Version = Version(d.i32("version"))
	if d.body = c.Version.body(); d.body == nil {
		d.failAs(javaio.ErrUnsupported, at, "version", "unknown version %d", int32(c.Version))
	}
	if !d.bad() {
		at = d.r.Pos()
		if c.CheckpointID = CheckpointID(d.i64("checkpointID")); c.CheckpointID < 0 {
			d.tolerate(at, "checkpointID", "checkpoint id %d is negative", c.CheckpointID)
		} else if c.CheckpointID == 1<<63-1 {
			d.warn(at, "checkpointID", "no checkpoint id follows this one")
		}
		d.body.decode(d, c)
	}
	if rest := d.r.Len(); !d.bad() && rest > 0 {
		at, c.Trailing = d.r.Pos(), rest
		if !d.o.Lenient {
			d.fail(at, "", "%d bytes after the end", rest)
		} else {
			d.warn(at, "", "%d bytes after the end", rest)
		}
	}
	c.Warnings, c.damage = d.warnings, d.damage
	return c
}

// magic checks the first four bytes and says what the file is instead.
func (d *decoder) magic(b []byte) {
	if d.i32("magic") == Magic || d.bad() {
		return
	}
	text := bytes.TrimLeft(b[:min(len(b), 64)], " \t\r\n\xEF\xBB\xBF")
	switch {
	case bytes.HasPrefix(b, []byte{0xAC, 0xED}):
		d.failAs(javaio.ErrUnsupported, 0, "magic", "a Java object stream: a savepoint of Flink 1.0 is not supported")
	case len(bytes.Trim(b, "\x00")) == 0:
		d.fail(0, "magic", "the file is all zeros")
	case len(text) > 0 && (text[0] == '{' || text[0] == '[' || text[0] == '<'):
		d.fail(0, "magic", "this is JSON or XML, not Flink checkpoint metadata")
	default:
		d.fail(0, "magic", "begins with % x, want 49 60 67 2d", b[:4])
	}
}

func (d *decoder) bad() bool { return d.r.Err() != nil }

func (d *decoder) fail(at int, field, format string, args ...any) {
	d.failAs(javaio.ErrCorrupt, at, field, format, args...)
}

func (d *decoder) failAs(class error, at int, field, format string, args ...any) {
	d.r.FailAt(at, class, format, args...)
	d.locate(field)
}

// locate gives the first failure its field path.
func (d *decoder) locate(field string) {
	if d.located || !d.bad() {
		return
	}
	d.located = true
	if fe, ok := d.r.Err().(*javaio.FormatError); ok && fe.Field == "" {
		fe.Field = d.path.join(field)
	}
}

// inOperator adds the id of the operator to a failure inside its record: positions in the file are not what users know.
func (d *decoder) inOperator(id OperatorID) {
	if fe, ok := d.r.Err().(*javaio.FormatError); ok && !id.IsZero() {
		fe.Err = fmt.Errorf("operator %s: %w", id, fe.Err)
	}
}

// warn records something unusual.
func (d *decoder) warn(at int, field, format string, args ...any) {
	if !d.bad() {
		offset := d.r.Offset() - int64(d.r.Pos()) + int64(at)
		d.warnings = append(d.warnings, Warning{Offset: offset, Field: d.path.join(field), Message: fmt.Sprintf(format, args...)})
	}
}

// tolerate records a defect: a failure, or a warning where the caller asked for lenience.
func (d *decoder) tolerate(at int, field, format string, args ...any) {
	if !d.o.Lenient {
		d.fail(at, field, format, args...)
		return
	}
	d.warn(at, field, format, args...)
	if d.damage == "" && !d.bad() {
		d.damage = d.warnings[len(d.warnings)-1].Message
	}
}

// nested reads the next n bytes by read, which must consume them all.
func (d *decoder) nested(n int, field string, read func()) {
	at := d.r.Offset()
	inner := d.r.Bytes(n)
	d.locate(field)
	if d.bad() {
		return
	}
	outer := d.r
	d.r = javaio.NewReader(inner, at)
	read()
	err := d.r.Done()
	d.locate(field)
	d.r = outer
	d.r.Fail(err)
}

// done ends a leaf field that began at position at.
func (d *decoder) done(at int, field string, value func() any) {
	if d.bad() {
		d.locate(field)
	} else if d.o.Trace != nil {
		size := d.r.Pos() - at
		d.o.Trace(Field{Offset: d.r.Offset() - int64(size), Size: size, Path: d.path.join(field), Value: value()})
	}
}

func (d *decoder) u8(field string) uint8 {
	at := d.r.Pos()
	v := d.r.Uint8()
	d.done(at, field, func() any { return int64(v) })
	return v
}

func (d *decoder) i32(field string) int32 {
	at := d.r.Pos()
	v := d.r.Int32()
	d.done(at, field, func() any { return int64(v) })
	return v
}

func (d *decoder) i64(field string) int64 {
	at := d.r.Pos()
	v := d.r.Int64()
	d.done(at, field, func() any { return v })
	return v
}

// count reads the number of elements that follow, each of at least minSize bytes.
func (d *decoder) count(field string, minSize int) int {
	at := d.r.Pos()
	n := d.r.Length(minSize)
	d.done(at, field, func() any { return int64(n) })
	return n
}

func (d *decoder) bin(field string) []byte {
	at := d.r.Pos()
	b := d.r.Bin()
	d.done(at, field, func() any { return b })
	return b
}

// flag reads a byte that is 0 or 1.
func (d *decoder) flag(field string) uint8 {
	at := d.r.Pos()
	v := d.u8(field)
	if v > 1 {
		d.tolerate(at, field, "flag is %d, want 0 or 1", v)
	}
	return v
}

// boolean reads a flag as Flink does: any value but 0 is true.
func (d *decoder) boolean(field string) bool { return d.flag(field) != 0 }

// utf reads a string. Bytes that Java reads but never writes (an overlong form, a plain NUL) are read too; such a
// string is written in the usual spelling.
func (d *decoder) utf(field string) string {
	at := d.r.Pos()
	b := d.r.Bytes(int(d.r.Uint16()))
	s, bad := javaio.DecodeModifiedUTF8(b)
	switch {
	case bad >= 0:
		d.tolerate(at+2+bad, field, "not modified UTF-8")
		s += "\uFFFD"
	case (len(s) != len(b) || !javaio.IsPlain(s)) && !bytes.Equal(javaio.AppendModifiedUTF8(nil, s), b):
		d.warn(at, field, "spelled as no writer does; a rewrite changes the bytes")
	}
	d.done(at, field, func() any { return s })
	return s
}
