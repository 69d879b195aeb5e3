package metadata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/testenv"
)

// releaseVersions are the metadata versions that each Flink reads, of those we write.
var releaseVersions = map[string][]Version{"1.20.4": {3, 4}, "2.3.0": {3, 4, 5, 6}}

// Real Flink loads what we write, in every version that it reads and with every kind of handle that its reader accepts, and
// understands the same.
func TestFlinkLoads(t *testing.T) {
	for _, flink := range testenv.FlinkVersions {
		t.Run(flink, func(t *testing.T) {
			dir, want := t.TempDir(), map[string]string{}
			for _, v := range releaseVersions[flink] {
				for name, c := range samples(v) {
					write(t, dir, fmt.Sprintf("v%d-%s", v, name), c, want)
				}
			}
			compareWithFlink(t, flink, dir, want)
		})
	}
}

// Snapshots that real Flink wrote, written again in every version: Flink takes them for the same.
func TestFlinkLoadsFixtures(t *testing.T) {
	fixtures := committed(t)
	for _, flink := range testenv.FlinkVersions {
		t.Run(flink, func(t *testing.T) {
			dir, want := t.TempDir(), map[string]string{}
			for name, c := range fixtures {
				for _, v := range releaseVersions[flink] {
					c, err := c.For(v)
					if err != nil {
						t.Fatalf("%s in version %d: %v", name, v, err)
					}
					write(t, dir, fmt.Sprintf("v%d-%s", v, name), c, want)
				}
			}
			compareWithFlink(t, flink, dir, want)
		})
	}
}

// write puts c into a file of dir, and what Flink must say of it into want.
func write(t *testing.T, dir, file string, c *Checkpoint, want map[string]string) {
	t.Helper()
	b, err := c.AppendTo(nil)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if err := os.WriteFile(filepath.Join(dir, file), b, 0o600); err != nil {
		t.Fatal(err)
	}
	want[file] = summary(t, c)
}

// committed returns the metadata of every snapshot in the repository, by a name that can be a file's.
func committed(t *testing.T) map[string]*Checkpoint {
	all := map[string]*Checkpoint{}
	root := testenv.Savepoints()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Name() != "_metadata" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		all[strings.ReplaceAll(filepath.ToSlash(rel), "/", "_")], err = Decode(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// compareWithFlink has Flink load the files of dir and compares what it says of each with want.
func compareWithFlink(t *testing.T, flink, dir string, want map[string]string) {
	lines := bytes.Split(bytes.TrimSpace(testenv.Flink(t, flink, "metadata", dir)), []byte("\n"))
	if len(lines) != len(want) || len(want) == 0 {
		t.Fatalf("%d files answered, want %d", len(lines), len(want))
	}
	for _, line := range lines {
		var got struct {
			File, Error string
			Summary     flinkSummary
			Unread      int
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		switch text := indented(t, got.Summary); {
		case got.Error != "":
			t.Errorf("%s: %s", got.File, got.Error)
		case got.Unread != 0:
			t.Errorf("%s: Flink left %d bytes", got.File, got.Unread)
		case text != want[got.File]:
			t.Errorf("%s: Flink understood\n%s\nwant\n%s", got.File, text, want[got.File])
		}
	}
}

// samples returns one checkpoint for each thing that a version can hold.
func samples(v Version) map[string]*Checkpoint {
	all := map[string]*Checkpoint{
		"empty":     {Version: v, CheckpointID: 1},
		"operators": {Version: v, CheckpointID: 1 << 40, Operators: operatorsOf(v)},
		"masters": {Version: v, MasterStates: []MasterState{
			{HookVersion: -3, Name: "hook \u00fc", Payload: []byte("payload")}, {HookVersion: 1, Name: "empty", Payload: []byte{}},
		}},
	}
	if v >= 4 {
		for name, p := range map[string]*Properties{
			"null": NullProperties(), "canonical": SavepointProperties("CANONICAL"), "native": SavepointProperties("NATIVE"),
			"retained":  CheckpointProperties(),
			"full":      {Name: "Full Checkpoint", Sharing: "FORWARD", DiscardSubsumed: true, DiscardCancelled: true},
			"suspend":   {Savepoint: true, Name: "Suspend Savepoint", Format: "NATIVE", PostAction: "SUSPEND", Forced: true},
			"terminate": {Savepoint: true, Name: "Terminate Savepoint", Format: "CANONICAL", PostAction: "TERMINATE"},
		} {
			all["properties-"+name] = &Checkpoint{Version: v, CheckpointID: 5, Properties: p}
		}
		for _, c := range all {
			if c.Properties == nil {
				c.Properties = NullProperties()
			}
		}
	}
	return all
}

func operatorsOf(v Version) []*Operator {
	ops := []*Operator{
		{ID: OperatorID{1}, Parallelism: 3, MaxParallelism: 128, FullyFinished: true},
		{ID: OperatorID{2}, Parallelism: 1, MaxParallelism: 32768, Coordinator: inline("coordinator"), Subtasks: []*Subtask{}},
		{ID: OperatorID{3}, Parallelism: 5, MaxParallelism: 5, Subtasks: []*Subtask{
			{Index: 0, Finished: true},
			{Index: 1, ManagedOperator: operatorHandle(&RelativeHandle{"states", 99}), RawOperator: rawHandle()},
			{Index: 2}, // no state
			{Index: 4, Finished: true},
		}},
		{ID: OperatorID{4}, Parallelism: 2, MaxParallelism: 2, Subtasks: []*Subtask{channels(v)}},
		{ID: OperatorID{5}, Parallelism: 1, MaxParallelism: 9, Subtasks: []*Subtask{
			{RawKeyed: &KeyGroupsHandle{Code: CodeKeyedV2, KeyGroups: groups(0, 3), Stream: inline("raw"), HandleID: "raw-id"}},
		}},
		{ID: OperatorID{6}, Parallelism: 2, MaxParallelism: 4, Subtasks: []*Subtask{
			{Index: 0, ManagedOperator: &OperatorStateHandle{
				Code: CodeMergedState, TaskOwnedDir: "file:/c/taskowned/job", SharedDir: "file:/c/shared/job",
				States: []OperatorStateMeta{{"list", SplitDistribute, []int64{0, 5}}}, Stream: segment(ScopeExclusive),
			}},
			{Index: 1, ManagedOperator: &OperatorStateHandle{
				Code: CodeMergedState, TaskOwnedDir: "file:/c/taskowned/job", SharedDir: "file:/c/shared/job", Empty: true,
				Stream: &EmptySegment{},
			}},
		}},
	}
	keyed := keyedHandles()
	for i, name := range slices.Sorted(maps.Keys(keyed)) {
		ops = append(ops, &Operator{ID: OperatorID{16, byte(i)}, Parallelism: 1, MaxParallelism: 128, Subtasks: []*Subtask{
			{ManagedKeyed: keyed[name]},
		}})
	}
	if v >= 5 {
		ops[1].Name, ops[1].UID = "Source: \u00fc", "source-\u00fc"
		ops[2].Name = "without uid"
	}
	return ops
}

func inline(name string) *InlineHandle { return &InlineHandle{Name: name, Data: []byte(name)} }

func segment(s Scope) *SegmentHandle {
	return &SegmentHandle{Start: 10, Size: 20, Scope: s, Path: "file:/c/shared/job/merged", LogicalFileID: "logical"}
}

func groups(start int32, offsets ...int64) KeyGroupOffsets {
	return KeyGroupOffsets{Range: KeyGroupRange{start, int32(len(offsets))}, Offsets: offsets}
}

func operatorHandle(stream StreamHandle) *OperatorStateHandle {
	return &OperatorStateHandle{Code: CodeOperatorState, Stream: stream, States: []OperatorStateMeta{
		{"split", SplitDistribute, []int64{7, 8, 9}}, {"union", Union, []int64{10}}, {"broadcast", Broadcast, []int64{11}},
		{"none", SplitDistribute, []int64{}},
	}}
}

func rawHandle() *OperatorStateHandle {
	return &OperatorStateHandle{Code: CodeOperatorState, Stream: inline("raw operator"), States: []OperatorStateMeta{
		{"_default_", SplitDistribute, []int64{0, 4}},
	}}
}

// keyedHandles has every code in the position of managed keyed state, and every kind of stream somewhere.
func keyedHandles() map[string]KeyedHandle {
	const id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	r := KeyGroupRange{3, 2}
	sst := []NamedFile{{"000012.sst", &FileHandle{"file:/c/shared/sst", 77}}, {"000013.sst", segment(ScopeShared)}}
	private := []NamedFile{
		{"CURRENT", inline("current")}, {"MANIFEST-000004", &RelativeHandle{"manifest", 30}},
		{"OPTIONS-000010", &KeyGroupsStream{groups(2, 1, 5), inline("nested")}},
	}
	inlineChanges := &InlineChangesHandle{
		Range: r, From: 1, To: 3, Changes: []Change{{-1, []byte{9}}, {4, []byte{}}}, HandleID: "changes-id",
	}
	fileChanges := &FileChangesHandle{
		Code: CodeFileChanges, Range: r, Size: 99, IncrementalSize: 11, HandleID: "parts-id", StorageID: "filesystem",
		Parts: []ChangePart{{8, &FileHandle{"file:/c/dstl/u", 33}}, {0, inline("part")}},
	}
	incremental := &IncrementalHandle{
		Code: CodeIncremental, CheckpointID: 7, BackendID: id, Range: r, CheckpointedSize: 12, Meta: &RelativeHandle{"meta", 11},
		Shared: sst, Private: private, HandleID: "incremental-id",
	}
	return map[string]KeyedHandle{
		"groups":          &KeyGroupsHandle{Code: CodeKeyed, KeyGroups: groups(3, 0, 6), Stream: &FileHandle{"file:/p/q", 9}},
		"groups V2":       &KeyGroupsHandle{Code: CodeKeyedV2, KeyGroups: groups(3, 5, 6), Stream: inline("heap"), HandleID: "groups-id"},
		"groups none":     &KeyGroupsHandle{Code: CodeKeyedV2, KeyGroups: groups(0), Stream: inline("none"), HandleID: "none-id"},
		"groups segment":  &KeyGroupsHandle{Code: CodeKeyedV2, KeyGroups: groups(0, 1), Stream: segment(ScopeShared), HandleID: "segment-id"},
		"savepoint":       &KeyGroupsHandle{Code: CodeSavepoint, KeyGroups: groups(126, 0, 1<<40), Stream: &RelativeHandle{"a b", 1 << 41}},
		"incremental":     incremental,
		"incremental V1":  &IncrementalHandle{Code: CodeIncrementalV1, CheckpointID: 6, BackendID: id, Range: r, Meta: inline("meta"), Shared: sst, Private: private},
		"incremental new": &IncrementalHandle{Code: CodeIncremental, CheckpointID: 1, BackendID: id, Range: r, CheckpointedSize: -1, Meta: inline("new"), HandleID: "new-id"},
		"changes":         inlineChanges,
		"parts":           fileChanges,
		"parts V1":        &FileChangesHandle{Code: CodeFileChangesV1, Range: r, Parts: []ChangePart{}, Size: 0, HandleID: "old-id"},
		"changelog": &ChangelogHandle{
			Code: CodeChangelog, Range: r, CheckpointedSize: 1000, Base: []KeyedHandle{incremental, nil},
			Delta: []KeyedHandle{inlineChanges, fileChanges}, MaterializationID: 41, CheckpointID: 42, HandleID: "changelog-id",
		},
		"changelog V1": &ChangelogHandle{
			Code: CodeChangelogV1, Range: r, CheckpointedSize: 5, Delta: []KeyedHandle{inlineChanges}, MaterializationID: 3, HandleID: "changelog-old-id",
		},
	}
}

// channels is a subtask with channel state in each form that a version has.
func channels(v Version) *Subtask {
	one := func(t uint8, a, b int32, stream StreamHandle, offsets ...int64) *ChannelHandle {
		if v < 6 {
			t = 0
		}
		return &ChannelHandle{Type: t, Subtask: 1, Channels: []Channel{{A: a, B: b, Offsets: offsets}}, Size: 40, Stream: stream}
	}
	s := &Subtask{
		Index:          1,
		InputChannels:  []*ChannelHandle{one(channelInput, 1, 0, &RelativeHandle{"channels", 500}, 4, 60)},
		OutputChannels: []*ChannelHandle{one(channelOutput, 0, 3, inline("channel"))},
	}
	if v >= 6 {
		merged := []Channel{{A: 0, B: 1, Size: 8, Offsets: []int64{4}}, {A: 2, B: 0, Size: 9, Offsets: []int64{12, 16}}}
		s.InputChannels = append(s.InputChannels, &ChannelHandle{
			Type: channelMergedInput, Subtask: 1, Channels: merged, Size: 17, Stream: &FileHandle{"file:/c/chk-1/channels", 25},
		})
		s.OutputChannels = append(s.OutputChannels, &ChannelHandle{
			Type: channelMergedOutput, Subtask: 1, Channels: merged[:1], Size: 8, Stream: segment(ScopeExclusive),
		})
	}
	return s
}
