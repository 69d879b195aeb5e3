package statereader

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"

	"ckpt/serializer"
	"ckpt/state"
)

// What headers of real snapshots tell about Kryo agrees with the version of their metadata.
func TestKryoEvidenceOfCorpus(t *testing.T) {
	told := map[serializer.KryoGeneration]int{}
	dirs := corpusSnapshots(t)
	committed, err := filepath.Glob("../testdata/savepoints/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range committed {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Name() == "_metadata" {
				dirs = append(dirs, filepath.Dir(p))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range dirs {
		v, err := OpenPath(context.Background(), dir, Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		var headers []*state.Header
		for _, op := range v.Operators() {
			for _, h := range op.handles {
				if h.header != nil {
					headers = append(headers, h.header)
				}
			}
		}
		evidence := kryoEvidence(headers)
		alone := evidence.Generation()
		evidence.Metadata = int32(v.checkpoint.Version)
		metadata := serializer.KryoEvidence{Metadata: evidence.Metadata}
		if want := evidence.Generation(); v.KryoGeneration() != want {
			t.Errorf("%s: Kryo %s, want %s", dir, v.KryoGeneration(), want)
		}
		if told[alone]++; alone != serializer.KryoUnknown && alone != metadata.Generation() {
			t.Errorf("%s: headers tell Kryo %s, metadata of version %d tells %s", dir, alone, evidence.Metadata, metadata.Generation())
		}
	}
	t.Log(told)
	if told[serializer.Kryo2] == 0 || told[serializer.Kryo5] == 0 {
		t.Error("no snapshot tells a generation")
	}
}

// TestKryoBeforeLong: in the heap layout a value that Kryo wrote has no length; the state behind it in the file reads to its
// last row, as the fixture's expected rows have it (TestFixtures), and no row is made up where it cannot.
func TestKryoBeforeLong(t *testing.T) {
	const dir = "../testdata/savepoints/2.3.0/unusual-described-hashmap-native-p1-m128-inline0"
	v, err := OpenPath(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for _, op := range v.Operators() {
		for _, h := range op.handles {
			if h.header == nil {
				continue
			}
			at := map[string]int{}
			for i, m := range h.header.States {
				at[m.Name] = i
			}
			if m := h.header.States[at["kryo-avro"]]; !m.Value.Type.HasKryo() || at["kryo-avro"] >= at["after"] {
				t.Errorf("the file's states are %v", at)
			}
		}
	}
	got, lost := countRows(t, v)
	for id := range got {
		if id.state.State == "after" {
			t.Errorf("%d rows behind values that cannot be decoded", got[id])
		}
	}
	for _, name := range []string{"wheels", "kryo-avro", "after", "own-avro", "any", "vehicle"} {
		found := false
		for id := range lost {
			found = found || id.State == name
		}
		if !found {
			t.Errorf("nothing says that %s is missing", name)
		}
	}
}
