package statereader

import (
	"fmt"
	"slices"
	"testing"
)

// TestElementsWithoutBytes has lists of null values, which take no bytes: the full layout counts them by separators.
func TestElementsWithoutBytes(t *testing.T) {
	nullSnap := snap(base+"NullValueSerializer$NullValueSerializerSnapshot", 3, nil)
	f := &fixture{maxParallelism: 1, key: longSnap, states: []fixState{{name: "l", kind: "LIST", ns: voidSnap, value: listSnap(nullSnap)}}}
	var want []string
	for n := 1; n <= 40; n++ {
		f.states[0].rows = append(f.states[0].rows, fixRow{key: long(int64(n)), ns: void, values: make([][]byte, n)})
		for i := range n {
			want = append(want, fmt.Sprintf("l kg=0 k=%x n=00 v= i=%d", long(int64(n)), i))
		}
	}
	for _, l := range layouts {
		for _, f.compressed = range []bool{false, true} {
			b, offsets := l.write(f)
			got, _, errs, warnings := collect(f.view(t, Options{}, l.code, b, offsets).Units(Selection{}))
			if !slices.Equal(got, want) || len(errs)+len(warnings) > 0 {
				t.Errorf("%s compressed=%v: %d entries, want %d; %v", l.name, f.compressed, len(got), len(want), errs)
			}
		}
	}
}
