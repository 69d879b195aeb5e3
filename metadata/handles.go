package metadata

// StreamHandle points at bytes: InlineHandle, FileHandle, RelativeHandle, SegmentHandle, EmptySegment or KeyGroupsStream.
type StreamHandle interface {
	streamHandle()
	// StreamSize is the recorded number of bytes; -1 if unknown.
	StreamSize() int64
}

// InlineHandle (code 1) holds the bytes in the metadata itself. Name identifies it: unique over all live checkpoints.
type InlineHandle struct {
	Name string
	Data []byte // borrowed from the decoded input
	// Offset is the position of Data in the decoded file, for messages about what is in it; 0 if it comes from elsewhere.
	Offset int64
}

// FileHandle (code 2) is a file by absolute path or URI, as written.
type FileHandle struct {
	Path string
	Size int64 // -1: unknown
}

// RelativeHandle (code 6) is a file beside `_metadata`, wherever that is now.
type RelativeHandle struct {
	Path string
	Size int64
}

// Scope is how long a file lives.
type Scope int32

// Scopes of SegmentHandle; the numbers are on disk.
const (
	ScopeExclusive Scope = 0
	ScopeShared    Scope = 1
)

// SegmentHandle (code 15) is a byte range of a merged file (file merging, since 1.20).
type SegmentHandle struct {
	Start, Size   int64
	Scope         Scope
	Path          string
	LogicalFileID string
}

// EmptySegment (code 16) stands for a segment without bytes.
type EmptySegment struct{}

// KeyGroupsStream (code 3 in a stream position) is a stream with key-group offsets.
type KeyGroupsStream struct {
	KeyGroups KeyGroupOffsets
	Stream    StreamHandle
}

func (*InlineHandle) streamHandle()    {}
func (*FileHandle) streamHandle()      {}
func (*RelativeHandle) streamHandle()  {}
func (*SegmentHandle) streamHandle()   {}
func (*EmptySegment) streamHandle()    {}
func (*KeyGroupsStream) streamHandle() {}

func (h *InlineHandle) StreamSize() int64    { return int64(len(h.Data)) }
func (h *FileHandle) StreamSize() int64      { return h.Size }
func (h *RelativeHandle) StreamSize() int64  { return h.Size }
func (h *SegmentHandle) StreamSize() int64   { return h.Size }
func (h *EmptySegment) StreamSize() int64    { return 0 }
func (h *KeyGroupsStream) StreamSize() int64 { return h.Stream.StreamSize() }

// KeyGroupRange is Count key groups from Start on. Count 0 is the empty range, whatever Start is.
type KeyGroupRange struct{ Start, Count int32 }

// KeyGroupOffsets says where each key group of a range begins in its stream: 0 in the full layout means no data,
// -1 in raw keyed state means never written.
type KeyGroupOffsets struct {
	Range   KeyGroupRange
	Offsets []int64 // Range.Count of them
}

// KeyedHandle is keyed state of one subtask: KeyGroupsHandle, IncrementalHandle, ChangelogHandle,
// InlineChangesHandle or FileChangesHandle.
type KeyedHandle interface {
	keyedHandle()
	KeyGroupRange() KeyGroupRange
}

// HandleCode is the type byte of a handle on disk.
type HandleCode uint8

// KeyGroupsHandle (codes 3, 12: heap or full layout; 7: canonical savepoint, full layout).
type KeyGroupsHandle struct {
	Code      HandleCode
	KeyGroups KeyGroupOffsets
	Stream    StreamHandle
	HandleID  string // code 12
}

// IncrementalHandle (codes 5, 11) is a RocksDB or ForSt database.
type IncrementalHandle struct {
	Code             HandleCode
	CheckpointID     CheckpointID
	BackendID        string
	Range            KeyGroupRange
	CheckpointedSize int64        // code 11; -1: unknown
	Meta             StreamHandle // nil: absent, not restorable
	Shared, Private  []NamedFile
	HandleID         string // code 11
}

// NamedFile is a file of a RocksDB directory under its local name.
type NamedFile struct {
	LocalPath string
	Stream    StreamHandle
}

// ChangelogHandle (codes 8, 14) is a materialized part and the changes since.
type ChangelogHandle struct {
	Code              HandleCode
	Range             KeyGroupRange
	CheckpointedSize  int64
	Base              []KeyedHandle // nil elements are kept
	Delta             []KeyedHandle
	MaterializationID int64
	CheckpointID      CheckpointID // code 14
	HandleID          string
}

// InlineChangesHandle (code 9) holds state changes in the metadata.
type InlineChangesHandle struct {
	Range    KeyGroupRange
	From, To int64
	Changes  []Change
	HandleID string
}

// Change is one logged change; key group -1 is metadata.
type Change struct {
	KeyGroup int32
	Data     []byte
}

// FileChangesHandle (codes 10, 13) points at change sets in changelog segments.
type FileChangesHandle struct {
	Code                  HandleCode
	Range                 KeyGroupRange
	Parts                 []ChangePart
	Size, IncrementalSize int64
	HandleID              string
	StorageID             string // code 13
}

// ChangePart is a change set at an uncompressed offset of a segment.
type ChangePart struct {
	Offset int64
	Stream StreamHandle
}

func (*KeyGroupsHandle) keyedHandle()     {}
func (*IncrementalHandle) keyedHandle()   {}
func (*ChangelogHandle) keyedHandle()     {}
func (*InlineChangesHandle) keyedHandle() {}
func (*FileChangesHandle) keyedHandle()   {}

func (h *KeyGroupsHandle) KeyGroupRange() KeyGroupRange     { return h.KeyGroups.Range }
func (h *IncrementalHandle) KeyGroupRange() KeyGroupRange   { return h.Range }
func (h *ChangelogHandle) KeyGroupRange() KeyGroupRange     { return h.Range }
func (h *InlineChangesHandle) KeyGroupRange() KeyGroupRange { return h.Range }
func (h *FileChangesHandle) KeyGroupRange() KeyGroupRange   { return h.Range }

// OperatorStateHandle (codes 4, 17) is operator state of one subtask.
type OperatorStateHandle struct {
	Code   HandleCode
	States []OperatorStateMeta // in file order
	Stream StreamHandle
	// Of code 17:
	TaskOwnedDir, SharedDir string
	Empty                   bool
}

// OperatorStateMeta locates the elements of one operator state in the stream.
type OperatorStateMeta struct {
	Name    string
	Mode    DistributionMode
	Offsets []int64
}

// DistributionMode is how operator state is dealt out on restore; the numbers are on disk.
type DistributionMode uint8

const (
	SplitDistribute DistributionMode = 0
	Union           DistributionMode = 1
	Broadcast       DistributionMode = 2
)

// ChannelHandle is in-flight data of input channels or result subpartitions (unaligned checkpoints).
// One handle has several Channels where version 6 merged them.
type ChannelHandle struct {
	Type     uint8 // version 6 and up: 1, 2 single; 3, 4 merged. 0 before
	Subtask  int32 // who wrote the data
	Channels []Channel
	Size     int64 // as recorded
	Stream   StreamHandle
}

// Channel is (input gate, channel) or (result partition, subpartition).
type Channel struct {
	A, B    int32
	Size    int64 // of its data
	Offsets []int64
}
