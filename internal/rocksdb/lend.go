//go:build !invariants

package rocksdb

// lender lends entries: with the build tag invariants it overwrites them at the next step.
type lender struct{}

func (lender) lend(*Entry) {}
func (lender) reclaim()    {}
