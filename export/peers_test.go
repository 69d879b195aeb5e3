package export_test

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"golang.org/x/sync/errgroup"

	"ckpt/export"
	"ckpt/statereader"
	"ckpt/storage"
)

// BenchmarkPeers reads the snapshots that `make bench-peers` had real Flink write, and that it has the State Processor
// API read: each benchmark does the whole work once and reports entries by CPU second of the process.
//
//	decode   every entry to Arrow, with the sums that prove it
//	parquet  every entry to zstd Parquet on disk
//	alone    arrow-go's Parquet writer alone, on the same record batches
func BenchmarkPeers(b *testing.B) {
	dir := os.Getenv("CKPT_PEERS")
	if dir == "" {
		b.Skip("make bench-peers sets CKPT_PEERS")
	}
	for _, work := range []struct {
		name string
		run  func(*testing.B, *statereader.View, sums)
	}{
		{"decode", benchDecode}, {"parquet", benchParquet}, {"alone", benchAlone},
	} {
		for _, snapshot := range []string{"big-canonical", "big-heap-native"} {
			b.Run(work.name+"/"+snapshot, func(b *testing.B) {
				text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
				if err != nil {
					b.Fatal(err)
				}
				var want sums
				if err := json.Unmarshal(text, &want); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					v, err := statereader.OpenPath(b.Context(), filepath.Join(dir, snapshot), statereader.Options{})
					if err != nil {
						b.Fatal(err)
					}
					work.run(b, v, want)
					v.Close()
				}
				b.ReportMetric(peakMB(b), "peak-MB")
			})
		}
	}
}

// sums are what a reader has seen, whatever the order.
type sums struct {
	Keys, Age, TS, ScoreBits, NameLength, Active, Notes, NoteLength, MapKeys, MapEntries, MapSum int64
}

func (s sums) entries() int64 { return s.Keys + s.MapEntries }

func (s *sums) add(o sums) {
	s.Keys += o.Keys
	s.Age += o.Age
	s.TS += o.TS
	s.ScoreBits ^= o.ScoreBits
	s.NameLength += o.NameLength
	s.Active += o.Active
	s.Notes += o.Notes
	s.NoteLength += o.NoteLength
	s.MapKeys += o.MapKeys
	s.MapEntries += o.MapEntries
	s.MapSum += o.MapSum
}

func benchDecode(b *testing.B, v *statereader.View, want sums) {
	var mu sync.Mutex
	var got sums
	start := cpuSeconds(b)
	eachBatch(b, v, 2, func(s *statereader.State, rec arrow.Record, last string) (string, error) {
		var part sums
		if s.Name == "user" {
			part.addUsers(rec)
		} else {
			last = part.addVisits(rec, last)
		}
		mu.Lock()
		defer mu.Unlock()
		got.add(part)
		return last, nil
	})
	report(b, start, want)
	if got != want {
		b.Fatalf("sums %+v, want %+v", got, want)
	}
}

// eachBatch decodes every unit, parallel at a time, and hands out record batches; done keeps a string from batch to
// batch of one state and unit.
func eachBatch(b *testing.B, v *statereader.View, parallel int, done func(s *statereader.State, rec arrow.Record, last string) (string, error)) {
	b.Helper()
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(parallel)
	for _, u := range v.Units(usersOf(b, v)) {
		g.Go(func() error { return unitBatches(ctx, u, done) })
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
}

// usersOf selects the states of the operator "users", whose uid these versions of `_metadata` may not record.
func usersOf(b *testing.B, v *statereader.View) (sel statereader.Selection) {
	b.Helper()
	for _, op := range v.Operators() {
		for _, s := range op.States() {
			if s.Name == "user" || s.Name == "visits" {
				sel.States = append(sel.States, s)
			}
		}
	}
	if len(sel.States) != 2 {
		b.Fatalf("%d of two states found", len(sel.States))
	}
	return sel
}

const peersBatch = 64 << 10

func unitBatches(ctx context.Context, u *statereader.Unit, done func(*statereader.State, arrow.Record, string) (string, error)) error {
	type open struct {
		batch *export.Batch
		last  string
	}
	states := map[*statereader.State]*open{}
	flush := func(s *statereader.State, o *open) (err error) {
		o.last, err = done(s, o.batch.Record(), o.last)
		o.batch.Reset()
		return err
	}
	scan := u.Scan(ctx)
	for e, err := range scan.All() {
		if err != nil {
			return err
		}
		s := scan.StateOf(&e)
		o := states[s]
		if o == nil {
			o = &open{batch: export.NewTable(s, export.TableOptions{}).NewBatch()}
			states[s] = o
		}
		if err := o.batch.Append(&e); err != nil {
			return err
		}
		if o.batch.Rows() == peersBatch {
			if err := flush(s, o); err != nil {
				return err
			}
		}
	}
	for s, o := range states {
		if err := flush(s, o); err != nil {
			return err
		}
	}
	return nil
}

// column returns a column of a record by its path.
func column(rec arrow.Record, path ...string) arrow.Array {
	a := rec.Column(rec.Schema().FieldIndices(path[0])[0])
	for _, name := range path[1:] {
		st := a.(*array.Struct)
		i, _ := st.DataType().(*arrow.StructType).FieldIdx(name)
		a = st.Field(i)
	}
	return a
}

func (s *sums) addUsers(rec arrow.Record) {
	s.Keys = rec.NumRows()
	age, ts := column(rec, "value", "age").(*array.Int32), column(rec, "value", "ts").(*array.Int64)
	score, active := column(rec, "value", "score").(*array.Float64), column(rec, "value", "active").(*array.Boolean)
	name, note := column(rec, "value", "name").(*array.String), column(rec, "value", "note").(*array.String)
	for i := range int(rec.NumRows()) {
		s.Age += int64(age.Value(i))
		s.TS += ts.Value(i)
		s.ScoreBits ^= int64(math.Float64bits(score.Value(i)))
		s.NameLength += int64(name.ValueLen(i))
		if active.Value(i) {
			s.Active++
		}
		if note.IsValid(i) {
			s.Notes++
			s.NoteLength += int64(note.ValueLen(i))
		}
	}
}

// addVisits returns the last key: the entries of one key follow each other, also from batch to batch.
func (s *sums) addVisits(rec arrow.Record, last string) string {
	s.MapEntries = rec.NumRows()
	keys, views := column(rec, "key").(*array.String), column(rec, "value").(*array.Int64)
	for i := range int(rec.NumRows()) {
		s.MapSum += views.Value(i)
		if k := keys.Value(i); k != last {
			s.MapKeys++
			last = k
		}
	}
	return strings.Clone(last)
}

func benchParquet(b *testing.B, v *statereader.View, want sums) {
	out, dir, err := storage.Open(b.TempDir(), storage.Options{Write: true})
	if err != nil {
		b.Fatal(err)
	}
	start := cpuSeconds(b)
	o := export.Options{Format: export.Parquet, FS: out, Dir: dir, Parallelism: 2}
	m, err := export.Run(b.Context(), v, usersOf(b, v), o)
	if err != nil {
		b.Fatal(err)
	}
	report(b, start, want)
	var rows int64
	for _, s := range m.States {
		rows += s.Rows
	}
	if !m.Complete || rows != want.entries() {
		b.Fatalf("complete %t, %d rows, want %d", m.Complete, rows, want.entries())
	}
}

// benchAlone counts the time within arrow-go only, on one goroutine, with dictionaries only where they pay.
func benchAlone(b *testing.B, v *statereader.View, want sums) {
	props := []parquet.WriterProperty{
		parquet.WithVersion(parquet.V2_LATEST), parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCompressionLevel(1),
	}
	for _, unique := range []string{"key", "value", "value.score", "value.ts", "value.note"} {
		props = append(props, parquet.WithDictionaryFor(unique, false))
	}
	writers := map[string]*pqarrow.FileWriter{}
	var inside float64
	timed := func(f func() error) error {
		start := cpuSeconds(b)
		err := f()
		inside += cpuSeconds(b) - start
		return err
	}
	eachBatch(b, v, 1, func(s *statereader.State, rec arrow.Record, _ string) (string, error) {
		return "", timed(func() (err error) {
			w := writers[s.Name]
			if w == nil {
				w, err = pqarrow.NewFileWriter(rec.Schema(), io.Discard, parquet.NewWriterProperties(props...), pqarrow.DefaultWriterProps())
				if err != nil {
					return err
				}
				writers[s.Name] = w
			}
			return w.WriteBuffered(rec)
		})
	})
	for _, w := range writers {
		if err := timed(w.Close); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(want.entries())/inside, "entries/cpu-s")
}

func report(b *testing.B, start float64, want sums) {
	b.Helper()
	b.ReportMetric(float64(want.entries())/(cpuSeconds(b)-start), "entries/cpu-s")
}

// cpuSeconds is the user and system time of this process.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

// peakMB is the most memory that this process has had.
func peakMB(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	kb, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}
