package metadata

import "slices"

// Clone returns a checkpoint that can be changed without changing c. Leaf handles, names and bytes are shared: replace
// them, do not write into them.
func (c *Checkpoint) Clone() *Checkpoint {
	out := *c
	out.MasterStates = slices.Clone(c.MasterStates)
	out.Warnings = slices.Clone(c.Warnings)
	out.Tasks = slices.Clone(c.Tasks)
	if c.Properties != nil {
		p := *c.Properties
		out.Properties = &p
	}
	out.Operators = make([]*Operator, len(c.Operators))
	for i, op := range c.Operators {
		out.Operators[i] = op.Clone()
	}
	return &out
}

// Clone returns an operator that can be changed without changing op.
func (op *Operator) Clone() *Operator {
	out := *op
	out.Subtasks = slices.Clone(op.Subtasks)
	for i, s := range out.Subtasks {
		out.Subtasks[i] = s.clone()
	}
	return &out
}

func (s *Subtask) clone() *Subtask {
	out := *s
	out.LegacyState = cloneStreams(s.LegacyState)
	out.ManagedOperator = s.ManagedOperator.clone()
	out.RawOperator = s.RawOperator.clone()
	out.ManagedKeyed = cloneKeyed(s.ManagedKeyed)
	out.RawKeyed = cloneKeyed(s.RawKeyed)
	out.InputChannels = cloneChannels(s.InputChannels)
	out.OutputChannels = cloneChannels(s.OutputChannels)
	return &out
}

func (h *OperatorStateHandle) clone() *OperatorStateHandle {
	if h == nil {
		return nil
	}
	out := *h
	out.States = slices.Clone(h.States)
	out.Stream = cloneStream(h.Stream)
	return &out
}

// cloneStream copies the handles that hold others.
func cloneStream(h StreamHandle) StreamHandle {
	if k, ok := h.(*KeyGroupsStream); ok {
		return &KeyGroupsStream{KeyGroups: k.KeyGroups, Stream: cloneStream(k.Stream)}
	}
	return h
}

func cloneStreams(list []StreamHandle) []StreamHandle {
	out := slices.Clone(list)
	for i := range out {
		out[i] = cloneStream(out[i])
	}
	return out
}

func cloneChannels(list []*ChannelHandle) []*ChannelHandle {
	out := slices.Clone(list)
	for i, h := range out {
		copied := *h
		copied.Channels = slices.Clone(h.Channels)
		copied.Stream = cloneStream(h.Stream)
		out[i] = &copied
	}
	return out
}

func cloneKeyed(h KeyedHandle) KeyedHandle {
	if h == nil {
		return nil
	}
	return h.clone()
}

func (h *KeyGroupsHandle) clone() KeyedHandle {
	out := *h
	out.Stream = cloneStream(h.Stream)
	return &out
}

func (h *IncrementalHandle) clone() KeyedHandle {
	out := *h
	out.Meta = cloneStream(h.Meta)
	out.Shared, out.Private = cloneFiles(h.Shared), cloneFiles(h.Private)
	return &out
}

func (h *ChangelogHandle) clone() KeyedHandle {
	out := *h
	out.Base, out.Delta = cloneKeyedList(h.Base), cloneKeyedList(h.Delta)
	return &out
}

func (h *InlineChangesHandle) clone() KeyedHandle {
	out := *h
	out.Changes = slices.Clone(h.Changes)
	return &out
}

func (h *FileChangesHandle) clone() KeyedHandle {
	out := *h
	out.Parts = slices.Clone(h.Parts)
	for i := range out.Parts {
		out.Parts[i].Stream = cloneStream(out.Parts[i].Stream)
	}
	return &out
}

func cloneKeyedList(list []KeyedHandle) []KeyedHandle {
	out := slices.Clone(list)
	for i := range out {
		out[i] = cloneKeyed(out[i])
	}
	return out
}

func cloneFiles(files []NamedFile) []NamedFile {
	out := slices.Clone(files)
	for i := range out {
		out[i].Stream = cloneStream(out[i].Stream)
	}
	return out
}
