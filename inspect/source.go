package inspect

import (
	"context"
	"iter"

	"ckpt/metadata"
	"ckpt/statereader"
	"ckpt/storage"
)

// source is a checkpoint whose `_metadata` has been read.
type source struct {
	path       string // as the user named it
	file       string // of `_metadata`
	size       int64
	fs         storage.FS
	layout     metadata.Layout
	checkpoint *metadata.Checkpoint
}

// openSource reads the `_metadata` that path names: a file, its directory, or a job's directory.
func openSource(ctx context.Context, path string, o statereader.Options) (*source, error) {
	loc, err := statereader.Locate(ctx, path, o)
	if err != nil {
		return nil, err
	}
	cp, err := loc.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	return newSource(path, loc, cp), nil
}

func newSource(path string, loc *statereader.Location, cp *metadata.Checkpoint) *source {
	return &source{path: path, file: loc.File, size: loc.Size, fs: loc.FS, layout: loc.Layout, checkpoint: cp}
}

// file is one physical file that a checkpoint needs.
type file struct {
	candidates []string // where it may lie, best first; empty: see err
	err        error
	size       int64 // as recorded: of the whole file, or the end of its last known segment; -1 unknown
	exact      bool  // size is that of the whole file
	exclusive  bool  // beside `_metadata`
	ref        metadata.Ref
}

// files yields every physical file once, in the order of first reference. Inline data are no files.
func (s *source) files() iter.Seq[*file] {
	return func(yield func(*file) bool) {
		seen := map[string]*file{}
		var order []*file
		for ref := range s.checkpoint.Refs() {
			c, err := s.layout.Candidates(ref.Handle)
			key := ref.Path
			if len(c) > 0 {
				key = c[0]
			}
			f := seen[key]
			if f == nil {
				f = &file{candidates: c, err: err, size: -1, exclusive: ref.Relative || s.layout.Exclusive(key), ref: ref}
				seen[key] = f
				order = append(order, f)
			}
			if end := ref.Start + ref.Size; ref.Size >= 0 && ref.Role != metadata.RoleChanges && end > f.size {
				f.size = end
			}
			f.exact = f.exact || ref.SizeExact
		}
		for _, f := range order {
			if !yield(f) {
				return
			}
		}
	}
}
