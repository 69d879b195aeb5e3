// Package statereader gives the entries of every kind of state that a checkpoint holds, whatever backend wrote it, as one
// stream of state.Entry.
//
//	v, err := statereader.OpenPath(ctx, path, statereader.Options{})       // or Open(ctx, fs, checkpoint, layout, opts)
//	for _, op := range v.Operators() { for _, s := range op.States() { … } }
//	for row, err := range statereader.Read[string, int64](ctx, v, s) { … }  // typed rows
//
// Opening reads the header of every state file, which names its states and their serializers. The lower level: a Unit is
// one handle (or a range of its key groups), the grain of parallel work; its Scan yields the entries of any set of states
// in one pass over the file. One source file per form of state:
//
//	heap          entries without lengths: skip programs find their ends
//	canonical     entries with lengths, which savepoints and full snapshots of RocksDB have
//	operatorstate lists and broadcast maps at recorded offsets
//	rawtimers     timers of heap timer services, kept as raw keyed state
//	compression   the snappy framing around any of them
//
//	rocksdb       databases of RocksDB and ForSt, a column family for each state
//	changelog     a base in one of these layouts and the changes since: replay folds them
//
// Channel
// state and what users write as raw state have no entries.
//
// Whatever is wrong is a *javaio.FormatError with the file, the absolute position, and a field that names operator and
// subtask: `operator[<id>].subtask[<index>].managedKeyed.keyGroup[3].state["count"]`. A defect hides as little as the
// format allows: one entry, one key group, one handle. What it hides is told by Scan.Missing.
//
// A View is safe for concurrent use, a Scan belongs to one goroutine. Memory of a Scan follows the largest single value
// and two chunks of read-ahead, not the size of state; nothing is allocated per entry. Slices of an entry are lent until
// the next step: with the build tag invariants they are overwritten then.
package statereader
