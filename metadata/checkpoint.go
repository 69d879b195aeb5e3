// Package metadata is the model and codec of the `_metadata` file of checkpoints and savepoints, every version, and what
// follows from it alone: operator ids, key-group ranges, the directory layout, and which files a checkpoint needs.
//
// It is pure: bytes in, values out; no I/O, no clock.
package metadata

// Checkpoint is the content of one `_metadata` file, whole. Everything Flink wrote is kept, in file order, so that
// Decode followed by AppendTo gives the same bytes (spec of the versions: docs/formats/metadata.md).
type Checkpoint struct {
	Version      Version
	CheckpointID CheckpointID
	MasterStates []MasterState
	Operators    []*Operator
	// Properties is nil before version 4. See Properties.Raw for what could not be understood.
	Properties *Properties
	// Trailing counts bytes after the end of the body that no known writer produces (Flink ignores them).
	Trailing int
	// Tasks is what version 0 recorded (Flink 1.1): nothing of it can be decoded further. Nil elsewhere.
	Tasks []*LegacyTask
}

// Version is the format version of a `_metadata` file, 0 to 7.
type Version int32

// CheckpointID counts the snapshots of a job, savepoints included.
type CheckpointID int64

// OperatorID is the 128-bit hash that names an operator, in file order: the hex string that Flink prints.
type OperatorID [16]byte

// MasterState is the state of a master hook.
type MasterState struct {
	HookVersion int32
	Name        string
	Payload     []byte
}

// Operator is the state of one operator over all its subtasks.
type Operator struct {
	Name           string // since version 5; empty: not recorded
	UID            string // since version 5; empty: not recorded
	ID             OperatorID
	Parallelism    int32
	MaxParallelism int32
	Coordinator    *InlineHandle // nil: none
	FullyFinished  bool          // no subtask records then
	Subtasks       []*Subtask    // in file order; subtasks without state may be missing
	// ChainLength is what version 2 records (always 1); version 1 is split into operators when it is read.
	ChainLength int32
	// Chain is set by version 1 only: position in the chain (0 = tail, ChainLength-1 = head). The ids of positions
	// below the head are not recorded there; ID is then zero and VertexID names the job vertex.
	Chain    int32
	VertexID OperatorID
}

// Subtask is the state of one parallel instance of an operator.
type Subtask struct {
	Index    int32
	Finished bool // no state follows
	// Duration and LegacyState are recorded up to version 2.
	Duration        int64
	LegacyState     []StreamHandle
	ManagedOperator *OperatorStateHandle // nil: none
	RawOperator     *OperatorStateHandle
	ManagedKeyed    KeyedHandle // nil: none
	RawKeyed        KeyedHandle
	InputChannels   []*ChannelHandle
	OutputChannels  []*ChannelHandle
	// ReferenceID is set since version 7 for a subtask whose state was copied from another checkpoint.
	ReferenceID *CheckpointID
}

// LegacyTask is one job vertex of a version 0 file: sizes only.
type LegacyTask struct {
	VertexID    OperatorID
	Parallelism int32
	Entries     []LegacyEntry
}

// LegacyEntry is a Java-serialized state handle of version 0.
type LegacyEntry struct {
	Keyed    bool
	Subtask  int32
	Bytes    []byte // nil: null
	Size     int64
	Duration int64
}
