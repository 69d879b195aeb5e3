package serializer

import (
	"fmt"
	"strconv"

	"ckpt/internal/javaio"
)

// The errors of skipping are made out of line: the paths without them stay small.

// corrupt is a defect at p.
func corrupt(p int, format string, args ...any) error {
	return &javaio.FormatError{Offset: int64(p), Err: fmt.Errorf("%w: "+format, append([]any{javaio.ErrCorrupt}, args...)...)}
}

// shifted moves the place of an error that was found relative to p.
func shifted(err error, p int) error { return javaio.Shift(err, int64(p)) }

// unsupported is something well formed at p that is not implemented.
func unsupported(p int, format string, args ...any) error {
	return &javaio.FormatError{Offset: int64(p), Err: fmt.Errorf("%w: "+format, append([]any{javaio.ErrUnsupported}, args...)...)}
}

// undecodable says that the value at p has no decoder.
func undecodable(p int, t *Type) error {
	return &javaio.FormatError{Offset: int64(p), Err: &OpaqueError{Class: t.Class, Reason: t.Reason}}
}

func noSerializer(p int, class string) error {
	return &javaio.FormatError{Offset: int64(p), Err: &OpaqueError{Class: class, Reason: "the serializer of this subclass is not recorded"}}
}

// inField names the field of n in which err occurred.
func (n *node) inField(err error, i int) error {
	if err == ErrShort {
		return err
	}
	return javaio.InField(err, n.t.Field(i))
}

func inIndex(err error, i int) error {
	if err == ErrShort {
		return err
	}
	return javaio.InField(err, "["+strconv.Itoa(i)+"]")
}
