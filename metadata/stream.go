package metadata

import "strings"

// HandleCode is the type byte of a handle on disk. One code means different things in different positions: stream, keyed
// and operator handles have readers of their own.
type HandleCode uint8

// Codes of stream handles.
const (
	codeNull         HandleCode = 0
	codeInline       HandleCode = 1
	codeFile         HandleCode = 2
	codeKeyGroups    HandleCode = 3
	codeRelative     HandleCode = 6
	codeSegment      HandleCode = 15
	codeEmptySegment HandleCode = 16
)

// StreamHandle points at bytes: InlineHandle, FileHandle, RelativeHandle, SegmentHandle, EmptySegment or KeyGroupsStream.
type StreamHandle interface {
	// StreamSize is the recorded number of bytes; -1 if unknown.
	StreamSize() int64
	// TypeCode is the handle's code on disk.
	TypeCode() HandleCode
	appendTo(*encoder)
}

// InlineHandle holds the bytes in the metadata itself. Name identifies it: Flink takes two handles of one name for the
// same state, so it is unique over all live checkpoints. It usually is the path that a file would have had.
//
//	1 name:utf data:bin
type InlineHandle struct {
	Name   string
	Data   []byte // borrowed from the decoded input
	Offset int64  // of Data in the metadata file it was decoded from
}

// FileHandle is a file by absolute path or URI, as written.
//
//	2 size:i64 path:utf
type FileHandle struct {
	Path string
	Size int64 // -1: unknown
}

// RelativeHandle is a file beside `_metadata`, wherever that is now.
//
//	6 path:utf size:i64
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

// SegmentHandle is a byte range of a merged file (file merging, since 1.20).
//
//	15 start:i64 size:i64 scope:i32 path:utf logicalFileID:utf
type SegmentHandle struct {
	Start, Size   int64
	Scope         Scope
	Path          string
	LogicalFileID string
}

// EmptySegment stands for a segment without bytes.
//
//	16
type EmptySegment struct{}

// KeyGroupsStream is a stream with key-group offsets, in the position of a stream.
//
//	3 keyGroups stream
type KeyGroupsStream struct {
	KeyGroups KeyGroupOffsets
	Stream    StreamHandle
}

func (h *InlineHandle) StreamSize() int64   { return int64(len(h.Data)) }
func (h *FileHandle) StreamSize() int64     { return h.Size }
func (h *RelativeHandle) StreamSize() int64 { return h.Size }
func (h *SegmentHandle) StreamSize() int64  { return h.Size }
func (h *EmptySegment) StreamSize() int64   { return 0 }

func (h *KeyGroupsStream) StreamSize() int64 {
	if h.Stream == nil {
		return -1
	}
	return h.Stream.StreamSize()
}

func (h *InlineHandle) TypeCode() HandleCode    { return codeInline }
func (h *FileHandle) TypeCode() HandleCode      { return codeFile }
func (h *RelativeHandle) TypeCode() HandleCode  { return codeRelative }
func (h *SegmentHandle) TypeCode() HandleCode   { return codeSegment }
func (h *EmptySegment) TypeCode() HandleCode    { return codeEmptySegment }
func (h *KeyGroupsStream) TypeCode() HandleCode { return codeKeyGroups }

// stream reads a handle or null (nil).
func (d *decoder) stream(field string) StreamHandle {
	if d.bad() {
		return nil
	}
	d.path.push(field)
	defer d.path.pop()
	at := d.r.Pos()
	code := HandleCode(d.u8("code"))
	if d.bad() {
		return nil
	}
	if code == codeNull {
		return nil
	}
	if int(code) >= len(d.streams) || d.streams[code] == nil {
		d.fail(at, "code", "handle code %d where a stream is expected", code)
		return nil
	}
	return d.streams[code](d, at)
}

// streamDecoder reads what follows the type code, which stands at position at.
type streamDecoder func(d *decoder, at int) StreamHandle

var streamDecoders = []streamDecoder{
	codeInline:       decodeInline,
	codeFile:         decodeFile,
	codeKeyGroups:    decodeKeyGroupsStream,
	codeRelative:     decodeRelative,
	codeSegment:      decodeSegment,
	codeEmptySegment: func(*decoder, int) StreamHandle { return &EmptySegment{} },
}

// requiredStream reads a handle that must not be null.
func (d *decoder) requiredStream(field string) StreamHandle {
	at := d.r.Pos()
	h := d.stream(field)
	if h == nil && !d.bad() {
		d.tolerate(at, field, "null where a stream is required")
	}
	return h
}

func decodeInline(d *decoder, _ int) StreamHandle {
	h := &InlineHandle{Name: d.utf("name"), Data: d.bin("data")}
	h.Offset = d.r.Offset() - int64(len(h.Data))
	return h
}

func decodeFile(d *decoder, at int) StreamHandle {
	at++
	h := &FileHandle{Size: d.i64("size")}
	if h.Size < -1 {
		d.fail(at, "size", "size is %d", h.Size)
	}
	at = d.r.Pos()
	if h.Path = d.utf("path"); h.Path == "" {
		d.fail(at, "path", "empty path")
	}
	return h
}

func decodeRelative(d *decoder, at int) StreamHandle {
	at++
	h := &RelativeHandle{Path: d.utf("path")}
	switch why := relativePathDefect(h.Path); {
	case why == "":
	case h.Path == "" || strings.Contains(h.Path, ":/"):
		d.fail(at, "path", "relative path %q %s", h.Path, why)
	default:
		d.tolerate(at, "path", "relative path %q %s", h.Path, why)
	}
	at = d.r.Pos()
	if h.Size = d.i64("size"); h.Size < -1 {
		d.fail(at, "size", "size is %d", h.Size)
	}
	return h
}

func decodeSegment(d *decoder, at int) StreamHandle {
	at++
	h := &SegmentHandle{Start: d.i64("start"), Size: d.i64("size"), Scope: Scope(d.i32("scope"))}
	switch {
	case h.Start < 0:
		d.fail(at, "start", "start is %d", h.Start)
	case h.Size < 0 || h.Size > 1<<63-1-h.Start:
		d.fail(at+8, "size", "%d bytes from %d", h.Size, h.Start)
	case h.Scope != ScopeExclusive && h.Scope != ScopeShared:
		d.fail(at+16, "scope", "unknown scope %d", h.Scope)
	}
	at = d.r.Pos()
	if h.Path = d.utf("path"); h.Path == "" {
		d.fail(at, "path", "empty path")
	}
	h.LogicalFileID = d.utf("logicalFileID")
	return h
}

func decodeKeyGroupsStream(d *decoder, at int) StreamHandle {
	if !d.nest(at) {
		return nil
	}
	h := &KeyGroupsStream{KeyGroups: d.keyGroups(), Stream: d.requiredStream("stream")}
	d.nesting--
	return h
}

// nest enters a handle that holds others; the caller decrements nesting when it leaves.
func (d *decoder) nest(at int) bool {
	if d.nesting++; d.nesting > maxNesting {
		d.fail(at, "", "handles nested deeper than %d", maxNesting)
	}
	return !d.bad()
}

// stream appends a handle, or null for nil.
func (e *encoder) stream(field string, h StreamHandle) {
	if h == nil {
		e.u8(uint8(codeNull))
		return
	}
	e.path.push(field)
	e.u8(uint8(h.TypeCode()))
	h.appendTo(e)
	e.path.pop()
}

func (e *encoder) requiredStream(field string, h StreamHandle) {
	if h == nil {
		e.fail(field, "null where a stream is required")
	}
	e.stream(field, h)
}

func (h *InlineHandle) appendTo(e *encoder) {
	e.utf("name", h.Name)
	e.bin(h.Data)
}

func (h *FileHandle) appendTo(e *encoder) {
	e.i64(h.Size)
	e.utf("path", h.Path)
}

func (h *RelativeHandle) appendTo(e *encoder) {
	if why := relativePathDefect(h.Path); why != "" {
		e.fail("path", "relative path %q %s", h.Path, why)
	}
	e.utf("path", h.Path)
	e.i64(h.Size)
}

func (h *SegmentHandle) appendTo(e *encoder) {
	e.i64(h.Start)
	e.i64(h.Size)
	e.i32(int32(h.Scope))
	e.utf("path", h.Path)
	e.utf("logicalFileID", h.LogicalFileID)
}

func (h *EmptySegment) appendTo(*encoder) {}

func (h *KeyGroupsStream) appendTo(e *encoder) {
	e.keyGroups(h.KeyGroups)
	e.requiredStream("stream", h.Stream)
}
