package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	pqfile "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"ckpt/internal/javaio"
	"ckpt/internal/testenv"
	"ckpt/metadata"
	"ckpt/statereader"
	"ckpt/storage"
)

// fixture opens a committed snapshot of real Flink.
func fixture(t testing.TB, name string) *statereader.View {
	t.Helper()
	v, err := statereader.OpenPath(t.Context(), fixturePath(t, name), statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func fixturePath(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join(testenv.Savepoints(), "2.3.0", name)
	if found, _ := filepath.Glob(filepath.Join(dir, "chk-*")); len(found) > 0 { // a checkpoint lies in its job's directory
		return found[len(found)-1]
	}
	return dir
}

const typesFixture = "types-hashmap-canonical-p4-m129-inline0"

// runTo exports to a new directory and returns it with the manifest.
func runTo(t testing.TB, v *statereader.View, sel statereader.Selection, o Options) (string, *Manifest) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	var err error
	if o.FS, o.Dir, err = storage.Open(dir, storage.Options{Write: true}); err != nil {
		t.Fatal(err)
	}
	m, err := Run(t.Context(), v, sel, o)
	if err != nil {
		t.Fatal(err)
	}
	return dir, m
}

// tree reads all files below a directory.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		files[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestBytesDependOnInputOnly: parallelism, memory and the run change nothing.
func TestBytesDependOnInputOnly(t *testing.T) {
	v := fixture(t, typesFixture)
	sel := statereader.Selection{States: selected(v, statereader.Selection{})[:8]}
	for _, format := range []Format{Parquet, Arrow, JSONL, CSV} {
		sorted := format == Parquet || format == JSONL
		one, _ := runTo(t, v, sel, Options{Format: format, Sort: sorted, Parallelism: 1})
		many, _ := runTo(t, v, sel, Options{Format: format, Sort: sorted, Parallelism: 8, Memory: 1})
		a, b := tree(t, one), tree(t, many)
		if len(a) != len(b) || len(a) < 9 {
			t.Errorf("%s: %d files, then %d", format, len(a), len(b))
		}
		for name := range a {
			if a[name] != b[name] {
				t.Errorf("%s: %s differs", format, name)
			}
		}
	}
}

// TestManifest: it lists each file with its size and sum, and rows as there are.
func TestManifest(t *testing.T) {
	v := fixture(t, typesFixture)
	dir, m := runTo(t, v, statereader.Selection{}, Options{Format: Parquet, Tool: "ckpt test", FileSize: 1})
	files := tree(t, dir)
	var stored Manifest
	if err := json.Unmarshal([]byte(files["manifest.json"]), &stored); err != nil {
		t.Fatal(err)
	}
	if a, b := mustJSON(t, m), mustJSON(t, stored); a != b || !m.Complete || m.ManifestVersion != 1 || m.Tool != "ckpt test" {
		t.Errorf("manifest.json is\n%s, returned was\n%s", b, a)
	}
	listed := 1
	for _, s := range m.States {
		var rows int64
		for _, f := range s.Files {
			listed++
			sum := sha256.Sum256([]byte(files[f.Path]))
			if int64(len(files[f.Path])) != f.Bytes || hex.EncodeToString(sum[:]) != f.SHA256 {
				t.Errorf("%s has %d bytes, manifest says %d", f.Path, len(files[f.Path]), f.Bytes)
			}
			if n := parquetRows(t, files[f.Path]); n != f.Rows {
				t.Errorf("%s has %d rows, manifest says %d", f.Path, n, f.Rows)
			}
			rows += f.Rows
		}
		if rows != s.Rows || len(s.Files) == 0 || s.ArrowSchema == "" {
			t.Errorf("%s/%s: %d rows in %d files, manifest says %d", s.Operator, s.State, rows, len(s.Files), s.Rows)
		}
	}
	if listed != len(files) {
		t.Errorf("%d files, %d listed", len(files), listed)
	}
}

func mustJSON(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func parquetRows(t *testing.T, b string) int64 {
	t.Helper()
	r, err := pqfile.NewParquetReader(strings.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	pr, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := pr.ReadTable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return table.NumRows()
}

// state finds a state by name.
func stateOf(t testing.TB, v *statereader.View, operator, name string) *statereader.State {
	t.Helper()
	for _, op := range v.Operators() {
		if OperatorName(op) == operator && op.State(name) != nil {
			return op.State(name)
		}
	}
	t.Fatalf("no state %s/%s", operator, name)
	return nil
}

// TestStream: a single state as CSV and as an Arrow stream, everything as JSON lines.
func TestStream(t *testing.T) {
	v := fixture(t, typesFixture)
	shape := stateOf(t, v, "structs", "shape")
	one := statereader.Selection{States: []*statereader.State{shape}}
	run := func(sel statereader.Selection, o Options) (*Manifest, []byte) {
		t.Helper()
		var out bytes.Buffer
		o.Stream = &out
		m, err := Run(t.Context(), v, sel, o)
		if err != nil {
			t.Fatal(err)
		}
		return m, out.Bytes()
	}
	m, lines := run(statereader.Selection{}, Options{Format: JSONL})
	rows := bytes.Count(lines, []byte("\n"))
	for line := range bytes.Lines(lines) {
		if !json.Valid(line) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if rows < 100 || len(m.States) < 20 {
		t.Errorf("%d lines of %d states", rows, len(m.States))
	}
	_, text := run(one, Options{Format: CSV, TableOptions: TableOptions{Flatten: true}})
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatalf("%q: %v", text, err)
	}
	if got := strings.Join(records[0], " "); got != "key_group key value.$class value.name value.radius value.fill value.side" {
		t.Errorf("header is %q", got)
	}
	_, stream := run(one, Options{Format: Arrow})
	r, err := ipc.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r.Next() {
		n += int(r.Record().NumRows())
		if _, ok := r.Record().Column(1).(*array.String); !ok && r.Record().ColumnName(1) != "key" {
			t.Errorf("schema is %s", r.Schema())
		}
	}
	if n != len(records)-1 {
		t.Errorf("%d rows as Arrow, %d as CSV", n, len(records)-1)
	}
}

// TestFlattenedJSON: flattened and nested rows hold the same leaves.
func TestFlattenedJSON(t *testing.T) {
	v := fixture(t, typesFixture)
	sel := statereader.Selection{States: []*statereader.State{stateOf(t, v, "structs", "shape")}}
	var flat, nested bytes.Buffer
	for _, o := range []Options{{Format: JSONL, Stream: &nested}, {Format: JSONL, Stream: &flat, TableOptions: TableOptions{Flatten: true}}} {
		if _, err := Run(t.Context(), v, sel, o); err != nil {
			t.Fatal(err)
		}
	}
	a, b := strings.Split(nested.String(), "\n"), strings.Split(flat.String(), "\n")
	if len(a) != len(b) || len(a) < 3 {
		t.Fatalf("%d and %d lines", len(a), len(b))
	}
	for i := range a[:len(a)-1] {
		var n struct{ Value map[string]any }
		var f map[string]any
		if json.Unmarshal([]byte(a[i]), &n) != nil || json.Unmarshal([]byte(b[i]), &f) != nil {
			t.Fatalf("%s\n%s", a[i], b[i])
		}
		for name, want := range n.Value {
			if got := f["value."+name]; got != want {
				t.Errorf("value.%s is %v in %s, want %v", name, got, b[i], want)
			}
		}
	}
}

// TestUsage: contradictions are refused before anything is written.
func TestUsage(t *testing.T) {
	v := fixture(t, typesFixture)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "notes.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(testenv.Savepoints(), "2.3.0", typesFixture)
	open := func(dir string) storage.FS {
		out, _, err := storage.Open(dir, storage.Options{Write: true})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, tc := range []struct {
		name string
		o    Options
		want string
	}{
		{"no format", Options{Stream: &bytes.Buffer{}}, "format"},
		{"no place", Options{Format: CSV}, "want one of"},
		{"two places", Options{Format: CSV, Dir: full, Stream: &bytes.Buffer{}}, "want one of"},
		{"Parquet as a stream", Options{Format: Parquet, Stream: &bytes.Buffer{}}, "cannot be streamed"},
		{"many states in CSV", Options{Format: CSV, Stream: &bytes.Buffer{}}, "states are selected"},
		{"not empty", Options{Format: CSV, FS: open(full), Dir: full}, "not empty"},
		{"input", Options{Format: CSV, Dir: in, Inputs: []string{in}}, "lies where the input"},
		{"inside the input", Options{Format: CSV, Dir: in + "/x", Inputs: []string{in}}, "lies where the input"},
		{"around the input", Options{Format: CSV, Dir: filepath.Dir(in), Inputs: []string{in}}, "lies where the input"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Run(t.Context(), v, statereader.Selection{}, tc.o)
			if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want one about %q", err, tc.want)
			}
		})
	}
}

// TestOverwrite: what an earlier export wrote is gone, what others wrote stays.
func TestOverwrite(t *testing.T) {
	v := fixture(t, typesFixture)
	dir, _ := runTo(t, v, statereader.Selection{}, Options{Format: CSV})
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	out, p, err := storage.Open(dir, storage.Options{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), v, statereader.Selection{}, Options{Format: JSONL, FS: out, Dir: p, Overwrite: true}); err != nil {
		t.Fatal(err)
	}
	files := tree(t, dir)
	for name := range files {
		if strings.HasSuffix(name, ".csv") {
			t.Errorf("%s is left over", name)
		}
	}
	if files["notes.txt"] != "mine" {
		t.Error("notes.txt is gone")
	}
}

// failingFS fails the n-th step of writing.
type failingFS struct {
	storage.FS
	left *int
}

var errFull = errors.New("disk full")

func (f failingFS) step() error {
	if *f.left--; *f.left < 0 {
		return errFull
	}
	return nil
}

func (f failingFS) Create(ctx context.Context, name string) (storage.Writer, error) {
	if err := f.step(); err != nil {
		return nil, err
	}
	w, err := f.FS.Create(ctx, name)
	return failingWriter{w, f}, err
}

type failingWriter struct {
	storage.Writer
	fs failingFS
}

func (w failingWriter) Write(p []byte) (int, error) {
	if err := w.fs.step(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

func (w failingWriter) Commit(ctx context.Context) error {
	if err := w.fs.step(); err != nil {
		w.Writer.Abort()
		return err
	}
	return w.Writer.Commit(ctx)
}

// TestFailedWrites: whatever step of writing fails, the error says so, there is no manifest, and no file is cut off.
func TestFailedWrites(t *testing.T) {
	v := fixture(t, typesFixture)
	sel := statereader.Selection{States: selected(v, statereader.Selection{})[:3]}
	_, whole := runTo(t, v, sel, Options{Format: Parquet})
	sums := map[string]string{}
	for _, s := range whole.States {
		for _, f := range s.Files {
			sums[f.Path] = f.SHA256
		}
	}
	for step := range 400 {
		dir := filepath.Join(t.TempDir(), "out")
		out, p, err := storage.Open(dir, storage.Options{Write: true})
		if err != nil {
			t.Fatal(err)
		}
		left := step
		_, err = Run(t.Context(), v, sel, Options{Format: Parquet, FS: failingFS{out, &left}, Dir: p, Parallelism: 1})
		if left >= 0 {
			if step < 10 {
				t.Errorf("%d steps of writing are too few", step)
			}
			break
		}
		if !errors.Is(err, errFull) {
			t.Errorf("step %d: err = %v", step, err)
		}
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		for name, b := range tree(t, dir) {
			sum := sha256.Sum256([]byte(b))
			if name == "manifest.json" || sums[name] != hex.EncodeToString(sum[:]) {
				t.Errorf("step %d left %s", step, name)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	v := fixture(t, typesFixture)
	dir := filepath.Join(t.TempDir(), "out")
	out, p, err := storage.Open(dir, storage.Options{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, v, statereader.Selection{}, Options{Format: Parquet, FS: out, Dir: p}); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// TestHiddenStates: keyed state whose names nobody knows is missing, not forgotten.
func TestHiddenStates(t *testing.T) {
	young := &metadata.ChangelogHandle{Range: metadata.KeyGroupRange{Count: 128}, Delta: []metadata.KeyedHandle{
		&metadata.InlineChangesHandle{Range: metadata.KeyGroupRange{Count: 128}, Changes: []metadata.Change{{Data: []byte{1}}}}}}
	cp := &metadata.Checkpoint{Version: 4, Operators: []*metadata.Operator{{UID: "young", Parallelism: 1, MaxParallelism: 128,
		Subtasks: []*metadata.Subtask{{ManagedKeyed: young}}}}}
	in, _, err := storage.Open(t.TempDir(), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := statereader.Open(t.Context(), in, cp, metadata.Layout{}, statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out, p, err := storage.Open(filepath.Join(t.TempDir(), "out"), storage.Options{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), v, statereader.Selection{}, Options{Format: Parquet, FS: out, Dir: p}); !errors.Is(err, javaio.ErrCorrupt) {
		t.Errorf("err = %v", err)
	}
}
