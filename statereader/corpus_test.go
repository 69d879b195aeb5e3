package statereader

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/keygroup"
	"ckpt/internal/testenv"
	"ckpt/serializer"
	"ckpt/state"
)

// corpusSnapshots returns every directory of the corpus with a `_metadata`.
func corpusSnapshots(t testing.TB) []string {
	var dirs []string
	err := filepath.WalkDir(testenv.Corpus(t), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "_metadata" {
			dirs = append(dirs, filepath.Dir(p))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// mayBlock are the classes without a decoder, which may hide what follows in heap state: of jobs' own serializers, and of
// the jobs' that Kryo writes field by field or a serializer of the job's writes. Nothing in a snapshot describes them.
var mayBlock = []string{
	"org.apache.flink.test.migration.TypeSerializerSnapshotMigrationITCase",
	"org.apache.flink.test.migration.TypeSerializerSnapshotMigrationITCase$TestSerializer",
	"ckpt.harness.unusual.TemperatureSerializer",
	"ckpt.harness.unusual.EnvelopeSerializer$BareSerializer",
	"ckpt.harness.unusual.EnvelopeSerializer$DelimitedSerializer",
	"ckpt.harness.unusual.EnvelopeSerializer$FramedSerializer",
	"ckpt.harness.unusual.ReadingSerializer$FlinkSerializer",
	"ckpt.harness.unusual.ReadingSerializer$OwnSerializer",
	"ckpt.harness.unusual.Gauge",
	"ckpt.harness.unusual.Parcel",
	"ckpt.harness.unusual.Ticket",
	"ckpt.harness.unusual.Vehicle",
	"ckpt.harness.unusual.Vehicle$Stops",
	"ckpt.harness.unusual.Vehicle$Truck",
	"ckpt.harness.unusual.Vehicle$Wheel",
	"ckpt.harness.unusual.Circle", // a subclass that no header had met when it was written
}

// walk is what a pass over snapshots adds up.
type walk struct {
	t      *testing.T
	counts map[string]int
}

func TestCorpus(t *testing.T) {
	w := &walk{t, map[string]int{}}
	dirs := corpusSnapshots(t)
	for _, dir := range dirs {
		w.snapshot(dir)
	}
	for _, n := range slices.Sorted(maps.Keys(w.counts)) {
		t.Logf("%7d %s", w.counts[n], n)
	}
	if len(dirs) < 324 {
		t.Errorf("%d snapshots, want 324", len(dirs))
	}
	for what, least := range map[string]int{"keys in their key group": 3194, "sections decoded": 5530, "values of Java serialization": 300} {
		if w.counts[what] < least {
			t.Errorf("%d %s, want %d at least", w.counts[what], what, least)
		}
	}
}

// TestBlockedInFixtures reads the committed snapshots as they are, without the descriptions beside them: what has no decoder,
// or is hidden behind it, is of a class that nothing describes. With the descriptions nothing is (TestFixtures).
func TestBlockedInFixtures(t *testing.T) {
	w := &walk{t, map[string]int{}}
	manifests, err := filepath.Glob("../testdata/savepoints/*/*/manifest.json")
	if err != nil || len(manifests) < 30 {
		t.Fatalf("%d snapshots, %v", len(manifests), err)
	}
	for _, path := range manifests {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var m savedManifest
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(path, "changelog") || m.Map != nil { // what only the job can replay, and what lies elsewhere
			continue
		}
		w.snapshot(filepath.Join(filepath.Dir(path), m.Snapshot))
	}
	for _, n := range slices.Sorted(maps.Keys(w.counts)) {
		t.Logf("%7d %s", w.counts[n], n)
	}
	const custom = "sections blocked by ckpt.harness.unusual.TemperatureSerializer"
	if w.counts["sections decoded"] < 900 || w.counts[custom] == 0 {
		t.Errorf("%d sections decoded, %d %s", w.counts["sections decoded"], w.counts[custom], custom)
	}
}

func (w *walk) snapshot(dir string) {
	v, err := OpenPath(context.Background(), dir, Options{})
	if err != nil {
		w.t.Error(err)
		return
	}
	for _, p := range v.Problems() {
		w.t.Error(p)
	}
	for _, op := range v.Operators() {
		for _, h := range op.handles {
			w.header(h)
		}
	}
	for _, u := range v.Units(Selection{AllCopies: true}) {
		w.unit(u)
	}
}

// header asserts that all bytes of a header are understood: they can be written again.
func (w *walk) header(h *handle) {
	if h.header == nil || h.header.Version == 0 {
		return
	}
	w.counts[fmt.Sprintf("headers %v version %d", h.layout, h.header.Version)]++
	if b := h.header.AppendTo(nil); !bytes.Equal(b, h.header.Raw) {
		w.t.Errorf("%s: header is written as\n%x, want\n%x", h.field(), b, h.header.Raw)
	}
}

func (w *walk) unit(u *Unit) {
	sc := u.Scan(context.Background())
	opaque := map[*State]bool{}
	for e, err := range sc.All() {
		if err != nil {
			w.t.Errorf("%s: %v", u.File(), err)
			continue
		}
		w.counts["entries "+string(e.Meta().Kind)]++
		if w.entry(u, &e) {
			opaque[sc.StateOf(&e)] = true
		}
	}
	for _, warning := range sc.Warnings() {
		w.t.Error(warning)
	}
	lost := map[*State]bool{}
	for _, m := range sc.Missing() {
		lost[m.State] = true
		switch {
		case m.Code == OpaqueBlocked && slices.Contains(mayBlock, m.Class):
			w.counts["sections blocked by "+m.Class]++
		default:
			w.t.Errorf("%s: state %s: %s: %s", u.File(), m.State.Name, m.Code, m.Reason)
		}
	}
	w.counts[fmt.Sprintf("units %v", u.handle.layout)]++
	for _, s := range u.States {
		switch {
		case opaque[s]:
			w.counts["sections framed"]++
		case !lost[s]:
			w.counts["sections decoded"]++
		}
	}
}

// entry decodes an entry and checks its key group. It returns whether a part has no decoder.
func (w *walk) entry(u *Unit, e *state.Entry) (opaque bool) {
	m := e.Meta()
	for _, p := range []struct {
		s *serializer.Serializer
		b []byte
	}{{e.Header.Key, e.Key}, {m.Namespace, e.Namespace}, {m.UserKey, e.UserKey}, {m.Value, e.Value}} {
		if p.s == nil || p.b == nil {
			continue
		}
		v, err := p.s.Program.DecodeFramed(p.b)
		if err != nil && e.Flags&state.Whole == 0 {
			w.t.Errorf("%s: state %s: %v", u.File(), m.Name, err)
		}
		if p.s.Type.Kind == serializer.KindJava {
			if o, ok := v.(serializer.JavaObject); !ok || o.Graph == nil {
				w.t.Errorf("%s: state %s: %v is no object", u.File(), m.Name, v)
			}
			w.counts["values of Java serialization"]++
		}
		opaque = w.opaque(u, m, v) || e.Flags&state.Whole != 0 || opaque
	}
	if !u.Keyed {
		return opaque
	}
	hash, known, err := e.Header.Key.Program.HashBytes(e.Key)
	switch {
	case err != nil || !known:
		w.counts["keys without a known hash"]++
	case keygroup.Of(hash, u.Operator.Meta.MaxParallelism) != int32(e.KeyGroup):
		w.t.Errorf("%s: state %s: key %x of hash %d lies in key group %d", u.File(), m.Name, e.Key, hash, e.KeyGroup)
	default:
		w.counts["keys in their key group"]++
	}
	return opaque
}

// opaque says whether a value has parts without a decoder, which only classes of mayBlock may be.
func (w *walk) opaque(u *Unit, m *state.Meta, v serializer.Value) (found bool) {
	serializer.Walk(v, func(v serializer.Value) {
		o, ok := v.(serializer.Opaque)
		if !ok {
			return
		}
		found = true
		w.counts["values opaque by "+o.Class]++
		if !slices.Contains(mayBlock, o.Class) && o.Reason != "a message whose fields are not described" {
			w.t.Errorf("%s: state %s: %s: %s", u.File(), m.Name, o.Class, o.Reason)
		}
	})
	return found
}
