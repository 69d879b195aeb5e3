package metadata

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"ckpt/internal/javaio"
)

// hold demands of any input: an error with its place or a checkpoint; the same bytes when it is written, unless a warning
// says that they differ; and nothing that walks a checkpoint fails.
func hold(tb testing.TB, b []byte) {
	tb.Helper()
	c, err := Decode(b)
	if err != nil {
		fe, ok := errors.AsType[*javaio.FormatError](err)
		if !ok || fe.Offset < 0 || fe.Offset > int64(len(b)) || c != nil {
			tb.Fatalf("%v, err = %v", c, err)
		}
		if lenient, err := DecodeWith(b, DecodeOptions{Lenient: true}); lenient == nil {
			tb.Fatalf("lenient: no checkpoint, err = %v", err)
		}
		return
	}
	for ref := range c.Streams() {
		_, _ = LayoutOf("/a/chk-1/_metadata").Candidates(ref.Handle)
	}
	_, _ = c.FlinkVersions(), c.SelfContained()
	if c.Version < 2 {
		return
	}
	again, err := c.AppendWith(nil, EncodeOptions{Unreleased: true})
	if err != nil || !bytes.Equal(again, b) && !respelled(c) {
		tb.Fatalf("written again: %d bytes, not %d: %v", len(again), len(b), err)
	}
	for _, v := range []Version{2, 3, 4, 5, 6} {
		out, err := c.For(v)
		if err != nil {
			continue
		}
		if b, err := out.AppendTo(nil); err != nil {
			tb.Fatalf("converted to version %d: %v", v, err)
		} else if _, err := Decode(b); err != nil && !respelled(c) {
			tb.Fatalf("converted to version %d: %v", v, err)
		}
	}
}

func respelled(c *Checkpoint) bool {
	for _, w := range c.Warnings {
		if w.Message == "spelled as no writer does; a rewrite changes the bytes" {
			return true
		}
	}
	return false
}

func FuzzDecode(f *testing.F) {
	for v := Version(2); v <= 7; v++ {
		f.Add(encode(f, sample(v)))
	}
	f.Add(unhex(f, fileV0))
	f.Add(unhex(f, fileV1))
	f.Fuzz(func(t *testing.T, b []byte) { hold(t, b) })
}

// TestMemory holds what is allocated to a multiple of the input, for inputs whose counts promise as much as they can.
func TestMemory(t *testing.T) {
	sound := encode(t, sample(6))
	fields := trace(t, sound)
	for _, f := range fields {
		if f.Size != 4 {
			continue
		}
		b := append(bytes.Clone(sound), make([]byte, 1<<20)...)
		b[f.Offset], b[f.Offset+1], b[f.Offset+2], b[f.Offset+3] = 0, 0, 0xFF, 0xFF
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = Decode(b)
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 32*uint64(len(b)) {
			t.Errorf("%s: %d bytes allocated for %d", f.Path, got, len(b))
		}
	}
}
