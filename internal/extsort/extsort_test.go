package extsort

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func TestSorter(t *testing.T) {
	for _, tc := range []struct {
		name  string
		n     int
		limit int
		runs  bool
	}{
		{"nothing", 0, 1 << 20, false},
		{"in memory", 1000, 1 << 20, false},
		{"several runs", 1000, 4 << 10, true},
		{"records above the limit", 20, 1, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			s := New(dir, tc.limit)
			rng := rand.New(rand.NewPCG(1, 2))
			var want [][]byte
			for i := range tc.n {
				key := []byte{byte(rng.IntN(7)), byte(rng.IntN(3))}[:1+rng.IntN(2)]
				rest := binary.BigEndian.AppendUint32(bytes.Clone(key), uint32(i))
				want = append(want, rest)
				if err := s.Add(key, rest); err != nil {
					t.Fatal(err)
				}
			}
			if len(s.runs) > 0 != tc.runs {
				t.Fatalf("%d runs", len(s.runs))
			}
			slices.SortStableFunc(want, func(a, b []byte) int { return bytes.Compare(a[:len(a)-4], b[:len(b)-4]) })
			i := 0
			for rest, err := range s.All() {
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(rest, want[i]) {
					t.Fatalf("record %d is %x, want %x", i, rest, want[i])
				}
				i++
			}
			if i != len(want) {
				t.Fatalf("%d records, want %d", i, len(want))
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Fatalf("left behind: %v", left)
			}
		})
	}
}
