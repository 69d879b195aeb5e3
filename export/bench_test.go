package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// users is the benchmark's state: String keys, a POJO of six fields, entries in an order that is not that of the keys.
func users(tb testing.TB, n int) (*statereader.State, []state.Entry) {
	str, long := typ(serializer.KindString), typ(serializer.KindLong)
	user := &serializer.Type{Kind: serializer.KindPojo, Class: "bench.User",
		Fields: []string{"active", "age", "name", "note", "score", "ts"},
		Elems:  []*serializer.Type{typ(serializer.KindBoolean), typ(serializer.KindInt), str, str, typ(serializer.KindDouble), long}}
	m := &state.Meta{Name: "user", Kind: state.Value, Namespace: serializer.Derived(typ(serializer.KindVoidNamespace)), Value: serializer.Derived(user)}
	h := &state.Header{Key: serializer.Derived(str), States: []*state.Meta{m}}
	entries := make([]state.Entry, n)
	first := []string{"Alexander", "Beatrice", "Cornelius", "Dorothea", "Emmanuel", "Florence", "Geraldine", "Hyacinth"}
	last := []string{"Ashworth", "Blackwood", "Carmichael", "Davenport", "Ellington", "Fairbanks", "Goldsmith", "Hathaway"}
	for i := range entries {
		id := uint64(i) * 7_368_787 % 10_000_000
		x := id*0x9E3779B97F4A7C15 ^ id>>7
		v := serializer.Struct{Type: user, Values: []serializer.Value{x>>20&3 != 0, int32(18 + x>>8&63),
			fmt.Sprintf("%s %s %d", first[x&7], last[x>>4&7], 100+x>>40%900), serializer.Value(nil),
			float64(x>>11) * 0x1p-53 * 1000, int64(1_700_000_000_000 + x>>1%31_536_000_000)}}
		if x>>22&1 == 0 {
			v.Values[3] = fmt.Sprintf("note-%x", x>>24)
		}
		key, err := h.Key.Program.Append(nil, fmt.Sprintf("user-%08d", id))
		if err != nil {
			tb.Fatal(err)
		}
		value, err := m.Value.Program.Append(nil, v)
		if err != nil {
			tb.Fatal(err)
		}
		entries[i] = state.Entry{KeyGroup: state.KeyGroup(binary.BigEndian.Uint16(value[len(value)-2:]) % 128), Key: key, Namespace: []byte{0}, Value: value, Index: -1, Header: h}
	}
	op := &statereader.Operator{Meta: &metadata.Operator{MaxParallelism: 128}, UID: "users"}
	return &statereader.State{Operator: op, Name: "user", Class: state.ClassKeyed, Kind: state.Value, Metas: h.States, Key: h.Key}, entries
}

func size(entries []state.Entry) (n int64) {
	for i := range entries {
		n += int64(len(entries[i].Key) + len(entries[i].Value))
	}
	return n
}

const benchRows = 1 << 16

// perRow reports the CPU time of a row: unlike wall time it does not depend on the neighbours. The function that it
// returns ends the measurement.
func perRow(b *testing.B) func() {
	start := cpuTime(b)
	return func() { b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N)/benchRows, "cpu-ns/row") }
}

func cpuTime(b *testing.B) int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Skip(err)
	}
	return r.Utime.Nano() + r.Stime.Nano()
}

func BenchmarkDecodeToArrow(b *testing.B) {
	s, entries := users(b, benchRows)
	batch := NewTable(s, TableOptions{}).NewBatch()
	b.SetBytes(size(entries))
	b.ReportAllocs()
	done := perRow(b)
	for b.Loop() {
		for i := range entries {
			if err := batch.Append(&entries[i]); err != nil {
				b.Fatal(err)
			}
		}
		batch.Reset()
	}
	done()
}

func BenchmarkSkip(b *testing.B) { // what validating costs, for comparison
	_, entries := users(b, benchRows)
	m := entries[0].Meta()
	b.SetBytes(size(entries))
	done := perRow(b)
	for b.Loop() {
		for i := range entries {
			if _, err := m.Value.Program.Skip(entries[i].Value); err != nil {
				b.Fatal(err)
			}
		}
	}
	done()
}

// BenchmarkParquet is decoding and writing; BenchmarkArrowGoAlone is arrow-go's writer on the same record, with the
// best settings that are known for it.
func BenchmarkParquet(b *testing.B) {
	s, entries := users(b, benchRows)
	t := NewTable(s, TableOptions{})
	b.SetBytes(size(entries))
	done := perRow(b)
	for b.Loop() {
		w := newSink(Parquet, t, false)
		for i := range entries {
			if err := w.append(s, &entries[i]); err != nil {
				b.Fatal(err)
			}
		}
		for _, step := range []func() error{func() error { return w.begin(io.Discard) }, w.flush, w.end} {
			if err := step(); err != nil {
				b.Fatal(err)
			}
		}
	}
	done()
}

func BenchmarkArrowGoAlone(b *testing.B) {
	s, entries := users(b, benchRows)
	batch := NewTable(s, TableOptions{}).newBatch(true)
	for i := range entries {
		if err := batch.Append(&entries[i]); err != nil {
			b.Fatal(err)
		}
	}
	rec := batch.Record()
	if err := poolZstd(); err != nil {
		b.Fatal(err)
	}
	ours, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		b.Fatal(err)
	}
	compress.RegisterCodec(compress.Codecs.Zstd, ours.(*pooledZstd).Codec) // arrow-go as it is
	defer compress.RegisterCodec(compress.Codecs.Zstd, ours)
	for _, dict := range []bool{false, true} {
		b.Run(fmt.Sprintf("dictionary=%t", dict), func(b *testing.B) {
			props := []parquet.WriterProperty{parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCompressionLevel(1), parquet.WithDictionaryDefault(dict)}
			for _, unique := range []string{"key", "value.score", "value.ts", "value.note"} {
				props = append(props, parquet.WithDictionaryFor(unique, false))
			}
			b.SetBytes(size(entries))
			done := perRow(b)
			for b.Loop() {
				w, err := pqarrow.NewFileWriter(rec.Schema(), io.Discard, parquet.NewWriterProperties(props...), pqarrow.DefaultWriterProps())
				if err != nil {
					b.Fatal(err)
				}
				if err := w.Write(rec); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			done()
		})
	}
}

// TestNoAllocationPerRow: once its memory has grown, a batch takes rows without allocating.
func TestNoAllocationPerRow(t *testing.T) {
	s, entries := users(t, 1000)
	b := NewTable(s, TableOptions{}).NewBatch()
	fill := func() {
		for i := range entries {
			if err := b.Append(&entries[i]); err != nil {
				t.Fatal(err)
			}
		}
		b.Reset()
	}
	fill()
	if n := testing.AllocsPerRun(5, fill); n > 0 {
		t.Errorf("%v allocations for %d rows", n, len(entries))
	}
}
