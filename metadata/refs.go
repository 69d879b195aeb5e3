package metadata

import "iter"

// Roles of a Ref: what part of the state a stream holds.
const (
	RoleCoordinator = "coordinator"
	RoleLegacy      = "legacy" // operator state from before Flink 1.2
	RoleOperator    = "operator"
	RoleRawOperator = "raw-operator"
	RoleKeyed       = "keyed"
	RoleRawKeyed    = "raw-keyed"
	RoleMeta        = "meta"    // header of a RocksDB or ForSt database
	RoleShared      = "shared"  // its files that other checkpoints may use
	RolePrivate     = "private" // its other files
	RoleChanges     = "changes" // a changelog segment
	RoleInput       = "channel-input"
	RoleOutput      = "channel-output"
)

// Ref is one use of a stream. Several refs may name one file, of several subtasks and operators too.
type Ref struct {
	Path     string // as written; empty for inline bytes and empty segments
	Relative bool   // beside `_metadata`
	Start    int64  // of the range in the file
	Size     int64  // of the range; -1: unknown
	// SizeExact: the file has exactly Size bytes. Not so for segments of merged files, for changelog segments (their
	// size is that before compression) and where the size is unknown.
	SizeExact bool
	Role      string
	Operator  OperatorID
	Subtask   int32  // -1: of the whole operator
	Field     string // "operator[2].subtask[0].managedKeyed.shared[1]"
	Handle    StreamHandle
}

// Refs yields every physical file or byte range that the checkpoint needs, in file order; inline bytes are not among them.
// Directories and the checkpoints of References are needed too.
func (c *Checkpoint) Refs() iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		for ref := range c.Streams() {
			if ref.Path != "" && !yield(ref) {
				return
			}
		}
	}
}

// Streams yields every stream handle, inline ones included, in file order.
func (c *Checkpoint) Streams() iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		w := &walker{visit: func(w *walker, slot *StreamHandle) bool { return yield(w.ref(*slot)) }}
		w.checkpoint(c)
	}
}

// Streams yields every stream handle of the operator's subtasks, inline ones included; coordinator state is not among
// them.
func (op *Operator) Streams() iter.Seq[StreamHandle] {
	return func(yield func(StreamHandle) bool) {
		w := &walker{visit: func(_ *walker, slot *StreamHandle) bool { return yield(*slot) }}
		for _, s := range op.Subtasks {
			w.subtaskState(s)
		}
	}
}

// Directories returns the directories that file merging keeps for its writers, as written, each once. Whatever lies in
// them may belong to a running job.
func (c *Checkpoint) Directories() []string {
	var list []string
	seen := map[string]bool{"": true}
	for _, op := range c.Operators {
		for _, s := range op.Subtasks {
			for _, h := range []*OperatorStateHandle{s.ManagedOperator, s.RawOperator} {
				if h == nil {
					continue
				}
				for _, dir := range []string{h.TaskOwnedDir, h.SharedDir} {
					if !seen[dir] {
						seen[dir] = true
						list = append(list, dir)
					}
				}
			}
		}
	}
	return list
}

// References returns the checkpoints whose files this one needs as a whole (version 7), each once.
func (c *Checkpoint) References() []CheckpointID {
	var list []CheckpointID
	seen := map[CheckpointID]bool{}
	for _, op := range c.Operators {
		for _, s := range op.Subtasks {
			if s.ReferenceID != nil && !seen[*s.ReferenceID] {
				seen[*s.ReferenceID] = true
				list = append(list, *s.ReferenceID)
			}
		}
	}
	return list
}

// SelfContained says whether everything lies in the directory of `_metadata`, so that it can be moved with any tool.
func (c *Checkpoint) SelfContained() bool {
	for _, op := range c.Operators {
		for h := range op.Streams() {
			switch innermost(h).(type) {
			case *FileHandle, *SegmentHandle:
				return false
			}
		}
	}
	return len(c.Directories()) == 0 && len(c.References()) == 0
}

// walker visits the places of stream handles. It stops when visit returns false.
type walker struct {
	visit    func(w *walker, slot *StreamHandle) bool
	path     fieldPath
	operator OperatorID
	subtask  int32
	role     string
	stopped  bool
}

// ref describes a handle at the walker's place.
func (w *walker) ref(h StreamHandle) Ref {
	r := Ref{Role: w.role, Operator: w.operator, Subtask: w.subtask, Field: w.path.join(""), Handle: h, Size: h.StreamSize()}
	switch h := innermost(h).(type) {
	case *FileHandle:
		r.Path = h.Path
		r.SizeExact = h.Size >= 0 && w.role != RoleChanges
	case *RelativeHandle:
		r.Path, r.Relative = h.Path, true
		r.SizeExact = h.Size >= 0 && w.role != RoleChanges
	case *SegmentHandle:
		r.Path, r.Start = h.Path, h.Start
	}
	return r
}

// innermost looks through streams with key-group offsets.
func innermost(h StreamHandle) StreamHandle {
	for {
		k, ok := h.(*KeyGroupsStream)
		if !ok {
			return h
		}
		h = k.Stream
	}
}

func (w *walker) stream(role string, slot *StreamHandle) {
	if *slot == nil || w.stopped {
		return
	}
	w.role = role
	w.stopped = !w.visit(w, slot)
}

func (w *walker) at(field string, role string, slot *StreamHandle) {
	w.path.push(field)
	w.stream(role, slot)
	w.path.pop()
}

func (w *walker) checkpoint(c *Checkpoint) {
	for i, op := range c.Operators {
		if w.stopped {
			return
		}
		w.path.pushIndex("operator", i)
		w.operator, w.subtask = op.ID, -1
		if op.Coordinator != nil {
			var h StreamHandle = op.Coordinator
			w.at("coordinator", RoleCoordinator, &h)
		}
		for j, s := range op.Subtasks {
			w.path.pushIndex("subtask", j)
			w.subtask = s.Index
			w.subtaskState(s)
			w.path.pop()
		}
		w.path.pop()
	}
}

func (w *walker) subtaskState(s *Subtask) {
	for i := range s.LegacyState {
		w.path.pushIndex("legacyState", i)
		w.stream(RoleLegacy, &s.LegacyState[i])
		w.path.pop()
	}
	if s.ManagedOperator != nil {
		w.at("managedOperator", RoleOperator, &s.ManagedOperator.Stream)
	}
	if s.RawOperator != nil {
		w.at("rawOperator", RoleRawOperator, &s.RawOperator.Stream)
	}
	w.keyedAt("managedKeyed", RoleKeyed, s.ManagedKeyed)
	w.keyedAt("rawKeyed", RoleRawKeyed, s.RawKeyed)
	w.channels("inputChannel", RoleInput, s.InputChannels)
	w.channels("outputChannel", RoleOutput, s.OutputChannels)
}

func (w *walker) channels(field, role string, list []*ChannelHandle) {
	for i, h := range list {
		w.path.pushIndex(field, i)
		w.stream(role, &h.Stream)
		w.path.pop()
	}
}

func (w *walker) keyedAt(field, role string, h KeyedHandle) {
	w.path.push(field)
	w.keyed(role, h)
	w.path.pop()
}

func (w *walker) keyed(role string, h KeyedHandle) {
	switch h := h.(type) {
	case *KeyGroupsHandle:
		w.stream(role, &h.Stream)
	case *IncrementalHandle:
		w.at("meta", RoleMeta, &h.Meta)
		w.files("shared", RoleShared, h.Shared)
		w.files("private", RolePrivate, h.Private)
	case *ChangelogHandle:
		w.parts("base", role, h.Base)
		w.parts("delta", role, h.Delta)
	case *FileChangesHandle:
		for i := range h.Parts {
			w.path.pushIndex("part", i)
			w.stream(RoleChanges, &h.Parts[i].Stream)
			w.path.pop()
		}
	case *InlineChangesHandle, nil:
	}
}

func (w *walker) files(field, role string, files []NamedFile) {
	for i := range files {
		w.path.pushIndex(field, i)
		w.stream(role, &files[i].Stream)
		w.path.pop()
	}
}

func (w *walker) parts(field, role string, list []KeyedHandle) {
	for i, h := range list {
		w.path.pushIndex(field, i)
		w.keyed(role, h)
		w.path.pop()
	}
}
