package rocksdb

import (
	"bytes"
	"encoding/binary"
	"math"

	"ckpt/internal/javaio"
)

// Tags of a version edit, on disk. Those with bit 13 may be skipped by a reader that does not know them.
const (
	tagComparator   = 1
	tagLogNumber    = 2
	tagNextFile     = 3
	tagLastSequence = 4
	tagCursor       = 5
	tagDeleteFile   = 6
	tagAddFile      = 7
	tagPrevLog      = 9
	tagMinLog       = 10
	tagAddFile2     = 100
	tagAddFile3     = 102
	tagAddFile4     = 103
	tagFamily       = 200
	tagFamilyAdd    = 201
	tagFamilyDrop   = 202
	tagMaxFamily    = 203
	tagAtomicGroup  = 300
	tagBlobAdd      = 400
	tagBlobGarbage  = 401

	tagIgnorable       = 8192
	tagDBID            = 8193
	tagOldBlobAdd      = 8194
	tagOldBlobGarbage  = 8195
	tagOldWALAdd       = 8196
	tagOldWALDelete    = 8197
	fieldEnd           = 1
	fieldOldestBlob    = 4
	fieldMinTimestamp  = 10
	fieldMaxTimestamp  = 11
	fieldTailSize      = 15
	fieldPathID        = 65
	fieldTimestampKept = 16
	fieldMustKnow      = 64
)

// edit is one record of a MANIFEST.
type edit struct {
	family     uint32
	comparator string
	dbID       string
	add        *string
	drop       bool
	logNumber  optional
	nextFile   optional
	lastSeq    optional
	deleted    []deletedFile
	added      []addedFile
	group      uint32 // edits of an atomic group that follow this one
	inGroup    bool
}

type optional struct {
	value uint64
	set   bool
}

type deletedFile struct {
	level  uint32
	number uint64
	at     int // position in the record
}

type addedFile struct {
	level             uint32
	number, size      uint64
	smallest, largest InternalKey
	seqLo, seqHi      uint64
	tail              int64 // bytes behind the data blocks, 0 if not recorded
	at                int
}

// editReader reads the little-endian primitives of a version edit.
type editReader struct{ *javaio.Reader }

func (r editReader) uint32() uint32 {
	at := r.Pos()
	v := r.Uvarint()
	if v > math.MaxUint32 {
		r.FailAt(at, javaio.ErrCorrupt, "%d does not fit 32 bits", v)
		return 0
	}
	return uint32(v)
}

// bytes reads a length and that many bytes, borrowed.
func (r editReader) bytes() []byte { return r.Bytes(int(r.uint32())) }

func (r editReader) key() InternalKey {
	at := r.Pos()
	b := r.bytes()
	k, ok := splitKey(b)
	if r.Err() == nil && !ok {
		r.FailAt(at, javaio.ErrCorrupt, "boundary of %d bytes, want at least %d", len(b), trailerLen)
	}
	return InternalKey{bytes.Clone(k.User), k.Trailer}
}

func (r editReader) optional() optional { return optional{r.Uvarint(), true} }

// decodeEdit reads one edit; offsets of its error are positions in b.
func decodeEdit(b []byte) (*edit, error) {
	r := editReader{javaio.NewReader(b, 0)}
	e := new(edit)
	for r.Err() == nil && r.Len() > 0 {
		at := r.Pos()
		e.field(r, at, r.uint32())
	}
	return e, r.Err()
}

func (e *edit) field(r editReader, at int, tag uint32) {
	switch tag {
	case tagComparator:
		e.comparator = string(r.bytes())
	case tagLogNumber:
		e.logNumber = r.optional()
	case tagNextFile:
		e.nextFile = r.optional()
	case tagLastSequence:
		e.lastSeq = r.optional()
	case tagCursor:
		r.uint32()
		r.bytes()
	case tagDeleteFile:
		e.deleted = append(e.deleted, deletedFile{r.uint32(), r.Uvarint(), at})
	case tagAddFile, tagAddFile2, tagAddFile3, tagAddFile4:
		e.added = append(e.added, decodeAdded(r, at, tag))
	case tagPrevLog, tagMinLog:
		r.Uvarint()
	case tagFamily:
		e.family = r.uint32()
	case tagFamilyAdd:
		name := string(r.bytes())
		e.add = &name
	case tagFamilyDrop:
		e.drop = true
	case tagMaxFamily:
		r.uint32()
	case tagAtomicGroup:
		e.group, e.inGroup = r.uint32(), true
	case tagBlobAdd, tagBlobGarbage, tagOldBlobAdd, tagOldBlobGarbage:
		r.FailAt(at, javaio.ErrUnsupported, "blob files (tag %d)", tag)
	case tagDBID:
		e.dbID = string(r.bytes())
	case tagOldWALAdd:
		e.oldWAL(r)
	case tagOldWALDelete:
		r.Uvarint()
	default:
		if tag&tagIgnorable == 0 {
			r.FailAt(at, javaio.ErrCorrupt, "unknown tag %d", tag)
		}
		r.bytes()
	}
}

// oldWAL passes the one ignorable field that has fields of its own and no length.
func (e *edit) oldWAL(r editReader) {
	r.Uvarint()
	for r.Err() == nil {
		at := r.Pos()
		switch t := r.uint32(); t {
		case fieldEnd:
			return
		case 2:
			r.Uvarint()
		default:
			r.FailAt(at, javaio.ErrCorrupt, "unknown tag %d in a log addition", t)
		}
	}
}

func decodeAdded(r editReader, at int, tag uint32) addedFile {
	f := addedFile{level: r.uint32(), number: r.Uvarint(), at: at, seqHi: maxSeq}
	if tag == tagAddFile3 {
		if path := r.uint32(); path != 0 {
			r.FailAt(at, javaio.ErrUnsupported, "table %d is in path %d", f.number, path)
		}
	}
	f.size = r.Uvarint()
	f.smallest, f.largest = r.key(), r.key()
	if tag != tagAddFile {
		f.seqLo, f.seqHi = r.Uvarint(), r.Uvarint()
	}
	if tag == tagAddFile4 {
		f.custom(r)
	}
	switch {
	case f.size > math.MaxInt64:
		r.FailAt(at, javaio.ErrCorrupt, "table %d has %d bytes", f.number, f.size)
	case f.smallest.Compare(f.largest) > 0:
		r.FailAt(at, javaio.ErrCorrupt, "table %d begins with %v, after its end %v", f.number, f.smallest, f.largest)
	}
	return f
}

// custom reads the extensible part: fields of a tag and a length, up to a bare tag 1.
func (f *addedFile) custom(r editReader) {
	for r.Err() == nil {
		at := r.Pos()
		tag := r.uint32()
		if tag == fieldEnd {
			return
		}
		value := r.bytes()
		switch {
		case tag == fieldOldestBlob:
			if n, _ := binary.Uvarint(value); n != 0 {
				r.FailAt(at, javaio.ErrUnsupported, "table %d refers to blob file %d", f.number, n)
			}
		case tag == fieldMinTimestamp || tag == fieldMaxTimestamp:
			r.FailAt(at, javaio.ErrUnsupported, "table %d has user-defined timestamps", f.number)
		case tag == fieldTailSize:
			if n, m := binary.Uvarint(value); m > 0 && n <= f.size {
				f.tail = int64(n)
			}
		case tag == fieldTimestampKept && !bytes.Equal(value, []byte{1}):
			r.FailAt(at, javaio.ErrUnsupported, "table %d has user-defined timestamps taken off", f.number)
		case tag == fieldPathID && !bytes.Equal(value, []byte{0}):
			r.FailAt(at, javaio.ErrUnsupported, "table %d is in path %x", f.number, value)
		case tag != fieldPathID && tag&fieldMustKnow != 0:
			r.FailAt(at, javaio.ErrCorrupt, "field %d of table %d is not known and must be", tag, f.number)
		}
	}
}
