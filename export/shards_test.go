package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/statereader"
	"ckpt/storage"
)

// runShards exports all shards to dirs, in turn.
func runShards(t *testing.T, v *statereader.View, n int, o Options, dirs ...string) {
	t.Helper()
	for i := range n {
		var err error
		if o.FS, o.Dir, err = storage.Open(dirs[i%len(dirs)], storage.Options{Write: true}); err != nil {
			t.Fatal(err)
		}
		o.Shard = statereader.Shard{Index: i, Of: n}
		if _, err := Run(t.Context(), v, statereader.Selection{}, o); err != nil {
			t.Fatal(err)
		}
	}
}

func merge(t *testing.T, dirs ...string) (*Merge, error) {
	t.Helper()
	places := make([]ShardDir, len(dirs))
	for i, d := range dirs {
		places[i].Name = d
		var err error
		if places[i].FS, places[i].Dir, err = storage.Open(d, storage.Options{Write: true}); err != nil {
			t.Fatal(err)
		}
	}
	return MergeShards(t.Context(), places)
}

// TestShardsAreTheWhole: merged shards are, byte by byte, what one export writes; most of many shards are empty.
func TestShardsAreTheWhole(t *testing.T) {
	for _, tc := range []struct {
		fixture string
		format  Format
		n, dirs int
	}{
		{typesFixture, Parquet, 3, 1}, {typesFixture, JSONL, 1, 1}, {typesFixture, CSV, 7, 3}, {typesFixture, Arrow, 7, 1},
		{"unusual-finished-hashmap-canonical-p2-m128", JSONL, 1000, 1}, {"unusual-incremental-rocksdb-checkpoint-p2-m128-inline0", JSONL, 3, 2},
		{"operator-hashmap-checkpoint-p4-m129-inline0", JSONL, 7, 7},
	} {
		t.Run(fmt.Sprint(tc.fixture, tc.format, tc.n), func(t *testing.T) {
			v, err := statereader.OpenPath(t.Context(), fixturePath(t, tc.fixture), statereader.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			o := Options{Format: tc.format, Source: Source{MetadataSHA256: "sum"}}
			whole, _ := runTo(t, v, statereader.Selection{}, o)
			dirs := make([]string, tc.dirs)
			for i := range dirs {
				dirs[i] = filepath.Join(t.TempDir(), "out")
			}
			runShards(t, v, tc.n, o, dirs...)
			for range 2 { // merging again changes nothing
				m, err := merge(t, dirs...)
				if err != nil || !m.Merged || len(m.Shards) != tc.n {
					t.Fatalf("%+v, %v", m, err)
				}
				got, want := tree(t, dirs[0]), tree(t, whole)
				maps.DeleteFunc(got, func(name, _ string) bool { return strings.HasPrefix(name, "_SHARD-") })
				if a, b := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(a, b) {
					t.Fatalf("files %q, want %q", a, b)
				}
				for name := range want {
					if got[name] != want[name] {
						t.Errorf("%s differs: %.300q, want %.300q", name, got[name], want[name])
					}
				}
			}
		})
	}
}

// TestMergeRefuses: what is wrong with shards is named, and nothing is written.
func TestMergeRefuses(t *testing.T) {
	v := fixture(t, "kv-hashmap-canonical-p4-m128")
	o := Options{Format: JSONL, Source: Source{MetadataSHA256: "sum"}}
	marker := func(dir string, i int) string {
		return filepath.Join(dir, shardName(statereader.Shard{Index: i, Of: 3}))
	}
	change := func(t *testing.T, file string, f func(*ShardManifest)) {
		var m ShardManifest
		b, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(b, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		f(&m)
		if err := os.WriteFile(file, []byte(encoded(m)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	partOf := func(t *testing.T, dir string) string {
		parts, err := filepath.Glob(filepath.Join(dir, "*", "*", "part-*"))
		if err != nil || len(parts) < 2 {
			t.Fatal(parts, err)
		}
		return parts[0]
	}
	for _, tc := range []struct {
		name   string
		damage func(t *testing.T, dir string) error
		status string
		shard  int // -1: none
		says   string
	}{
		{"one missing", func(_ *testing.T, dir string) error { return os.Remove(marker(dir, 1)) }, ShardMissing, 1, "_SHARD-1-of-3.json is not there"},
		{"the last missing", func(_ *testing.T, dir string) error { return os.Remove(marker(dir, 2)) }, ShardMissing, 2, "not there"},
		{"another _metadata", func(t *testing.T, dir string) error {
			other := filepath.Join(t.TempDir(), "out")
			o := o
			o.Source.MetadataSHA256 = "another"
			runShards(t, v, 3, o, other)
			return os.Rename(marker(other, 2), marker(dir, 2))
		}, ShardForeign, 2, "another _metadata"},
		{"other flags", func(t *testing.T, dir string) error {
			other := filepath.Join(t.TempDir(), "out")
			o := o
			o.TypedTime = true
			runShards(t, v, 3, o, other)
			return os.Rename(marker(other, 0), marker(dir, 0))
		}, ShardForeign, 0, "other flags"},
		{"other states", func(t *testing.T, dir string) error {
			change(t, marker(dir, 1), func(m *ShardManifest) { m.States = m.States[1:] })
			return nil
		}, ShardForeign, 1, "other states"},
		{"a gap", func(t *testing.T, dir string) error {
			change(t, marker(dir, 1), func(m *ShardManifest) { m.Cut.From++ })
			return nil
		}, ShardDamaged, 1, "do not continue"},
		{"no end", func(t *testing.T, dir string) error {
			change(t, marker(dir, 2), func(m *ShardManifest) { m.Cut.To-- })
			return nil
		}, ShardDamaged, 2, "do not continue"},
		{"renamed", func(_ *testing.T, dir string) error { return os.Rename(marker(dir, 0), marker(dir, 1)) }, ShardDamaged, 1, "the name says shard 1/3"},
		{"no JSON", func(_ *testing.T, dir string) error { return os.WriteFile(marker(dir, 1), []byte("{"), 0o666) }, ShardDamaged, 1, "not the manifest"},
		{"a part is gone", func(t *testing.T, dir string) error { return os.Remove(partOf(t, dir)) }, ShardDamaged, 0, "is not there"},
		{"a part is short", func(t *testing.T, dir string) error { return os.Truncate(partOf(t, dir), 1) }, ShardDamaged, 0, "has 1 bytes"},
		{"a part too many", func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(filepath.Dir(partOf(t, dir)), "part-99999-000.jsonl"), nil, 0o666)
		}, ShardForeign, -1, "no shard has written it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			runShards(t, v, 3, o, dir)
			if err := tc.damage(t, dir); err != nil {
				t.Fatal(err)
			}
			m, err := merge(t, dir)
			if err != nil || m.Merged || m.Complete {
				t.Fatalf("%+v, %v", m, err)
			}
			found := slices.ContainsFunc(m.Shards, func(s MergedShard) bool {
				named := s.Shard == nil && tc.shard < 0 || s.Shard != nil && *s.Shard == tc.shard
				return named && s.Status == tc.status && strings.Contains(s.Message, tc.says)
			})
			if !found {
				t.Errorf("not found in %s", encoded(m.Shards))
			}
			if _, err := os.Stat(filepath.Join(dir, manifestName)); err == nil {
				t.Error("manifest.json is there")
			}
		})
	}
	t.Run("twice", func(t *testing.T) {
		a, b := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "out")
		runShards(t, v, 3, o, a)
		runShards(t, v, 3, o, b)
		m, err := merge(t, a, b)
		if err != nil || m.Merged || !slices.ContainsFunc(m.Shards, func(s MergedShard) bool { return s.Status == ShardDuplicate }) {
			t.Errorf("%+v, %v", m, err)
		}
	})
	if _, err := merge(t, t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no shard at all: %v", err)
	}
}

// TestShardDirectory: a shard writes beside others, and over itself only with Overwrite.
func TestShardDirectory(t *testing.T) {
	v := fixture(t, "kv-hashmap-canonical-p4-m128")
	dir := filepath.Join(t.TempDir(), "out")
	o := Options{Format: JSONL, Source: Source{MetadataSHA256: "sum"}}
	runShards(t, v, 3, o, dir)
	if _, err := merge(t, dir); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	o.Shard = statereader.Shard{Index: 1, Of: 3}
	var err error
	if o.FS, o.Dir, err = storage.Open(dir, storage.Options{Write: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), v, statereader.Selection{}, o); !errors.Is(err, ErrUsage) {
		t.Errorf("over a finished shard: %v", err)
	}
	o.Overwrite = true
	if _, err := Run(t.Context(), v, statereader.Selection{}, o); err != nil {
		t.Fatal(err)
	}
	after := tree(t, dir)
	if _, whole := after[manifestName]; whole {
		t.Error("manifest.json is still there")
	}
	delete(before, manifestName)
	if !maps.Equal(before, after) {
		t.Error("a shard that is exported again is another")
	}
}
