package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/export"
	"ckpt/inspect"
	"ckpt/internal/fixtures"
	"ckpt/metadata"
	"ckpt/state"
	"ckpt/statereader"
	"ckpt/storage"
)

// TestFixtures reads every committed fixture as export does and compares the rows with what the job wrote.
func TestFixtures(t *testing.T) { testFixtures(t, fixtures.Committed(t)) }

func testFixtures(t *testing.T, list []*fixtures.Fixture) {
	for _, f := range list {
		t.Run(f.Version+"/"+f.Name, func(t *testing.T) {
			t.Parallel()
			got := readFixture(t, f)
			want, err := f.Expected()
			if err != nil {
				t.Fatal(err)
			}
			if c := fixtures.Compare(want, got.rows, got.hides); !c.Equal() {
				t.Errorf("of %d rows: %v", len(want), c)
			}
			got.checkBlocked(t, f)
			got.checkEmpty(t, f)
		})
	}
}

// content is what a reader gives of a fixture.
type content struct {
	rows    []fixtures.Row
	empty   map[string]int64 // empty collections by operator/state
	missing map[string][]statereader.Missing
}

func readFixture(t *testing.T, f *fixtures.Fixture) *content {
	t.Helper()
	v, err := statereader.OpenPath(t.Context(), f.Path(), options(t, f))
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for _, p := range v.Problems() {
		t.Error(p)
	}
	c := &content{empty: map[string]int64{}, missing: map[string][]statereader.Missing{}}
	for _, u := range v.Units(statereader.Selection{}) {
		sc := u.Scan(t.Context())
		for e, err := range sc.All() {
			if err != nil {
				t.Fatal(err)
			}
			s := sc.StateOf(&e)
			if e.Flags&state.Empty != 0 {
				c.empty[export.OperatorName(s.Operator)+"/"+s.Name]++
				continue
			}
			line, err := export.AppendRowJSON(nil, s, &e)
			if err != nil {
				t.Fatalf("state %s: %v", s.Name, err)
			}
			if !json.Valid(line) {
				t.Fatalf("no JSON: %s", line)
			}
			row, err := fixtures.ParseRow(string(line))
			if err != nil {
				t.Fatal(err)
			}
			c.rows = append(c.rows, row)
		}
		for _, w := range sc.Warnings() {
			t.Errorf("warning: %v", w)
		}
		for _, m := range sc.Missing() {
			c.missing[m.Code] = append(c.missing[m.Code], m)
		}
	}
	return c
}

// options are those that a user would give: uids, where files lie, what describes classes.
func options(t *testing.T, f *fixtures.Fixture) statereader.Options {
	t.Helper()
	o := statereader.Options{UIDs: f.UIDs(), Map: mappings(t, f)}
	if f.Manifest.Types != "" {
		if err := readTypes(filepath.Join(f.Dir, f.Manifest.Types), &o); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func mappings(t *testing.T, f *fixtures.Fixture) []storage.Mapping {
	if f.Mapping() == "" {
		return nil
	}
	m, err := storage.ParseMapping(f.Mapping())
	if err != nil {
		t.Fatal(err)
	}
	return []storage.Mapping{m}
}

// hides says whether the reader said of an expected row's state and key group that something is missing.
func (c *content) hides(r fixtures.Row) bool {
	for _, list := range c.missing {
		for _, m := range list {
			s := m.State
			if r.Column("operator") == export.OperatorName(s.Operator) && r.Column("state") == s.Name && r.Column("kind") == string(s.Kind) &&
				r.KeyGroup() >= 0 && m.KeyGroups.Contains(state.KeyGroup(r.KeyGroup())) {
				return true
			}
		}
	}
	return false
}

// checkBlocked accepts that a value without a decoder hides others only where the manifest says so.
func (c *content) checkBlocked(t *testing.T, f *fixtures.Fixture) {
	for code, list := range c.missing {
		for _, m := range list {
			switch code {
			case statereader.OpaqueBlocked:
				if !maySkip(f, m) {
					t.Errorf("blocked by %s: state %s in key groups %v: %s", m.Class, m.State.Name, m.KeyGroups, m.Reason)
				}
			default:
				if name := export.OperatorName(m.State.Operator) + "/" + m.State.Name; !slices.Contains(f.Manifest.Missing[code], name) || m.Count == 0 {
					t.Errorf("%s: state %s: %d: %s", code, name, m.Count, m.Reason)
				}
			}
		}
	}
	for code, names := range f.Manifest.Missing {
		for _, name := range names {
			if !slices.ContainsFunc(c.missing[code], func(m statereader.Missing) bool {
				return name == export.OperatorName(m.State.Operator)+"/"+m.State.Name
			}) {
				t.Errorf("%s: everything is there, want %s", name, code)
			}
		}
	}
}

// maySkip says whether the operator has values, in the heap layout, of a class that the snapshot does not describe.
func maySkip(f *fixtures.Fixture, m statereader.Missing) bool {
	return slices.ContainsFunc(f.Manifest.Opaque, func(s fixtures.StateName) bool {
		return s.Operator == export.OperatorName(m.State.Operator) && s.Effect == "blocks" && strings.TrimSuffix(s.Class, "$Snapshot") == m.Class
	})
}

// checkEmpty compares the collections that are stored without elements.
func (c *content) checkEmpty(t *testing.T, f *fixtures.Fixture) {
	for name, n := range f.Manifest.EmptyCollections {
		if c.empty[name] != n {
			t.Errorf("%s: %d empty collections, want %d", name, c.empty[name], n)
		}
		delete(c.empty, name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.empty)) {
		t.Errorf("%s: %d empty collections, want none", name, c.empty[name])
	}
}

// TestFixtureReports compares reports with what Flink's own reader found in the same snapshots.
func TestFixtureReports(t *testing.T) { testReports(t, fixtures.Committed(t)) }

func testReports(t *testing.T, list []*fixtures.Fixture) {
	for _, f := range list {
		t.Run(f.Version+"/"+f.Name, func(t *testing.T) {
			t.Parallel()
			o := inspect.Options{Reader: options(t, f)}
			rep, err := inspect.Run(t.Context(), f.Path(), o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range rep.Problems {
				t.Error(p)
			}
			if rep.Kind != f.Manifest.Trigger || rep.Bytes.Missing != 0 || rep.Format != wantFormat(f) {
				t.Errorf("%s %s with %d bytes missing, want %s %s", rep.Kind, rep.Format, rep.Bytes.Missing, f.Manifest.Trigger, wantFormat(f))
			}
			if f.Manifest.Full() {
				checkFullReport(t, f, rep)
			} else {
				checkReport(t, f, rep)
			}
		})
	}
}

// wantFormat is the format of the whole snapshot. Jobs of operator state alone have no keyed handles to tell by.
func wantFormat(f *fixtures.Fixture) string {
	switch m := f.Manifest; {
	case m.Format != "checkpoint":
		return m.Format
	case m.Job == "operator", m.Job == "unusual-async":
		return "none"
	case strings.HasPrefix(m.Job, "unusual-changelog"):
		return "changelog"
	case m.Backend == "rocksdb":
		return "incremental"
	}
	return "full"
}

// checkReport compares operators with those of the job; Flink leaves out operators that have no state.
func checkReport(t *testing.T, f *fixtures.Fixture, rep *inspect.Report) {
	want := map[string]fixtures.Operator{}
	for _, op := range f.Manifest.Operators {
		want[op.ID] = op
	}
	states := map[string]bool{}
	for _, op := range rep.Operators {
		w, ok := want[op.ID]
		if !ok && len(op.States) == 0 { // the manifest knows no operator that only feeds a broadcast stream
			continue
		}
		if !ok || op.UID == nil || *op.UID != *w.UID || op.Parallelism != w.Parallelism || op.MaxParallelism != f.Manifest.MaxParallelism {
			t.Errorf("operator %s: uid %q, parallelism %d of %d; want %+v", op.ID, text(op.UID), op.Parallelism, op.MaxParallelism, w)
		}
		for _, s := range op.States {
			states[text(op.UID)+"/"+s.Kind+"/"+s.Name] = true
		}
	}
	rows, err := f.Expected()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if s := r.Column("operator") + "/" + r.Column("kind") + "/" + r.Column("state"); !states[s] {
			t.Fatalf("%s has rows, but the report has no such state", s)
		}
	}
}

// checkFullReport compares everything that Flink's own reader finds.
func checkFullReport(t *testing.T, f *fixtures.Fixture, rep *inspect.Report) {
	if rep.MetadataVersion != *f.Manifest.MetadataVersion || rep.CheckpointID != *f.Manifest.CheckpointID {
		t.Errorf("checkpoint %d in version %d", rep.CheckpointID, rep.MetadataVersion)
	}
	masters := []fixtures.MasterState{}
	for _, m := range rep.MasterStates {
		masters = append(masters, fixtures.MasterState{Name: m.Name, Bytes: m.Bytes})
	}
	same(t, "master states", masters, f.Manifest.MasterStates)
	var ops []fixtures.Operator
	for _, op := range rep.Operators {
		o := fixtures.Operator{ID: op.ID, UID: op.UID, Name: op.Name, Parallelism: op.Parallelism, MaxParallelism: op.MaxParallelism,
			Finished: op.Finished, CoordinatorBytes: op.CoordinatorBytes, States: []fixtures.NamedKind{}}
		if op.Finished == "some" {
			o.FinishedSubtasks = op.FinishedSubtasks
		}
		for _, s := range op.States {
			k := fixtures.NamedKind{Name: s.Name, Kind: s.Kind}
			if strings.HasPrefix(s.Kind, "raw-") {
				k.Name = "" // Flink has none
			}
			o.States = append(o.States, k)
		}
		ops = append(ops, o)
	}
	for _, list := range [][]fixtures.Operator{ops, f.Manifest.Operators} {
		slices.SortFunc(list, func(a, b fixtures.Operator) int { return cmp.Compare(a.ID, b.ID) })
		for _, o := range list {
			slices.SortFunc(o.States, func(a, b fixtures.NamedKind) int {
				return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
			})
		}
	}
	same(t, "operators", ops, f.Manifest.Operators)
}

// same compares two values by their JSON.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	g, _ := json.MarshalIndent(got, "", " ")
	w, _ := json.MarshalIndent(want, "", " ")
	if string(g) != string(w) {
		t.Errorf("%s: got\n%s\nwant\n%s", what, g, w)
	}
}

// TestFixturesAreSound: what Flink wrote has no defects, deeply, and is written back to the byte.
func TestFixturesAreSound(t *testing.T) { testSound(t, fixtures.Committed(t)) }

func testSound(t *testing.T, list []*fixtures.Fixture) {
	for _, f := range list {
		t.Run(f.Version+"/"+f.Name, func(t *testing.T) {
			t.Parallel()
			v, err := inspect.Validate(t.Context(), f.Path(), inspect.ValidateOptions{Level: "deep", Reader: options(t, f)})
			if err != nil {
				t.Fatal(err)
			}
			for _, finding := range v.Findings {
				if finding.Severity != inspect.Info {
					t.Errorf("%+v", finding)
				}
			}
			whole := len(f.Manifest.Missing) == 0 && !slices.ContainsFunc(f.Manifest.Opaque, func(s fixtures.StateName) bool { return s.Effect == "blocks" })
			if whole && v.Checked.Entries < int64(f.Manifest.Rows) { // more: empty collections, every copy of broadcast state
				t.Errorf("%d entries checked, %d written", v.Checked.Entries, f.Manifest.Rows)
			}
			b, err := os.ReadFile(filepath.Join(f.Path(), "_metadata"))
			if err != nil {
				t.Fatal(err)
			}
			cp, err := metadata.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := cp.AppendTo(nil); err != nil || !bytes.Equal(again, b) {
				t.Errorf("_metadata is not written back as it was: %v", err)
			}
		})
	}
}
