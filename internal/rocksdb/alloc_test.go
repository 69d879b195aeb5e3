//go:build !invariants

package rocksdb

import (
	"runtime"
	"testing"
)

// TestNoAllocationPerEntry: a scan and an iteration allocate by table and block size, not by entry.
func TestNoAllocationPerEntry(t *testing.T) {
	for _, g := range goldens(t) {
		if g.name != "8.10.0/partial-0" && g.name != "6.20.3/dynamic-levels" {
			continue
		}
		db := open(t, g.files.files(), Options{})
		var before, after runtime.MemStats
		cf := db.ColumnFamily("value")
		it := cf.Iter(t.Context(), Range{})
		for range 40 {
			it.Next()
		}
		runtime.ReadMemStats(&before)
		n := 0
		for n < 40 && it.Next() {
			n++
		}
		runtime.ReadMemStats(&after)
		if allocs := after.Mallocs - before.Mallocs; n < 40 || allocs > uint64(n)/2 {
			t.Errorf("%s: %d allocations for %d entries", g.name, allocs, n)
		}
		it.Close()
	}
}
