package rocksdb

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// memory is a database directory in memory.
type memory map[string][]byte

type memoryFile struct{ *bytes.Reader }

func (f memoryFile) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return f.Reader.ReadAt(p, off)
}
func (f memoryFile) Close() error { return nil }

func (m memory) files() Files {
	return Files{Names: slices.Sorted(maps.Keys(m)), Open: func(_ context.Context, name string) (File, error) {
		b, ok := m[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return memoryFile{bytes.NewReader(b)}, nil
	}}
}

func (m memory) clone() memory {
	c := memory{}
	for name, b := range m {
		c[name] = bytes.Clone(b)
	}
	return c
}

// diskFile is a file of the local disk.
type diskFile struct {
	*os.File
	size int64
}

func (f diskFile) Size() int64 { return f.size }
func (f diskFile) ReadAt(_ context.Context, p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	if n == len(p) {
		err = nil
	} else if err == nil {
		err = io.EOF
	}
	return n, err
}

// dirFiles are the files of a directory on disk.
func dirFiles(t testing.TB, dir string) Files {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return Files{Names: names, Open: func(_ context.Context, name string) (File, error) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		return diskFile{f, info.Size()}, nil
	}}
}

// open opens a database and closes it with the test.
func open(t testing.TB, files Files, o Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), files, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// dump lists the visible entries of a column family as lines of hexadecimal, merged as Flink's operator does.
func dump(ctx context.Context, cf *ColumnFamily, r Range) ([]string, error) {
	var lines []string
	var joined []byte
	for e, err := range cf.All(ctx, r) {
		if err != nil {
			return lines, err
		}
		joined = e.Joined(joined[:0], ',')
		lines = append(lines, fmt.Sprintf("%x %x", e.Key, joined))
	}
	return lines, nil
}
