package export_test

import (
	"path/filepath"
	"testing"

	"ckpt/export"
	"ckpt/internal/testenv"
)

// TestTableIndependentReaders: pyarrow and DuckDB read what SQL jobs of the corpus become.
func TestTableIndependentReaders(t *testing.T) {
	t.Parallel()
	python := testenv.Python(t)
	snapshots, err := filepath.Glob(filepath.Join(testenv.Corpus(t), "flink-table-planner", "restore-tests", "stream-*", "*", "savepoint"))
	if err != nil || len(snapshots) < 100 {
		t.Fatalf("%d snapshots, %v", len(snapshots), err)
	}
	parquet, jsonl := t.TempDir(), t.TempDir()
	for i, dir := range snapshots {
		if i%4 != 0 || testing.Short() && i%20 != 0 { // all of them take a minute
			continue
		}
		snapshot, err := filepath.Rel(testenv.Savepoints(), dir)
		if err != nil {
			t.Fatal(err)
		}
		program := filepath.Dir(dir)
		name := filepath.Join(filepath.Base(filepath.Dir(program)), filepath.Base(program))
		exportTo(t, snapshot, export.Parquet, filepath.Join(parquet, name))
		exportTo(t, snapshot, export.JSONL, filepath.Join(jsonl, name))
	}
	reports, err := readers(t, python, parquet, jsonl)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, r := range reports {
		rows += r.Rows
	}
	t.Logf("%d files, %d rows", len(reports), rows)
	if rows < 100 || len(reports) != count(t, parquet, ".parquet") {
		t.Errorf("%d files with %d rows were compared", len(reports), rows)
	}
}
