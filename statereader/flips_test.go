package statereader

import (
	"context"
	"maps"
	"os"
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
	} {
		t.Run(name, func(t *testing.T) {
			files := readDir(t, filepath.Join(testenv.Savepoints(), name))
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

// readDir reads the files of the directory in which a `_metadata` lies, at or below dir.
func readDir(t *testing.T, dir string) map[string][]byte {
	files := map[string][]byte{}
	found, err := filepath.Glob(filepath.Join(dir, "_metadata"))
	if len(found) == 0 && err == nil {
		found, err = filepath.Glob(filepath.Join(dir, "chk-*", "_metadata"))
	}
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d snapshots, %v", dir, len(found), err)
	}
	entries, err := os.ReadDir(filepath.Dir(found[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) == "" {
			if files[e.Name()], err = os.ReadFile(filepath.Join(filepath.Dir(found[0]), e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files
}

func readAll(t *testing.T, files map[string][]byte) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	size := 0
	for _, b := range files {
		size += len(b)
	}
	ctx := context.Background()
	cp, err := metadata.Decode(files["_metadata"])
	if err != nil {
		return
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
	v, err := Open(ctx, mem, cp, metadata.LayoutOf("/cp/_metadata"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, u := range v.Units(Selection{AllCopies: true}) {
		for range u.Scan(ctx).All() {
			n++
		}
	}
	if n > size { // an entry or a defect has one byte at least
		t.Fatalf("%d entries and defects from %d bytes", n, size)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20+uint64(size)*64 {
		t.Fatalf("%d bytes allocated for %d", used, size)
	}
}
