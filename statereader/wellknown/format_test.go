package wellknown

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// Parts of formats, as connectors write them.

func i16(n int16) []byte { return javaio.AppendInt16(nil, n) }
func i32(n int32) []byte { return javaio.AppendInt32(nil, n) }
func i64(n int64) []byte { return javaio.AppendInt64(nil, n) }
func u32(n uint32) []byte {
	return i32(int32(n))
}
func le32(n uint32) []byte           { return []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)} }
func le64(n uint64) []byte           { return append(le32(uint32(n)), le32(uint32(n>>32))...) }
func text(s string) []byte           { return javaio.AppendUTF(nil, s) }
func littleString(s string) []byte   { return cat(le32(uint32(len(s))), []byte(s)) }
func cat(parts ...[]byte) []byte     { return bytes.Join(parts, nil) }
func framed(b ...[]byte) []byte      { return cat(i32(int32(len(cat(b...)))), cat(b...)) }
func of(v int32, b ...[]byte) []byte { return cat(i32(v), framed(b...)) }
func element(b ...[]byte) []byte     { return framed(b...) }
func yes(b ...[]byte) []byte         { return cat([]byte{1}, cat(b...)) }
func ofMany(v int32, b ...[]byte) []byte {
	out := cat(i32(v), i32(int32(len(b))))
	for _, e := range b {
		out = cat(out, framed(e))
	}
	return out
}

var no = []byte{0}

func kafka(topic string, partition int32, offset, stop int64) []byte {
	return cat(text(topic), i32(partition), i64(offset), i64(stop))
}

func local(target, temp string, offset int64) []byte {
	return of(1, le32(localMagic), le64(uint64(offset)), le32(uint32(len(target))), le32(uint32(len(temp))), []byte(target), []byte(temp))
}

// show spells a value out: fields by name, null fields left out.
func show(v serializer.Value) string {
	switch v := v.(type) {
	case serializer.Struct:
		var parts []string
		for i, f := range v.Values {
			if f != nil {
				parts = append(parts, v.Type.Field(i)+":"+show(f))
			}
		}
		return "{" + strings.Join(parts, " ") + "}"
	case serializer.List:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = show(e)
		}
		return "[" + strings.Join(parts, " ") + "]"
	case []byte:
		return "x" + hex.EncodeToString(v)
	}
	return fmt.Sprint(v)
}

// sample is an element and what it decodes to.
type sample struct {
	format, want string
	in           []byte
}

func samples() []sample {
	split := kafka("orders", 3, 42, kafkaNoStop)
	noStop := fmt.Sprint(int64(math.MinInt64))
	shard := cat(text("arn:aws:kinesis:x"), text("shard-1"), text("AFTER_SEQUENCE_NUMBER"), yes(no, yes(text("987"))))
	path := yes(yes(text("file")), no, no, i32(-1), yes(text("/in/a b.csv")), no, no)
	file := cat(text("0001"), path, i64(10), i64(90), i64(1700000000000), i64(100), i32(1), text("host"), yes(i64(50), i64(2)))
	pending := of(2, u32(pendingMagic), yes(text("/out/p")), i64(12), local("/out/p", "/out/.p", 12))
	committable := cat(u32(committableMagic), text("2024"), yes(pending), no, no)
	shownFile := "{fileSystem:local target:/out/p offset:12 temporary:/out/.p}"
	shownCommittable := "{pending:{file:" + shownFile + " target:/out/p size:12} bucket:2024}"
	request := cat(of(2, committable), i32(1), i32(1))
	subtask1 := cat(i32(4), ofMany(0, request), i32(1), i32(0), i32(0))
	subtask2 := cat(i32(4), ofMany(0, request), i32(1), i32(0))
	kafkaRequest := cat(of(1, i16(7), i64(9), text("tx-1-8")), i32(0), i32(0))
	unknownRequest := cat(of(5, []byte("abc")), i32(0), i32(3))
	return []sample{
		{"kafka-split", "{topic:orders partition:3 offset:42 stop:" + noStop + "}", element(of(0, split))},
		{"kinesis-split", "{streamArn:arn:aws:kinesis:x shardId:shard-1 iteratorType:AFTER_SEQUENCE_NUMBER position:{sequence:987}}", element(of(0, shard))},
		{"kinesis-split", "{streamArn:arn:aws:kinesis:x shardId:shard-1 iteratorType:AFTER_SEQUENCE_NUMBER position:{sequence:987} parents:[p] startHashKey:0 endHashKey:9 finished:true}",
			element(of(2, shard, i32(1), text("p"), text("0"), text("9"), yes()))},
		{"dynamic-kafka-split", "{cluster:c1 split:{topic:orders partition:3 offset:42 stop:" + noStop + "}}", element(of(1, text("c1"), i32(0), split))},
		{"file-split", "{id:0001 path:file:/in/a b.csv offset:10 length:90 modificationTime:1700000000000 fileSize:100 hosts:[host] position:{offset:50 recordsToSkip:2}}", element(of(1, file))},
		{"number-sequence-split", "{id:1 from:5 to:9}", element(of(1, text("1"), i64(5), i64(9)))},
		{"hybrid-split", "{source:1 id:s version:0 bytes:x0102}", element(of(0, i32(1), text("s"), i32(0), framed([]byte{1, 2})))},
		{"kafka-consumer", "{hash:2980055 partition:13 topic:abc position:16768}", unhex("5701aee3eb021a016162e30000000000004180")},
		{"kafka-writer", "{transactionalIdPrefix:tx}", element(of(1, text("tx")))},
		{"kafka-writer", "{transactionalIdPrefix:tx ownedSubtask:1 ownedSubtasks:2 ownership:1 precommitted:[{transactionalId:tx-1 checkpointId:7}]}",
			element(of(2, text("tx"), i32(1), i32(2), i32(1), i32(1), text("tx-1"), i64(7)))},
		{"async-sink-writer", "{requests:[{data:x6869 partitionKey:k}]}", element(of(1, i64(-1), i32(1), i64(2), []byte("hi"), framed([]byte("k"))))},
		{"file-bucket", "{bucket:b path:/out created:5 inProgress:{file:{fileSystem:local target:/out/p offset:3 temporary:/out/.p} target:/out/p}}",
			element(of(3, u32(bucketMagic), of(1, littleString("b")), text("/out"), i64(5), yes(of(2, u32(inProgressMagic), yes(text("/out/p")), local("/out/p", "/out/.p", 3)))))},
		{"file-compaction", shownCommittable, element(of(2, committable))},
		{"file-committer", "{committables:[" + shownCommittable + "]}", element(of(1, u32(collectorMagic), ofMany(2, committable)))},
		{"file-committer", "{checkpoints:[{checkpointId:8 subtasks:[{requests:[{committable:" + shownCommittable + " retries:1 state:retry}] expected:1 drained:0 failed:0 subtask:4}]}]}",
			element(of(2, u32(collectorMagic), ofMany(0, cat(i64(8), ofMany(1, subtask1)))))},
		{"file-committer", "{checkpoints:[{checkpointId:8 subtasks:[{requests:[{committable:" + shownCommittable + " retries:1 state:retry}] expected:1 failed:0 subtask:4}] parallelism:5}]}",
			element(of(2, u32(collectorMagic), ofMany(1, cat(i64(8), i32(5), ofMany(2, subtask2)))))},
		{"kafka-committer", "{checkpoints:[{checkpointId:8 subtasks:[{requests:[{committable:{epoch:7 producerId:9 transactionalId:tx-1-8} retries:0 state:received}] expected:1 drained:0 failed:0}]}]}",
			element(of(2, u32(collectorMagic), ofMany(0, cat(i64(8), ofMany(0, cat(ofMany(0, kafkaRequest), i32(1), i32(0), i32(0)))))))},
		{"sink-committer", "{checkpoints:[{checkpointId:8 subtasks:[{requests:[{committable:{version:5 bytes:x616263} retries:0 state:committed}] expected:1 drained:0 failed:0}]}]}",
			element(of(2, u32(collectorMagic), ofMany(0, cat(i64(8), ofMany(0, cat(ofMany(0, unknownRequest), i32(1), i32(0), i32(0)))))))},
		{"global-committer", "{global:{version:3 elements:[x67]} collector:{checkpoints:[]}}", element(of(2, u32(globalMagic), yes(ofMany(3, []byte("g"))), of(2, u32(collectorMagic), ofMany(0))))},
		{"kafka-enumerator", "{partitions:[{topic:a partition:0 status:0}]}", cat(i32(1), of(1, i32(1), text("a"), i32(0)))},
		{"kafka-enumerator", "{assignments:[{subtask:1 splits:[{topic:orders partition:3 offset:42 stop:" + noStop + "}]}]}", cat(i32(1), of(0, i32(1), i32(0), i32(1), i32(1), framed(split)))},
		{"kafka-enumerator", "{partitions:[{topic:a partition:7 status:1}] initialDiscoveryFinished:true}", cat(i32(1), of(2, i32(1), text("a"), i32(7), i32(1), yes()))},
		{"kafka-enumerator", "{initialDiscoveryFinished:false splits:[{split:{topic:orders partition:3 offset:42 stop:" + noStop + "} status:1}]}", cat(i32(1), of(3, i32(1), i32(0), framed(split), i32(1), no))},
		{"kinesis-enumerator", "{lastSeenShardId:s shards:[{streamArn:arn:aws:kinesis:x shardId:shard-1 iteratorType:AFTER_SEQUENCE_NUMBER position:{sequence:987}}]}",
			cat(i32(1), of(0, yes(text("s")), i32(1), i32(0), framed(shard)))},
		{"file-enumerator", "{splits:[{id:0001 path:file:/in/a b.csv offset:10 length:90 modificationTime:1700000000000 fileSize:100 hosts:[host] position:{offset:50 recordsToSkip:2}}] processed:[/in/x]}",
			cat(i32(1), of(1, le32(fileEnumeratorMagic), le32(1), le32(1), le32(1), le32(uint32(len(file))), file, littleString("/in/x")))},
		{"number-sequence-enumerator", "{splits:[{id:1 from:5 to:9}]}", cat(i32(1), of(1, i32(1), text("1"), i64(5), i64(9)))},
		{"source-enumerator", "{version:0 bytes:x}", cat(i32(1), of(0))},
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func allFormats() (all []*Format) {
	for _, list := range [][]*Format{splitFormats, legacyKafkaFormats, legacyKinesisFormats, bucketFormats, compactorFormats, writerFormats[1:], committerFormats, enumeratorFormats} {
		all = append(all, list...)
	}
	return all
}

func formatNamed(t testing.TB, name string) *Format {
	for _, f := range allFormats() {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no format %q", name)
	return nil
}

// TestFormats decodes what each format's connector writes; its values are those of its type.
func TestFormats(t *testing.T) {
	for _, s := range samples() {
		f := formatNamed(t, s.format)
		v, _, err := f.Decode(s.in)
		if err != nil {
			t.Errorf("%s: %v", s.format, err)
			continue
		}
		if got := show(v); got != s.want {
			t.Errorf("%s\ngot  %s\nwant %s", s.format, got, s.want)
		}
		p := serializer.Compile(f.Type())
		b, err := p.Append(nil, v)
		if err != nil {
			t.Errorf("%s: %v", s.format, err)
			continue
		}
		if again, err := p.DecodeFramed(b); err != nil || show(again) != s.want {
			t.Errorf("%s: through its type %s: %v", s.format, show(again), err)
		}
	}
}

// TestFormatsExcludeEachOther takes for each sample the first format of its state that fits.
func TestFormatsExcludeEachOther(t *testing.T) {
	lists := [][]*Format{splitFormats, writerFormats, committerFormats, enumeratorFormats}
	for _, s := range samples() {
		for _, list := range lists {
			if !has(list, s.format) {
				continue
			}
			for _, f := range list {
				in := newInput(s.in)
				if _, err := f.decode(in); err == nil && (f.generic || in.payloads > 0) {
					if f.Name != s.format {
						t.Errorf("%s %s is taken for %s", s.format, s.want, f.Name)
					}
					break
				}
			}
		}
	}
}

func has(list []*Format, name string) bool {
	for _, f := range list {
		if f.Name == name {
			return true
		}
	}
	return false
}

// TestDamage cuts each sample and adds a byte to it: never a panic, always an error that says where.
func TestDamage(t *testing.T) {
	for _, s := range samples() {
		f := formatNamed(t, s.format)
		for n := range len(s.in) {
			if _, _, err := f.Decode(s.in[:n]); err == nil {
				t.Errorf("%s: the first %d of %d bytes are accepted", s.format, n, len(s.in))
			}
		}
		_, _, err := f.Decode(append(s.in[:len(s.in):len(s.in)], 0))
		fe, ok := errors.AsType[*javaio.FormatError](err)
		if !ok || fe.Offset < 0 || !errors.Is(err, javaio.ErrCorrupt) {
			t.Errorf("%s: a byte more: %v", s.format, err)
		}
	}
}

func FuzzFormats(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.in)
	}
	formats := allFormats()
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, format := range formats {
			v, _, err := format.Decode(b)
			if err != nil {
				continue
			}
			if _, err := serializer.Compile(format.Type()).Append(nil, v); err != nil {
				t.Errorf("%s: %v is no value of %s: %v", format.Name, v, format.Type(), err)
			}
		}
	})
}
