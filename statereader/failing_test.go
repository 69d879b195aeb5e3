package statereader

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"ckpt/storage"
)

// flaky fails one read of a file system.
type flaky struct {
	storage.FS
	reads *atomic.Int64 // left until the failure
}

type flakyFile struct {
	storage.File
	reads *atomic.Int64
}

var errFlaky = errors.New("the network is down")

func (f flaky) Open(ctx context.Context, p string) (storage.File, error) {
	file, err := f.FS.Open(ctx, p)
	return flakyFile{file, f.reads}, err
}

func (f flakyFile) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	if f.reads.Add(-1) == 0 {
		return 0, errFlaky
	}
	return f.File.ReadAt(ctx, p, off)
}

// TestFailingReads fails each read of a scan in turn: the error is given, and every entry that is given is right.
func TestFailingReads(t *testing.T) {
	f := &fixture{maxParallelism: 128, first: 0, last: 4, key: longSnap, states: []fixState{{name: "v", kind: "VALUE", ns: voidSnap, value: bytesSnap}}}
	for i := range 60 {
		f.states[0].rows = append(f.states[0].rows, fixRow{group: int32(i % 5), key: long(int64(i)), ns: void, values: [][]byte{blob(100_000)}})
	}
	want := f.want(nil)
	for _, l := range layouts[1:3] {
		for _, f.compressed = range []bool{false, true} {
			b, offsets := l.write(f)
			v := f.view(t, Options{}, l.code, b, offsets)
			reads := new(atomic.Int64)
			v.fs = flaky{v.fs, reads}
			for n := int64(1); ; n++ {
				reads.Store(n)
				got, missing, errs, _ := collect(v.Units(Selection{}))
				for _, e := range got {
					if !slices.Contains(want, e) {
						t.Fatalf("%s: read %d fails: entry %s", l.name, n, e)
					}
				}
				if reads.Load() > 0 { // there are fewer reads
					if len(got) != len(want) || len(errs) > 0 {
						t.Fatalf("%s: %d entries, %v", l.name, len(got), errs)
					}
					break
				}
				if len(errs) != 1 || !errors.Is(errs[0], errFlaky) || len(missing) != 1 {
					t.Fatalf("%s: read %d fails: errors %v, missing %v", l.name, n, errs, missing)
				}
			}
		}
	}
}
