//go:build invariants

package statereader

import (
	"bytes"

	"ckpt/state"
)

// lender lends copies of entries and overwrites them at the next step, so that a consumer that keeps a slice fails.
type lender struct{ out [4][]byte }

// overwrites says that lent entries are overwritten.
const overwrites = true

func (l *lender) lend(e *state.Entry) {
	for i, p := range [...]*[]byte{&e.Key, &e.Namespace, &e.UserKey, &e.Value} {
		*p = bytes.Clone(*p)
		l.out[i] = *p
	}
}

func (l *lender) reclaim() {
	for _, b := range l.out {
		for i := range b {
			b[i] = 0xDB
		}
	}
}
