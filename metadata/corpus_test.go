package metadata

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/internal/testenv"
)

// corpusFiles returns the `_metadata` files of the corpus.
func corpusFiles(tb testing.TB) []string {
	tb.Helper()
	return metadataFiles(tb, testenv.Corpus(tb))
}

func metadataFiles(tb testing.TB, root string) []string {
	tb.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "_metadata" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

func readFile(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// corpusSize is the number of snapshots in the corpus.
const corpusSize = 324

// TestCorpus reads every snapshot to the last byte, writes it again byte for byte, and holds what it says against the files
// beside it and against Flink's formulas.
func TestCorpus(t *testing.T) {
	files := corpusFiles(t)
	if len(files) < corpusSize {
		t.Errorf("%d snapshots, want %d", len(files), corpusSize)
	}
	checkSnapshots(t, files)
}

// TestFixtures does the same for the snapshots in this repository, which Flink wrote elsewhere: their absolute paths lead
// nowhere, their layout leads to every file.
func TestFixtures(t *testing.T) { checkSnapshots(t, metadataFiles(t, testenv.Savepoints())) }

// checked counts what was compared.
type checked struct{ refs, ranges, uids, properties int }

func checkSnapshots(t *testing.T, files []string) {
	t.Helper()
	var seen checked
	for _, path := range files {
		checkSnapshot(t, path, &seen)
	}
	t.Logf("%d snapshots: %+v", len(files), seen)
	if seen.refs == 0 || seen.ranges == 0 || seen.uids == 0 || seen.properties == 0 {
		t.Error("something was never checked")
	}
}

func checkSnapshot(t *testing.T, path string, seen *checked) {
	t.Helper()
	b := readFile(t, path)
	c, err := Decode(b)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if again, err := c.AppendTo(nil); c.Version >= 2 && (err != nil || !bytes.Equal(again, b)) {
		t.Errorf("%s (version %d): written again it has %d bytes, not %d: %v", path, c.Version, len(again), len(b), err)
	} else if c.Version < 2 && !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("%s: version %d was written: %v", path, c.Version, err)
	}
	if len(c.Warnings) > 0 && c.Version > 2 {
		t.Errorf("%s: warnings %v", path, c.Warnings)
	}
	seen.refs += checkFiles(t, path, c)
	seen.ranges += checkRanges(t, path, c)
	seen.uids += checkUIDs(t, path, c)
	if p := c.Properties; p != nil {
		seen.properties++
		raw := p.Raw
		if p.Raw = nil; p.Err != nil || !bytes.Equal(p.AppendTo(nil), raw) {
			t.Errorf("%s: properties %+v are not written as Flink does", path, p)
		}
	}
	checkInline(t, path, b, c)
}

// checkFiles looks for every file of a checkpoint, which all were moved since.
func checkFiles(t *testing.T, path string, c *Checkpoint) (n int) {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	layout := LayoutOf(abs)
	if dir, moved := strings.CutSuffix(layout.Parent, "-moved"); moved { // its shared files stayed where they were
		c = relocatedTo(t, c, dir)
	}
	for ref := range c.Refs() {
		n++
		candidates, err := layout.Candidates(ref.Handle)
		if err != nil {
			t.Errorf("%s: %s: %v", path, ref.Field, err)
			continue
		}
		var info fs.FileInfo
		for _, candidate := range candidates {
			if info, err = os.Stat(candidate); err == nil {
				break
			}
		}
		switch {
		case err != nil:
			t.Errorf("%s: %s: %v (tried %v)", path, ref.Field, err, candidates)
		case ref.SizeExact && info.Size() != ref.Size || info.Size() < ref.Start+ref.Size && ref.Role != RoleChanges:
			t.Errorf("%s: %s: %d bytes, recorded %d", path, ref.Field, info.Size(), ref.Size)
		}
	}
	return n
}

// relocatedTo returns a checkpoint whose absolute paths lead into another job directory.
func relocatedTo(t *testing.T, c *Checkpoint, dir string) *Checkpoint {
	t.Helper()
	old := ""
	for ref := range c.Refs() {
		if job, _, ok := strings.Cut(ref.Path, "/shared/"); ok {
			old = job
		}
	}
	out, moved, err := c.Relocate([]Relocation{{From: old, To: dir}})
	if err != nil || moved == 0 {
		t.Fatalf("%d paths moved from %s to %s: %v", moved, old, dir, err)
	}
	return out
}

func checkRanges(t *testing.T, path string, c *Checkpoint) (n int) {
	t.Helper()
	for _, op := range c.Operators {
		for _, s := range op.Subtasks {
			for _, h := range []KeyedHandle{s.ManagedKeyed, s.RawKeyed} {
				if h == nil {
					continue
				}
				n++
				if want := RangeOf(s.Index, op.Parallelism, op.MaxParallelism); h.KeyGroupRange() != want {
					t.Errorf("%s: operator %s, subtask %d: key groups %v, want %v", path, op.ID, s.Index, h.KeyGroupRange(), want)
				}
			}
		}
	}
	return n
}

func checkUIDs(t *testing.T, path string, c *Checkpoint) (n int) {
	t.Helper()
	known := map[OperatorID]string{}
	for _, uid := range []string{"CheckpointingSource1", "CheckpointingSource2", "CheckpointingKeyedStateFlatMap1", "CheckpointingKeyedStateFlatMap2",
		"CheckpointingTimelyStatefulOperator1", "CheckpointingTimelyStatefulOperator2"} {
		known[OperatorIDFromUID(uid)] = uid
	}
	found := 0
	for _, op := range c.Operators {
		if op.UID != "" {
			n++
			if OperatorIDFromUID(op.UID) != op.ID {
				t.Errorf("%s: uid %q hashes to %s, not %s", path, op.UID, OperatorIDFromUID(op.UID), op.ID)
			}
		}
		if uid, ok := KnownUID(op.ID); ok && op.UID != "" && uid != op.UID {
			t.Errorf("%s: uid %q was taken for %q", path, op.UID, uid)
		}
		if known[op.ID] != "" {
			found++
		}
	}
	if strings.Contains(path, "new-stateful-udf-migration") && found != len(known) {
		t.Errorf("%s: %d of the job's %d uids", path, found, len(known))
	}
	return n + found
}

// checkInline: inline bytes know where they lie, and their names are unique within a file.
func checkInline(t *testing.T, path string, b []byte, c *Checkpoint) {
	t.Helper()
	names := map[string]bool{}
	for ref := range c.Streams() {
		h, ok := ref.Handle.(*InlineHandle)
		if !ok {
			continue
		}
		if at := int(h.Offset); at+len(h.Data) > len(b) || !bytes.Equal(b[at:at+len(h.Data)], h.Data) {
			t.Errorf("%s: %s: data is not at %d", path, ref.Field, h.Offset)
		}
		if ref.Role != RoleCoordinator && names[h.Name] {
			t.Errorf("%s: %s: name %q is not unique", path, ref.Field, h.Name)
		}
		names[h.Name] = true
	}
}

// TestCorpusSQLUIDs holds the dictionary against the uids of SQL jobs: recorded ones, and the rest by hash.
func TestCorpusSQLUIDs(t *testing.T) {
	known, all := 0, 0
	for _, path := range corpusFiles(t) {
		if !strings.Contains(path, "restore-tests") {
			continue
		}
		c, err := Decode(readFile(t, path))
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range c.Operators {
			all++
			if _, ok := KnownUID(op.ID); ok {
				known++
			} else {
				t.Logf("%s: operator %s", path, op.ID)
			}
		}
	}
	if all == 0 || all-known > 4 { // process table functions are named by their users
		t.Errorf("%d of %d uids are known", known, all)
	}
}

// TestCorpusFlips changes each byte and cuts at each length of some real files: never a panic, and memory bounded.
func TestCorpusFlips(t *testing.T) {
	byVersion := map[Version]string{}
	for _, path := range corpusFiles(t) {
		b := readFile(t, path)
		c, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if old := byVersion[c.Version]; old == "" || len(b) < len(readFile(t, old)) {
			byVersion[c.Version] = path
		}
	}
	for v, path := range byVersion {
		t.Run(fmt.Sprint("version ", v), func(t *testing.T) {
			b := readFile(t, path)
			for n := range b {
				hold(t, b[:n])
			}
			for i := range b {
				b[i] ^= byte(1 << (i % 8))
				hold(t, b)
				b[i] ^= byte(1 << (i % 8))
			}
		})
	}
}
