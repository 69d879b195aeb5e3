package statereader

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/keygroup"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/storage"
)

// savedManifest says what a committed snapshot is.
type savedManifest struct {
	Snapshot         string         `json:"snapshot"`
	EmptyCollections map[string]int `json:"emptyCollections"`
	Map              *struct{ From, To string }
	Types            string `json:"types"`
	Operators        []struct {
		UID, ID string
	} `json:"operators"`
}

// TestSavepoints compares how many rows each state has in each key group, or of each subtask, with what the jobs wrote
// into the committed snapshots. What the rows are, the tests of package export compare.
func TestSavepoints(t *testing.T) {
	manifests, err := filepath.Glob("../testdata/savepoints/*/*/manifest.json")
	if err != nil || len(manifests) < 30 {
		t.Fatalf("%d snapshots, %v", len(manifests), err)
	}
	for _, path := range manifests {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(filepath.Dir(dir))+"/"+filepath.Base(dir), func(t *testing.T) { compareCounts(t, dir) })
	}
}

func compareCounts(t *testing.T, dir string) {
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m savedManifest
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	o := Options{}
	switch {
	case m.Types == "":
	case strings.Contains(dir, "unusual-protobuf"):
		o.Types = envelopes(t, dir)
	default:
		o.KryoClasses = parcels(t)
	}
	for _, op := range m.Operators {
		o.UIDs = append(o.UIDs, op.UID)
	}
	if m.Map != nil {
		o.Map = []storage.Mapping{{From: m.Map.From, To: filepath.Join(dir, m.Map.To) + "/"}}
	}
	v, err := OpenPath(context.Background(), filepath.Join(dir, m.Snapshot), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Problems() {
		t.Error(p)
	}
	got, lost := countRows(t, v)
	want := expectedRows(t, filepath.Join(dir, "expected.jsonl"))
	for id, n := range want {
		if got[id] != n && !lost[id.state] {
			t.Errorf("%+v: %d rows, want %d", id, got[id], n)
		}
	}
	for id := range got {
		if want[id] == 0 {
			t.Errorf("%+v: %d rows, want none", id, got[id])
		}
	}
}

// parcels says what types.yaml of the fixtures does of classes in lists: a list that holds a class which is not described is one opaque row.
func parcels(t *testing.T) *serializer.KryoClasses {
	c, err := serializer.NewKryoClasses(serializer.KryoClass{
		Name: "ckpt.harness.unusual.Vehicle$Wheel", Form: serializer.KryoFields, Final: true,
		Fields: []serializer.KryoField{{Name: "position", Type: "int"}, {Name: "pressure", Type: "java.lang.Float"}},
	}, serializer.KryoClass{
		Name: "ckpt.harness.unusual.Parcel", Form: serializer.KryoFields, Final: true,
		Fields: []serializer.KryoField{
			{Name: "label", Type: "java.lang.String"}, {Name: "grams", Type: "int"}, {Name: "insured", Type: "java.lang.Long"},
			{Name: "stops", Type: "java.util.List<java.lang.String>"}, {Name: "note", Type: "java.util.Optional<?>"},
			{Name: "content", Type: "java.lang.Object"},
		}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// envelopes says how the fixture's own serializers store messages.
func envelopes(t *testing.T, dir string) *serializer.Registry {
	set, err := os.ReadFile(filepath.Join(dir, "orders.desc"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := serializer.NewMessage(set, "ckpt.harness.Order")
	if err != nil {
		t.Fatal(err)
	}
	const class = "ckpt.harness.unusual.EnvelopeSerializer$"
	r, err := serializer.NewRegistry(
		serializer.Description{Class: class + "DelimitedSerializer", Type: m.Type(serializer.VarintLength)},
		serializer.Description{Class: class + "FramedSerializer", Type: m.Type(serializer.IntLength)},
		serializer.Description{Class: class + "BareSerializer", Type: m.Type(serializer.NoLength)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stateName names a state as rows do.
type stateName struct{ Operator, State, Kind string }

// rowGroup is the rows of a state in a key group (keyed state) or of a subtask.
type rowGroup struct {
	state             stateName
	KeyGroup, Subtask int
}

func expectedRows(t *testing.T, path string) map[rowGroup]int {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[rowGroup]int{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 128<<20)
	for lines.Scan() {
		var row struct {
			Operator, State, Kind string
			KeyGroup              *int `json:"key_group"`
			Subtask               int
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		id := rowGroup{stateName{row.Operator, row.State, row.Kind}, -1, row.Subtask}
		if row.KeyGroup != nil {
			id.KeyGroup, id.Subtask = *row.KeyGroup, 0
		}
		rows[id]++
	}
	if lines.Err() != nil {
		t.Fatal(lines.Err())
	}
	return rows
}

// countRows counts what the view gives, and names the states of which something is missing for a known reason.
func countRows(t *testing.T, v *View) (rows map[rowGroup]int, lost map[stateName]bool) {
	rows, lost = map[rowGroup]int{}, map[stateName]bool{}
	name := func(s *State) stateName {
		return stateName{cmp.Or(s.Operator.UID, s.Operator.Meta.ID.String()), s.Name, string(s.Kind)}
	}
	for _, u := range v.Units(Selection{}) {
		sc := u.Scan(context.Background())
		for e, err := range sc.All() {
			if err != nil {
				t.Error(err)
				continue
			}
			if e.Flags&state.Empty != 0 {
				continue
			}
			id := rowGroup{name(sc.StateOf(&e)), -1, int(e.Subtask)}
			if u.Keyed {
				id.KeyGroup, id.Subtask = int(e.KeyGroup), 0
				checkPlace(t, u, &e)
			}
			rows[id]++
		}
		for _, m := range sc.Missing() {
			lost[name(m.State)] = true
			if m.Code == CorruptState {
				t.Errorf("missing %+v", m)
			}
		}
		for _, w := range sc.Warnings() {
			t.Error(w)
		}
	}
	return rows, lost
}

// checkPlace asserts that a key of known hash lies in its key group.
func checkPlace(t *testing.T, u *Unit, e *state.Entry) {
	hash, known, err := e.Header.Key.Program.HashBytes(e.Key)
	if err == nil && known && keygroup.Of(hash, u.Operator.Meta.MaxParallelism) != int32(e.KeyGroup) {
		t.Errorf("state %s: key %x of hash %d lies in key group %d", e.Meta().Name, e.Key, hash, e.KeyGroup)
	}
}

// BenchmarkOpenSavepoint is what inspect costs beside reading.
func BenchmarkOpenSavepoint(b *testing.B) {
	dirs, err := filepath.Glob("../testdata/savepoints/*/kv-hashmap-canonical-p4-m128")
	if err != nil || len(dirs) == 0 {
		b.Skip("no savepoint")
	}
	for b.Loop() {
		if _, err := OpenPath(b.Context(), dirs[0], Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
