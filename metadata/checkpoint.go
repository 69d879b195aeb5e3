// Package metadata is the model and codec of the `_metadata` file of checkpoints and savepoints, every version, and what
// follows from it alone: operator ids, key-group ranges, the directory layout, and which files a checkpoint needs.
//
// It is pure: bytes in, values out; no I/O, no clock. Decoded values borrow inline bytes from the input. A Checkpoint may be
// read by many goroutines; handles are shared between copies and are replaced, never changed.
//
//	c, err := metadata.Decode(b)                    // any version, to the last byte
//	for ref := range c.Refs() { … }                 // every file it needs, and LayoutOf(path).Candidates says where
//	c, err = c.For(4)                               // as another version holds it
//	b, err = c.AppendTo(nil)                        // of an unchanged checkpoint: the bytes it was read from
//
// Each kind of record has a file with its grammar, its type and both halves of its codec. The codec of a version is a row of
// a table (bodies), that of a handle is found by its type byte; a table of its own reads what Flink 1.14 wrote under the
// same bytes.
package metadata

// Checkpoint is the content of one `_metadata` file, whole. Everything Flink wrote is kept, in file order, so that
// Decode followed by AppendTo gives the same bytes. The bytes are described in docs/formats/metadata.md.
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
