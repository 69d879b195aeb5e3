package statereader

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"ckpt/internal/testenv"
	"ckpt/metadata"
	"ckpt/storage"
)

// flips bounds how many places of a real snapshot are damaged; they are spread over all of it.
const flips = 250

// TestFlipsOfRealFiles flips bits of real snapshots, and cuts their files, at places all over them: every read ends
// without panic, and takes memory in proportion to the input.
func TestFlipsOfRealFiles(t *testing.T) {
	for _, name := range []string{
		"1.20.4/unusual-lazy-hashmap-native-p3-m128-inline0", "2.3.0/unusual-custom-rocksdb-canonical-p1-m128-inline0",
		"2.3.0/kv-hashmap-canonical-snappy-p3-m60", "2.3.0/heap-timers-rocksdb-checkpoint-p3-m128-inline0",
		"2.3.0/unusual-changelog-memory-hashmap-checkpoint-p2-m128-inline0", "2.3.0/unusual-changelog-hashmap-checkpoint-p2-m128-inline0",
		"2.3.0/unusual-changelog-rocksdb-checkpoint-snappy-p2-m129-inline0",
		"2.3.0/unusual-changelog-based-hashmap-checkpoint-snappy-p2-m128-inline0",
	} {
		t.Run(name, func(t *testing.T) {
			files := readDir(t, filepath.Join(testenv.Savepoints(), name))
			if n := readAll(t, files); n < 20 {
				t.Fatalf("%d entries before the damage", n)
			}
			size := 0
			for _, b := range files {
				size += len(b)
			}
			at := 0 // in the files one behind the other
			for _, file := range slices.Sorted(maps.Keys(files)) {
				b, step := files[file], max(1, size/flips)
				first := (step - at%step) % step
				at += len(b)
				for i := first; i < len(b); i += step {
					damaged := append([]byte(nil), b...)
					damaged[i] ^= 1 << (i % 8)
					files[file] = damaged
					readAll(t, files)
					files[file] = b[:i]
					readAll(t, files)
				}
				files[file] = b
			}
		})
	}
}

// readDir reads the files of the snapshot below dir, by their paths in it.
func readDir(t *testing.T, dir string) map[string][]byte {
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != "" {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err == nil {
			files[filepath.ToSlash(rel)], err = os.ReadFile(p)
		}
		return err
	})
	if err != nil || metadataIn(files) == "" {
		t.Fatalf("%s: no snapshot: %v", dir, err)
	}
	return files
}

// metadataIn names the `_metadata` among the files of a snapshot.
func metadataIn(files map[string][]byte) string {
	for name := range files {
		if path.Base(name) == "_metadata" {
			return name
		}
	}
	return ""
}

// readAll reads everything, and returns how many entries there were.
func readAll(t *testing.T, files map[string][]byte) (entries int) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	size := 0
	for _, b := range files {
		size += len(b)
	}
	ctx := context.Background()
	cp, err := metadata.Decode(files[metadataIn(files)])
	if err != nil {
		return 0
	}
	mem := storage.NewMemory()
	for name, b := range files {
		w, err := mem.Create(ctx, "/cp/"+name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
		if err := w.Commit(ctx); err != nil {
			t.Fatal(err)
		}
	}
	v, err := Open(ctx, mem, cp, metadata.LayoutOf("/cp/"+metadataIn(files)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, u := range v.Units(Selection{AllCopies: true}) {
		for _, err := range u.Scan(ctx).All() {
			if n++; err == nil {
				entries++
			}
		}
	}
	if n > size { // an entry or a defect has one byte at least
		t.Fatalf("%d entries and defects from %d bytes", n, size)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20+uint64(size)*64 {
		t.Fatalf("%d bytes allocated for %d", used, size)
	}
	return entries
}
