package metadata

// Codes of keyed handles; the numbers are on disk.
const (
	CodeKeyed         HandleCode = 3 // up to 1.14
	CodeIncrementalV1 HandleCode = 5 // up to 1.14
	CodeSavepoint     HandleCode = 7 // canonical savepoints since 1.13
	CodeChangelogV1   HandleCode = 8 // 1.14 in a layout of its own, 1.15
	CodeInlineChanges HandleCode = 9
	CodeFileChangesV1 HandleCode = 10 // as 8
	CodeIncremental   HandleCode = 11 // since 1.15
	CodeKeyedV2       HandleCode = 12 // since 1.15
	CodeFileChanges   HandleCode = 13 // since 1.16
	CodeChangelog     HandleCode = 14 // since 1.16
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
	CodeKeyed:         decodeKeyGroupsHandle,
	CodeIncrementalV1: decodeIncremental,
	CodeSavepoint:     decodeKeyGroupsHandle,
	CodeChangelogV1:   decodeChangelog,
	CodeInlineChanges: decodeInlineChanges,
	CodeFileChangesV1: decodeFileChanges,
	CodeIncremental:   decodeIncremental,
	CodeKeyedV2:       decodeKeyGroupsHandle,
	CodeFileChanges:   decodeFileChanges,
	CodeChangelog:     decodeChangelog,
}

// keyedDecoders114 is what Flink 1.14 wrote: an experimental changelog under codes that later mean something longer.
var keyedDecoders114 = []keyedDecoder{
	CodeKeyed:         decodeKeyGroupsHandle,
	CodeIncrementalV1: decodeIncremental,
	CodeSavepoint:     decodeKeyGroupsHandle,
	CodeChangelogV1:   decodeChangelog114,
	CodeInlineChanges: decodeInlineChanges114,
	CodeFileChangesV1: decodeFileChanges114,
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
	d.sawChangelog = d.sawChangelog || code >= CodeChangelogV1 && code <= CodeFileChangesV1
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
	if code == CodeKeyedV2 {
		h.HandleID = d.utf("handleID")
	}
	return h
}

func (h *KeyGroupsHandle) appendTo(e *encoder) {
	e.keyGroups(h.KeyGroups)
	e.requiredStream("stream", h.Stream)
	switch h.Code {
	case CodeKeyed, CodeSavepoint:
	case CodeKeyedV2:
		e.utf("handleID", h.HandleID)
	default:
		e.fail("code", "code %d is no key-groups handle", h.Code)
	}
}
