package main

import (
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/storage"
)

// TestGetRequests: one key of a database costs its index, not its tables. Object stores charge and delay each request.
func TestGetRequests(t *testing.T) {
	f := fixtures.Get(t, "2.3.0", "unusual-incremental-rocksdb-checkpoint-p2-m128-inline0")
	for _, args := range [][]string{
		{"--state", "value", "--key", "13"},
		{"--state", "map", "--key", "13"},
		{"--state", "map", "--key", "13", "--map-key", "1"},
	} {
		var count *storage.Counter
		app := &App{Wrap: func(base storage.FS) storage.FS {
			count = storage.Counting(base)
			return count
		}}
		if r := app.test(t.Context(), append([]string{"get", f.Path()}, args...)...); r.code != exitDone {
			t.Fatalf("exit %d: %s", r.code, r.err)
		}
		if c := count.Counts(); c.Reads > 12 || c.BytesRead > 2<<20 {
			t.Errorf("%q: %d requests, %d bytes", args, c.Reads, c.BytesRead)
		} else {
			t.Logf("%q: %d requests, %d bytes", args, c.Reads, c.BytesRead)
		}
	}
}
