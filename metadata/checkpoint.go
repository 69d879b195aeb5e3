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
	// Changelog114 says that changelog handles have the layout of Flink 1.14, which later releases do not read.
	Changelog114 bool
	// Warnings lists what is unusual in the file it was read from.
	Warnings []Warning
	// Trailing counts bytes after the end of the body that no known writer produces (Flink ignores them).
	Trailing int
	// Tasks is what version 0 recorded (Flink 1.1): nothing of it can be decoded further. Nil elsewhere.
	Tasks []*LegacyTask

	damage string // why the file it was read from cannot be written again
}

// Version is the format version of a `_metadata` file, 0 to 7.
type Version int32

// CheckpointID counts the snapshots of a job, savepoints included.
type CheckpointID int64
