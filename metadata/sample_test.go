package metadata

import (
	"encoding/hex"
	"strings"
	"testing"
)

// sample returns a checkpoint with a handle of every kind that version v holds.
func sample(v Version) *Checkpoint {
	c := &Checkpoint{
		Version: v, CheckpointID: 42,
		MasterStates: []MasterState{{HookVersion: 3, Name: "hook", Payload: []byte{1, 2}}},
		Operators:    []*Operator{sampleModern(), sampleOld()},
	}
	if v >= 3 {
		c.Operators = append(c.Operators, &Operator{ID: OperatorID{3}, Parallelism: 2, MaxParallelism: 128, FullyFinished: true})
		op := c.Operators[0]
		op.Coordinator = &InlineHandle{Name: op.ID.String(), Data: []byte{7, 7}}
		op.Subtasks = append(op.Subtasks, &Subtask{Index: 3, Finished: true})
		addChannels(op.Subtasks[0], v)
	}
	if v >= 4 {
		c.Properties = SavepointProperties("NATIVE")
	}
	if v >= 5 {
		c.Operators[0].Name, c.Operators[0].UID = "Map \x00 😀", "map"
	}
	if v == 2 {
		for _, op := range c.Operators {
			op.ChainLength = 1
			for _, s := range op.Subtasks {
				s.Duration = -1
			}
		}
	}
	if v == 7 {
		id := CheckpointID(41)
		c.Operators[0].Subtasks[1].ReferenceID = &id
	}
	return c
}

const (
	handleA = "00000000-0000-4000-8000-00000000000a"
	handleB = "00000000-0000-4000-8000-00000000000b"
)

func offsetsFor(r KeyGroupRange, first int64) KeyGroupOffsets {
	k := KeyGroupOffsets{Range: r, Offsets: make([]int64, r.Count)}
	for i := range k.Offsets {
		k.Offsets[i] = first + int64(i)
	}
	return k
}

// sampleModern has what Flink since 1.15 writes: parallelism 4, 8 key groups.
func sampleModern() *Operator {
	segment := &SegmentHandle{Start: 10, Size: 20, Scope: ScopeShared, Path: "/c/j/shared/seg", LogicalFileID: "lf-1"}
	state := &OperatorStateHandle{Code: 4, Stream: &RelativeHandle{Path: "ops", Size: 77}, States: []OperatorStateMeta{
		{Name: "list", Offsets: []int64{5, 6}}, {Name: "union", Mode: Union, Offsets: []int64{}}, {Name: "cast", Mode: Broadcast, Offsets: []int64{9}},
	}}
	merged := &OperatorStateHandle{Code: 17, States: []OperatorStateMeta{}, TaskOwnedDir: "/c/j/taskowned/tm", SharedDir: "/c/j/shared/op", Empty: true, Stream: &EmptySegment{}}
	incremental := &IncrementalHandle{Code: 11, CheckpointID: 42, BackendID: handleA, Range: KeyGroupRange{2, 2}, CheckpointedSize: 100,
		Meta: &RelativeHandle{Path: "meta", Size: 5}, HandleID: handleB,
		Shared: []NamedFile{{"000001.sst", segment}, {"000002.sst", &FileHandle{Path: "s3://b/j/shared/x", Size: -1}}},
		Private: []NamedFile{{"CURRENT", &KeyGroupsStream{KeyGroups: offsetsFor(KeyGroupRange{3, 1}, 1),
			Stream: &InlineHandle{Name: "k", Data: []byte{0, 0}}}}}}
	log := &ChangelogHandle{Code: 14, Range: KeyGroupRange{4, 2}, CheckpointedSize: 1000, MaterializationID: 41, CheckpointID: 42, HandleID: handleA,
		Base: []KeyedHandle{nil, &KeyGroupsHandle{Code: 12, KeyGroups: offsetsFor(KeyGroupRange{4, 2}, 30), HandleID: handleB,
			Stream: &FileHandle{Path: "/c/j/taskowned/base", Size: 60}}},
		Delta: []KeyedHandle{
			&FileChangesHandle{Code: 13, Range: KeyGroupRange{4, 2}, Size: 99, IncrementalSize: 11, HandleID: handleA, StorageID: "filesystem",
				Parts: []ChangePart{{8, &FileHandle{Path: "/c/j/dstl/u", Size: 33}}}},
			&InlineChangesHandle{Range: KeyGroupRange{4, 2}, From: 1, To: 7, HandleID: handleB,
				Changes: []Change{{-1, []byte{9}}, {4, []byte{}}}},
		}}
	return &Operator{ID: OperatorIDFromUID("map"), Parallelism: 4, MaxParallelism: 8, Subtasks: []*Subtask{
		{Index: 0, ManagedOperator: state,
			ManagedKeyed: &KeyGroupsHandle{Code: 12, KeyGroups: offsetsFor(KeyGroupRange{0, 2}, 5), Stream: &FileHandle{Path: "/p/q", Size: 9}, HandleID: handleA},
			RawKeyed:     &KeyGroupsHandle{Code: 12, KeyGroups: offsetsFor(KeyGroupRange{0, 2}, -1), Stream: &InlineHandle{Name: "raw", Data: []byte{1}}, HandleID: handleB}},
		{Index: 1, ManagedOperator: merged, ManagedKeyed: incremental},
		{Index: 2, RawOperator: &OperatorStateHandle{Code: 17, TaskOwnedDir: "/t", SharedDir: "/s", Stream: segment,
			States: []OperatorStateMeta{{Name: "_default_", Offsets: []int64{0}}}}, ManagedKeyed: log},
	}}
}

// sampleOld has codes that only older releases write.
func sampleOld() *Operator {
	return &Operator{ID: OperatorID{2}, Parallelism: 5, MaxParallelism: 128, Subtasks: []*Subtask{
		{Index: 0, ManagedKeyed: &KeyGroupsHandle{Code: 3, KeyGroups: offsetsFor(KeyGroupRange{0, 1}, 4), Stream: &InlineHandle{Name: "old", Data: []byte{3}}}},
		{Index: 1, ManagedKeyed: &IncrementalHandle{Code: 5, CheckpointID: 42, BackendID: "backend", Range: KeyGroupRange{26, 1}, CheckpointedSize: -1,
			Shared: []NamedFile{}, Private: []NamedFile{{"CURRENT", &FileHandle{Path: "/p/c", Size: 16}}}}},
		{Index: 2, ManagedKeyed: &ChangelogHandle{Code: 8, Range: KeyGroupRange{52, 1}, CheckpointedSize: 1, MaterializationID: 6, CheckpointID: 6,
			HandleID: handleA, Base: []KeyedHandle{}, Delta: []KeyedHandle{&FileChangesHandle{Code: 10, Range: KeyGroupRange{52, 1}, Size: 3,
				IncrementalSize: 2, HandleID: handleB, Parts: []ChangePart{{1, &FileHandle{Path: "/d", Size: 7}}}}}}},
		{Index: 3, ManagedKeyed: &KeyGroupsHandle{Code: 7, KeyGroups: offsetsFor(KeyGroupRange{77, 1}, 0), Stream: &RelativeHandle{Path: "canonical", Size: 8}}},
	}}
}

func addChannels(s *Subtask, v Version) {
	stream := &RelativeHandle{Path: "channels", Size: 90}
	in := &ChannelHandle{Subtask: 0, Size: 12, Stream: stream, Channels: []Channel{{A: 0, B: 1, Size: 12, Offsets: []int64{4}}}}
	out := &ChannelHandle{Subtask: 0, Size: 4, Stream: stream, Channels: []Channel{{A: 1, B: 3, Size: 4, Offsets: []int64{16}}}}
	s.InputChannels, s.OutputChannels = []*ChannelHandle{in}, []*ChannelHandle{out}
	if v < 6 {
		return
	}
	in.Type, out.Type = channelInput, channelOutput
	s.InputChannels = append(s.InputChannels, &ChannelHandle{Type: channelMergedInput, Size: 8, Stream: stream,
		Channels: []Channel{{A: 0, B: 2, Size: 4, Offsets: []int64{20}}, {A: 0, B: 0, Size: 4, Offsets: []int64{24, 28}}}})
	s.OutputChannels = append(s.OutputChannels, &ChannelHandle{Type: channelMergedOutput, Stream: &InlineHandle{Name: "c", Data: []byte{}},
		Channels: []Channel{}})
}

// encode appends a checkpoint, unreleased versions too.
func encode(tb testing.TB, c *Checkpoint) []byte {
	tb.Helper()
	b, err := c.AppendWith(nil, EncodeOptions{Unreleased: true})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func unhex(tb testing.TB, digits string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	if err != nil {
		tb.Fatalf("%q: %v", digits, err)
	}
	return b
}
