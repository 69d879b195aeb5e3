// Package statereader gives the entries of every kind of state that a checkpoint holds, whatever backend wrote it, as one
// stream of state.Entry.
//
//	v, err := statereader.OpenPath(ctx, path, statereader.Options{})       // or Open(ctx, fs, checkpoint, dir, opts)
//	for _, op := range v.Operators() { for _, s := range op.States() { … } }
//	for row, err := range statereader.Read[string, int64](ctx, v, s) { … }  // typed rows
//
// The lower level: a Unit is one handle (or a key-group range of it), the grain of parallel work; its Scan yields the
// entries of any set of states in one pass over the file.
package statereader
