package metadata

// Codes of keyed handles.
const (
	codeKeyed         HandleCode = 3 // up to 1.14
	codeIncrementalV1 HandleCode = 5 // up to 1.14
	codeSavepoint     HandleCode = 7 // canonical savepoints since 1.13
	codeChangelogV1   HandleCode = 8 // 1.14 in a layout of its own, 1.15
	codeInlineChanges HandleCode = 9
	codeFileChangesV1 HandleCode = 10 // as 8
	codeIncremental   HandleCode = 11 // since 1.15
	codeKeyedV2       HandleCode = 12 // since 1.15
	codeFileChanges   HandleCode = 13 // since 1.16
	codeChangelog     HandleCode = 14 // since 1.16
)

// The smallest encodings of list elements.
const (
	minKeyedHandle        = 1
	minNamedFile          = 3
	minChange             = 8
	minChangePart         = 9
	minMergedChannelEntry = 20
)

// unknownSize stands where a size was not recorded.
const unknownSize int64 = -1

// KeyedHandle is keyed state of one subtask: KeyGroupsHandle, IncrementalHandle, ChangelogHandle, InlineChangesHandle or
// FileChangesHandle.
type KeyedHandle interface {
	KeyGroupRange() KeyGroupRange
	// TypeCode is the handle's code on disk.
	TypeCode() HandleCode
	appendTo(*encoder)
	clone() KeyedHandle
}

// keyedDecoder reads what follows the type code, which stands at position at.
type keyedDecoder func(d *decoder, code HandleCode, at int) KeyedHandle

var keyedDecoders = []keyedDecoder{
	codeKeyed:         decodeKeyGroupsHandle,
	codeIncrementalV1: decodeIncremental,
	codeSavepoint:     decodeKeyGroupsHandle,
	codeChangelogV1:   decodeChangelog,
	codeInlineChanges: decodeInlineChanges,
	codeFileChangesV1: decodeFileChanges,
	codeIncremental:   decodeIncremental,
	codeKeyedV2:       decodeKeyGroupsHandle,
	codeFileChanges:   decodeFileChanges,
	codeChangelog:     decodeChangelog,
}

// keyedDecoders114 is what Flink 1.14 wrote: an experimental changelog under codes that later mean something longer.
var keyedDecoders114 = []keyedDecoder{
	codeKeyed:         decodeKeyGroupsHandle,
	codeIncrementalV1: decodeIncremental,
	codeSavepoint:     decodeKeyGroupsHandle,
	codeChangelogV1:   decodeChangelog114,
	codeInlineChanges: decodeInlineChanges114,
	codeFileChangesV1: decodeFileChanges114,
}

// keyedHandle reads a handle or null (nil).
func (d *decoder) keyedHandle() KeyedHandle {
	if d.bad() {
		return nil
	}
	at := d.r.Pos()
	code := HandleCode(d.u8("code"))
	if d.bad() || code == codeNull {
		return nil
	}
	if int(code) >= len(d.keyed) || d.keyed[code] == nil {
		d.fail(at, "code", "handle code %d where keyed state is expected", code)
		return nil
	}
	d.sawChangelog = d.sawChangelog || code >= codeChangelogV1 && code <= codeFileChangesV1
	return d.keyed[code](d, code, at)
}

// keyedField reads a handle under the name of its field.
func (d *decoder) keyedField(field string) KeyedHandle {
	d.path.push(field)
	defer d.path.pop()
	return d.keyedHandle()
}

// keyedHandle appends a handle, or null for nil.
func (e *encoder) keyedHandle(h KeyedHandle) {
	if h == nil {
		e.u8(uint8(codeNull))
		return
	}
	e.u8(uint8(h.TypeCode()))
	h.appendTo(e)
}

func (e *encoder) keyedField(field string, h KeyedHandle) {
	e.path.push(field)
	e.keyedHandle(h)
	e.path.pop()
}

// KeyGroupsHandle is one stream in the heap or the full layout, which the code does not tell; that of code 7, a canonical
// savepoint, always has the full layout. The offsets are positions in the stream's content.
//
//	3 | 7 keyGroups stream
//	12    keyGroups stream handleID:utf
type KeyGroupsHandle struct {
	Code      HandleCode
	KeyGroups KeyGroupOffsets
	Stream    StreamHandle
	HandleID  string // code 12: a random UUID
}

func (h *KeyGroupsHandle) KeyGroupRange() KeyGroupRange { return h.KeyGroups.Range }
func (h *KeyGroupsHandle) TypeCode() HandleCode         { return h.Code }

func decodeKeyGroupsHandle(d *decoder, code HandleCode, _ int) KeyedHandle {
	h := &KeyGroupsHandle{Code: code, KeyGroups: d.keyGroups(), Stream: d.requiredStream("stream")}
	if code == codeKeyedV2 {
		h.HandleID = d.utf("handleID")
	}
	return h
}

func (h *KeyGroupsHandle) appendTo(e *encoder) {
	e.keyGroups(h.KeyGroups)
	e.requiredStream("stream", h.Stream)
	switch h.Code {
	case codeKeyed, codeSavepoint:
	case codeKeyedV2:
		e.utf("handleID", h.HandleID)
	default:
		e.fail("code", "code %d is no key-groups handle", h.Code)
	}
}
