package rocksdb

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// benchDirs are the databases below CKPT_ROCKSDB: directories of files under their local names, of any size.
func benchDirs(b *testing.B) []string {
	root := os.Getenv("CKPT_ROCKSDB")
	if root == "" {
		b.Skip("CKPT_ROCKSDB names no directory of databases")
	}
	dirs, err := filepath.Glob(filepath.Join(root, "*", "CURRENT"))
	if err != nil || len(dirs) == 0 {
		b.Fatalf("no database below %s: %v", root, err)
	}
	for i, d := range dirs {
		dirs[i] = filepath.Dir(d)
	}
	return dirs
}

func cpuTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// report gives entries per CPU second, which is what a core does whatever else the machine does.
func report(b *testing.B, cpu time.Duration, entries, bytes uint64) {
	spent := (cpuTime(b) - cpu).Seconds()
	b.ReportMetric(float64(entries)/1e6/spent, "Mentries/cpu-s")
	b.ReportMetric(float64(bytes)/1e6/spent, "MB/cpu-s")
	b.ReportMetric(float64(entries)/float64(b.N), "entries")
}

// BenchmarkTableScan reads every entry of every table, checksums verified.
func BenchmarkTableScan(b *testing.B) {
	dirs := benchDirs(b)
	var entries, bytes uint64
	cpu := cpuTime(b)
	for b.Loop() {
		for _, dir := range dirs {
			db := open(b, dirFiles(b, dir), Options{})
			for _, t := range db.Tables() {
				s := t.Scan(b.Context())
				for s.Next() {
					entries++
					bytes += uint64(len(s.Key().User) + len(s.Value()))
				}
				if s.Err() != nil {
					b.Fatal(s.Err())
				}
			}
		}
	}
	report(b, cpu, entries, bytes)
}

// BenchmarkIterate reads the visible entries of every column family.
func BenchmarkIterate(b *testing.B) {
	dirs := benchDirs(b)
	var entries, bytes uint64
	cpu := cpuTime(b)
	for b.Loop() {
		for _, dir := range dirs {
			db := open(b, dirFiles(b, dir), Options{})
			for _, cf := range db.ColumnFamilies() {
				it := cf.Iter(b.Context(), Range{})
				for it.Next() {
					e := it.Entry()
					entries++
					bytes += uint64(len(e.Key) + len(e.Value))
				}
				if it.Err() != nil {
					b.Fatal(it.Err())
				}
			}
		}
	}
	report(b, cpu, entries, bytes)
}
