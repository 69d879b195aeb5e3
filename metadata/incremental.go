package metadata

// IncrementalHandle is a RocksDB or ForSt database: its files, and a header that names its states.
//
//	5  checkpointID:i64 backendID:utf range                          meta:?stream shared private
//	11 checkpointID:i64 backendID:utf range checkpointedSize:i64     meta:?stream shared private handleID:utf
//	shared, private := n:i32 ( localPath:utf stream ){n}
type IncrementalHandle struct {
	Code             HandleCode
	CheckpointID     CheckpointID // that created the handle
	BackendID        string       // a UUID of the database instance
	Range            KeyGroupRange
	CheckpointedSize int64        // code 11: bytes uploaded by this checkpoint; -1: unknown
	Meta             StreamHandle // nil: absent, not restorable
	Shared           []NamedFile  // SSTs that other checkpoints may use too
	Private          []NamedFile
	HandleID         string // code 11
}

// NamedFile is a file of a RocksDB directory under its local name.
type NamedFile struct {
	LocalPath string
	Stream    StreamHandle
}

func (h *IncrementalHandle) KeyGroupRange() KeyGroupRange { return h.Range }
func (h *IncrementalHandle) TypeCode() HandleCode         { return h.Code }

func decodeIncremental(d *decoder, code HandleCode, _ int) KeyedHandle {
	h := &IncrementalHandle{Code: code, CheckpointedSize: unknownSize}
	h.CheckpointID = CheckpointID(d.i64("checkpointID"))
	h.BackendID = d.utf("backendID")
	h.Range = d.keyRange()
	if code == CodeIncremental {
		h.CheckpointedSize = d.checkpointedSize()
	}
	h.Meta = d.stream("meta")
	h.Shared = d.namedFiles("shared")
	h.Private = d.namedFiles("private")
	if code == CodeIncremental {
		h.HandleID = d.utf("handleID")
	}
	return h
}

func (d *decoder) checkpointedSize() int64 {
	at := d.r.Pos()
	n := d.i64("checkpointedSize")
	if n < unknownSize {
		d.warn(at, "checkpointedSize", "size is %d", n)
	}
	return n
}

func (d *decoder) namedFiles(field string) []NamedFile {
	n := d.count(field, minNamedFile)
	files := make([]NamedFile, 0, min(n, preallocated))
	for i := 0; i < n && !d.bad(); i++ {
		d.path.pushIndex(field, i)
		f := NamedFile{LocalPath: d.utf("localPath")}
		f.Stream = d.requiredStream("stream")
		d.path.pop()
		files = append(files, f)
	}
	return files
}

func (h *IncrementalHandle) appendTo(e *encoder) {
	if h.Code != CodeIncremental && h.Code != CodeIncrementalV1 {
		e.fail("code", "code %d is no incremental handle", h.Code)
	}
	e.i64(int64(h.CheckpointID))
	e.utf("backendID", h.BackendID)
	e.keyRange(h.Range)
	if h.Code == CodeIncremental {
		e.i64(h.CheckpointedSize)
	}
	e.stream("meta", h.Meta)
	e.namedFiles("shared", h.Shared)
	e.namedFiles("private", h.Private)
	if h.Code == CodeIncremental {
		e.utf("handleID", h.HandleID)
	}
}

func (e *encoder) namedFiles(field string, files []NamedFile) {
	e.count(len(files))
	for i := range files {
		e.path.pushIndex(field, i)
		e.utf("localPath", files[i].LocalPath)
		e.requiredStream("stream", files[i].Stream)
		e.path.pop()
	}
}
