package keygroup

import "testing"

func TestMix(t *testing.T) {
	for _, tc := range []struct{ hash, mixed, group int32 }{
		{0, 593689054, 94},
		{1, 68075478, 86},
		{2, 1085422463, 127},
		{-1, 1982413648, 80},
		{42, 1134849565, 29},
		{1<<31 - 1, 1653689534, 62},
		{-1 << 31, 1718298732, 108},
	} {
		if got := Mix(tc.hash); got != tc.mixed {
			t.Errorf("Mix(%d) = %d, want %d", tc.hash, got, tc.mixed)
		}
		if got := Of(tc.hash, 128); got != tc.group {
			t.Errorf("Of(%d, 128) = %d, want %d", tc.hash, got, tc.group)
		}
	}
}

func TestMixIsNeverNegative(t *testing.T) {
	for h := int32(-1 << 31); h < 1<<31-100003; h += 99991 {
		if Mix(h) < 0 {
			t.Fatalf("Mix(%d) = %d", h, Mix(h))
		}
	}
}

// Ranges cover all key groups in order, and Owner agrees with them.
func TestRange(t *testing.T) {
	for _, most := range []int32{1, 2, 60, 127, 128, 129, 32768} {
		for par := int32(1); par <= min(most, 300); par++ {
			next := int32(0)
			for i := range par {
				first, last := Range(i, par, most)
				if first != next || last < first {
					t.Fatalf("subtask %d of %d, %d groups: %d-%d, want a range from %d", i, par, most, first, last, next)
				}
				if Owner(first, par, most) != i || Owner(last, par, most) != i {
					t.Fatalf("%d-%d belong to %d and %d, want %d", first, last, Owner(first, par, most), Owner(last, par, most), i)
				}
				next = last + 1
			}
			if next != most {
				t.Fatalf("%d subtasks cover %d of %d groups", par, next, most)
			}
		}
	}
	if first, last := Range(1<<31-2, 1<<31-1, 1<<31-1); first != 1<<31-2 || last != 1<<31-2 {
		t.Errorf("overflow: %d-%d", first, last)
	}
}

func TestDefaultMaxParallelism(t *testing.T) {
	for par, want := range map[int32]int32{1: 128, 85: 128, 86: 256, 128: 256, 170: 256, 171: 256, 172: 512, 10000: 16384, 21845: 32768, 32768: 32768} {
		if got := DefaultMaxParallelism(par); got != want {
			t.Errorf("%d: %d, want %d", par, got, want)
		}
	}
}

func TestPrefixBytes(t *testing.T) {
	for most, want := range map[int32]int{1: 1, 128: 1, 129: 2, 32768: 2} {
		if got := PrefixBytes(most); got != want {
			t.Errorf("%d: %d, want %d", most, got, want)
		}
	}
}
