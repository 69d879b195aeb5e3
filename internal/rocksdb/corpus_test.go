package rocksdb_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ckpt/internal/rocksdb"
	"ckpt/internal/testenv"
	"ckpt/metadata"
)

// handles calls f with the files of every RocksDB handle of the snapshots below root.
func handles(t *testing.T, root string, f func(name string, files map[string][]byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "_metadata" || strings.Contains(p, "-moved") { // its files are elsewhere
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		cp, err := metadata.Decode(b)
		if err != nil {
			return nil // not every one is a checkpoint's
		}
		for _, op := range cp.Operators {
			for i, s := range op.Subtasks {
				if h, ok := s.ManagedKeyed.(*metadata.IncrementalHandle); ok {
					f(fmt.Sprintf("%s %v/%d", p, op.ID, i), resolve(t, metadata.LayoutOf(p), h))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// resolve reads the files of a handle, wherever they lie.
func resolve(t *testing.T, l metadata.Layout, h *metadata.IncrementalHandle) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range append(append([]metadata.NamedFile(nil), h.Shared...), h.Private...) {
		if inline, ok := f.Stream.(*metadata.InlineHandle); ok {
			files[f.LocalPath] = inline.Data
			continue
		}
		candidates, err := l.Candidates(f.Stream)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range append(candidates, filepath.Join(l.Dir, "..", "shared", filepath.Base(candidates[0]))) {
			if b, err := os.ReadFile(strings.TrimPrefix(c, "file:")); err == nil {
				files[f.LocalPath] = b
				break
			}
		}
		if files[f.LocalPath] == nil {
			t.Fatalf("%s is not there: %v", f.LocalPath, candidates)
		}
	}
	return files
}

type totals struct{ instances, tables, families, entries, timers int }

// check reads a database whole and compares every table with what is recorded of it and with sst_dump.
func (n *totals) check(t *testing.T, name string, files map[string][]byte) {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for local, b := range files {
		names = append(names, local)
		if err := os.WriteFile(filepath.Join(dir, local), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := rocksdb.Open(t.Context(), rocksdb.Files{Names: names, Open: func(_ context.Context, local string) (rocksdb.File, error) {
		return file{bytes.NewReader(files[local])}, nil
	}}, rocksdb.Options{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer db.Close()
	if w := db.Warnings(); len(w) > 0 {
		t.Errorf("%s: %v", name, w)
	}
	n.instances++
	n.families += len(db.ColumnFamilies())
	for _, table := range db.Tables() {
		n.tables++
		if _, findings := table.Verify(t.Context()); len(findings) > 0 {
			t.Errorf("%s: %v", name, findings)
		}
		compareWithDump(t, name, dir, table)
	}
	for _, cf := range db.ColumnFamilies() {
		for _, err := range cf.All(t.Context(), rocksdb.Range{}) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			n.entries++
			if strings.HasPrefix(cf.Name, "_timer_state/") {
				n.timers++
			}
		}
	}
}

type file struct{ *bytes.Reader }

func (f file) ReadAt(_ context.Context, p []byte, off int64) (int, error) {
	return f.Reader.ReadAt(p, off)
}
func (f file) Close() error { return nil }

var dumped = regexp.MustCompile(`^'([0-9A-F]*)' seq:(\d+), type:(\d+) => ?([0-9A-F]*)$`)

// compareWithDump compares the entries of a table with what RocksDB's own tool prints, where that is installed.
func compareWithDump(t *testing.T, name, dir string, table *rocksdb.Table) {
	t.Helper()
	tool, err := exec.LookPath("sst_dump")
	if err != nil {
		return
	}
	out, err := exec.CommandContext(t.Context(), tool, "--file="+filepath.Join(dir, table.Name), "--command=scan", "--output_hex").Output()
	if err != nil {
		t.Fatalf("%s: sst_dump: %v", table.Name, err)
	}
	s := table.Scan(t.Context())
	for line := range strings.Lines(string(out)) {
		m := dumped.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		if !s.Next() {
			t.Fatalf("%s: %s: ends before %s (%v)", name, table.Name, line, s.Err())
		}
		k := s.Key()
		if got := fmt.Sprintf("'%X' seq:%d, type:%d => %X", k.User, k.Seq(), k.Kind(), s.Value()); got != strings.TrimSpace(m[0]) && got != strings.TrimSpace(m[0])+" " {
			t.Fatalf("%s: %s: %s, sst_dump has %s", name, table.Name, got, m[0])
		}
	}
	if s.Next() {
		t.Fatalf("%s: %s: more entries than sst_dump has", name, table.Name)
	}
}

// TestCorpus reads every RocksDB handle of Flink's own test snapshots.
func TestCorpus(t *testing.T) {
	var first, second totals // of Flink 1.16 to 2.0, and of 2.2
	handles(t, filepath.Join(testenv.Corpus(t), "flink-tests"), func(name string, files map[string][]byte) {
		if strings.Contains(name, "-flink2.2") {
			second.check(t, name, files)
		} else {
			first.check(t, name, files)
		}
	})
	if want := (totals{instances: 214, tables: 242, families: 640, entries: 328, timers: 160}); first != want {
		t.Errorf("of 1.16 to 2.0: %+v, want %+v", first, want)
	}
	if want := (totals{instances: 44, tables: 48, families: 132, entries: 64, timers: 32}); second != want {
		t.Errorf("of 2.2: %+v, want %+v", second, want)
	}
}

// TestSavepoints reads every RocksDB handle of the committed snapshots.
func TestSavepoints(t *testing.T) {
	var n totals
	handles(t, testenv.Savepoints(), func(name string, files map[string][]byte) { n.check(t, name, files) })
	if n.instances < 10 || n.entries < 100 {
		t.Errorf("%+v is too little to show anything", n)
	}
	t.Logf("%+v", n)
}
