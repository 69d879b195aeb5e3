package statereader

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ckpt/metadata"
)

func TestParseShard(t *testing.T) {
	for _, in := range []string{"", "0/1", "3/7", "999/1000"} {
		if s, err := ParseShard(in); err != nil || s.String() != in {
			t.Errorf("%q: %v, %v", in, s, err)
		}
	}
	for _, in := range []string{"1", "/", "1/", "/1", "1/1", "-1/3", "0/0", "1/2/3", "a/b", "0/99999999"} {
		if s, err := ParseShard(in); err == nil {
			t.Errorf("%q: %v", in, s)
		}
	}
}

// cutView has a file that is cut into units of 200, 100 and 1 MiB.
func cutView(t *testing.T) *View {
	f := small(false)
	b, offsets := f.full()
	v := f.view(t, Options{}, 7, b, offsets)
	h := v.Operators()[0].handles[0]
	h.keyed.(*metadata.KeyGroupsHandle).KeyGroups = metadata.KeyGroupOffsets{
		Range:   metadata.KeyGroupRange{Start: 10, Count: 6},
		Offsets: []int64{0, 100, 200 << 20, 0, 201 << 20, 300 << 20},
	}
	h.recorded = 301 << 20
	return v
}

// listed lists units as ranges of key groups.
func listed(units []*Unit) string {
	var out []string
	for _, u := range units {
		out = append(out, fmt.Sprintf("%d-%d", u.First, u.Last))
	}
	return strings.Join(out, " ")
}

// TestShardsShareUnits: by cumulative bytes; each unit is in one shard, in the order of units.
func TestShardsShareUnits(t *testing.T) {
	for _, tc := range []struct {
		of     int
		broken bool
		sel    Selection
		want   string // of each shard
	}{
		{1, false, Selection{}, "10-11 12-14 15-15"},
		{2, false, Selection{}, "10-11|12-14 15-15"},
		{3, false, Selection{}, "10-11|12-14|15-15"},
		{7, false, Selection{}, "10-11||||12-14||15-15"},
		{2, true, Selection{}, "10-11|12-15"}, // as one unit, of which both shards miss a part
		{3, true, Selection{}, "10-11|12-14|15-15"},
		{1, true, Selection{}, "10-15"},
		{2, false, Selection{KeyGroups: KeyGroupSet{{12, 15}}}, "12-14|15-15"}, // what is not selected weighs nothing
	} {
		v := cutView(t)
		if tc.broken {
			v.Operators()[0].handles[0].err = errors.New("not on this machine")
		}
		units := v.Units(tc.sel)
		var got []string
		at := 0
		for i := range tc.of {
			c := v.Cut(tc.sel, Shard{i, tc.of})
			if c.From != at || c.To < c.From || c.Of != 3 {
				t.Errorf("%d/%d: pieces %d to %d of %d, after %d", i, tc.of, c.From, c.To, c.Of, at)
			}
			at = c.To
			got = append(got, listed(c.Units(units)))
		}
		if at != 3 || strings.Join(got, "|") != tc.want {
			t.Errorf("%d shards, broken %v: %q, want %q", tc.of, tc.broken, got, tc.want)
		}
		if whole := v.Cut(tc.sel, Shard{}).Units(units); !slices.Equal(whole, units) {
			t.Errorf("no shard: %s", listed(whole))
		}
	}
}

// TestCutOfHostileMetadata: sizes that add up to more than there is, and ranges that no Flink writes.
func TestCutOfHostileMetadata(t *testing.T) {
	for _, r := range []metadata.KeyGroupRange{{Start: 0, Count: 1 << 30}, {Start: 1 << 30, Count: 1 << 30}, {Start: -5, Count: 3}, {Start: 3, Count: -1}, {Start: 0, Count: 32768}} {
		op := &Operator{}
		for i := range 3 {
			op.handles = append(op.handles, &handle{op: op, subtask: int32(i), slot: managedKeyed, recorded: 1<<63 - 1, keyed: &metadata.IncrementalHandle{Range: r}})
		}
		v := &View{operators: []*Operator{op}}
		at := 0
		for i := range 5 {
			c := v.Cut(Selection{}, Shard{i, 5})
			if c.From != at || c.To < at || c.Of > 3*maxKeyGroups {
				t.Errorf("%v: %d to %d of %d, after %d", r, c.From, c.To, c.Of, at)
			}
			at = c.To
			if i == 4 && c.To != c.Of {
				t.Errorf("%v: the last shard ends at %d of %d", r, c.To, c.Of)
			}
		}
	}
}
