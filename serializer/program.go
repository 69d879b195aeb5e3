package serializer

import "errors"

// ErrShort says that the bytes at hand end inside a value: with more of them it may be complete.
var ErrShort = errors.New("value continues past the bytes at hand")

// Program is a Type compiled for speed. It is immutable and safe for concurrent use.
type Program struct {
	Type *Type
	skip func(b []byte) (int, error)
}
