// Package inspect answers questions about checkpoints: what is in one (Run), which ones there are (List), whether one is
// whole (Validate), what one key holds (Get), what makes it large (StatsOf), how two differ (DiffOf), what every byte of a file means (Dump), and which files no snapshot needs (GC).
// Each function returns a report struct whose JSON is API; commands only render it. Nothing is changed, but by GC where it is
// told to.
package inspect

import (
	"errors"

	"ckpt/export"
)

// Version is the version of this program, as files that it writes name it.
const Version = "0.1.0"

var (
	// ErrNotFound: no such checkpoint, operator, state or key.
	ErrNotFound = errors.New("not found")
	// ErrUsage: the question itself is wrong, such as an operator name that several operators have.
	ErrUsage = export.ErrUsage
)

const showStates = "ckpt inspect PATH shows operators and states"

// hinted is an error with the next step for the user.
type hinted struct {
	error
	fix string
}

func (e hinted) Unwrap() error { return e.error }

// Fix is what to do next.
func (e hinted) Fix() string { return e.fix }
