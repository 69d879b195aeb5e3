package statereader

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ckpt/internal/keygroup"
	"ckpt/internal/testenv"
	"ckpt/serializer"
	"ckpt/state"
)

// TestTableCorpus reads every SQL job of the corpus: all values of all states of all operators decode, are encoded to the
// same bytes, and all keys lie where their hash says.
func TestTableCorpus(t *testing.T) {
	w := &tableWalk{t: t, counts: map[string]int{}, opaque: map[string]int{}}
	snapshots := 0
	for _, dir := range corpusSnapshots(t) {
		if strings.Contains(dir, "flink-table-planner") {
			w.snapshot(dir)
			snapshots++
		}
	}
	for _, n := range slices.Sorted(maps.Keys(w.counts)) {
		t.Logf("%6d %s", w.counts[n], n)
	}
	for _, n := range slices.Sorted(maps.Keys(w.opaque)) {
		t.Logf("%6d opaque: %s", w.opaque[n], n)
	}
	if snapshots < 157 || w.counts["entries"] < 1956 || w.counts["keys in their key group"] < 690 || len(w.opaque) > 0 {
		t.Errorf("%d snapshots, %v", snapshots, w.counts)
	}
}

type tableWalk struct {
	t              *testing.T
	counts, opaque map[string]int
}

func (w *tableWalk) snapshot(dir string) {
	v, err := OpenPath(context.Background(), dir, Options{})
	if err != nil || len(v.Problems()) > 0 {
		w.t.Errorf("%s: %v %v", dir, err, v.Problems())
		return
	}
	for _, u := range v.Units(Selection{AllCopies: true}) {
		sc := u.Scan(context.Background())
		for e, err := range sc.All() {
			if err != nil {
				w.t.Errorf("%s: %v", u.File(), err)
				continue
			}
			w.entry(u, &e)
		}
		if m := sc.Missing(); len(m) > 0 {
			w.t.Errorf("%s: %+v", u.File(), m)
		}
		w.counts["states"] += len(u.States)
	}
}

func (w *tableWalk) entry(u *Unit, e *state.Entry) {
	m := e.Meta()
	w.counts["entries"]++
	for part, p := range map[string]struct {
		s *serializer.Serializer
		b []byte
	}{"key": {e.Header.Key, e.Key}, "namespace": {m.Namespace, e.Namespace}, "map key": {m.UserKey, e.UserKey}, "value": {m.Value, e.Value}} {
		if p.s == nil || p.b == nil {
			continue
		}
		v, n, err := p.s.Program.Decode(p.b)
		if err != nil || n != len(p.b) {
			w.t.Errorf("%s: state %s: %s: %d of %d bytes, %v", u.File(), m.Name, part, n, len(p.b), err)
			continue
		}
		if b, err := p.s.Program.Append(nil, v); err != nil || !bytes.Equal(b, p.b) {
			w.t.Errorf("%s: state %s: %s of %s: %v is encoded as\n%x, want\n%x (%v)", u.File(), m.Name, part, p.s.Type, v, b, p.b, err)
		}
		w.value(v)
	}
	if !u.Keyed {
		return
	}
	hash, known, err := e.Header.Key.Program.HashBytes(e.Key)
	if err != nil || !known || keygroup.Of(hash, u.Operator.Meta.MaxParallelism) != int32(e.KeyGroup) {
		w.t.Errorf("%s: state %s: key %x of hash %d (known %t, %v) lies in key group %d", u.File(), m.Name, e.Key, hash, known, err, e.KeyGroup)
		return
	}
	w.counts["keys in their key group"]++
}

// value counts rows and what is opaque.
func (w *tableWalk) value(v serializer.Value) {
	switch v := v.(type) {
	case serializer.Opaque:
		w.opaque[v.Class+": "+v.Reason]++
	case serializer.Struct:
		if v.Type.Kind == serializer.KindTableRow {
			w.counts["rows"]++
		}
		for _, f := range v.Values {
			w.value(f)
		}
	case serializer.List:
		for _, f := range v {
			w.value(f)
		}
	case serializer.Map:
		for _, f := range v {
			w.value(f.Key)
			w.value(f.Value)
		}
	case serializer.Element:
		w.value(v.Value)
	case serializer.Some:
		w.value(v.Value)
	}
}

// TestTableRead binds SQL rows to Go structs, by the names of the plan or by position.
func TestTableRead(t *testing.T) {
	program := filepath.Join(testenv.Corpus(t), "flink-table-planner", "restore-tests", "stream-exec-deduplicate_1")
	plans, err := filepath.Glob(filepath.Join(program, "*", "plan", "*.json"))
	if err != nil || len(plans) == 0 {
		t.Fatal("no plan", err)
	}
	v, err := OpenPath(context.Background(), filepath.Join(filepath.Dir(filepath.Dir(plans[0])), "savepoint"), Options{Plan: readPlan(t, plans[0])})
	if err != nil {
		t.Fatal(err)
	}
	var s *State
	for _, op := range v.Operators() {
		if found := op.State("deduplicate-state"); found != nil {
			s = found
		}
	}
	if s == nil {
		t.Fatal("no deduplicate-state")
	}
	type product struct{ Product string }
	type order struct {
		ID   int64 `flink:"order_id"`
		User string
		At   time.Time `flink:"event_time"`
	}
	var got []string
	for r, err := range Read[product, *order](context.Background(), v, s) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %s %s %d", r.KeyGroup, r.Key.Product, r.Value.User, r.Value.ID))
		if r.Value.At.IsZero() || int64(r.Value.At.Minute()*60+r.Value.At.Second()) != r.Value.ID*1000%3600 { // whatever the writer's zone
			t.Errorf("%s at %s", got[len(got)-1], r.Value.At)
		}
	}
	if want := []string{"3 pen terry 1", "32 apple bob 4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
