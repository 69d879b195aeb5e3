package statereader

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/testenv"
	"ckpt/serializer"
	"ckpt/state"
)

// TestPlanCorpus opens the SQL jobs of the corpus with their plans: how many keys, records and accumulators have names.
func TestPlanCorpus(t *testing.T) {
	plans, err := filepath.Glob(filepath.Join(testenv.Corpus(t), "flink-table-planner", "restore-tests", "stream-*", "*", "plan", "*.json"))
	if err != nil || len(plans) < 100 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	counts := map[string]int{}
	var nameless []string
	for _, file := range plans {
		program := filepath.Dir(filepath.Dir(file))
		plan := readPlan(t, file)
		v, err := OpenPath(context.Background(), filepath.Join(program, "savepoint"), Options{Plan: plan})
		if err != nil {
			continue // a plan without a savepoint
		}
		for _, op := range v.Operators() {
			if counts["operators"]++; op.UID == "" {
				counts["operators without a uid"]++
			}
			for _, s := range op.States() {
				nameless = append(nameless, planNames(op, s, filepath.Base(program), counts)...)
			}
		}
		readNamed(t, v)
	}
	for _, n := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%5d %s", counts[n], n)
	}
	for _, n := range nameless {
		t.Log(n)
	}
	for what, least := range map[string]int{"keys named": 100, "values named": 80, "accumulators named": 40} {
		if counts[what] < least {
			t.Errorf("%d %s, want %d", counts[what], what, least)
		}
	}
}

func readPlan(t *testing.T, file string) *Plan {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := ParsePlan(b)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return plan
}

// planNames counts the parts of a state that have names, and returns those that could have some and do not.
func planNames(op *Operator, s *State, program string, counts map[string]int) (nameless []string) {
	what := "values"
	if s.Name == "accState" || s.Name == "window-aggs" {
		what = "accumulators"
	}
	for _, m := range s.Metas {
		for part, sr := range map[string]*serializer.Serializer{"keys": s.Key, "map keys": m.UserKey, what: m.Value} {
			row := rowIn(sr)
			switch {
			case row == nil || len(row.Elems) == 0 || strings.HasPrefix(s.Name, "_timer_state") && part != "keys":
			case row.Fields != nil:
				counts[part+" named"]++
			default:
				counts[part+" without names"]++
				nameless = append(nameless, program+" "+op.UID+" "+s.Name+" "+part+": "+sr.Type.String())
			}
		}
	}
	return nameless
}

// rowIn returns the first row in a type that may lack names.
func rowIn(s *serializer.Serializer) *serializer.Type {
	if s == nil {
		return nil
	}
	var find func(t *serializer.Type) *serializer.Type
	find = func(t *serializer.Type) *serializer.Type {
		if t.Kind == serializer.KindTableRow {
			return t
		}
		if t.Kind < serializer.KindAvroNull && t.Kind != serializer.KindPojo {
			for _, e := range t.Elems {
				if row := find(e); row != nil {
					return row
				}
			}
		}
		return nil
	}
	return find(s.Type)
}

// readNamed asserts that names change nothing in what is read.
func readNamed(t *testing.T, v *View) {
	for _, u := range v.Units(Selection{AllCopies: true}) {
		for e, err := range u.Scan(context.Background()).All() {
			if err != nil {
				t.Fatal(err)
			}
			if m := e.Meta(); m.Value != nil && e.Flags&state.Null == 0 {
				if _, n, err := m.Value.Program.Decode(e.Value); err != nil || n != len(e.Value) {
					t.Fatalf("%s: %s: %v", u.File(), m.Name, err)
				}
			}
		}
	}
}
