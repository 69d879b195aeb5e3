package rocksdb

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// golden is a database that a library of Flink wrote (testdata/flink/rocksdb makes them), and what the library finds in it.
type golden struct {
	name  string // version/case
	files memory
	want  map[string][]string // lines of key and value in hexadecimal, by column family
}

// goldens reads the committed databases, or those of the archives in CKPT_ROCKSDB_MATRIX.
func goldens(t testing.TB) []golden {
	t.Helper()
	dir := os.Getenv("CKPT_ROCKSDB_MATRIX")
	if dir == "" {
		dir = "testdata"
	}
	archives, err := filepath.Glob(filepath.Join(dir, "*.tar.gz"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives of databases: %v", err)
	}
	var all []golden
	for _, name := range archives {
		all = append(all, unpack(t, name)...)
	}
	return all
}

func unpack(t testing.TB, archive string) []golden {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	content := map[string][]byte{}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return goldenFiles(t, names, content)
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			names, content[h.Name] = append(names, h.Name), b
		}
	}
}

// goldenFiles groups files version/case/name and version/case.dump.
func goldenFiles(t testing.TB, names []string, content map[string][]byte) []golden {
	t.Helper()
	byCase := map[string]*golden{}
	var order []*golden
	for _, name := range names {
		b := content[name]
		id, isDump := strings.CutSuffix(name, ".dump")
		if !isDump {
			id = path.Dir(name)
		}
		g := byCase[id]
		if g == nil {
			g = &golden{name: id, files: memory{}}
			byCase[id], order = g, append(order, g)
		}
		if isDump {
			g.want = parseDump(b)
		} else {
			g.files[path.Base(name)] = b
		}
	}
	var all []golden
	for _, g := range order {
		if g.want == nil || len(g.files) == 0 {
			t.Fatalf("%s is not complete", g.name)
		}
		all = append(all, *g)
	}
	return all
}

func parseDump(b []byte) map[string][]string {
	want := map[string][]string{}
	family := ""
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		if line, ok := strings.CutPrefix(s.Text(), " "); ok {
			want[family] = append(want[family], line)
			continue
		}
		family = s.Text()
		want[family] = nil
	}
	return want
}

// TestGoldens: every database reads as the library that wrote it reads it, whole, by ranges and by keys.
func TestGoldens(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			db := open(t, g.files.files(), Options{ReadAhead: 700})
			if got := len(db.ColumnFamilies()); got != len(g.want) {
				t.Errorf("%d column families, want %d", got, len(g.want))
			}
			for _, cf := range db.ColumnFamilies() {
				want, ok := g.want[cf.Name]
				if !ok {
					t.Errorf("column family %q is not expected", cf.Name)
				}
				got, err := dump(t.Context(), cf, Range{})
				if err != nil {
					t.Fatal(err)
				}
				if i := differ(got, want); i >= 0 {
					t.Fatalf("%s: %d entries, want %d; the first difference is entry %d:\n got %.200s\nwant %.200s", cf.Name, len(got), len(want), i, at(got, i), at(want, i))
				}
				checkRanges(t, cf, want)
				checkGets(t, cf, want)
			}
			if w := db.Warnings(); len(w) > 0 && !strings.Contains(g.name, "ingested") {
				t.Errorf("warnings: %v", w)
			}
		})
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}

// differ is the first line that differs, -1 if none does.
func differ(a, b []string) int {
	for i := range max(len(a), len(b)) {
		if at(a, i) != at(b, i) {
			return i
		}
	}
	return -1
}

func keyOf(line string) []byte {
	k, _, _ := strings.Cut(line, " ")
	b, err := hex.DecodeString(k)
	if err != nil {
		panic(err)
	}
	return b
}

// checkRanges reads each group of keys, and ranges between keys, alone.
func checkRanges(t *testing.T, cf *ColumnFamily, want []string) {
	t.Helper()
	bounds := [][]byte{nil, {1}, {3}, {3, 0, 0, 0, 0, 0, 0, 0, 5, 0}, {6}, nil}
	for i := 1; i < len(want); i += len(want)/6 + 1 {
		bounds = append(bounds, keyOf(want[i]))
	}
	slices.SortFunc(bounds[1:5], bytes.Compare)
	for i := range bounds {
		for _, j := range []int{i + 1, i + 3} {
			if j >= len(bounds) {
				continue
			}
			r := Range{bounds[i], bounds[j]}
			var part []string
			for _, line := range want {
				if k := keyOf(line); bytes.Compare(k, r.From) >= 0 && (len(r.To) == 0 || bytes.Compare(k, r.To) < 0) {
					part = append(part, line)
				}
			}
			got, err := dump(t.Context(), cf, r)
			if err != nil {
				t.Fatalf("%v: %v", r, err)
			}
			if i := differ(got, part); i >= 0 {
				t.Fatalf("%s %v: %d entries, want %d; entry %d: %.100s, want %.100s", cf.Name, r, len(got), len(part), i, at(got, i), at(part, i))
			}
		}
	}
}

// checkGets looks up every key that is there, and others that are not.
func checkGets(t *testing.T, cf *ColumnFamily, want []string) {
	t.Helper()
	have := map[string]string{}
	for _, line := range want {
		k, v, _ := strings.Cut(line, " ")
		have[k] = v
	}
	keys := slices.Collect(func(yield func([]byte) bool) {
		for i := 0; i < len(want); i += 1 + len(want)/60 {
			k := keyOf(want[i])
			if !yield(k) || !yield(append(bytes.Clone(k), 0)) || !yield(k[:len(k)-1]) {
				return
			}
		}
		for g := range byte(7) {
			for i := range byte(10) {
				if !yield([]byte{g, 0, 0, 0, 0, 0, 0, 0, i * 4, 0}) {
					return
				}
			}
		}
	})
	for _, k := range keys {
		e, err := cf.Get(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		got, found := "", e != nil
		if found {
			got = fmt.Sprintf("%x", e.Joined(nil, ','))
		}
		if v, ok := have[fmt.Sprintf("%x", k)]; ok != found || v != got {
			t.Fatalf("%s: %x is %.100q (%t), want %.100q (%t)", cf.Name, k, got, found, v, ok)
		}
	}
}

// TestGoldenTables: what the tables say of themselves is what they contain.
func TestGoldenTables(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range goldens(t) {
		db := open(t, g.files.files(), Options{})
		for _, table := range db.Tables() {
			p, err := table.Properties(t.Context())
			if err != nil {
				t.Fatalf("%s: %v", g.name, err)
			}
			seen[fmt.Sprintf("format %d", p.Format)] = true
			seen[p.Checksum.String()] = true
			seen["compression "+p.Compression] = true
			seen[fmt.Sprintf("index %d", p.Index)] = true
			if _, findings := table.Verify(t.Context()); len(findings) > 0 {
				t.Errorf("%s: %v: %v", g.name, table, findings)
			}
		}
	}
	for _, want := range []string{"format 0", "format 1", "format 2", "format 3", "format 4", "format 5", "format 6",
		"none", "crc32c", "xxhash", "xxhash64", "xxh3", "compression NoCompression", "compression Snappy", "compression Zlib",
		"compression BZip2", "compression LZ4", "compression LZ4HC", "compression ZSTD", "index 0", "index 1", "index 2", "index 3"} {
		if !seen[want] {
			t.Errorf("no table has %s; seen %v", want, seen)
		}
	}
}

// TestGoldensNeedTruncation: without the boundaries of their tables, range deletions delete what is alive.
func TestGoldensNeedTruncation(t *testing.T) {
	lost := 0
	for _, g := range goldens(t) {
		db := open(t, g.files.files(), Options{})
		for _, cf := range db.ColumnFamilies() {
			it := cf.Iter(t.Context(), Range{})
			var whole []span
			for _, table := range cf.Tables() {
				tombstones, err := table.Tombstones(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range tombstones {
					whole = append(whole, span{InternalKey{d.Start, maxTrailer}, InternalKey{d.End, maxTrailer}, d.Seq})
				}
			}
			it.deleted.spans = flatten(whole)
			entries := 0
			for it.Next() {
				entries++
			}
			if it.Err() != nil {
				t.Fatal(it.Err())
			}
			if entries != len(g.want[cf.Name]) {
				t.Logf("%s: %s: %d entries of %d", g.name, cf.Name, entries, len(g.want[cf.Name]))
				lost++
			}
		}
	}
	if lost == 0 {
		t.Error("no database shows a difference: the goldens do not test truncation")
	}
}
