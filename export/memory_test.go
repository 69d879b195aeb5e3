//go:build !invariants && !race

package export

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"ckpt/internal/bigstate"
	"ckpt/statereader"
	"ckpt/storage"
)

// TestPeakHeap: an export of ten times the state needs the same memory, and columns allocate nothing per entry, also where
// all of it is one key group or one key.
func TestPeakHeap(t *testing.T) {
	if testing.Short() {
		t.Skip("exports 60 times")
	}
	const (
		few   = 200_000 // more than a row group
		noise = 4 << 20 // garbage made while a collection runs; the larger state has 14 to 80 MB more
	)
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // each collection is a look
	for _, shape := range []bigstate.Shape{bigstate.Keys, bigstate.OneMap, bigstate.OneList} {
		for _, heap := range []bool{false, true} {
			small, large := bigView(t, shape, heap, few), bigView(t, shape, heap, 10*few)
			for _, format := range []Format{Parquet, JSONL} {
				t.Run(fmt.Sprintf("%s/heap=%t/%s", shape, heap, format), func(t *testing.T) {
					var one usage
					peakOf(t, small, format) // the first run builds what later ones use again
					for range 3 {            // collections come when they come
						u := peakOf(t, small, format)
						one = usage{max(one.live, u.live), u.mallocs}
					}
					ten := peakOf(t, large, format)
					t.Logf("peak %d KiB, of ten times the state %d KiB; %d and %d allocations", one.live>>10, ten.live>>10, one.mallocs, ten.mallocs)
					if ten.live > one.live+one.live/10+noise {
						t.Errorf("peak heap %d bytes, of ten times the state %d", one.live, ten.live)
					}
					perEntry := float64(ten.mallocs-min(one.mallocs, ten.mallocs)) / (9 * few)
					if perEntry > 0.02 && format == Parquet { // JSON decodes to Go values
						t.Errorf("%.2f allocations for each entry", perEntry)
					}
				})
			}
		}
	}
}

func bigView(t *testing.T, shape bigstate.Shape, heap bool, entries int) *statereader.View {
	t.Helper()
	dir := t.TempDir()
	if err := (bigstate.Snapshot{Heap: heap, Shape: shape, Entries: entries, Text: 16}).Write(dir); err != nil {
		t.Fatal(err)
	}
	v, err := statereader.OpenPath(t.Context(), dir, statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

type usage struct{ live, mallocs uint64 }

// peakOf exports a view, drops what it writes, and returns the largest live heap that a collection found.
func peakOf(t *testing.T, v *statereader.View, f Format) (u usage) {
	t.Helper()
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	look := func() {
		metrics.Read(live)
		u.live = max(u.live, live[0].Value.Uint64())
	}
	o := Options{Format: f, FS: droppingFS{storage.NewMemory(), look}, Dir: "/out", Progress: func(Progress) { look() }}
	m, err := Run(t.Context(), v, statereader.Selection{}, o)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Complete || m.States[0].Rows == 0 {
		t.Fatalf("complete %t, %d rows", m.Complete, m.States[0].Rows)
	}
	runtime.ReadMemStats(&after)
	u.live -= min(u.live, before.HeapAlloc)
	u.mallocs = after.Mallocs - before.Mallocs
	return u
}

// droppingFS forgets what is written, and calls look meanwhile.
type droppingFS struct {
	storage.FS
	look func()
}

func (f droppingFS) Create(context.Context, string) (storage.Writer, error) {
	return droppingWriter{f.look}, nil
}

type droppingWriter struct{ look func() }

func (w droppingWriter) Write(p []byte) (int, error) {
	w.look()
	return len(p), nil
}

func (droppingWriter) Commit(context.Context) error { return nil }
func (droppingWriter) Abort() error                 { return nil }
