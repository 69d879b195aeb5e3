package metadata

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

const (
	vertexHex = "00112233445566778899aabbccddeeff"
	// Version 0: one vertex; an operator state of two bytes, a null one, and a keyed state.
	fileV0 = "4960672d 00000000 0000000000000005 00000001" + vertexHex + "00000002" +
		"00000002 00000000 00000002 aced 0000000000000007 0000000000000008" +
		"00000001 ffffffff 0000000000000000 0000000000000001" +
		"00000001 00000001 00000000 0000000000000009 000000000000000a"
	// Version 1: a chain of three operators, two subtasks. The head has keyed state, the tail operator state.
	fileV1 = "4960672d 00000001 0000000000000006 00000001" + vertexHex + "00000002 00000080 00000003 00000002" +
		"00000000 000000000000000c" +
		"00000003 00 00 00" + // legacy
		"00000003 04 00000001 0001 73 00 00000001 0000000000000000 01 0001 61 00000001 ff 00 00" + // managed
		"00000000" + // raw
		"03 00000000 00000040" + zeroOffsets64 + "01 0001 62 00000001 ee 00" +
		"00000001 000000000000000d 00000003 00 01 0001 6c 00000000 00 00000000 00000000 00 00"
	zeroOffsets64 = zeroOffsets16 + zeroOffsets16 + zeroOffsets16 + zeroOffsets16
	zeroOffsets16 = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" +
		"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
)

func TestVersion0(t *testing.T) {
	c, err := Decode(unhex(t, fileV0))
	if err != nil {
		t.Fatal(err)
	}
	id, _ := ParseOperatorID(vertexHex)
	want := []*LegacyTask{{VertexID: id, Parallelism: 2, Entries: []LegacyEntry{
		{Subtask: 0, Bytes: []byte{0xAC, 0xED}, Size: 7, Duration: 8},
		{Subtask: 1, Duration: 1},
		{Keyed: true, Subtask: 1, Bytes: []byte{}, Size: 9, Duration: 10},
	}}}
	if !reflect.DeepEqual(c.Tasks, want) || c.CheckpointID != 5 {
		t.Errorf("got %+v", c)
	}
	if _, err := c.AppendTo(nil); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("written: %v", err)
	}
	if _, err := c.For(3); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("converted: %v", err)
	}
}

func TestVersion1(t *testing.T) {
	c, err := Decode(unhex(t, fileV1))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Operators) != 3 {
		t.Fatalf("%d operators, want tail, middle and head", len(c.Operators))
	}
	tail, middle, head := c.Operators[0], c.Operators[1], c.Operators[2]
	if head.ID.String() != vertexHex || head.Chain != 2 || len(head.Subtasks) != 2 || head.Subtasks[0].ManagedKeyed == nil {
		t.Errorf("head %+v", head)
	}
	if !tail.ID.IsZero() || tail.VertexID != head.ID || tail.Chain != 0 || len(tail.Subtasks) != 1 || tail.Subtasks[0].ManagedOperator.States[0].Name != "s" {
		t.Errorf("tail %+v", tail)
	}
	if middle.Chain != 1 || middle.Subtasks[0].Index != 1 || len(middle.Subtasks[0].LegacyState) != 1 || len(c.Warnings) == 0 {
		t.Errorf("middle %+v, warnings %v", middle, c.Warnings)
	}
	// With an id for every operator, and without the state that only 1.2 and 1.3 read, it can be written.
	if _, err := c.For(3); err == nil || !strings.Contains(err.Error(), "position 0") {
		t.Errorf("converted without ids: %v", err)
	}
	tail.ID, c.Operators = OperatorID{1}, []*Operator{tail, head}
	for _, v := range []Version{2, 3, 4} {
		out, err := c.For(v)
		if err != nil {
			t.Fatal(err)
		}
		b := encode(t, out)
		if again, err := Decode(b); err != nil || !bytes.Equal(encode(t, again), b) {
			t.Errorf("version %d: %v", v, err)
		}
	}
}

func TestMalformedLegacy(t *testing.T) {
	for _, tc := range []struct {
		name, in, from, to string
		field              string
	}{
		{"tasks", fileV0, "0000000000000005 00000001", "0000000000000005 7fffffff", "tasks"},
		{"entries", fileV0, vertexHex + "00000002 00000002", vertexHex + "00000002 7fffffff", "task[0].operatorState"},
		{"entry length", fileV0, "ffffffff 0000", "fffffffe 0000", "task[0].operatorState[1].bytes"},
		{"chain", fileV1, "00000080 00000003", "00000080 00000000", "task[0].chainLength"},
		{"list longer than the chain", fileV1, "00000080 00000003", "00000080 00000002", "task[0].subtask[0].legacyState"},
		{"subtasks", fileV1, "00000003 00000002" + "00000000 000000000000000c", "00000003 7fffffff" + "00000000 000000000000000c", "task[0].subtasks"},
		{"subtask", fileV1, "00000000 000000000000000c", "00000002 000000000000000c", "task[0].subtask[0].index"},
		{"order of subtasks", fileV1, "00000001 000000000000000d", "00000000 000000000000000d", "task[0].subtask[1].index"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			plain := strings.NewReplacer(" ", "")
			in := strings.Replace(plain.Replace(tc.in), plain.Replace(tc.from), plain.Replace(tc.to), 1)
			_, err := Decode(unhex(t, in))
			if fe, ok := errors.AsType[*javaio.FormatError](err); !ok || !errors.Is(err, javaio.ErrCorrupt) || fe.Field != tc.field {
				t.Errorf("err = %v, want one in %s", err, tc.field)
			}
		})
	}
}

// Flink 1.14 wrote changelog handles in a layout of its own, under codes that mean something longer since 1.15.
func TestChangelog114(t *testing.T) {
	c := &Checkpoint{Version: 3, Changelog114: true, Operators: []*Operator{{Parallelism: 1, MaxParallelism: 1, Subtasks: []*Subtask{{
		ManagedKeyed: &ChangelogHandle{Code: 8, Range: KeyGroupRange{0, 1}, CheckpointedSize: -1,
			Base: []KeyedHandle{&KeyGroupsHandle{Code: 3, KeyGroups: offsetsFor(KeyGroupRange{0, 1}, 1), Stream: &RelativeHandle{Path: "m", Size: 4}}},
			Delta: []KeyedHandle{
				&InlineChangesHandle{Range: KeyGroupRange{0, 1}, From: 0, To: 1, Changes: []Change{{0, []byte{1}}}},
				&FileChangesHandle{Code: 10, Range: KeyGroupRange{0, 1}, Size: 5, IncrementalSize: -1, Parts: []ChangePart{{0, &RelativeHandle{Path: "d", Size: 9}}}},
			}},
	}}}}}
	b := encode(t, c)
	got, err := Decode(b)
	if err != nil || !got.Changelog114 || got.FlinkVersions() != "1.14" || !reflect.DeepEqual(got.Operators, c.Operators) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if !bytes.Equal(encode(t, got), b) {
		t.Error("written again it differs")
	}
	if _, err := got.For(4); !errors.Is(err, javaio.ErrUnsupported) {
		t.Errorf("converted: %v", err)
	}
	if _, err := Decode(b[:len(b)-1]); !errors.Is(err, javaio.ErrCorrupt) {
		t.Errorf("cut: %v", err)
	}
}
