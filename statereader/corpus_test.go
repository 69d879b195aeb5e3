package statereader

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
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

// mayBlock are the serializers without a decoder that may hide what follows in heap state.
var mayBlock = []string{
	"org.apache.flink.test.migration.TypeSerializerSnapshotMigrationITCase",
	"org.apache.flink.test.migration.TypeSerializerSnapshotMigrationITCase$TestSerializer",
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
	if w.counts["keys in their key group"] < 3194 {
		t.Errorf("%d keys checked, want 3194 at least", w.counts["keys in their key group"])
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
		opaque = opaque || e.Flags&state.Whole != 0 || strings.Contains(fmt.Sprintf("%T %+v", v, v), "Opaque")
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
