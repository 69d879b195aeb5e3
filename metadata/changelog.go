package metadata

// ChangelogHandle is a materialized part and the changes since.
//
//	8  range checkpointedSize:i64 base delta materializationID:i64                    handleID:utf     1.15
//	14 range checkpointedSize:i64 base delta materializationID:i64 checkpointID:i64   handleID:utf     since 1.16
//	8  range base delta                                                                                1.14
//	base  := n:i32 ?keyed{n}
//	delta := n:i32 keyed{n}       InlineChangesHandle or FileChangesHandle
type ChangelogHandle struct {
	Code              HandleCode
	Range             KeyGroupRange
	CheckpointedSize  int64
	Base              []KeyedHandle // nil elements are kept
	Delta             []KeyedHandle
	MaterializationID int64
	CheckpointID      CheckpointID // code 14; that of code 8 is the materialization id
	HandleID          string
}

// InlineChangesHandle holds state changes in the metadata.
//
//	9 range from:i64 to:i64 k:i32 ( keyGroup:i32 change:bin ){k} handleID:utf      1.14: without handleID
type InlineChangesHandle struct {
	Range    KeyGroupRange
	From, To int64
	Changes  []Change
	HandleID string
}

// Change is one logged change; key group -1 is metadata.
type Change struct {
	KeyGroup int32
	Data     []byte // borrowed from the decoded input
}

// FileChangesHandle points at change sets in changelog segments.
//
//	10 range k:i32 ( offset:i64 stream ){k} size:i64 incrementalSize:i64 handleID:utf                  1.15
//	13 range k:i32 ( offset:i64 stream ){k} size:i64 incrementalSize:i64 handleID:utf storageID:utf    since 1.16
//	10 range k:i32 ( offset:i64 stream ){k} size:i64                                                   1.14
type FileChangesHandle struct {
	Code                  HandleCode
	Range                 KeyGroupRange
	Parts                 []ChangePart
	Size, IncrementalSize int64
	HandleID              string
	StorageID             string // code 13
}

// ChangePart is a change set at an uncompressed offset of a segment. The stream's size is that of the whole segment.
type ChangePart struct {
	Offset int64
	Stream StreamHandle
}

func (h *ChangelogHandle) KeyGroupRange() KeyGroupRange     { return h.Range }
func (h *InlineChangesHandle) KeyGroupRange() KeyGroupRange { return h.Range }
func (h *FileChangesHandle) KeyGroupRange() KeyGroupRange   { return h.Range }

func (h *ChangelogHandle) TypeCode() HandleCode     { return h.Code }
func (h *InlineChangesHandle) TypeCode() HandleCode { return CodeInlineChanges }
func (h *FileChangesHandle) TypeCode() HandleCode   { return h.Code }

func decodeChangelog(d *decoder, code HandleCode, at int) KeyedHandle {
	h := &ChangelogHandle{Code: code}
	h.Range = d.changelogRange()
	h.CheckpointedSize = d.checkpointedSize()
	d.changelogParts(h, at)
	h.MaterializationID = d.i64("materializationID")
	if code == CodeChangelog {
		h.CheckpointID = CheckpointID(d.i64("checkpointID"))
	} else {
		h.CheckpointID = CheckpointID(h.MaterializationID)
	}
	h.HandleID = d.utf("handleID")
	return h
}

func decodeChangelog114(d *decoder, code HandleCode, at int) KeyedHandle {
	h := &ChangelogHandle{Code: code, CheckpointedSize: unknownSize}
	h.Range = d.changelogRange()
	d.changelogParts(h, at)
	return h
}

// changelogRange reads a range that must not be empty.
func (d *decoder) changelogRange() KeyGroupRange {
	at := d.r.Pos()
	r := d.keyRange()
	if r.Count == 0 {
		d.fail(at+4, "keyGroups.count", "a changelog without key groups")
	}
	return r
}

func (d *decoder) changelogParts(h *ChangelogHandle, at int) {
	if !d.nest(at) {
		return
	}
	defer func() { d.nesting-- }()
	h.Base = d.keyedList("base", func(part KeyedHandle, at int) {
		if part == nil {
			d.warn(at, "", "null, which Flink skips")
		}
	})
	h.Delta = d.keyedList("delta", func(part KeyedHandle, at int) {
		switch part.(type) {
		case *InlineChangesHandle, *FileChangesHandle:
		default:
			d.fail(at, "code", "no handle of changes")
		}
	})
}

func (d *decoder) keyedList(field string, check func(KeyedHandle, int)) []KeyedHandle {
	n := d.count(field, minKeyedHandle)
	list := make([]KeyedHandle, 0, min(n, preallocated))
	for i := 0; i < n && !d.bad(); i++ {
		at := d.r.Pos()
		d.path.pushIndex(field, i)
		part := d.keyedHandle()
		if !d.bad() {
			check(part, at)
		}
		d.path.pop()
		list = append(list, part)
	}
	return list
}

func decodeInlineChanges(d *decoder, code HandleCode, at int) KeyedHandle {
	h := decodeInlineChanges114(d, code, at).(*InlineChangesHandle)
	h.HandleID = d.utf("handleID")
	return h
}

func decodeInlineChanges114(d *decoder, _ HandleCode, _ int) KeyedHandle {
	h := &InlineChangesHandle{Range: d.keyRange()}
	at := d.r.Pos()
	if h.From = d.i64("from"); h.From < 0 {
		d.fail(at, "from", "sequence number is %d", h.From)
	}
	at = d.r.Pos()
	if h.To = d.i64("to"); h.To < 0 {
		d.fail(at, "to", "sequence number is %d", h.To)
	}
	n := d.count("changes", minChange)
	h.Changes = make([]Change, 0, min(n, preallocated))
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("change", i)
		at := d.r.Pos()
		c := Change{KeyGroup: d.i32("keyGroup")}
		if c.KeyGroup < -1 {
			d.fail(at, "keyGroup", "key group is %d", c.KeyGroup)
		}
		c.Data = d.bin("data")
		d.path.pop()
		h.Changes = append(h.Changes, c)
	}
	return h
}

func decodeFileChanges(d *decoder, code HandleCode, _ int) KeyedHandle {
	h := d.changeParts(code)
	h.IncrementalSize = d.i64("incrementalSize")
	h.HandleID = d.utf("handleID")
	if code == CodeFileChanges {
		h.StorageID = d.utf("storageID")
	}
	return h
}

func decodeFileChanges114(d *decoder, code HandleCode, _ int) KeyedHandle {
	h := d.changeParts(code)
	h.IncrementalSize = unknownSize
	return h
}

// changeParts reads what all layouts begin with.
func (d *decoder) changeParts(code HandleCode) *FileChangesHandle {
	h := &FileChangesHandle{Code: code, Range: d.keyRange()}
	n := d.count("parts", minChangePart)
	h.Parts = make([]ChangePart, 0, min(n, preallocated))
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex("part", i)
		p := ChangePart{Offset: d.i64("offset")}
		p.Stream = d.requiredStream("stream")
		d.path.pop()
		h.Parts = append(h.Parts, p)
	}
	h.Size = d.i64("size")
	return h
}

func (h *ChangelogHandle) appendTo(e *encoder) {
	e.keyRange(h.Range)
	if !e.changelog114 {
		e.i64(h.CheckpointedSize)
	}
	e.keyedList("base", h.Base)
	e.keyedList("delta", h.Delta)
	if e.changelog114 {
		return
	}
	e.i64(h.MaterializationID)
	switch h.Code {
	case CodeChangelogV1:
	case CodeChangelog:
		e.i64(int64(h.CheckpointID))
	default:
		e.fail("code", "code %d is no changelog handle", h.Code)
	}
	e.utf("handleID", h.HandleID)
}

func (e *encoder) keyedList(field string, list []KeyedHandle) {
	e.count(len(list))
	for i, part := range list {
		e.path.pushIndex(field, i)
		e.keyedHandle(part)
		e.path.pop()
	}
}

func (h *InlineChangesHandle) appendTo(e *encoder) {
	e.keyRange(h.Range)
	e.i64(h.From)
	e.i64(h.To)
	e.count(len(h.Changes))
	for _, c := range h.Changes {
		e.i32(c.KeyGroup)
		e.bin(c.Data)
	}
	if !e.changelog114 {
		e.utf("handleID", h.HandleID)
	}
}

func (h *FileChangesHandle) appendTo(e *encoder) {
	e.keyRange(h.Range)
	e.count(len(h.Parts))
	for i := range h.Parts {
		e.path.pushIndex("part", i)
		e.i64(h.Parts[i].Offset)
		e.requiredStream("stream", h.Parts[i].Stream)
		e.path.pop()
	}
	e.i64(h.Size)
	if e.changelog114 {
		return
	}
	e.i64(h.IncrementalSize)
	e.utf("handleID", h.HandleID)
	switch h.Code {
	case CodeFileChangesV1:
	case CodeFileChanges:
		e.utf("storageID", h.StorageID)
	default:
		e.fail("code", "code %d is no handle of changes in files", h.Code)
	}
}
