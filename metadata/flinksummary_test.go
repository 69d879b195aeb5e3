package metadata

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// This file says what the harness's metadata tool must print of a Checkpoint: the same JSON from our model that it takes
// from Flink's.

type flinkSummary struct {
	CheckpointID CheckpointID             `json:"checkpointId"`
	Properties   *flinkProperties         `json:"properties"`
	MasterStates []flinkMasterState       `json:"masterStates"`
	Operators    map[string]flinkOperator `json:"operators"`
}

type flinkProperties struct {
	Name      string `json:"name"`
	Savepoint bool   `json:"savepoint"`
	Format    string `json:"format"` // of a checkpoint: how it shares files
	Unclaimed bool   `json:"unclaimed"`
}

type flinkMasterState struct {
	Name    string `json:"name"`
	Version int32  `json:"version"`
	Payload string `json:"payload"`
}

type flinkOperator struct {
	Name           *string                 `json:"name"`
	UID            *string                 `json:"uid"`
	Parallelism    int32                   `json:"parallelism"`
	MaxParallelism int32                   `json:"maxParallelism"`
	FullyFinished  bool                    `json:"fullyFinished"`
	Coordinator    string                  `json:"coordinator"`
	Subtasks       map[string]flinkSubtask `json:"subtasks,omitempty"`
}

type flinkSubtask struct {
	Finished        bool     `json:"finished,omitempty"`
	ManagedOperator []string `json:"managedOperator"`
	RawOperator     []string `json:"rawOperator"`
	ManagedKeyed    []string `json:"managedKeyed"`
	RawKeyed        []string `json:"rawKeyed"`
	Inputs          []string `json:"inputs"`
	Outputs         []string `json:"outputs"`
}

// summary of c as JSON with sorted, indented fields.
func summary(t *testing.T, c *Checkpoint) string {
	s := flinkSummary{CheckpointID: c.CheckpointID, MasterStates: []flinkMasterState{}, Operators: map[string]flinkOperator{}}
	if p := c.Properties; p != nil && !p.Null {
		s.Properties = &flinkProperties{p.Name, p.Savepoint, p.Format + p.Sharing, p.Unclaimed}
	}
	for _, m := range c.MasterStates {
		s.MasterStates = append(s.MasterStates, flinkMasterState{m.Name, m.HookVersion, fmt.Sprintf("%x", m.Payload)})
	}
	for _, op := range c.Operators {
		s.Operators[op.ID.String()] = operatorSummary(op)
	}
	return indented(t, s)
}

func indented(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func operatorSummary(op *Operator) flinkOperator {
	o := flinkOperator{
		Name: optional(op.Name), UID: optional(op.UID), Parallelism: op.Parallelism, MaxParallelism: op.MaxParallelism,
		FullyFinished: op.FullyFinished, Coordinator: "null",
	}
	if op.Coordinator != nil {
		o.Coordinator = streamText(op.Coordinator)
	}
	if !op.FullyFinished {
		o.Subtasks = map[string]flinkSubtask{}
	}
	for _, s := range op.Subtasks {
		o.Subtasks[strconv.Itoa(int(s.Index))] = subtaskSummary(s)
	}
	return o
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func subtaskSummary(s *Subtask) flinkSubtask {
	if s.Finished {
		return flinkSubtask{Finished: true}
	}
	return flinkSubtask{
		ManagedOperator: operatorTexts(s.ManagedOperator), RawOperator: operatorTexts(s.RawOperator),
		ManagedKeyed: keyedTexts(s.ManagedKeyed), RawKeyed: keyedTexts(s.RawKeyed),
		Inputs: channelTexts(s.InputChannels), Outputs: channelTexts(s.OutputChannels),
	}
}

func streamText(h StreamHandle) string {
	switch h := h.(type) {
	case *InlineHandle:
		return fmt.Sprintf("bytes %s %x", h.Name, h.Data)
	case *RelativeHandle:
		return fmt.Sprintf("relative %s %d", h.Path, h.Size)
	case *FileHandle:
		return fmt.Sprintf("file %s %d", h.Path, h.Size)
	case *EmptySegment:
		return "empty"
	case *SegmentHandle:
		scope := []string{"EXCLUSIVE", "SHARED"}[h.Scope]
		return fmt.Sprintf("segment %s %d %d %s %s", h.Path, h.Start, h.Size, scope, h.LogicalFileID)
	case *KeyGroupsStream:
		return "groups " + groupsText(h.KeyGroups, h.Stream)
	}
	return "null"
}

func groupsText(k KeyGroupOffsets, stream StreamHandle) string {
	return fmt.Sprintf("%s %s (%s)", rangeText(k.Range), listText(k.Offsets), streamText(stream))
}

func rangeText(r KeyGroupRange) string { return fmt.Sprintf("[%d, %d]", r.Start, r.Last()) }

func listText[T any](list []T) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = fmt.Sprint(v)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func keyedTexts(h KeyedHandle) []string {
	if h == nil {
		return []string{}
	}
	return []string{keyedText(h)}
}

func keyedText(h KeyedHandle) string {
	switch h := h.(type) {
	case *KeyGroupsHandle:
		if h.Code == CodeSavepoint {
			return "savepoint " + groupsText(h.KeyGroups, h.Stream)
		}
		return "groups " + groupsText(h.KeyGroups, h.Stream)
	case *IncrementalHandle:
		return fmt.Sprintf("incremental %d %s %s %d (%s) shared %s private %s", h.CheckpointID, h.BackendID, rangeText(h.Range),
			uploaded(h), streamText(h.Meta), filesText(h.Shared), filesText(h.Private))
	case *ChangelogHandle:
		checkpoint := int64(h.CheckpointID)
		if h.Code == CodeChangelogV1 {
			checkpoint = h.MaterializationID
		}
		return fmt.Sprintf("changelog %s %d base %s delta %s %d %d %s", rangeText(h.Range), h.CheckpointedSize,
			keyedListText(h.Base), keyedListText(h.Delta), h.MaterializationID, checkpoint, h.HandleID)
	case *InlineChangesHandle:
		changes := make([]string, len(h.Changes))
		for i, c := range h.Changes {
			changes[i] = fmt.Sprintf("%d:%x", c.KeyGroup, c.Data)
		}
		return fmt.Sprintf("changes %s %d %d %s %s", rangeText(h.Range), h.From, h.To, listText(changes), h.HandleID)
	case *FileChangesHandle:
		storage := h.StorageID
		if h.Code == CodeFileChangesV1 {
			storage = "filesystem"
		}
		parts := make([]string, len(h.Parts))
		for i, p := range h.Parts {
			parts[i] = fmt.Sprintf("%d (%s)", p.Offset, streamText(p.Stream))
		}
		return fmt.Sprintf("parts %s %s %d %d %s %s", rangeText(h.Range), listText(parts), h.Size, h.IncrementalSize, h.HandleID, storage)
	}
	return "null"
}

// keyedListText leaves nulls out, as Flink does.
func keyedListText(list []KeyedHandle) string {
	var texts []string
	for _, h := range list {
		texts = append(texts, keyedTexts(h)...)
	}
	return listText(texts)
}

// uploaded is the size that the handle recorded; where it is unknown Flink takes that of all files.
func uploaded(h *IncrementalHandle) int64 {
	if h.Code == CodeIncremental && h.CheckpointedSize >= 0 {
		return h.CheckpointedSize
	}
	n := h.Meta.StreamSize()
	for _, f := range slices.Concat(h.Shared, h.Private) {
		n += f.Stream.StreamSize()
	}
	return n
}

func filesText(files []NamedFile) string {
	texts := make([]string, len(files))
	for i, f := range files {
		texts[i] = fmt.Sprintf("%s (%s)", f.LocalPath, streamText(f.Stream))
	}
	return listText(texts)
}

func operatorTexts(h *OperatorStateHandle) []string {
	if h == nil {
		return []string{}
	}
	byName := map[string]OperatorStateMeta{}
	for _, m := range h.States {
		byName[m.Name] = m
	}
	var s strings.Builder
	s.WriteString("states")
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		mode := []string{"SPLIT_DISTRIBUTE", "UNION", "BROADCAST"}[byName[name].Mode]
		fmt.Fprintf(&s, " %s %s %s", name, mode, listText(byName[name].Offsets))
	}
	if h.Code == CodeMergedState {
		fmt.Fprintf(&s, " dirs %s %s", h.TaskOwnedDir, h.SharedDir)
	}
	return []string{fmt.Sprintf("%s (%s)", s.String(), streamText(h.Stream))}
}

// channelTexts has one text a channel.
func channelTexts(list []*ChannelHandle) []string {
	texts := []string{}
	for _, h := range list {
		for _, c := range h.Channels {
			size := c.Size
			if !h.Merged() {
				size = h.Size
			}
			texts = append(texts, fmt.Sprintf("channel %d %d %d %s %d (%s)", h.Subtask, c.A, c.B, listText(c.Offsets), size, streamText(h.Stream)))
		}
	}
	return texts
}
