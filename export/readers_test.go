package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/export"
	"ckpt/internal/fixtures"
	"ckpt/internal/testenv"
	"ckpt/statereader"
	"ckpt/storage"
)

// TestIndependentReaders: pyarrow and DuckDB read every Parquet file of every committed snapshot, and every row and
// nested field is what the JSON lines of the same snapshot say.
func TestIndependentReaders(t *testing.T) {
	t.Parallel()
	python := testenv.Python(t)
	parquet, jsonl := t.TempDir(), t.TempDir()
	for _, snapshot := range snapshots(t) {
		if testing.Short() && !strings.Contains(snapshot, "hashmap-canonical") {
			continue
		}
		exportTo(t, snapshot, export.Parquet, filepath.Join(parquet, snapshot))
		exportTo(t, snapshot, export.JSONL, filepath.Join(jsonl, snapshot))
	}
	reports, err := readers(t, python, parquet, jsonl)
	if err != nil {
		t.Fatal(err)
	}
	rows, nested := 0, 0
	for _, r := range reports {
		rows += r.Rows
		nested = max(nested, r.Fields)
	}
	t.Logf("%d files, %d rows", len(reports), rows)
	if want := count(t, parquet, ".parquet"); len(reports) != want || want < 100 || rows < 1000 || nested < 10 {
		t.Errorf("%d of %d files with %d rows were compared, %d fields at most", len(reports), want, rows, nested)
	}
	if got, want := count(t, jsonl, ".jsonl"), len(reports); got != want {
		t.Errorf("%d files of JSON lines, %d of Parquet", got, want)
	}
}

// TestIndependentReadersNotice: the comparison above fails when one digit differs.
func TestIndependentReadersNotice(t *testing.T) {
	t.Parallel()
	python := testenv.Python(t)
	parquet, jsonl := t.TempDir(), t.TempDir()
	snapshot := snapshots(t)[0]
	exportTo(t, snapshot, export.Parquet, parquet)
	exportTo(t, snapshot, export.JSONL, jsonl)
	if _, err := readers(t, python, parquet, jsonl); err != nil {
		t.Fatal(err)
	}
	if !tamper(t, jsonl) {
		t.Fatal("no row with a number found")
	}
	_, err := readers(t, python, parquet, jsonl)
	if err == nil || !strings.Contains(err.Error(), "pyarrow, row 0: key_group") || !strings.Contains(err.Error(), "DuckDB, row 0: key_group") {
		t.Errorf("a changed key group was reported as %v", err)
	}
}

// tamper changes the key group of the first row of one file.
func tamper(t *testing.T, dir string) (done bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || done || !strings.HasSuffix(path, ".jsonl") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(b, []byte(`"key_group":`)) {
			return err
		}
		done = true
		return os.WriteFile(path, bytes.Replace(b, []byte(`"key_group":`), []byte(`"key_group":9`), 1), 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// snapshots are the committed ones, relative to their directory.
func snapshots(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(testenv.Savepoints(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "_metadata" {
			return err
		}
		name, err := filepath.Rel(testenv.Savepoints(), filepath.Dir(path))
		names = append(names, name)
		return err
	})
	if err != nil || len(names) < 10 {
		t.Fatalf("%d snapshots, %v", len(names), err)
	}
	return names
}

func exportTo(t *testing.T, snapshot string, format export.Format, dir string) {
	t.Helper()
	var o statereader.Options
	if version, name := filepath.Split(filepath.Dir(snapshot)); strings.HasSuffix(name, "-moved") {
		f := fixtures.Get(t, filepath.Clean(version), name)
		m, err := storage.ParseMapping(f.Mapping())
		if err != nil {
			t.Fatal(err)
		}
		o.Map = []storage.Mapping{m}
	}
	v, err := statereader.OpenPath(t.Context(), filepath.Join(testenv.Savepoints(), snapshot), o)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	out, dir, err := storage.Open(dir, storage.Options{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := export.Run(t.Context(), v, statereader.Selection{}, export.Options{Format: format, FS: out, Dir: dir}); err != nil {
		t.Fatalf("%s: %v", snapshot, err)
	}
}

// readerReport is what the Python program says of one file.
type readerReport struct {
	File         string
	Rows, Fields int
	Differences  int
}

func readers(t *testing.T, python, parquet, jsonl string) ([]readerReport, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python, filepath.Join(testenv.Root(), "testdata", "python", "readers.py"), parquet, jsonl)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, errors.Join(err, errors.New(stderr.String()))
	}
	var reports []readerReport
	for line := range strings.Lines(stdout.String()) {
		var r readerReport
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// count counts the files below a directory by the end of their name.
func count(t *testing.T, dir, suffix string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, suffix) {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
