package metadata

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

func TestRoundTrip(t *testing.T) {
	for v := Version(2); v <= 7; v++ {
		t.Run(fmt.Sprint("version ", v), func(t *testing.T) {
			want := sample(v)
			b := encode(t, want)
			got, err := Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if again := encode(t, got); !bytes.Equal(again, b) {
				t.Errorf("written again it has %d bytes, want %d", len(again), len(b))
			}
			got.Warnings = nil
			eraseOrigin(want)
			eraseOrigin(got)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

// eraseOrigin clears what only a decoded checkpoint knows.
func eraseOrigin(c *Checkpoint) {
	for ref := range c.Streams() {
		if h, ok := innermost(ref.Handle).(*InlineHandle); ok {
			h.Offset = 0
		}
	}
	if c.Properties != nil {
		c.Properties.Raw = nil
	}
}

// Golden files that Flink 2.0 accepts: one operator with one subtask without state.
func TestGoldenFiles(t *testing.T) {
	const (
		head      = "0000000000000001 00000000 00000001 "
		operator  = "0000000000000009 0000000000000007 00000001 00000080 "
		since3    = "00 00000001 00000000 00000000 00000000 00 00 00000000 00000000 "
		nullProps = "aced0005 70"
	)
	for _, tc := range []struct {
		name, in string
		version  Version
		uid      string
	}{
		{"V2", "4960672d 00000002" + head + operator + "00000001 00000001 00000000 ffffffffffffffff 00000000 00000000 00000000 00 00", 2, ""},
		{"V3", "4960672d 00000003" + head + operator + since3, 3, ""},
		{"V4", "4960672d 00000004" + head + operator + since3 + nullProps, 4, ""},
		{"V5", "4960672d 00000005" + head + "0001 6e 0001 75" + operator + since3 + nullProps, 5, "u"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := unhex(t, tc.in)
			c, err := Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			op := c.Operators[0]
			if c.Version != tc.version || c.CheckpointID != 1 || op.Parallelism != 1 || op.MaxParallelism != 128 || op.UID != tc.uid ||
				len(op.Subtasks) != 1 || op.Subtasks[0].HasState() || op.ID.String() != "00000000000000090000000000000007" {
				t.Errorf("got %+v, operator %+v", c, op)
			}
			if again, err := c.AppendTo(nil); err != nil || !bytes.Equal(again, b) {
				t.Errorf("written again: %x, %v", again, err)
			}
		})
	}
}

const uuidHex = "0024 66643464343530302d303030302d343030302d383030302d303030303030303030303030"

// Golden handles, written by Flink 2.0.
func TestGoldenHandles(t *testing.T) {
	const uuid = "fd4d4500-0000-4000-8000-000000000000"
	file := &FileHandle{Path: "/p/q", Size: 9}
	for _, tc := range []struct {
		name, in string
		want     any
	}{
		{"stream 1", "01 0001 62 00000001 00", &InlineHandle{Name: "b", Data: []byte{0}, Offset: 8}},
		{"stream 2", "02 0000000000000009 0004 2f702f71", file},
		{"stream 6", "06 0003 72656c 0000000000000005", &RelativeHandle{Path: "rel", Size: 5}},
		{"stream 3", "03 00000003 00000003 0000000000000001 0000000000000002 0000000000000003 01 0001 6b 00000002 0000",
			&KeyGroupsStream{KeyGroupOffsets{KeyGroupRange{3, 3}, []int64{1, 2, 3}}, &InlineHandle{Name: "k", Data: []byte{0, 0}, Offset: 41}}},
		{"stream 15", "0f 000000000000000a 0000000000000014 00000001 000f 2f632f6a2f7368617265642f736567 0004 6c662d31",
			&SegmentHandle{Start: 10, Size: 20, Scope: ScopeShared, Path: "/c/j/shared/seg", LogicalFileID: "lf-1"}},
		{"stream 16", "10", &EmptySegment{}},
		{"keyed 7", "07 00000000 00000003 0000000000000005 0000000000000006 0000000000000007 02 0000000000000009 0004 2f702f71",
			&KeyGroupsHandle{Code: 7, KeyGroups: KeyGroupOffsets{KeyGroupRange{0, 3}, []int64{5, 6, 7}}, Stream: file}},
		{"keyed 12", "0c 00000000 00000003 0000000000000005 0000000000000006 0000000000000007 02 0000000000000009 0004 2f702f71" + uuidHex,
			&KeyGroupsHandle{Code: 12, KeyGroups: KeyGroupOffsets{KeyGroupRange{0, 3}, []int64{5, 6, 7}}, Stream: file, HandleID: uuid}},
		{"keyed 9", "09 00000000 00000004 0000000000000001 0000000000000007 00000002 ffffffff 00000001 09 00000002 00000000" + uuidHex,
			&InlineChangesHandle{Range: KeyGroupRange{0, 4}, From: 1, To: 7, Changes: []Change{{-1, []byte{9}}, {2, []byte{}}}, HandleID: uuid}},
		{"keyed 13", "0d 00000000 00000004 00000002 0000000000000008 02 0000000000000021 000b 2f632f6a2f6473746c2f75 0000000000000000 " +
			"01 0001 62 00000001 00 0000000000000063 000000000000000b" + uuidHex + "000a 66696c6573797374656d",
			&FileChangesHandle{Code: 13, Range: KeyGroupRange{0, 4}, Size: 99, IncrementalSize: 11, HandleID: uuid, StorageID: "filesystem",
				Parts: []ChangePart{{8, &FileHandle{Path: "/c/j/dstl/u", Size: 33}}, {0, &InlineHandle{Name: "b", Data: []byte{0}, Offset: 59}}}}},
		{"keyed 14", "0e 00000000 00000001 00000000000003e8 00000000 00000000 0000000000000029 000000000000002a" + uuidHex,
			&ChangelogHandle{Code: 14, Range: KeyGroupRange{0, 1}, CheckpointedSize: 1000, Base: []KeyedHandle{}, Delta: []KeyedHandle{},
				MaterializationID: 41, CheckpointID: 42, HandleID: uuid}},
		{"operator 17", "11 00000000 0019 2f632f6a2f7461736b6f776e65642f6a6f625f785f746d5f79 001a 2f632f6a2f7368617265642f6a6f625f785f6f705f795f305f34 01 10",
			&OperatorStateHandle{Code: 17, States: []OperatorStateMeta{}, TaskOwnedDir: "/c/j/taskowned/job_x_tm_y",
				SharedDir: "/c/j/shared/job_x_op_y_0_4", Empty: true, Stream: &EmptySegment{}}},
		{"input channel", "00000001 00000001 00000000 00000000 0000000000000000 01 0001 63 00000008 0000000000000000",
			&ChannelHandle{Subtask: 1, Channels: []Channel{{A: 1, Offsets: []int64{}}}, Stream: &InlineHandle{Name: "c", Data: make([]byte, 8), Offset: 32}}},
		{"output channel", "00000002 00000000 00000003 00000001 0000000000000009 0000000000000028 06 0003 72656c 0000000000000005",
			&ChannelHandle{Subtask: 2, Channels: []Channel{{A: 0, B: 3, Size: 40, Offsets: []int64{9}}}, Size: 40, Stream: &RelativeHandle{Path: "rel", Size: 5}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := unhex(t, tc.in)
			d := newDecoder(b, DecodeOptions{}, keyedDecoders)
			e := &encoder{}
			var got any
			switch want := tc.want.(type) {
			case StreamHandle:
				h := d.stream("stream")
				e.stream("stream", h)
				got = h
			case KeyedHandle:
				h := d.keyedHandle()
				e.keyedHandle(h)
				got = h
			case *OperatorStateHandle:
				h := d.operatorState("state")
				e.operatorState("state", h)
				got = h
			case *ChannelHandle:
				h := &ChannelHandle{}
				d.singleChannel(h)
				e.singleChannel(h)
				got = h
			default:
				t.Fatalf("no codec for %T", want)
			}
			if err := d.r.Done(); err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tc.want)
			}
			if e.err != nil || !bytes.Equal(e.dst, b) {
				t.Errorf("written again: %x, %v\nwant %x", e.dst, e.err, b)
			}
		})
	}
}

// trace returns the fields of a file in order.
func trace(tb testing.TB, b []byte) []Field {
	tb.Helper()
	var fields []Field
	if _, err := DecodeWith(b, DecodeOptions{Trace: func(f Field) { fields = append(fields, f) }}); err != nil {
		tb.Fatal(err)
	}
	return fields
}

// find returns the first field of that path.
func find(tb testing.TB, fields []Field, path string) Field {
	tb.Helper()
	for _, f := range fields {
		if f.Path == path {
			return f
		}
	}
	tb.Fatalf("no field %s", path)
	return Field{}
}

// TestTrace demands that the fields of a file lie side by side, from its first byte to its last.
func TestTrace(t *testing.T) {
	for v := Version(2); v <= 7; v++ {
		b := encode(t, sample(v))
		var at int64
		for _, f := range trace(t, b) {
			if f.Offset != at || f.Path == "" || f.Value == nil {
				t.Fatalf("version %d: field %+v, want one at %d", v, f, at)
			}
			at += int64(f.Size)
		}
		if at != int64(len(b)) {
			t.Errorf("version %d: fields end at %d of %d", v, at, len(b))
		}
	}
}

// Every kind of malformed input: a field of a sound file is replaced, and the reader says what is wrong and where.
func TestMalformed(t *testing.T) {
	const (
		op0   = "operator[0]"
		op1   = "operator[1]"
		sub0  = op0 + ".subtask[0]"
		sub1  = op0 + ".subtask[1]"
		sub2  = op0 + ".subtask[2]"
		sub3  = op0 + ".subtask[3]"
		keyed = sub0 + ".managedKeyed"
		inc   = sub1 + ".managedKeyed"
		log   = sub2 + ".managedKeyed"
		state = sub0 + ".managedOperator"
		huge  = "7fffffff"
		minus = "ffffffff"
		far   = "ffffffffffffff9c" // -100
	)
	for _, tc := range []struct {
		name    string
		version Version
		path    string // of the field that is replaced
		with    string // hex
		shift   int64  // of the reported offset from the field's
		field   string // reported; empty: path
		lenient string // what the lenient reader warns about; empty: it fails too
	}{
		{"checkpoint id", 4, "checkpointID", far, 0, "", "negative"},
		{"master states", 4, "masterStates", minus, 0, "", ""},
		{"many master states", 4, "masterStates", huge, 0, "", ""},
		{"master magic", 4, "masterState[0].magic", "c96b1695", 0, "", ""},
		{"master length 0", 4, "masterState[0].length", "00000000", 0, "", ""},
		{"master length negative", 4, "masterState[0].length", minus, 0, "", ""},
		{"master length beyond the end", 4, "masterState[0].length", huge, 4, "masterState[0]", ""},
		{"master too short", 4, "masterState[0].length", "0000000f", 14, "masterState[0].payload", ""},
		{"master too long", 4, "masterState[0].length", "00000011", 20, "masterState[0]", ""},
		{"operators negative", 4, "operators", minus, 0, "", ""},
		{"operators", 4, "operators", huge, 0, "", ""},
		{"parallelism above maximum", 4, op0 + ".parallelism", "00000009", 0, "", "above max parallelism"},
		{"parallelism negative", 4, op0 + ".parallelism", minus, 0, "", ""},
		{"max parallelism negative", 4, op0 + ".maxParallelism", minus, 0, "", ""},
		{"subtask beyond parallelism", 4, sub0 + ".index", "00000004", 0, "", "subtask 4 of 4"},
		{"finished subtask beyond parallelism", 4, sub3 + ".index", "fffffffb", 0, "", "subtask 4 of 4"},
		{"finished subtask 2^31-1", 4, sub3 + ".index", "80000000", 0, "", ""},
		{"subtask twice", 4, sub1 + ".index", "00000000", 0, "", "twice"},
		{"finished subtask twice", 4, sub3 + ".index", "ffffffff", 0, "", "twice"},
		{"subtask count negative", 4, "operator[2].subtasks", "fffffffe", 0, "", "-2 subtasks"},
		{"subtask count", 4, op0 + ".subtasks", huge, 0, "", ""},
		{"finished with coordinator", 4, "operator[2].coordinator.code", "01 0000 00000000", 7, "operator[2].subtasks", "finished operator"},
		{"operator twice", 4, op1 + ".id", OperatorIDFromUID("map").String(), 0, "", "twice"},
		{"coordinator as file", 4, "operator[2].coordinator.code", "02 0000000000000001 0001 61", 0, "operator[2].coordinator", "code 2"},
		{"coordinator of unknown code", 4, op0 + ".coordinator.code", "63", 0, "", ""},
		{"coordinator of keyed code", 4, op0 + ".coordinator.code", "07", 0, "", ""},
		{"keyed of stream code", 4, keyed + ".code", "0f", 0, "", ""},
		{"keyed of operator code", 4, keyed + ".code", "04", 0, "", ""},
		{"keyed of unknown code", 4, keyed + ".code", "63", 0, "", ""},
		{"operator state of keyed code", 4, state + ".code", "05", 0, "", ""},
		{"operator state of unknown code", 4, state + ".code", "ff", 0, "", ""},
		{"stream of keyed code", 4, keyed + ".stream.code", "0b", 0, "", ""},
		{"operator flag", 4, state, "00000002", 0, "", "2 handles"},
		{"operator flag negative", 4, state, minus, 0, "", "-1 handles"},
		{"operator flag with null", 4, sub0 + ".rawOperator", "00000001 00", 4, "", "null where"},
		{"mode", 4, state + ".state[0].mode", "03", 0, "", ""},
		{"mode 255", 4, state + ".state[0].mode", "ff", 0, "", ""},
		{"state count negative", 4, state + ".states", minus, 0, "", ""},
		{"state count", 4, state + ".states", huge, 0, "", ""},
		{"offset count negative", 4, state + ".state[0].offsets", minus, 0, "", ""},
		{"offset count", 4, state + ".state[0].offsets", huge, 0, "", ""},
		{"inline data negative", 4, sub0 + ".rawKeyed.stream.data", minus, 0, "", ""},
		{"inline data", 4, sub0 + ".rawKeyed.stream.data", huge, 0, "", ""},
		{"state twice", 4, state + ".state[1].name", "0004 6c697374", 0, "", "twice"},
		{"null delegate of keyed state", 4, op1 + ".subtask[0].managedKeyed.stream.code", "null", 0, op1 + ".subtask[0].managedKeyed.stream", "null where"},
		{"null file", 4, inc + ".shared[0].stream.code", "null", 0, inc + ".shared[0].stream", "null where"},
		{"null delegate of operator state", 4, state + ".stream.code", "null", 0, state + ".stream", "null where"},
		{"null delegate of a channel", 4, sub0 + ".inputChannel[0].stream.code", "null", 0, sub0 + ".inputChannel[0].stream", "null where"},
		{"key groups negative", 4, keyed + ".keyGroups.count", minus, 0, "", ""},
		{"key groups", 4, keyed + ".keyGroups.count", huge, 0, "", ""},
		{"first key group negative", 4, keyed + ".keyGroups.start", minus, 0, "", ""},
		{"key groups overflow", 4, keyed + ".keyGroups.start", huge, 0, "", ""},
		{"no key groups in a changelog", 4, log + ".keyGroups.count", "00000000", 0, "", ""},
		{"null delta", 4, log + ".delta[0].code", "00", 0, "", ""},
		{"delta that is no change", 4, log + ".delta", "00000003 03 00000004 00000001 0000000000000000 10", 4, log + ".delta[0].code", ""},
		{"base list negative", 4, log + ".base", minus, 0, "", ""},
		{"delta list", 4, log + ".delta", huge, 0, "", ""},
		{"from", 4, log + ".delta[1].from", far, 0, "", ""},
		{"to", 4, log + ".delta[1].to", far, 0, "", ""},
		{"changes", 4, log + ".delta[1].changes", huge, 0, "", ""},
		{"key group of a change", 4, log + ".delta[1].change[0].keyGroup", "fffffffe", 0, "", ""},
		{"parts", 4, log + ".delta[0].parts", minus, 0, "", ""},
		{"file size", 4, keyed + ".stream.size", far, 0, "", ""},
		{"empty path", 4, keyed + ".stream.path", "0000", 0, "", ""},
		{"relative size", 4, inc + ".meta.size", far, 0, "", ""},
		{"empty relative path", 4, inc + ".meta.path", "0000", 0, "", ""},
		{"relative path with scheme", 4, inc + ".meta.path", "0006 73333a2f2f62", 0, "", ""},
		{"relative path up", 4, inc + ".meta.path", "0004 2e2e2f78", 0, "", "leads out"},
		{"relative path up inside", 4, inc + ".meta.path", "0006 612f2e2e2f62", 0, "", "leads out"},
		{"relative path absolute", 4, inc + ".meta.path", "0004 2f657463", 0, "", "absolute"},
		{"segment scope", 4, inc + ".shared[0].stream.scope", "00000002", 0, "", ""},
		{"segment start", 4, inc + ".shared[0].stream.start", far, 0, "", ""},
		{"segment size", 4, inc + ".shared[0].stream.size", far, 0, "", ""},
		{"segment beyond 2^63", 4, inc + ".shared[0].stream.size", "7fffffffffffffff", 0, "", ""},
		{"merged state with null", 4, sub1 + ".managedOperator.stream.code", "00", 0, sub1 + ".managedOperator.stream", ""},
		{"merged state with a file", 4, sub1 + ".managedOperator.stream.code", "01 0000 00000000", 0, sub1 + ".managedOperator.stream", ""},
		{"boolean", 4, sub1 + ".managedOperator.empty", "02", 0, "", "flag is 2"},
		{"input channels negative", 4, sub1 + ".inputChannel", minus, 0, "", "-1 channels"},
		{"output channels", 4, sub0 + ".outputChannel", huge, 0, "", ""},
		{"output type among inputs", 6, sub0 + ".inputChannel[0].type", "02", 0, "", ""},
		{"merged output among inputs", 6, sub0 + ".inputChannel[1].type", "04", 0, "", ""},
		{"unknown channel type", 6, sub0 + ".outputChannel[0].type", "05", 0, "", ""},
		{"merged channels negative", 6, sub0 + ".inputChannel[1].channels", minus, 0, "", ""},
		{"merged channels too few", 6, sub0 + ".inputChannel[1].channels", "00000001", 32, sub0 + ".inputChannel[1].channels", ""},
		{"merged blob negative", 6, sub0 + ".inputChannel[1].channels.length", minus, 0, "", ""},
		{"lone continuation byte", 5, op0 + ".uid", "0003 6d8061", 3, "", "not modified UTF-8"},
		{"byte FF", 5, op0 + ".uid", "0003 6dff61", 3, "", "not modified UTF-8"},
		{"four-byte form", 5, op0 + ".uid", "0004 f09f9880", 2, "", "not modified UTF-8"},
		{"string cut by its length", 5, op0 + ".name", "0001 c3", 2, "", "not modified UTF-8"},
		{"reference flag", 7, sub0 + ".hasReference", "02", 0, "", "flag is 2"},
		{"legacy state", 2, sub0 + ".legacyState", huge, 0, "", ""},
		{"properties cut", 4, "properties", "aced0005 73", 5, "", "need"},
		{"properties absent", 4, "properties", "", 0, "", "need"},
		{"properties of another magic", 4, "properties", "aced0006 70", 0, "", "object stream begins"},
		{"trailing bytes", 4, "properties", "aced0005 70 00", 5, "-", "after the end"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sound := encode(t, sample(tc.version))
			f := find(t, trace(t, sound), tc.path)
			b := replaced(t, sound, f, tc.with)
			field := strings.TrimPrefix(cmpOr(tc.field, tc.path), "-")

			c, err := Decode(b)
			fe, ok := errors.AsType[*javaio.FormatError](err)
			if !ok || !errors.Is(err, javaio.ErrCorrupt) || fe.Offset != f.Offset+tc.shift || fe.Field != field || c != nil {
				t.Fatalf("err = %v (%+v)\nwant one at %d in %s", err, fe, f.Offset+tc.shift, field)
			}
			if strings.HasPrefix(field, op0) && !strings.Contains(err.Error(), OperatorIDFromUID("map").String()) && tc.version != 5 && field != op0+".id" {
				t.Errorf("err = %v, want the operator's id in it", err)
			}
			c, err = DecodeWith(b, DecodeOptions{Lenient: true})
			if tc.lenient == "" {
				if err == nil || c == nil {
					t.Errorf("lenient: %v, want an error and what was read", err)
				}
				return
			}
			if want := strings.TrimPrefix(tc.lenient, "-"); err != nil || !warned(c, field, want) {
				t.Fatalf("lenient: %v, %v, want a warning %q in %s", err, c, want, field)
			}
			if _, err := c.AppendTo(nil); (err == nil) != (tc.name == "trailing bytes") {
				t.Errorf("written again: %v", err)
			}
		})
	}
}

// replaced puts other bytes in the place of a field; "null" in the place of the whole handle that the field begins.
func replaced(tb testing.TB, sound []byte, f Field, with string) []byte {
	tb.Helper()
	end := f.Offset + int64(f.Size)
	if with == "null" {
		with = "00"
		for _, part := range trace(tb, sound) {
			if strings.HasPrefix(part.Path, strings.TrimSuffix(f.Path, "code")) {
				end = part.Offset + int64(part.Size)
			}
		}
	}
	return slices.Concat(sound[:f.Offset], unhex(tb, with), sound[end:])
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func warned(c *Checkpoint, field, message string) bool {
	for _, w := range c.Warnings {
		if w.Field == field && strings.Contains(w.Message, message) {
			return true
		}
	}
	return false
}

// Input that is unusual, but read.
func TestUnusual(t *testing.T) {
	const (
		keyed = "operator[0].subtask[0].managedKeyed"
		inc   = "operator[0].subtask[1].managedKeyed"
		log   = "operator[0].subtask[2].managedKeyed"
	)
	for _, tc := range []struct {
		name          string
		version       Version
		path, with    string
		field, warns  string
		rewriteDiffer bool
	}{
		{"last checkpoint id", 4, "checkpointID", "7fffffffffffffff", "checkpointID", "no checkpoint id follows", false},
		{"parallelism 0", 4, "operator[2].parallelism", "00000000", "operator[2].parallelism", "parallelism is 0", false},
		{"max parallelism", 4, "operator[0].maxParallelism", "00008001", "operator[0].maxParallelism", "32769", false},
		{"no key groups", 4, inc + ".keyGroups.count", "00000000", inc + ".keyGroups", "no key groups", false},
		{"checkpointed size", 4, inc + ".checkpointedSize", "fffffffffffffffe", inc + ".checkpointedSize", "size is -2", false},
		{"null base", 4, log + ".base[0].code", "00", log + ".base[0]", "null, which Flink skips", false},
		{"unknown file size", 4, keyed + ".stream.size", "ffffffffffffffff", "", "", false},
		{"null meta", 4, "operator[0].subtask[1].managedKeyed.meta.code", "null", "", "", false},
		{"overlong form", 5, "operator[0].uid", "0004 6dc18161", "operator[0].uid", "no writer", true},
		{"plain NUL", 5, "operator[0].uid", "0002 6d00", "operator[0].uid", "no writer", true},
		{"version 7", 7, "checkpointID", "0000000000000001", "version", "not released", false},
		{"other properties", 4, "properties", "aced0005 74 0001 78", "properties", "properties are a string", false},
		{"null properties", 4, "properties", "aced0005 70", "", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sound := encode(t, sample(tc.version))
			f := find(t, trace(t, sound), tc.path)
			b := replaced(t, sound, f, tc.with)
			c, err := Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if tc.warns != "" && !warned(c, tc.field, tc.warns) {
				t.Errorf("warnings %+v, want %q in %s", c.Warnings, tc.warns, tc.field)
			}
			if again := encode(t, c); bytes.Equal(again, b) == tc.rewriteDiffer {
				t.Errorf("written again: equal is %t", !tc.rewriteDiffer)
			}
		})
	}
}

func TestNotMetadata(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		class    error
		offset   int64
		text     string
	}{
		{"empty", "", javaio.ErrCorrupt, 0, "need 4 bytes"},
		{"cut magic", "4960", javaio.ErrCorrupt, 0, "need 4 bytes"},
		{"cut version", "4960672d0000", javaio.ErrCorrupt, 4, "need 4 bytes"},
		{"other magic", "4960672e00000003", javaio.ErrCorrupt, 0, "49 60 67 2d"},
		{"Flink 1.0", "aced000573720000", javaio.ErrUnsupported, 0, "Flink 1.0"},
		{"JSON", "207b226e6f646573", javaio.ErrCorrupt, 0, "JSON"},
		{"XML", "3c3f786d6c207665", javaio.ErrCorrupt, 0, "XML"},
		{"zeros", "0000000000000000", javaio.ErrCorrupt, 0, "zeros"},
		{"version 8", "4960672d00000008", javaio.ErrUnsupported, 4, "unknown version 8"},
		{"version 255", "4960672d000000ff", javaio.ErrUnsupported, 4, "unknown version 255"},
		{"version negative", "4960672dffffffff", javaio.ErrUnsupported, 4, "unknown version -1"},
		{"no body", "4960672d00000003", javaio.ErrCorrupt, 8, "need 8 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Decode(unhex(t, tc.in))
			fe, ok := errors.AsType[*javaio.FormatError](err)
			if !ok || !errors.Is(err, tc.class) || fe.Offset != tc.offset || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("err = %v, want %v at %d: %s", err, tc.class, tc.offset, tc.text)
			}
		})
	}
}

// A count that is legal costs nothing until its elements are there.
func TestHugeParallelism(t *testing.T) {
	c := &Checkpoint{Version: 3, Operators: []*Operator{{Parallelism: 1<<31 - 1, MaxParallelism: 1<<31 - 1, Subtasks: []*Subtask{{Index: 1<<31 - 2}}}}}
	got, err := Decode(encode(t, c))
	if err != nil || !warned(got, "operator[0].parallelism", "2147483647") || got.Operators[0].Subtasks[0].Index != 1<<31-2 {
		t.Errorf("%v, warnings %v", err, got.Warnings)
	}
}

// Bytes after the end, in a version without properties.
func TestTrailing(t *testing.T) {
	sound := encode(t, sample(3))
	b := append(bytes.Clone(sound), 1, 2, 3)
	_, err := Decode(b)
	if fe, ok := errors.AsType[*javaio.FormatError](err); !ok || fe.Offset != int64(len(sound)) || !errors.Is(err, javaio.ErrCorrupt) {
		t.Errorf("err = %v, want one at %d", err, len(sound))
	}
	c, err := DecodeWith(b, DecodeOptions{Lenient: true})
	if err != nil || c.Trailing != 3 || !bytes.Equal(encode(t, c), sound) {
		t.Errorf("lenient: %v, %d bytes after the end", err, c.Trailing)
	}
}

func TestNestedChangelog(t *testing.T) {
	nested := func(n int) *Checkpoint {
		var h KeyedHandle = &KeyGroupsHandle{Code: 12, Stream: &InlineHandle{}}
		for range n {
			h = &ChangelogHandle{Code: 14, Range: KeyGroupRange{0, 1}, Base: []KeyedHandle{h}}
		}
		return &Checkpoint{Version: 3, Operators: []*Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*Subtask{{ManagedKeyed: h}}}}}
	}
	if _, err := Decode(encode(t, nested(maxNesting))); err != nil {
		t.Errorf("%d levels: %v", maxNesting, err)
	}
	if _, err := Decode(encode(t, nested(maxNesting+1))); err == nil || !strings.Contains(err.Error(), "nested deeper") {
		t.Errorf("%d levels: %v", maxNesting+1, err)
	}
}

func TestNesting(t *testing.T) {
	nested := func(n int) *Checkpoint {
		var h StreamHandle = &InlineHandle{Name: "x", Data: []byte{}}
		for range n {
			h = &KeyGroupsStream{Stream: h}
		}
		return &Checkpoint{Version: 3, Operators: []*Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*Subtask{
			{ManagedOperator: &OperatorStateHandle{Code: 4, Stream: h}}}}}}
	}
	if _, err := Decode(encode(t, nested(maxNesting))); err != nil {
		t.Errorf("%d levels: %v", maxNesting, err)
	}
	for _, n := range []int{maxNesting + 1, 100_000} {
		if _, err := Decode(encode(t, nested(n))); err == nil || !strings.Contains(err.Error(), "nested deeper") {
			t.Errorf("%d levels: %v", n, err)
		}
	}
}

// What version 2 keeps of operators from before Flink 1.2 is read and marked.
func TestLegacyState(t *testing.T) {
	c := sample(2)
	c.Operators[0].Subtasks[0].LegacyState = []StreamHandle{&FileHandle{Path: "/old", Size: 3}}
	b := encode(t, c)
	got, err := Decode(b)
	if err != nil || !warned(got, "operator[0].subtask[0].legacyState", "only 1.3 restores it") || !bytes.Equal(encode(t, got), b) {
		t.Errorf("%v, warnings %v", err, got.Warnings)
	}
	if _, err := got.For(3); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("conversion to version 3: %v", err)
	}
}
