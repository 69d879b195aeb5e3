package export

import (
	"path/filepath"
	"strings"
	"testing"

	pqfile "github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"ckpt/statereader"
	"ckpt/storage"
)

// TestTimesOfDayAreLocal: readers may take no time of day for one in UTC; the values and the rest of the schema stay.
func TestTimesOfDayAreLocal(t *testing.T) {
	v := fixture(t, typesFixture)
	found := 0
	for _, s := range selected(v, statereader.Selection{}) {
		out, p, err := storage.Open(filepath.Join(t.TempDir(), "rows.parquet"), storage.Options{Write: true, File: true})
		if err != nil {
			t.Fatal(err)
		}
		m, err := Run(t.Context(), v, statereader.Selection{States: []*statereader.State{s}}, Options{Format: Parquet, FS: out, File: p})
		if err != nil {
			t.Fatal(err)
		}
		r, err := pqfile.OpenParquetFile(p, false)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		if r.NumRows() != m.States[0].Rows {
			t.Errorf("%s: %d rows, want %d", s.Name, r.NumRows(), m.States[0].Rows)
		}
		sc := r.MetaData().Schema
		for i := range sc.NumColumns() {
			if lt, ok := sc.Column(i).LogicalType().(*schema.TimeLogicalType); ok {
				found++
				if lt.IsAdjustedToUTC() || !strings.Contains(lt.String(), "nano") {
					t.Errorf("%s: %s: %s", s.Name, sc.Column(i).Path(), lt)
				}
			}
		}
		want, err := pqarrow.ToParquet(NewTable(s, TableOptions{}).Schema(), nil, pqarrow.DefaultWriterProps())
		if err != nil || want.NumColumns() != sc.NumColumns() {
			t.Errorf("%s: %d columns, want %d; %v", s.Name, sc.NumColumns(), want.NumColumns(), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if found == 0 {
		t.Errorf("no time of day in the fixture")
	}
}

// TestFooterThatIsNone: what does not end as Parquet does is an error, not a file.
func TestFooterThatIsNone(t *testing.T) {
	for _, held := range []string{"", "PAR1", "\xff\xff\x00\x00PAR1", "\x00\x00\x00\x00PAR2"} {
		var out strings.Builder
		f := &footerWriter{w: &out, hold: true}
		if _, err := f.Write([]byte(held)); err != nil {
			t.Fatal(err)
		}
		if err := f.writeLocalTimes(); err == nil || out.Len() > 0 {
			t.Errorf("%q: %v, %q", held, err, out.String())
		}
	}
}
