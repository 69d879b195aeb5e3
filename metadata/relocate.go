package metadata

import (
	"fmt"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
)

// MapStreams returns a copy in which every stream handle but coordinator state, which is always inline, is what replace
// returns for it.
func (c *Checkpoint) MapStreams(replace func(Ref) (StreamHandle, error)) (*Checkpoint, error) {
	out := c.Clone()
	var failure error
	w := &walker{visit: func(w *walker, slot *StreamHandle) bool {
		if w.role == RoleCoordinator {
			return true
		}
		ref := w.ref(*slot)
		h, err := replace(ref)
		if err != nil {
			failure = fmt.Errorf("%s: %w", ref.Field, err)
			return false
		}
		*slot = h
		return true
	}}
	if w.checkpoint(out); failure != nil {
		return nil, failure
	}
	return out, nil
}

// Relocation says that what lay below From lies below To now. Both are absolute paths or URIs.
type Relocation struct{ From, To string }

// Relocate returns a copy in which absolute paths, those of the directories of file merging too, are rewritten by the
// first relocation that they lie below. Paths are compared as in fspath.Identity: s3 and s3a, or file:/x and /x, are one
// place. The names of inline handles are identities, not places, and stay. moved counts the rewritten paths.
func (c *Checkpoint) Relocate(by []Relocation) (out *Checkpoint, moved int, err error) {
	for _, r := range by {
		if !fspath.IsAbs(r.From) || !fspath.IsAbs(r.To) {
			return nil, 0, fmt.Errorf("relocation %s=%s: want two absolute paths or URIs", r.From, r.To)
		}
	}
	move := func(path string) string {
		to, ok := relocated(path, by)
		if ok {
			moved++
		}
		return to
	}
	out, err = c.MapStreams(func(ref Ref) (StreamHandle, error) { return movedStream(ref.Handle, move), nil })
	if err != nil {
		return nil, 0, err
	}
	for _, op := range out.Operators {
		for _, s := range op.Subtasks {
			for _, h := range []*OperatorStateHandle{s.ManagedOperator, s.RawOperator} {
				if h != nil && h.Code == CodeMergedState {
					h.TaskOwnedDir, h.SharedDir = move(h.TaskOwnedDir), move(h.SharedDir)
				}
			}
		}
	}
	return out, moved, nil
}

func movedStream(h StreamHandle, move func(string) string) StreamHandle {
	switch h := h.(type) {
	case *FileHandle:
		return &FileHandle{Path: move(h.Path), Size: h.Size}
	case *SegmentHandle:
		out := *h
		out.Path = move(h.Path)
		return &out
	case *KeyGroupsStream:
		return &KeyGroupsStream{KeyGroups: h.KeyGroups, Stream: movedStream(h.Stream, move)}
	default:
		return h
	}
}

// relocated rewrites one path.
func relocated(path string, by []Relocation) (string, bool) {
	for _, r := range by {
		rest, ok := fspath.Below(fspath.Identity(r.From), fspath.Identity(path))
		if !ok {
			continue
		}
		if rest == "" {
			return fspath.Clean(r.To), true
		}
		return fspath.Join(r.To, rest), true
	}
	return path, false
}

// unwritable is the error of a conversion that would lose state.
func unwritable(field, format string, args ...any) error {
	err := fmt.Errorf("%w: "+format, append([]any{javaio.ErrUnsupported}, args...)...)
	return &javaio.FormatError{Offset: -1, Field: field, Err: err}
}
