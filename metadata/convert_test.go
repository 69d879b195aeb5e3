package metadata

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"ckpt/internal/javaio"
)

// TestFor converts every version to every other: what comes out is written, read again, and has the same streams.
func TestFor(t *testing.T) {
	for from := Version(2); from <= 7; from++ {
		for to := Version(2); to <= 6; to++ {
			c := sample(from)
			before := encode(t, c)
			clearFor(c, from, to)
			kept := encode(t, c)
			out, err := c.For(to)
			if err != nil {
				t.Errorf("%d to %d: %v", from, to, err)
				continue
			}
			if !bytes.Equal(encode(t, c), kept) {
				t.Fatalf("%d to %d changed its input", from, to)
			}
			b, err := out.AppendTo(nil)
			if err != nil {
				t.Errorf("%d to %d: %v", from, to, err)
				continue
			}
			got, err := Decode(b)
			if err != nil || got.Version != to || !reflect.DeepEqual(paths(got), paths(c)) {
				t.Errorf("%d to %d: %v, paths %q, want %q", from, to, err, paths(got), paths(c))
			}
			if from == to && !bytes.Equal(b, before) {
				t.Errorf("version %d to itself is not a copy", from)
			}
		}
	}
}

// clearFor takes out what the target cannot hold.
func clearFor(c *Checkpoint, from, to Version) {
	if from == 7 {
		c.Operators[0].Subtasks[1].ReferenceID = nil
	}
	if to != 2 || from == 2 {
		return
	}
	op := c.Operators[0]
	op.Coordinator, op.Subtasks = nil, op.Subtasks[:3]
	op.Subtasks[0].InputChannels, op.Subtasks[0].OutputChannels = nil, nil
	c.Operators = c.Operators[:2]
}

// paths lists the files in order, each run of one path once: merged channels have one stream, expanded ones several.
func paths(c *Checkpoint) (list []string) {
	for ref := range c.Refs() {
		if n := len(list); n == 0 || list[n-1] != ref.Path {
			list = append(list, ref.Path)
		}
	}
	return list
}

func TestForDetails(t *testing.T) {
	out, err := sample(2).For(4)
	if err != nil {
		t.Fatal(err)
	}
	old := out.Operators[1].Subtasks
	heap, rocks, log := old[0].ManagedKeyed.(*KeyGroupsHandle), old[1].ManagedKeyed.(*IncrementalHandle), old[2].ManagedKeyed.(*ChangelogHandle)
	if heap.Code != 12 || len(heap.HandleID) != 36 || rocks.Code != 11 || rocks.CheckpointedSize != -1 || len(rocks.HandleID) != 36 {
		t.Errorf("heap %+v, rocksdb %+v", heap, rocks)
	}
	if changes := log.Delta[0].(*FileChangesHandle); log.Code != 14 || log.CheckpointID != 6 || changes.Code != 13 || changes.StorageID != "filesystem" {
		t.Errorf("changelog %+v, changes %+v", log, changes)
	}
	if old[3].ManagedKeyed.TypeCode() != 7 || !out.Properties.Null || out.Operators[0].ChainLength != 0 {
		t.Errorf("savepoint code %d, properties %+v", old[3].ManagedKeyed.TypeCode(), out.Properties)
	}
	if again, _ := sample(2).For(4); again.Operators[1].Subtasks[0].ManagedKeyed.(*KeyGroupsHandle).HandleID != heap.HandleID {
		t.Error("handle ids depend on the run")
	}

	out, err = sample(6).For(5)
	if err != nil {
		t.Fatal(err)
	}
	in := out.Operators[0].Subtasks[0].InputChannels
	if len(in) != 3 || in[0].Type != 0 || !reflect.DeepEqual(in[2].Channels, []Channel{{A: 0, B: 0, Size: 4, Offsets: []int64{24, 28}}}) || in[2].Size != 4 {
		t.Errorf("expanded to %+v", in)
	}
	if out, err = out.For(6); err != nil || !out.Operators[0].Subtasks[0].InputChannels[0].Merged() {
		t.Errorf("typed as no Flink does: %v", err)
	}

	named := sample(5)
	if out, err = named.For(3); err != nil || out.Operators[0].UID != "" || out.Properties != nil || named.Operators[0].UID == "" {
		t.Errorf("version 3: %v, %+v", err, out)
	}
	if got := named.Losses(3); !reflect.DeepEqual(got, []string{"names and uids of 1 operators", "checkpoint properties"}) {
		t.Errorf("losses %q", got)
	}
	if got := named.Losses(6); got != nil {
		t.Errorf("losses %q", got)
	}
}

func TestForRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Checkpoint)
		from   Version
		to     Version
		want   string
	}{
		{"coordinator", func(c *Checkpoint) { clearFor(c, 3, 2); c.Operators[0].Coordinator = &InlineHandle{} }, 3, 2, "operator[0]"},
		{"channels", func(c *Checkpoint) { clearFor(c, 3, 2); addChannels(c.Operators[0].Subtasks[0], 3) }, 3, 2, "operator[0].subtask[0]"},
		{"finished subtask", func(c *Checkpoint) {
			clearFor(c, 3, 2)
			c.Operators[0].Subtasks[2] = &Subtask{Index: 3, Finished: true}
		}, 3, 2, "subtask[2]"},
		{"finished operator", func(c *Checkpoint) { clearFor(c, 3, 2); c.Operators[1] = &Operator{FullyFinished: true} }, 3, 2, "operator[1]"},
		{"reference", func(*Checkpoint) {}, 7, 6, "operator[0].subtask[1].referenceID"},
		{"version 1", func(*Checkpoint) {}, 3, 1, "version"},
		{"version 8", func(*Checkpoint) {}, 3, 8, "version"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := sample(tc.from)
			tc.change(c)
			if out, err := c.For(tc.to); !errors.Is(err, javaio.ErrUnsupported) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, err = %v, want one in %s", out, err, tc.want)
			}
		})
	}
}

// What a version cannot hold is refused by the writer, with the field.
func TestAppendRefuses(t *testing.T) {
	long := strings.Repeat("x", 65536)
	first := func(c *Checkpoint) *Subtask { return c.Operators[0].Subtasks[0] }
	for _, tc := range []struct {
		name    string
		version Version
		change  func(*Checkpoint)
		field   string
	}{
		{"version 1", 3, func(c *Checkpoint) { c.Version = 1 }, "version"},
		{"version 7", 7, func(*Checkpoint) {}, "version"},
		{"version 9", 3, func(c *Checkpoint) { c.Version = 9 }, "version"},
		{"no properties", 4, func(c *Checkpoint) { c.Properties = nil }, "properties"},
		{"properties", 3, func(c *Checkpoint) { c.Properties = NullProperties() }, "properties"},
		{"name", 4, func(c *Checkpoint) { c.Operators[0].Name = "n" }, "operator[0].name"},
		{"uid", 4, func(c *Checkpoint) { c.Operators[0].UID = "n" }, "operator[0].uid"},
		{"long uid", 5, func(c *Checkpoint) { c.Operators[0].UID = long }, "operator[0].uid"},
		{"coordinator", 2, func(c *Checkpoint) { c.Operators[0].Coordinator = &InlineHandle{} }, "operator[0].coordinator"},
		{"finished operator", 2, func(c *Checkpoint) { c.Operators[0].FullyFinished = true }, "operator[0].finished"},
		{"finished with state", 3, func(c *Checkpoint) { c.Operators[0].FullyFinished = true }, "operator[0].finished"},
		{"finished subtask with state", 3, func(c *Checkpoint) { first(c).Finished = true }, "operator[0].subtask[0]"},
		{"channels", 2, func(c *Checkpoint) { addChannels(first(c), 3) }, "operator[0].subtask[0]"},
		{"typed channel", 5, func(c *Checkpoint) { first(c).InputChannels[0].Type = 1 }, "operator[0].subtask[0].inputChannel[0].type"},
		{"channel without type", 6, func(c *Checkpoint) { first(c).OutputChannels[0].Type = 0 }, "operator[0].subtask[0].outputChannel[0].type"},
		{"two channels", 5, func(c *Checkpoint) {
			h := first(c).InputChannels[0]
			h.Channels = append(h.Channels, Channel{})
		}, "operator[0].subtask[0].inputChannel[0].channels"},
		{"reference", 6, func(c *Checkpoint) { first(c).ReferenceID = new(CheckpointID) }, "operator[0].subtask[0].referenceID"},
		{"legacy state", 3, func(c *Checkpoint) { first(c).LegacyState = []StreamHandle{nil} }, "operator[0].subtask[0].legacyState"},
		{"null stream", 3, func(c *Checkpoint) { first(c).ManagedOperator.Stream = nil }, "operator[0].subtask[0].managedOperator.stream"},
		{"operator code", 3, func(c *Checkpoint) { first(c).ManagedOperator.Code = 3 }, "operator[0].subtask[0].managedOperator.code"},
		{"no segment", 3, func(c *Checkpoint) { c.Operators[0].Subtasks[1].ManagedOperator.Stream = &FileHandle{Path: "/x"} },
			"operator[0].subtask[1].managedOperator.stream"},
		{"keyed code", 3, func(c *Checkpoint) { first(c).ManagedKeyed.(*KeyGroupsHandle).Code = 11 }, "operator[0].subtask[0].managedKeyed.code"},
		{"offsets", 3, func(c *Checkpoint) { first(c).ManagedKeyed.(*KeyGroupsHandle).KeyGroups.Offsets = nil },
			"operator[0].subtask[0].managedKeyed.offsets"},
		{"relative path", 3, func(c *Checkpoint) { first(c).ManagedOperator.Stream = &RelativeHandle{Path: "../x"} },
			"operator[0].subtask[0].managedOperator.stream.path"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := sample(tc.version)
			tc.change(c)
			dst := []byte("kept")
			got, err := c.AppendTo(dst)
			fe, ok := errors.AsType[*javaio.FormatError](err)
			if !ok || !errors.Is(err, javaio.ErrUnsupported) || fe.Field != tc.field || fe.Offset != -1 || string(got) != "kept" {
				t.Errorf("%q, err = %v, want one in %s", got, err, tc.field)
			}
		})
	}
}

func TestRelocate(t *testing.T) {
	c := sample(6)
	before := encode(t, c)
	out, moved, err := c.Relocate([]Relocation{{"file:///c/j", "s3://new/j/"}, {"s3a://b", "/local"}, {"/p/q", "/elsewhere/file"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"ops", "/elsewhere/file", "channels", "meta", "s3://new/j/shared/seg", "/local/j/shared/x", "s3://new/j/shared/seg",
		"s3://new/j/taskowned/base", "s3://new/j/dstl/u", "/p/c", "/d", "canonical"}
	if got := paths(out); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := out.Directories(); !reflect.DeepEqual(got, []string{"s3://new/j/taskowned/tm", "s3://new/j/shared/op", "/t", "/s"}) || moved != 8 {
		t.Errorf("directories %q, %d moved", got, moved)
	}
	if !bytes.Equal(encode(t, c), before) {
		t.Error("the input was changed")
	}
	if b := encode(t, out); len(b) == 0 {
		t.Error("not written")
	}
	if _, _, err := c.Relocate([]Relocation{{"c/j", "/x"}}); err == nil {
		t.Error("a relative prefix was taken")
	}
	// A prefix ends at an element.
	if _, moved, _ := c.Relocate([]Relocation{{"/c/j/share", "/x"}}); moved != 0 {
		t.Errorf("%d paths moved by half a name", moved)
	}
}

func TestMapStreams(t *testing.T) {
	c := sample(6)
	out, err := c.MapStreams(func(ref Ref) (StreamHandle, error) { return &RelativeHandle{Path: "all", Size: ref.Size}, nil })
	if err != nil || !reflect.DeepEqual(paths(out), []string{"all"}) {
		t.Errorf("paths %q, %v", paths(out), err)
	}
	if out.Operators[0].Coordinator != c.Operators[0].Coordinator {
		t.Error("coordinator state was replaced")
	}
	boom := errors.New("boom")
	if out, err := c.MapStreams(func(Ref) (StreamHandle, error) { return nil, boom }); !errors.Is(err, boom) || out != nil {
		t.Errorf("%v, %v", out, err)
	}
}
