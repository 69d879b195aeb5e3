package metadata

import (
	"encoding/binary"
	"fmt"

	"ckpt/internal/javaio"
)

// EncodeOptions: the zero value is what AppendTo does.
type EncodeOptions struct {
	// Unreleased allows version 7, which no released Flink reads yet.
	Unreleased bool
}

// AppendTo appends the file in c's own version: the same bytes that Decode read. Versions 0 and 1 cannot be written.
// The error, a *javaio.FormatError without offset, names the field that the version cannot hold.
func (c *Checkpoint) AppendTo(dst []byte) ([]byte, error) { return c.AppendWith(dst, EncodeOptions{}) }

// AppendWith is AppendTo with options.
func (c *Checkpoint) AppendWith(dst []byte, o EncodeOptions) ([]byte, error) {
	e := &encoder{dst: dst, body: c.Version.body(), changelog114: c.Changelog114}
	switch {
	case e.body == nil || e.body.append == nil:
		e.fail("version", "version %d cannot be written", c.Version)
	case c.Version > newestReleased && !o.Unreleased:
		e.fail("version", "version %d is not released", c.Version)
	case c.damage != "":
		e.fail("", "the file this was read from is damaged (%s)", c.damage)
	case c.Changelog114 && c.Version != 3:
		e.fail("version", "changelog state of Flink 1.14 exists in version 3 only")
	default:
		e.i32(Magic)
		e.i32(int32(c.Version))
		e.i64(int64(c.CheckpointID))
		e.body.append(e, c)
	}
	if e.err != nil {
		return dst, e.err
	}
	return e.dst, nil
}

// encoder appends one file. The first failure sticks.
type encoder struct {
	dst          []byte
	path         fieldPath
	body         *body
	changelog114 bool
	err          error
}

func (e *encoder) fail(field, format string, args ...any) {
	if e.err == nil {
		err := fmt.Errorf("%w: "+format, append([]any{javaio.ErrUnsupported}, args...)...)
		e.err = &javaio.FormatError{Offset: -1, Field: e.path.join(field), Err: err}
	}
}

func (e *encoder) u8(v uint8)   { e.dst = append(e.dst, v) }
func (e *encoder) i32(v int32)  { e.dst = javaio.AppendInt32(e.dst, v) }
func (e *encoder) i64(v int64)  { e.dst = javaio.AppendInt64(e.dst, v) }
func (e *encoder) bin(b []byte) { e.dst = javaio.AppendBin(e.dst, b) }

func (e *encoder) boolean(v bool) { e.dst = javaio.AppendBool(e.dst, v) }

// count appends the length of a list.
func (e *encoder) count(n int) { e.i32(int32(n)) }

func (e *encoder) utf(field, s string) {
	if !javaio.FitsUTF(s) {
		e.fail(field, "string of more than 65535 bytes")
		return
	}
	e.dst = javaio.AppendUTF(e.dst, s)
}

// prefixed appends what write appends, with its length before it.
func (e *encoder) prefixed(write func()) {
	at := len(e.dst)
	e.i32(0)
	write()
	binary.BigEndian.PutUint32(e.dst[at:], uint32(len(e.dst)-at-4))
}
