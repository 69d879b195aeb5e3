//go:build !invariants

package statereader

import "ckpt/state"

// lender lends entries: with the build tag invariants it overwrites them at the next step.
type lender struct{}

func (lender) lend(e state.Entry) state.Entry { return e }
func (lender) reclaim()                       {}
