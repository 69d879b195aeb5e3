package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/inspect"
	"ckpt/internal/fixtures"
	"ckpt/metadata"
	"ckpt/storage"
)

// TestMisplacedKeys: with a max parallelism that is not the job's, keys are where Flink would not look for them.
func TestMisplacedKeys(t *testing.T) {
	for _, name := range []string{plain, "kv-hashmap-native-p4-m129", "kv-rocksdb-canonical-snappy-p4-m128"} {
		for _, patched := range []bool{false, true} {
			path := copyFixture(t, "1.20.4", name)
			patch(t, filepath.Join(path, "_metadata"), func(cp *metadata.Checkpoint) {
				for _, op := range cp.Operators {
					if patched {
						op.MaxParallelism--
					}
				}
			})
			r := ckpt(t, "validate", "--level", "deep", "-o", "json", path)
			misplaced := strings.Contains(r.out, `"code": "KEY_MISPLACED"`)
			if misplaced != patched || patched != (r.code == exitFindings) {
				t.Errorf("%s, patched: %v: exit %d: %s%s", name, patched, r.code, r.out, r.err)
			}
			if !patched && strings.Contains(r.out, `"code"`) {
				t.Errorf("%s: findings in a sound snapshot: %s", name, r.out)
			}
		}
	}
}

// TestHeadersDiffer: a state that one subtask registers, states in another order, a subclass that one subtask met (and
// that no header of the heap backend describes).
func TestHeadersDiffer(t *testing.T) {
	for _, version := range []string{"1.20.4", "2.3.0"} {
		for name, differs := range map[string]bool{
			"unusual-lazy-hashmap-native-p3-m128-inline0": false, "unusual-lazy-rocksdb-canonical-p3-m128-inline0": true,
		} {
			var rep inspect.Report
			decode(t, ckpt(t, "inspect", "-o", "json", fixtures.Get(t, version, name).Path()), &rep)
			var got strings.Builder
			for _, op := range rep.Operators {
				for _, s := range op.States {
					got.WriteString(fmt.Sprintf("%s in %d subtasks, differs: %v\n", s.Name, s.Subtasks, s.Differs != nil))
				}
			}
			want := fmt.Sprintf("late in 1 subtasks, differs: false\nstate-Aa in 3 subtasks, differs: false\nstate-BB in 3 subtasks, differs: %v\n", differs)
			if got.String() != want {
				t.Errorf("%s/%s: got\n%swant\n%s", version, name, got.String(), want)
			}
		}
	}
}

// TestTimersAtExtremes: Flink's longs come through as they are. Processing-time timers in the past fire before a snapshot.
func TestTimersAtExtremes(t *testing.T) {
	for _, name := range []string{"timers-hashmap-canonical-p1-m129", "timers-rocksdb-canonical-p3-m32768", "timers-hashmap-native-snappy-p4-m128-inline0"} {
		r := ckpt(t, "export", fixtures.Get(t, "2.3.0", name).Path(), "--kind", "timer", "--to", "jsonl", "--out", "-")
		if r.code != exitDone {
			t.Fatalf("%s: exit %d: %s", name, r.code, r.err)
		}
		for _, want := range []struct {
			state string
			at    int64
		}{
			{"event_user-timers", math.MinInt64 + 10}, {"event_user-timers", -1}, {"event_user-timers", 0},
			{"event_user-timers", math.MaxInt64}, {"processing_user-timers", math.MaxInt64},
		} {
			if !strings.Contains(r.out, fmt.Sprintf(`"state":"_timer_state/%s"`, want.state)) ||
				!strings.Contains(r.out, fmt.Sprintf(`"timestamp":%d}`, want.at)) {
				t.Errorf("%s: no timer of %s at %d", name, want.state, want.at)
			}
		}
	}
}

// TestInspectReadsLittle: inspect reads one range for each file that names states, and the metadata. Whether files are
// there it learns from one list of each directory, or from a look at each where they are few.
func TestInspectReadsLittle(t *testing.T) {
	for name, headers := range map[string]int64{ // in files of their own
		plain: 1, "keys-hashmap-canonical-p3-m128-inline0": 51, "types-rocksdb-canonical-p3-m128-inline0": 18, "timers-rocksdb-checkpoint-p3-m60-inline0": 9,
	} {
		var counter *storage.Counter
		app := &App{Wrap: func(base storage.FS) storage.FS {
			counter = storage.Counting(base)
			return counter
		}}
		var rep inspect.Report
		decode(t, app.test(t.Context(), "inspect", "-o", "json", fixtures.Get(t, "2.3.0", name).Path()), &rep)
		n := counter.Counts()
		if n.Opens != headers+1 || n.Reads > headers+2 || n.Lists > 3 || n.Stats > 6 {
			t.Errorf("%s: %+v for %d headers in files", name, n, headers)
		}
		if all := rep.Bytes.Total; name == plain && n.BytesRead > all*2/3 { // its one file is no smaller than the metadata
			t.Errorf("%s: %d of %d bytes read", name, n.BytesRead, all)
		}
	}
}

// TestInlineThresholds: the same job with its state in files, in the metadata, and both, read through the same requests.
func TestInlineThresholds(t *testing.T) {
	for name, files := range map[string]int64{
		"keys-rocksdb-canonical-snappy-p3-m60": 0, "kv-rocksdb-canonical-p3-m4096-inline1048576": 0, "keys-hashmap-canonical-p3-m128-inline0": 51, plain: 1,
	} {
		var counter *storage.Counter
		app := &App{Wrap: func(base storage.FS) storage.FS {
			counter = storage.Counting(base)
			return counter
		}}
		r := app.test(t.Context(), "export", fixtures.Get(t, "2.3.0", name).Path(), "--to", "jsonl", "--out", "-")
		if opens := counter.Counts().Opens; r.code != exitDone || opens < files+1 || files == 0 && opens > 2 {
			t.Errorf("%s: exit %d, %d files opened, %d have state: %s", name, r.code, opens, files, r.err)
		}
	}
}

// TestExportIsTheSame: bytes depend on input and flags alone.
func TestExportIsTheSame(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", "kv-rocksdb-canonical-snappy-p4-m128").Path()
	for _, format := range []string{"parquet", "arrow", "jsonl", "csv"} {
		sums := map[string]bool{}
		for _, parallelism := range []string{"1", "8", "8"} {
			out := filepath.Join(t.TempDir(), "rows")
			if r := ckpt(t, "export", path, "--to", format, "--out", out, "--parallelism", parallelism); r.code != exitDone {
				t.Fatalf("%s: exit %d: %s", format, r.code, r.err)
			}
			sums[contentOf(t, out)] = true
		}
		if len(sums) != 1 {
			t.Errorf("%s: %d different outputs", format, len(sums))
		}
	}
}

// contentOf lists the files of a directory with the hashes of what is in them.
func contentOf(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, p))
		fmt.Fprintf(&b, "%s %x\n", p, sha256.Sum256(content))
		return err
	})
	if err != nil || b.Len() == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	return b.String()
}
