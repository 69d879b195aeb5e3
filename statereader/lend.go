//go:build !invariants

package statereader

import "ckpt/state"

// lender lends entries: with the build tag invariants it overwrites them at the next step.
type lender struct{}

// overwrites says that lent entries are overwritten.
const overwrites = false

func (lender) lend(*state.Entry) {}
func (lender) reclaim()          {}
