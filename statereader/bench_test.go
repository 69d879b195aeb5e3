package statereader

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"ckpt/metadata"
	"ckpt/state"
	"ckpt/storage"
)

// wide is a fixture with n keys of a value, a list and a map state in one key group.
func wide(n int, compressed bool) *fixture {
	f := &fixture{maxParallelism: 128, key: stringSnap, compressed: compressed, states: []fixState{
		{name: "value", kind: "VALUE", ns: voidSnap, value: stringSnap},
		{name: "list", kind: "LIST", ns: voidSnap, value: listSnap(longSnap)},
		{name: "map", kind: "MAP", ns: windowSnap, value: mapSnap(longSnap, stringSnap)},
		{name: "_timer_state/event_t", backend: state.PriorityQueue, value: timerSnap(stringSnap, voidSnap)},
	}}
	window := append(long(0), long(60_000)...)
	for i := range n {
		key := text(fmt.Sprintf("user-%08d", i))
		f.states[0].rows = append(f.states[0].rows, fixRow{key: key, ns: void, values: [][]byte{text("about sixty characters of text, as in the fields of a record")}})
		f.states[1].rows = append(f.states[1].rows, fixRow{key: key, ns: void, values: [][]byte{long(1), long(2), long(int64(i))}})
		f.states[2].rows = append(f.states[2].rows, fixRow{key: key, ns: window,
			userKeys: [][]byte{long(1), long(2)}, values: [][]byte{text("twenty-two characters!"), nil}})
		f.states[3].rows = append(f.states[3].rows, fixRow{key: key, ns: void, time: int64(i)})
	}
	return f
}

func (f *fixture) view(t testing.TB, o Options, code metadata.HandleCode, b []byte, offsets []int64) *View {
	return testView(t, f.maxParallelism, o, map[string][]byte{"f": b}, keyedSubtask(code, "f", len(b), f.first, offsets))
}

// count scans all units and returns the number of entries.
func count(t testing.TB, v *View) (n int) {
	for _, u := range v.Units(Selection{}) {
		sc := u.Scan(context.Background())
		for _, err := range sc.All() {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if m := sc.Missing(); len(m) > 0 {
			t.Fatal(m)
		}
	}
	return n
}

// BenchmarkScan reads synthetic state of one handle on one core: 300 MB/s is the least.
func BenchmarkScan(b *testing.B) {
	for _, l := range layouts[1:3] {
		for _, compressed := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/compressed=%v", l.name, compressed), func(b *testing.B) {
				f := wide(100_000, compressed)
				file, offsets := l.write(f)
				v := f.view(b, Options{}, l.code, file, offsets)
				n := count(b, v)
				plain, _ := l.write(wide(100_000, false))
				b.ReportAllocs()
				cpu := cpuSeconds()
				for b.Loop() {
					count(b, v)
				}
				cpu = (cpuSeconds() - cpu) / float64(b.N) * 1e6
				b.ReportMetric(float64(n)/cpu, "Mentries/CPU-s")
				b.ReportMetric(float64(len(plain))/cpu, "MB/CPU-s")
			})
		}
	}
}

// cpuSeconds is the CPU time of this process: it says the same on a busy machine.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// BenchmarkScanFiles reads a checkpoint named by CKPT_BENCH_PATH.
func BenchmarkScanFiles(b *testing.B) {
	path := os.Getenv("CKPT_BENCH_PATH")
	if path == "" {
		b.Skip("CKPT_BENCH_PATH names no checkpoint")
	}
	v, err := OpenPath(b.Context(), path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	var size int64
	for _, u := range v.Units(Selection{}) {
		size += u.Bytes
	}
	b.SetBytes(size)
	for b.Loop() {
		count(b, v)
	}
}

func TestScanAllocatesNothingPerEntry(t *testing.T) {
	for _, l := range layouts[1:3] {
		for _, compressed := range []bool{false, true} {
			allocs := func(n int) float64 {
				f := wide(n, compressed)
				b, offsets := l.write(f)
				v := f.view(t, Options{}, l.code, b, offsets)
				return testing.AllocsPerRun(3, func() { count(t, v) })
			}
			// What is left over depends on the number of chunks, not of entries: 7 entries a key.
			few, many := allocs(10), allocs(5_010)
			if perEntry := (many - few) / (7 * 5_000); perEntry > 0.003 && !overwrites {
				t.Errorf("%s compressed=%v: %.0f allocations for 10 keys, %.0f for 5,010", l.name, compressed, few, many)
			}
		}
	}
}

// TestPeakMemory compares the live heap during scans of state and of ten times as much: in one key group, one key.
func TestPeakMemory(t *testing.T) {
	if overwrites || testing.Short() {
		t.Skip("measures what the build tag invariants, or a short run, leaves out")
	}
	for _, shape := range []string{"keys", "one map", "one list"} {
		for _, l := range layouts[1:3] {
			peak := func(n int) uint64 {
				f := huge(shape, n)
				b, offsets := l.write(f)
				dir := t.TempDir()
				if err := os.WriteFile(dir+"/f", b, 0o600); err != nil {
					t.Fatal(err)
				}
				b, f = nil, nil
				return scanPeak(t, dir, l.code, offsets)
			}
			small, large := peak(6_000), peak(60_000)
			if large > small+small/10 {
				t.Errorf("%s, %s: peak %d bytes, for ten times the state %d", shape, l.name, small, large)
			}
		}
	}
}

func huge(shape string, n int) *fixture {
	f := &fixture{maxParallelism: 1, key: longSnap, states: []fixState{{name: "s", ns: voidSnap}}}
	s := &f.states[0]
	one := fixRow{key: long(1), ns: void}
	for i := range n {
		value := text(strings.Repeat("some text ", 40))
		switch shape {
		case "keys":
			s.rows = append(s.rows, fixRow{key: long(int64(i)), ns: void, values: [][]byte{value}})
		case "one map":
			one.userKeys = append(one.userKeys, long(int64(i)))
			fallthrough
		default:
			one.values = append(one.values, value)
		}
	}
	switch shape {
	case "keys":
		s.kind, s.value = "VALUE", stringSnap
		return f
	case "one map":
		s.kind, s.value = "MAP", mapSnap(longSnap, stringSnap)
	default:
		s.kind, s.value = "LIST", listSnap(stringSnap)
	}
	s.rows = []fixRow{one}
	return f
}

// scanPeak returns how much the heap grows at most while the file is scanned.
func scanPeak(t *testing.T, dir string, code metadata.HandleCode, offsets []int64) uint64 {
	t.Helper()
	local, err := storage.NewLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	sub := keyedSubtask(code, "f", -1, 0, offsets)
	cp := &metadata.Checkpoint{Operators: []*metadata.Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*metadata.Subtask{sub}}}}
	v, err := Open(context.Background(), local, cp, metadata.LayoutOf(dir+"/_metadata"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak uint64
	for _, u := range v.Units(Selection{}) {
		n := 0
		for _, err := range u.Scan(context.Background()).All() {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n%3_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&during)
				peak = max(peak, during.HeapAlloc-min(before.HeapAlloc, during.HeapAlloc))
			}
		}
	}
	return peak
}
