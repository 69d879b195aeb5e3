package metadata

import (
	"fmt"
	"testing"
)

// large returns a checkpoint of about 10 MB: 64 operators of parallelism 64, RocksDB files with long paths, inline state.
func large() *Checkpoint {
	c := &Checkpoint{Version: 4, CheckpointID: 9, Properties: CheckpointProperties()}
	for o := range 64 {
		op := &Operator{ID: OperatorIDFromUID(fmt.Sprint(o)), Parallelism: 64, MaxParallelism: 128}
		for i := range int32(64) {
			h := &IncrementalHandle{Code: 11, CheckpointID: 9, BackendID: handleA, Range: RangeOf(i, 64, 128), HandleID: handleB,
				Meta: &InlineHandle{Name: fmt.Sprintf("s3://bucket/flink/checkpoints/0123456789abcdef/chk-9/meta-%d-%d", o, i), Data: make([]byte, 900)}}
			for f := range 10 {
				h.Shared = append(h.Shared, NamedFile{fmt.Sprintf("%06d.sst", f), &FileHandle{Size: 1 << 20,
					Path: fmt.Sprintf("s3://bucket/flink/checkpoints/0123456789abcdef0123456789abcdef/shared/%08x-%04x-%04x-0000-000000000000", o, i, f)}})
			}
			op.Subtasks = append(op.Subtasks, &Subtask{Index: i, ManagedKeyed: h})
		}
		c.Operators = append(c.Operators, op)
	}
	return c
}

func BenchmarkDecode(b *testing.B) {
	data := encode(b, large())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendTo(b *testing.B) {
	c := large()
	dst := encode(b, c)
	b.SetBytes(int64(len(dst)))
	for b.Loop() {
		var err error
		if dst, err = c.AppendTo(dst[:0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRefs(b *testing.B) {
	c := large()
	for b.Loop() {
		n := 0
		for range c.Refs() {
			n++
		}
		if n != 64*64*10 {
			b.Fatal(n)
		}
	}
}
