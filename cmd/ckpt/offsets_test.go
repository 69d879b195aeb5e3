package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/inspect"
	"ckpt/internal/javaio"
	"ckpt/metadata"
)

// elementState is a list state of an operator, whose header names a serializer.
type elementState struct {
	name, mode, snapshot string
	elements             [][]byte
}

const bytesSnapshot = "org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer$BytePrimitiveArraySerializerSnapshot"

// handle spells out operator state, inline.
func (s elementState) handle() *metadata.OperatorStateHandle {
	b := javaio.AppendInt16([]byte{0, 0, 0, 6, 0}, 1) // version, no compression, one state
	b = javaio.AppendInt32(javaio.AppendUTF(b, s.name), 1)
	b = javaio.AppendUTF(javaio.AppendUTF(javaio.AppendInt32(b, 1), "OPERATOR_STATE_DISTRIBUTION_MODE"), s.mode)
	b = javaio.AppendUTF(javaio.AppendInt32(b, 1), "VALUE_SERIALIZER")
	b = javaio.AppendInt32(javaio.AppendUTF(javaio.AppendInt32(b, 2), s.snapshot), 3)
	b = javaio.AppendInt16(b, 0) // no broadcast state
	m := metadata.OperatorStateMeta{Name: s.name}
	if s.mode == "UNION" {
		m.Mode = metadata.Union
	}
	for _, e := range s.elements {
		m.Offsets = append(m.Offsets, int64(len(b)))
		b = append(b, e...)
	}
	return &metadata.OperatorStateHandle{Code: 4, States: []metadata.OperatorStateMeta{m}, Stream: &metadata.InlineHandle{Name: "inline", Data: b}}
}

// inBytes is a version, a length and b, all of it as an array of bytes if element is set.
func inBytes(version int32, element bool, b []byte) []byte {
	out := append(javaio.AppendInt32(javaio.AppendInt32(nil, version), int32(len(b))), b...)
	if element {
		out = append(javaio.AppendInt32(nil, int32(len(out))), out...)
	}
	return out
}

func kafkaSplit(partition int32, offset, stop int64) []byte {
	b := javaio.AppendInt32(javaio.AppendUTF(nil, "orders"), partition)
	return inBytes(0, true, javaio.AppendInt64(javaio.AppendInt64(b, offset), stop))
}

// sourceJob is a savepoint with a Kafka source at parallelism 2, whose enumerator has partition 7 still, and a legacy
// consumer.
func sourceJob(t *testing.T) string { return sourceJobOf(t, 8) }

// sourceJobOf is the same with more partitions, which the enumerator has assigned.
func sourceJobOf(t *testing.T, partitions int32) string {
	t.Helper()
	readers := make([]*metadata.Subtask, 2)
	enumerator := javaio.AppendInt32(nil, partitions)
	for i := range readers {
		s := elementState{name: "SourceReaderState", mode: "SPLIT_DISTRIBUTE", snapshot: bytesSnapshot}
		for p := int32(i); p < 7; p += 2 {
			s.elements = append(s.elements, kafkaSplit(p, 100+int64(p), math.MinInt64))
		}
		readers[i] = &metadata.Subtask{Index: int32(i), ManagedOperator: s.handle()}
	}
	readers[1].ManagedOperator = elementState{name: "SourceReaderState", mode: "SPLIT_DISTRIBUTE", snapshot: bytesSnapshot, elements: [][]byte{
		kafkaSplit(1, -2, 500), kafkaSplit(3, 103, math.MinInt64), kafkaSplit(5, 105, math.MinInt64)}}.handle()
	for p := range partitions {
		enumerator = javaio.AppendInt32(javaio.AppendUTF(enumerator, "orders"), p)
		status := int32(0) // assigned
		if p == 7 {
			status = 1
		}
		enumerator = javaio.AppendInt32(enumerator, status)
	}
	enumerator = append(enumerator, 1)
	legacy := append([]byte("\x57\x01\xae\xd9\x8b\x02\x1a\x01\x61\x62\xe3"), javaio.AppendInt64(nil, 16768)...)
	consumer := elementState{name: "topic-partition-offset-states", mode: "UNION", snapshot: "com.acme.TupleSnapshot", elements: [][]byte{legacy}}
	cp := &metadata.Checkpoint{Version: 3, CheckpointID: 1, Operators: []*metadata.Operator{
		{ID: metadata.OperatorIDFromUID("source"), Parallelism: 2, MaxParallelism: 128, Subtasks: readers,
			Coordinator: &metadata.InlineHandle{Name: "c", Data: append(javaio.AppendInt32(nil, 1), inBytes(2, false, enumerator)...)}},
		{ID: metadata.OperatorIDFromUID("legacy"), Parallelism: 1, MaxParallelism: 128,
			Subtasks: []*metadata.Subtask{{ManagedOperator: consumer.handle()}}},
	}}
	b, err := cp.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "_metadata"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOffsets: readers, the enumerator's partition that no reader has, and the legacy consumer, all with the next offset.
func TestOffsets(t *testing.T) {
	r := ckpt(t, "get", "--offsets", "-o", "jsonl", "--uid", "source", "--uid", "legacy", sourceJob(t))
	var got []string
	for line := range strings.Lines(r.out) {
		var o inspect.Offset
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal([]any{o.Operator, o.Connector, o.Partition["topic"], o.Partition["partition"], o.Position, o.PositionMeans, o.Stop, o.AssignedTo, o.From})
		got = append(got, string(b))
	}
	want := []string{
		`["source","kafka","orders",0,100,"next",null,0,"reader"]`,
		`["source","kafka","orders",2,102,"next",null,0,"reader"]`,
		`["source","kafka","orders",4,104,"next",null,0,"reader"]`,
		`["source","kafka","orders",6,106,"next",null,0,"reader"]`,
		`["source","kafka","orders",1,"earliest","next",500,1,"reader"]`,
		`["source","kafka","orders",3,103,"next",null,1,"reader"]`,
		`["source","kafka","orders",5,105,"next",null,1,"reader"]`,
		`["source","kafka","orders",7,null,"next",null,null,"enumerator"]`,
		`["legacy","kafka","abc",13,16769,"next",null,0,"legacy"]`,
	}
	if !slices.Equal(got, want) || r.code != 0 || r.err != "" {
		t.Errorf("exit %d %s\ngot\n%s\nwant\n%s", r.code, r.err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if r := ckpt(t, "get", "--offsets", "--key", "1", sourceJob(t)); r.code != exitUsage {
		t.Errorf("with a key: exit %d", r.code)
	}
	if r := ckpt(t, "get", "--offsets", filepath.Join("../../testdata/savepoints/1.20.4", plain)); r.code != exitNotFound {
		t.Errorf("a job without sources: exit %d: %s", r.code, r.err)
	}
}

// TestOffsetsWithoutReader: a partition that is assigned and that no reader stored has a row, and a line says what it is.
func TestOffsetsWithoutReader(t *testing.T) {
	r := ckpt(t, "get", "--offsets", "-o", "jsonl", "--uid", "source", "--uid", "legacy", sourceJobOf(t, 10))
	for _, partition := range []string{"8", "9"} {
		want := `"partition":{"partition":` + partition + `,"topic":"orders"},"position":null,"positionMeans":"next","stop":null,"assignedTo":null,"from":"enumerator"`
		if !strings.Contains(r.out, want) {
			t.Errorf("no row with %s in\n%s", want, r.out)
		}
	}
	if !strings.Contains(r.err, "operator source: 2 partitions are assigned, but no reader stored them") || r.code != 0 {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
}

// TestKnownStateIsDecoded: export and get show splits as columns, and the bytes on request.
func TestKnownStateIsDecoded(t *testing.T) {
	dir := sourceJob(t)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"export", "--to", "jsonl", "--out", "-"}, `"value":{"topic":"orders","partition":0,"offset":100,"stop":-9223372036854775808}}`},
		{[]string{"export", "--to", "jsonl", "--out", "-", "--raw"}, `"value":"AAAAAAAAABwABm9yZGVycwAAAAAAAAAAAAAAZIAAAAAAAAAA"}`},
		{[]string{"get", "--state", "SourceReaderState"}, `"value":{"topic":"orders","partition":0,"offset":100,"stop":-9223372036854775808}}`},
		{[]string{"get", "--state", "SourceReaderState", "--raw"}, `"value":"AAAAAAAAABwABm9yZGVycwAAAAAAAAAAAAAAZIAAAAAAAAAA"}`},
	} {
		r := ckpt(t, append(tc.args, dir)...)
		if first, _, _ := strings.Cut(r.out, "\n"); r.code != 0 || !strings.HasSuffix(first, tc.want) {
			t.Errorf("%v: exit %d %s\ngot  %s\nwant %s", tc.args, r.code, r.err, first, tc.want)
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	if r := ckpt(t, "export", "--to", "parquet", "--out", out, dir); r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	for state, want := range map[string]string{"SourceReaderState": "kafka-split/0", "topic-partition-offset-states": "kafka-consumer/0"} {
		files, err := filepath.Glob(filepath.Join(out, "*", state, "*.parquet"))
		if err != nil || len(files) == 0 {
			t.Fatal(state, err)
		}
		b, err := os.ReadFile(files[0])
		if err != nil || !strings.Contains(string(b), "ckpt.wellknown") || !strings.Contains(string(b), want) {
			t.Errorf("%s does not say %s (%v)", files[0], want, err)
		}
	}
}

// TestCoordinatorState: inspect and dump show what an enumerator knows, and the bytes of what is not known.
func TestCoordinatorState(t *testing.T) {
	dir := sourceJob(t)
	var rep inspect.Report
	decode(t, ckpt(t, "inspect", "-o", "json", dir), &rep)
	c := rep.Operators[0].Coordinator
	const last = `{"topic":"orders","partition":7,"status":1}],"initialDiscoveryFinished":true`
	compact := func(b []byte) string { return strings.NewReplacer(" ", "", "\n", "").Replace(string(b)) }
	if c == nil || c.Format != "kafka-enumerator" || !strings.Contains(compact(c.Value), last) || c.Hex != "" {
		t.Errorf("coordinator %+v", c)
	}
	r := ckpt(t, "dump", filepath.Join(dir, "_metadata"))
	if !strings.Contains(r.out, "operator[0].coordinator.kafka-enumerator") || !strings.Contains(r.out, last) {
		t.Errorf("dump: %s%s", r.out, r.err)
	}
	other := copyFixture(t, "1.20.4", "unusual-finished-hashmap-canonical-p2-m128")
	patch(t, filepath.Join(other, "_metadata"), func(cp *metadata.Checkpoint) {
		for _, op := range cp.Operators {
			if op.Coordinator != nil {
				op.Coordinator.Data = []byte("no source")
			}
		}
	})
	rep = inspect.Report{}
	decode(t, ckpt(t, "inspect", "-o", "json", other), &rep)
	found := false
	for _, op := range rep.Operators {
		if op.Coordinator != nil {
			found = true
			if op.Coordinator.Format != "" || op.Coordinator.Hex != "6e6f20736f75726365" {
				t.Errorf("coordinator %+v", op.Coordinator)
			}
		}
	}
	if !found || len(rep.MasterStates) == 0 || rep.MasterStates[0].Hex == "" {
		t.Errorf("coordinator %v, master states %+v", found, rep.MasterStates)
	}
}
