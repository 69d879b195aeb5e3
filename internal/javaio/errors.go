package javaio

import (
	"errors"
	"fmt"
	"strings"
)

// The classes of a defect. Every error about input wraps one of them.
var (
	ErrCorrupt     = errors.New("corrupt")     // the bytes contradict the format
	ErrUnsupported = errors.New("unsupported") // well formed, but a version or kind we do not implement
	ErrMissing     = errors.New("missing")     // a file or byte range that something refers to is not there
)

// ErrEnd is an ErrCorrupt that more input might cure: the bytes at hand end too early.
var ErrEnd error = endError{}

type endError struct{}

func (endError) Error() string        { return ErrCorrupt.Error() }
func (endError) Is(target error) bool { return target == ErrCorrupt }

// FormatError locates a defect. A codec sets Offset; each layer above adds what only it knows.
type FormatError struct {
	File   string // as the user named it; set by the layer that opened the file
	Offset int64  // absolute position of the first bad byte in File; -1 if it has none
	Field  string // "operator[2].subtask[0].keyed.offsets"
	Fix    string // what to do next; may be empty
	Err    error  // wraps ErrCorrupt, ErrUnsupported or ErrMissing
}

func (e *FormatError) Unwrap() error { return e.Err }

func (e *FormatError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
	}
	if e.Offset >= 0 {
		fmt.Fprintf(&b, "@%d", e.Offset)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Field != "" {
		b.WriteString(e.Field)
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%v", e.Err)
	return b.String()
}

// InField prefixes the field path of a FormatError with name; other errors and nil pass unchanged.
// It is for containers on their way up from a failure, never for a hot path.
func InField(err error, name string) error {
	fe, ok := errors.AsType[*FormatError](err)
	if !ok {
		return err
	}
	c := *fe
	switch {
	case c.Field == "":
		c.Field = name
	case strings.HasPrefix(c.Field, "["):
		c.Field = name + c.Field
	default:
		c.Field = name + "." + c.Field
	}
	return &c
}

// InFile names the file of a FormatError that has none yet; other errors are wrapped with the name.
func InFile(err error, file string) error {
	if err == nil {
		return nil
	}
	fe, ok := errors.AsType[*FormatError](err)
	if !ok {
		return fmt.Errorf("%s: %w", file, err)
	}
	if fe.File != "" {
		return err
	}
	c := *fe
	c.File = file
	return &c
}

// Shift adds by to the offset of a FormatError: from one relative to a part to one of the whole.
func Shift(err error, by int64) error {
	fe, ok := errors.AsType[*FormatError](err)
	if !ok || fe.Offset < 0 {
		return err
	}
	c := *fe
	c.Offset += by
	return &c
}
