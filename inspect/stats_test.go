package inspect

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ckpt/internal/fixtures"
	"ckpt/internal/testenv"
	"ckpt/state"
	"ckpt/statereader"
)

var statsNow = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// What is counted is what a plain walk over the entries counts, whatever the parallelism.
func TestStatsOfFixtures(t *testing.T) {
	for _, name := range []string{"kv-hashmap-canonical-p4-m128", "kv-rocksdb-canonical-snappy-p4-m128", "kv-hashmap-native-p4-m129",
		"windows-rocksdb-canonical-p4-m60-inline0", "timers-hashmap-canonical-p1-m129", "operator-hashmap-canonical-snappy-p4-m128"} {
		f := fixtures.Get(t, "2.3.0", name)
		o := StatsOptions{Reader: statereader.Options{UIDs: f.UIDs(), Parallelism: 1}, Largest: 3, Now: statsNow}
		st, err := StatsOf(t.Context(), f.Path(), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(st.Missing) != 0 {
			t.Errorf("%s: missing %+v", name, st.Missing)
		}
		checkStats(t, st, walked(t, f))
		o.Reader.Parallelism = 7
		again, err := StatsOf(t.Context(), f.Path(), o)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := asJSON(t, st), asJSON(t, again); a != b {
			t.Errorf("%s: another parallelism gives\n%s\nnot\n%s", name, b, a)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// walkedState is what a walk over the entries finds of one state.
type walkedState struct {
	entries, bytes, empty int64
	keys                  map[string]int64 // bytes by key and namespace
	largest               int64            // value
}

func walked(t *testing.T, f *fixtures.Fixture) map[string]*walkedState {
	t.Helper()
	view, err := statereader.OpenPath(t.Context(), f.Path(), statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	all := map[string]*walkedState{}
	for _, u := range view.Units(statereader.Selection{}) {
		sc := u.Scan(t.Context())
		for e, err := range sc.All() {
			if err != nil {
				t.Fatal(err)
			}
			s := sc.StateOf(&e)
			place := fmt.Sprint(s.Operator.Meta.ID, s.Kind, s.Name)
			w := all[place]
			if w == nil {
				w = &walkedState{keys: map[string]int64{}}
				all[place] = w
			}
			if e.Flags&state.Empty != 0 {
				w.empty++
				continue
			}
			size := int64(len(e.Key) + len(e.Namespace) + len(e.UserKey) + len(e.Value))
			w.entries++
			w.bytes += size
			w.largest = max(w.largest, int64(len(e.Value)))
			if s.Class == state.ClassKeyed {
				w.keys[fmt.Sprintf("%x %x", e.Key, e.Namespace)] += size
			}
		}
	}
	return all
}

func checkStats(t *testing.T, st *Stats, want map[string]*walkedState) {
	t.Helper()
	for _, op := range st.Operators {
		var entries, onDisk int64
		for _, s := range op.States {
			entries += s.Entries
			w := want[op.ID+s.Kind+s.State]
			if w == nil {
				w = &walkedState{}
			}
			var byPart, bySize int64
			for _, p := range s.Subtasks {
				byPart += p.Bytes
			}
			for _, z := range s.Sizes {
				bySize += z.Bytes
				if mean := z.Bytes / z.Entries; mean > z.UpTo || z.UpTo > 1 && mean <= z.UpTo/2 && z.Bytes%z.Entries == 0 {
					t.Errorf("%s: sizes %+v", s.State, z)
				}
			}
			if s.Entries != w.entries || s.Keys != nil && *s.Keys != int64(len(w.keys)) || s.Keys == nil && len(w.keys) > 0 || s.EmptyCollections != w.empty || s.KeyBytes+s.ValueBytes != w.bytes ||
				byPart != w.bytes || bySize != w.bytes {
				t.Errorf("%s/%s: %+v, want %d entries, %d keys, %d bytes", op.Operator, s.State, s, w.entries, len(w.keys), w.bytes)
			}
			var largest int64
			for _, n := range w.keys {
				largest = max(largest, n)
			}
			if len(w.keys) > 0 && (s.LargestKeys[0].Bytes != largest || s.LargestKeys[0].Key == nil || len(s.LargestKeys) != min(3, len(w.keys))) {
				t.Errorf("%s/%s: largest keys %+v, want %d bytes", op.Operator, s.State, s.LargestKeys, largest)
			}
			if w.largest > 0 && s.LargestValues[0].Bytes != w.largest {
				t.Errorf("%s/%s: largest values %+v, want %d bytes", op.Operator, s.State, s.LargestValues, w.largest)
			}
		}
		for _, p := range op.Subtasks {
			if p.OnDisk != nil {
				onDisk += *p.OnDisk
			}
		}
		if entries != op.Entries || onDisk != op.OnDisk {
			t.Errorf("%s: %d entries in states, %d in all; %d and %d bytes on disk", op.Operator, entries, op.Entries, onDisk, op.OnDisk)
		}
	}
}

func TestStatsOfTTL(t *testing.T) {
	f := fixtures.Get(t, "2.3.0", "kv-hashmap-canonical-p4-m128")
	view, err := statereader.OpenPath(t.Context(), f.Path(), statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	name := ""
	for _, op := range view.Operators() {
		for _, s := range op.States() {
			if s.TTL && s.Kind == state.Map {
				name = s.Name
			}
		}
	}
	view.Close()
	if name == "" {
		t.Fatal("the fixture has no map state with TTL")
	}
	o := StatsOptions{Now: statsNow, TTL: map[string]time.Duration{name: time.Hour}, Filter: Filter{States: []string{name}}}
	for _, tc := range []struct {
		ttl   time.Duration
		share float64
	}{{time.Hour, 1}, {100 * 365 * 24 * time.Hour, 0}} {
		o.TTL[name] = tc.ttl
		st, err := StatsOf(t.Context(), f.Path(), o)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, op := range st.Operators {
			for _, s := range op.States {
				if s.TTL == nil {
					continue
				}
				n++
				if *s.TTL.ExpiredShare != tc.share || len(s.TTL.Ages) != 1 || s.TTL.Ages[0].UpTo != "" || s.TTL.Oldest > s.TTL.Newest {
					t.Errorf("%s: %+v", tc.ttl, s.TTL)
				}
			}
		}
		if n == 0 {
			t.Errorf("no ages of %s", name)
		}
	}
	o.TTL["no such state"] = time.Hour
	if _, err := StatsOf(t.Context(), f.Path(), o); err == nil || !strings.Contains(err.Error(), "no such state") {
		t.Errorf("err = %v", err)
	}
}

func TestGrowth(t *testing.T) {
	left := &Stats{Entries: 5, Operators: []OperatorStats{
		{ID: "1", Operator: "a", States: []StateStats{{State: "s", Kind: "value", Entries: 3, ValueBytes: 30}, {State: "gone", Kind: "map", Entries: 2, KeyBytes: 2}}},
		{ID: "2", Operator: "old"}, {ID: "3", Operator: "renamed", States: []StateStats{{State: "x", Kind: "list", Entries: 1}}},
	}}
	right := &Stats{Entries: 9, Operators: []OperatorStats{
		{ID: "9", Operator: "renamed", States: []StateStats{{State: "x", Kind: "list", Entries: 1, ValueBytes: 1}}},
		{ID: "1", Operator: "a", States: []StateStats{{State: "s", Kind: "value", Entries: 4, ValueBytes: 44}, {State: "s", Kind: "timer", Entries: 4, KeyBytes: 8}}},
	}}
	g := GrowthOf(left, right)
	var got []string
	for _, s := range g.States {
		got = append(got, fmt.Sprintf("%s/%s/%s %+d %+d %t %t", s.Operator, s.State, s.Kind, s.Entries.Delta, s.Bytes.Delta, s.InLeft, s.InRight))
	}
	want := []string{"a/s/value +1 +14 true true", "a/s/timer +4 +8 false true", "renamed/x/list +0 +1 true true", "a/gone/map -2 -2 true false"}
	if !slices.Equal(got, want) || g.Entries.Delta != 4 {
		t.Errorf("%q, want %q", got, want)
	}
}

// A tally holds as much after many entries as after few, and adding one allocates nothing.
func TestTallyIsBounded(t *testing.T) {
	f := fixtures.Get(t, "2.3.0", "kv-hashmap-canonical-p4-m128")
	view, err := statereader.OpenPath(t.Context(), f.Path(), statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	for _, u := range view.Units(statereader.Selection{}) {
		sc := u.Scan(t.Context())
		for e, err := range sc.All() {
			if err != nil {
				t.Fatal(err)
			}
			if sc.StateOf(&e).Kind != state.Value {
				continue
			}
			tl := newTally(sc.StateOf(&e), &StatsOptions{Largest: 5, Now: statsNow})
			other := e
			other.Key = append(slices.Clone(e.Key), 0)
			for range 20 {
				tl.add(&e)
				tl.add(&other)
			}
			if n := testing.AllocsPerRun(100, func() { tl.add(&e) }); n > 0 {
				t.Errorf("%v allocations", n)
			}
			return
		}
	}
}

func TestRankingDoesNotDependOnOrder(t *testing.T) {
	items := make([]rankedItem, 60)
	for i := range items {
		items[i] = rankedItem{LargeItem: LargeItem{Bytes: int64(i % 5)}, entry: state.Entry{Key: []byte{byte(i)}}}
	}
	var want string
	for shift := range items {
		r := ranking{limit: 7}
		for i := range items {
			r.insert(items[(i*7+shift)%len(items)])
		}
		got := fmt.Sprint(r.items)
		if want == "" {
			want = got
		}
		if got != want || len(r.items) != 7 || r.items[0].Bytes != 4 {
			t.Fatalf("from %d: %s, want %s", shift, got, want)
		}
	}
}

func TestStatsOfWhatIsNotRead(t *testing.T) {
	st, err := StatsOf(t.Context(), testenv.Savepoints()+"/2.3.0/unusual-custom-hashmap-native-p1-m128-inline0", StatsOptions{Now: statsNow})
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Missing) == 0 || st.Missing[0].Code != statereader.OpaqueBlocked || st.Missing[0].KeyGroups == "" {
		t.Errorf("missing %+v", st.Missing)
	}
}
