package wellknown

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/testenv"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/statereader"
	"ckpt/storage"
)

// rows recognises a state and returns its decoded elements.
func rows(t *testing.T, v *statereader.View, s *statereader.State) (string, []serializer.Struct) {
	t.Helper()
	ctx := context.Background()
	r, err := Recognise(ctx, v, s)
	if err != nil {
		t.Fatal(err)
	}
	if r == nil {
		return "", nil
	}
	var out []serializer.Struct
	for _, u := range v.Units(statereader.Selection{States: []*statereader.State{s}}) {
		for e, err := range u.Scan(ctx).All() {
			if err == nil {
				err = r.Recode(&e)
			}
			if err != nil {
				t.Fatal(err)
			}
			v, err := e.Meta().Value.Program.DecodeFramed(e.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, v.(serializer.Struct))
		}
	}
	if r.State().WellKnown != r.String() || s.WellKnown != "" {
		t.Errorf("%q is shown as %q", r, r.State().WellKnown)
	}
	return r.String(), out
}

// connectorView opens the file of a test of one operator: a handle of operator state and its bytes, behind 13 bytes.
func connectorView(t *testing.T, path string) *statereader.View {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := input{Reader: newInput(b[13:]).Reader}
	if code := r.Uint8(); code != 4 {
		t.Fatalf("%s: handle code %d", path, code)
	}
	h := &metadata.OperatorStateHandle{Code: 4}
	for n := r.Length(4); n > 0; n-- {
		s := metadata.OperatorStateMeta{Name: r.UTF(), Mode: metadata.DistributionMode(r.Uint8())}
		for m := r.Length(8); m > 0; m-- {
			s.Offsets = append(s.Offsets, r.Int64())
		}
		h.States = append(h.States, s)
	}
	if code := r.Uint8(); code != 1 {
		t.Fatalf("%s: stream code %d", path, code)
	}
	r.UTF()
	h.Stream = &metadata.InlineHandle{Data: bytes.Clone(r.Bin())}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	cp := &metadata.Checkpoint{Operators: []*metadata.Operator{{Parallelism: 1, MaxParallelism: 128, Subtasks: []*metadata.Subtask{{ManagedOperator: h}}}}}
	v, err := statereader.Open(context.Background(), storage.NewMemory(), cp, metadata.LayoutOf("/cp/_metadata"), statereader.Options{})
	if err != nil || len(v.Problems()) > 0 {
		t.Fatal(err, v.Problems())
	}
	return v
}

func TestLegacyConsumers(t *testing.T) {
	corpus := testenv.Corpus(t)
	for _, tc := range []struct{ dir, state, want string }{
		{"flink-connector-kafka-base/kafka-consumer-migration-test-flink1.4-snapshot", legacyKafkaState, "abc 13 16768, def 7 987654321"},
		{"flink-connector-kafka-base/kafka-consumer-migration-test-flink1.5-snapshot", legacyKafkaState, "abc 13 16768, def 7 987654321"},
		{"flink-connector-kafka-base/kafka-consumer-migration-test-flink1.7-snapshot", legacyKafkaState, "abc 13 16768, def 7 987654321"},
		{"flink-connector-kafka-base/kafka-consumer-migration-test-flink1.7-empty-state-snapshot", legacyKafkaState, ""},
		{"flink-connector-kinesis/kinesis-consumer-migration-test-flink1.4-snapshot", legacyKinesisState, "fakeStream1 shardId-000000000000 987654321"},
		{"flink-connector-kinesis/kinesis-consumer-migration-test-flink1.7-snapshot", legacyKinesisState, "fakeStream1 shardId-000000000000 987654321"},
	} {
		v := connectorView(t, filepath.Join(corpus, tc.dir))
		var got []string
		format, rows := rows(t, v, v.Operators()[0].State(tc.state))
		for _, s := range rows {
			if tc.state == legacyKafkaState {
				topic := member(s, colTopic).(string)
				got = append(got, topic+" "+show(member(s, colPartition))+" "+show(member(s, "position")))
				if hash := 31*javaHash(topic) + member(s, colPartition).(int32); hash != member(s, "hash") {
					t.Errorf("%s: hash %v, want %d", tc.dir, member(s, "hash"), hash)
				}
			} else {
				got = append(got, show(member(s, "streamName"))+" "+show(member(s, "shardId"))+" "+show(member(s, "sequenceNumber")))
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, ", "); s != tc.want || (format != "") != (tc.want != "") {
			t.Errorf("%s: %s: got %s, want %s", tc.dir, format, s, tc.want)
		}
	}
}

func javaHash(s string) (h int32) {
	for _, c := range []byte(s) {
		h = 31*h + int32(c)
	}
	return h
}

// TestUnifiedSink reads the savepoint of Flink's own test of sinks: a committable is a string of its test sink.
func TestUnifiedSink(t *testing.T) {
	ctx := context.Background()
	v, err := statereader.OpenPath(ctx, filepath.Join(testenv.Corpus(t), "flink-tests/unified-sink-migration-test/savepoint-7bd90b-3a2cda6957cb"), statereader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, op := range v.Operators() {
		if c := op.Meta.Coordinator; c != nil {
			if f, value := Enumerator(c.Data, ""); f != nil {
				got = append(got, f.Name+" "+show(value))
			}
		}
		for _, s := range op.States() {
			if format, rows := rows(t, v, s); format != "" {
				for _, r := range rows {
					got = append(got, s.Name+" "+format+" "+show(r))
				}
			}
		}
	}
	slices.Sort(got)
	want := []string{
		"SourceReaderState number-sequence-split/1 {id:1 from:19 to:9223372036854775807}",
		"source-enumerator {version:1 bytes:x00000000}",
		"streaming_committer_raw_states sink-committer/1 {committables:{version:0 elements:[x000133]}}",
		"streaming_committer_raw_states sink-committer/1 {committables:{version:0 elements:[x00000002]}}",
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFileBuckets decodes the buckets of Flink's own tests of both versions, and finds in them the files that lie beside.
func TestFileBuckets(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Corpus(t), "flink-connector-files/bucket-state-migration-test/*/snapshot"))
	if err != nil || len(files) != 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		v, versions, err := bucketFormats[0].Decode(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		dir := filepath.Base(filepath.Dir(file))
		if want := strings.Contains(dir, "-v2"); want != slices.Equal(versions, []int32{2}) {
			t.Errorf("%s: versions %v", dir, versions)
		}
		s := v.(serializer.Struct)
		if member(s, "bucket") != "test-bucket" {
			t.Errorf("%s: bucket %v", dir, member(s, "bucket"))
		}
		named := strings.Count(show(s), "fileSystem:local")
		beside, err := filepath.Glob(filepath.Join(filepath.Dir(file), "bucket", "test-bucket", ".*"))
		if err != nil || len(beside) != named {
			t.Errorf("%s: %d files beside %d in the state: %s", dir, len(beside), named, show(s))
		}
	}
}
