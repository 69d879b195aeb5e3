package metadata

// Detached returns a copy that needs no file but those beside its `_metadata`: place gives the name and the recorded size
// of each file or range of Refs there. It is what a savepoint of Flink is, and has its properties:
//
//   - Ranges of merged files become files of their own. An empty one of operator state becomes no state: Flink skips it,
//     but would look for a header in a stream of no bytes.
//   - The files of a database all become private ones. Flink may name shared files again in later checkpoints, where a
//     relative path would lead nowhere.
//   - A checkpoint gets the properties of a native savepoint, so that a job that claims the copy does not delete the files
//     of it that are in use. Those of a savepoint stay.
func (c *Checkpoint) Detached(place func(Ref) (name string, size int64, err error)) (*Checkpoint, error) {
	if ids := c.References(); len(ids) > 0 {
		return nil, unwritable("referenceID", "it needs all files of checkpoint %d, which it does not name", ids[0])
	}
	out, err := c.MapStreams(func(ref Ref) (StreamHandle, error) {
		if ref.Path == "" {
			return detachedInline(ref), nil
		}
		name, size, err := place(ref)
		if err != nil {
			return nil, err
		}
		return inside(ref.Handle, &RelativeHandle{Path: name, Size: size}), nil
	})
	if err != nil {
		return nil, err
	}
	for _, op := range out.Operators {
		for _, s := range op.Subtasks {
			s.ManagedOperator = detachedOperatorState(s.ManagedOperator)
			s.RawOperator = detachedOperatorState(s.RawOperator)
			detachKeyed(s.ManagedKeyed)
			detachKeyed(s.RawKeyed)
		}
	}
	if p := out.Properties; p != nil && p.Err == nil && !p.Savepoint {
		out.Properties = SavepointProperties(c.savepointFormat())
	}
	return out, nil
}

// inside puts leaf where the innermost stream of h is.
func inside(h, leaf StreamHandle) StreamHandle {
	if k, ok := h.(*KeyGroupsStream); ok {
		return &KeyGroupsStream{KeyGroups: k.KeyGroups, Stream: inside(k.Stream, leaf)}
	}
	return leaf
}

// detachedInline keeps what has no file. The empty segment, of which Flink knows one for all, becomes a stream of no bytes,
// except in operator state, which is told apart by it later.
func detachedInline(ref Ref) StreamHandle {
	_, empty := innermost(ref.Handle).(*EmptySegment)
	if !empty || ref.Role == RoleOperator || ref.Role == RoleRawOperator {
		return ref.Handle
	}
	return inside(ref.Handle, &InlineHandle{Name: "empty " + ref.Field, Data: []byte{}})
}

// detachedOperatorState gives the handle the code that has no directories.
func detachedOperatorState(h *OperatorStateHandle) *OperatorStateHandle {
	if h == nil || h.Code != CodeMergedState {
		return h
	}
	if _, empty := h.Stream.(*EmptySegment); empty {
		return nil
	}
	h.Code, h.TaskOwnedDir, h.SharedDir, h.Empty = CodeOperatorState, "", "", false
	return h
}

// detachKeyed changes a handle that belongs to the caller.
func detachKeyed(h KeyedHandle) {
	switch h := h.(type) {
	case nil, *KeyGroupsHandle, *InlineChangesHandle, *FileChangesHandle:
	case *IncrementalHandle:
		h.Private = append(h.Private[:len(h.Private):len(h.Private)], h.Shared...)
		h.Shared = []NamedFile{}
	case *ChangelogHandle:
		for _, part := range h.Base {
			detachKeyed(part)
		}
	}
}

// savepointFormat is the format of a savepoint with these handles: canonical where all keyed state is.
func (c *Checkpoint) savepointFormat() string {
	format := "CANONICAL"
	for _, op := range c.Operators {
		for _, s := range op.Subtasks {
			if k, keyed := s.ManagedKeyed.(*KeyGroupsHandle); s.ManagedKeyed != nil && (!keyed || k.Code != CodeSavepoint) {
				format = "NATIVE"
			}
		}
	}
	return format
}
