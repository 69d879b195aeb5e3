package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"ckpt/internal/fixtures"
	"ckpt/statereader"
)

// Snapshots of one job on several backends, in several layouts, at other parallelisms and max parallelisms have no difference.
func TestDiffOfOneJob(t *testing.T) {
	for _, tc := range []struct {
		left, right string
		memory      int64
	}{
		{"kv-hashmap-canonical-p4-m128", "kv-hashmap-canonical-snappy-p3-m60", 0},
		{"kv-hashmap-native-p4-m129", "kv-rocksdb-canonical-snappy-p4-m128", 0},
		{"kv-hashmap-checkpoint-snappy-p1-m129", "kv-hashmap-native-p4-m129", 1 << 18},
		{"windows-rocksdb-canonical-p4-m60-inline0", "windows-hashmap-native-snappy-p3-m129-inline0", 0},
		{"windows-rocksdb-canonical-p4-m60-inline0", "windows-rocksdb-checkpoint-p1-m128", 1 << 14},
		{"operator-hashmap-canonical-snappy-p4-m128", "operator-rocksdb-checkpoint-snappy-p4-m60", 0},
		{"operator-hashmap-native-p3-m32768", "operator-rocksdb-canonical-snappy-p1-m129-inline0", 0},
	} {
		t.Run(tc.left+" and "+tc.right, func(t *testing.T) {
			left, right := fixtures.Get(t, "2.3.0", tc.left), fixtures.Get(t, "1.20.4", tc.right)
			o := DiffOptions{IgnoreLastAccess: true, Rows: 3, TempDir: t.TempDir()}
			o.Reader.UIDs, o.Reader.Memory, o.Reader.Parallelism = left.UIDs(), tc.memory, 3
			d, err := DiffOf(t.Context(), left.Path(), right.Path(), o)
			if err != nil {
				t.Fatal(err)
			}
			var same int64
			for _, s := range d.States {
				same += s.Same
			}
			if !d.Equal || same != int64(left.Manifest.Rows) {
				t.Errorf("%d of %d rows are the same: %+v, missing %+v", same, left.Manifest.Rows, d.Rows, d.Missing)
			}
		})
	}
}

// Two checkpoints of one job: the differences are those of the rows that the generator computed.
func TestDiffOfTwoCheckpoints(t *testing.T) {
	for _, version := range []string{"1.20.4", "2.3.0"} {
		first := fixtures.Get(t, version, "unusual-incremental-rocksdb-checkpoint-p2-m128-inline0-first")
		second := fixtures.Get(t, version, "unusual-incremental-rocksdb-checkpoint-p2-m128-inline0")
		a, b := rowsByName(t, first), rowsByName(t, second)
		var want StateDiff
		for name, v := range a {
			switch other, ok := b[name]; {
			case !ok:
				want.Removed++
			case other != v:
				want.Changed++
			default:
				want.Same++
			}
		}
		want.Added = int64(len(b)) - want.Same - want.Changed
		if want.Added == 0 || want.Changed == 0 || want.Same == 0 {
			t.Fatalf("the fixtures differ in nothing: %+v", want)
		}
		o := DiffOptions{Rows: 10000}
		o.Reader.UIDs = first.UIDs()
		d, err := DiffOf(t.Context(), first.Path(), second.Path(), o)
		if err != nil {
			t.Fatal(err)
		}
		checkDiff(t, d, want)
		back, err := DiffOf(t.Context(), second.Path(), first.Path(), o)
		if err != nil {
			t.Fatal(err)
		}
		want.Added, want.Removed = want.Removed, want.Added
		checkDiff(t, back, want)
		o.Rows = 2
		if d, err = DiffOf(t.Context(), first.Path(), second.Path(), o); err != nil || len(d.Rows) != 2 || d.More != want.Added+want.Removed+want.Changed-2 {
			t.Errorf("%d rows, %d more, %v", len(d.Rows), d.More, err)
		}
	}
}

func checkDiff(t *testing.T, d *Diff, want StateDiff) {
	t.Helper()
	var got StateDiff
	ops := map[string]int64{}
	for _, s := range d.States {
		got.Same, got.Added, got.Removed, got.Changed = got.Same+s.Same, got.Added+s.Added, got.Removed+s.Removed, got.Changed+s.Changed
	}
	for _, r := range d.Rows {
		ops[r.Op]++
		if (r.Op == "+") != (r.Left == nil) || (r.Op == "-") != (r.Right == nil) {
			t.Errorf("row %+v", r)
		}
	}
	if got != want || d.Equal || len(d.Missing) != 0 {
		t.Errorf("%+v, want %+v; missing %+v", got, want, d.Missing)
	}
	if ops["+"] != want.Added || ops["-"] != want.Removed || ops["*"] != want.Changed {
		t.Errorf("rows %v, want %+v", ops, want)
	}
}

// rowsByName gives the expected value of each entry.
func rowsByName(t *testing.T, f *fixtures.Fixture) map[string]string {
	t.Helper()
	rows, err := f.Expected()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range rows {
		var c map[string]json.RawMessage
		if err := json.Unmarshal([]byte(r.Text), &c); err != nil {
			t.Fatal(err)
		}
		all[fmt.Sprintf("%s %s %s %s", c["operator"], c["state"], c["key"], c["map_key"])] = string(c["value"])
	}
	return all
}

// A state that one side has not is a difference; one that neither has is an error.
func TestDiffOfSelections(t *testing.T) {
	f := fixtures.Get(t, "2.3.0", "kv-hashmap-canonical-p4-m128")
	other := fixtures.Get(t, "2.3.0", "windows-rocksdb-canonical-p4-m60-inline0")
	o := DiffOptions{}
	o.Reader.UIDs = f.UIDs()
	o.Filter.States = []string{"value"}
	d, err := DiffOf(t.Context(), f.Path(), other.Path(), o)
	if err != nil || d.Equal {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, s := range d.States {
		if s.State != "value" || s.InRight || s.Removed == 0 {
			t.Errorf("%+v", s)
		}
	}
	o.Filter.States = []string{"no such state"}
	if _, err := DiffOf(t.Context(), f.Path(), other.Path(), o); !errors.Is(err, ErrNotFound) {
		t.Errorf("err = %v", err)
	}
}

// What cannot be compared is said, and the two are not called equal.
func TestDiffOfWhatIsNotRead(t *testing.T) {
	f := fixtures.Get(t, "2.3.0", "unusual-custom-hashmap-native-p1-m128-inline0")
	d, err := DiffOf(t.Context(), f.Path(), f.Path(), DiffOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Equal || len(d.Missing) == 0 || d.Missing[0].Code != statereader.OpaqueBlocked {
		t.Errorf("%+v", d)
	}
	f = fixtures.Get(t, "2.3.0", "kv-hashmap-canonical-p4-m128")
	o := DiffOptions{}
	o.Reader.MaxValue = 4
	if d, err = DiffOf(t.Context(), f.Path(), f.Path(), o); err != nil || d.Equal || len(d.Missing) == 0 || d.Missing[0].Code != codeOversize {
		t.Errorf("%+v, %v", d, err)
	}
}
