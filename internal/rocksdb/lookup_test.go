package rocksdb

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"testing"
)

// counted counts what is asked of the files of a database.
type counted struct{ opens, reads, bytes int }

func (c *counted) files(f Files) Files {
	open := f.Open
	f.Open = func(ctx context.Context, name string) (File, error) {
		file, err := open(ctx, name)
		c.opens++
		return countedFile{file, c}, err
	}
	return f
}

type countedFile struct {
	File
	c *counted
}

func (f countedFile) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	f.c.reads++
	f.c.bytes += len(p)
	return f.File.ReadAt(ctx, p, off)
}

// TestGetReadsLittle: a lookup opens the tables that may have the key and reads the end and one block of each.
func TestGetReadsLittle(t *testing.T) {
	for _, g := range goldens(t) {
		var c counted
		db := open(t, c.files(g.files.files()), Options{})
		for _, cf := range db.ColumnFamilies() {
			for i := 0; i < len(g.want[cf.Name]); i += 37 {
				key, before := keyOf(g.want[cf.Name][i]), c
				tables := 0
				for _, run := range cf.runs(Range{key, append(bytes.Clone(key), 0)}) {
					tables += len(run)
				}
				if _, err := cf.Get(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				// end (or index), dictionary, partitions of filter and index, filter, block
				if reads := c.reads - before.reads; c.opens-before.opens > tables || reads > 6*tables {
					t.Errorf("%s: %x: %d reads and %d opens for %d tables", g.name, key, reads, c.opens-before.opens, tables)
				}
			}
		}
	}
}

// TestFiltersFilter: keys that are not there are mostly found out without their block; those that are, never.
func TestFiltersFilter(t *testing.T) {
	kinds := 0
	for _, g := range goldens(t) {
		db := open(t, g.files.files(), Options{})
		for _, table := range db.Tables() {
			m, err := table.readMeta(t.Context(), metaTail)
			if err != nil {
				t.Fatal(err)
			}
			if m.filter.size == 0 {
				continue
			}
			kinds++
			var r tableReader
			if err := r.begin(t.Context(), table, metaTail); err != nil {
				t.Fatal(err)
			}
			s := table.Scan(t.Context())
			for s.Next() {
				if may, err := r.mayContain(t.Context(), s.Key().User); !may || err != nil {
					t.Fatalf("%s: %v: the filter does not have %x: %v", g.name, table, s.Key().User, err)
				}
			}
			wrong := 0
			for i := range 200 {
				may, err := r.mayContain(t.Context(), []byte{3, byte(i), 'n', 'o', byte(i * 7)})
				if err != nil {
					t.Fatal(err)
				}
				if may {
					wrong++
				}
			}
			if wrong > 30 {
				t.Errorf("%s: %v: the filter lets %d of 200 strange keys through", g.name, table, wrong)
			}
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if kinds < 10 {
		t.Errorf("only %d tables have a filter", kinds)
	}
}

// TestKeyLengths: a table of RocksDB 7.8 has keys of 0 to 1,199 bytes; its filter knows every length and no other.
func TestKeyLengths(t *testing.T) {
	f, err := os.Open("testdata/key-lengths.sst.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	longest := bytes.Repeat([]byte("k"), 1199)
	db := open(t, withTable(b, ikey("", 0, Put), ikey(string(longest), 0, Put)).files(), Options{})
	var r tableReader
	if err := r.begin(t.Context(), db.Tables()[0], metaTail); err != nil {
		t.Fatal(err)
	}
	strange := 0
	for n := range longest {
		if may, err := r.mayContain(t.Context(), longest[:n]); !may || err != nil {
			t.Errorf("length %d is not in the filter: %v", n, err)
		}
		if may, _ := r.mayContain(t.Context(), append([]byte("x"), longest[:n]...)); may {
			strange++
		}
	}
	if strange > 60 {
		t.Errorf("%d of 1199 strange keys are in the filter", strange)
	}
	if err := r.end(); err != nil {
		t.Error(err)
	}
}
