// Package migrate makes checkpoints out of checkpoints. Nothing is changed where it lies: a source is read, a destination
// is written, its `_metadata` last, so that after any failure the destination is absent or whole.
//
//	report, err := migrate.Copy(ctx, "/checkpoints/job/chk-42", fsys, "/backup/chk-42", migrate.CopyOptions{})
//
// Copy stands on metadata.Refs alone: it looks into no state file, so that it takes every backend, also those that cannot be
// read here. Functions of this package may be called from many goroutines, for different destinations.
package migrate
