package metadata

import (
	"encoding/binary"

	"ckpt/internal/javaio"
	"ckpt/internal/javaobj"
)

// AppendTo appends the object stream: Raw if there is one, else the bytes that a Flink of these properties writes.
//
// Handle numbers of the stream are fixed by its shape; the only back reference is to java.lang.Enum, when a savepoint's
// second enum constant is described.
func (p *Properties) AppendTo(dst []byte) []byte {
	if p.Raw != nil {
		return append(dst, p.Raw...)
	}
	dst = append(dst, javaobj.Magic...)
	if p.Null {
		return append(dst, 0x70)
	}
	// The field order is Java's: primitives by name, then references by name.
	booleans := []struct {
		name  string
		value bool
	}{
		{"discardCancelled", p.DiscardCancelled}, {"discardFailed", p.DiscardFailed}, {"discardFinished", p.DiscardFinished},
		{"discardSubsumed", p.DiscardSubsumed}, {"discardSuspended", p.DiscardSuspended}, {"forced", p.Forced}, {"unclaimed", p.Unclaimed},
	}
	dst = appendObject(dst, classProperties, 2, len(booleans)+1)
	for _, b := range booleans {
		dst = javaio.AppendUTF(append(dst, 'Z'), b.name)
	}
	dst = appendReference(dst, "checkpointType", classSnapshotType)
	dst = append(dst, 0x78, 0x70)
	for _, b := range booleans {
		dst = javaio.AppendBool(dst, b.value)
	}
	if p.Savepoint {
		return p.appendSavepointType(dst)
	}
	return p.appendCheckpointType(dst)
}

func (p *Properties) typeUID(usual int64) int64 {
	if p.TypeUID != 0 {
		return p.TypeUID
	}
	return usual
}

func (p *Properties) appendSavepointType(dst []byte) []byte {
	dst = appendObject(dst, classSavepointType, p.typeUID(savepointTypeUID), 3)
	dst = appendReference(dst, "formatType", classFormat)
	dst = appendReference(dst, "name", "java.lang.String")
	dst = appendReference(dst, "postCheckpointAction", classPostAction)
	dst = append(dst, 0x78, 0x70)
	dst = appendConstant(dst, classFormat, p.Format, false)
	dst = appendString(dst, p.Name)
	return appendConstant(dst, classPostAction, p.PostAction, true)
}

func (p *Properties) appendCheckpointType(dst []byte) []byte {
	dst = appendObject(dst, classCheckpointType, p.typeUID(checkpointTypeUID), 2)
	dst = appendReference(dst, "name", "java.lang.String")
	dst = appendReference(dst, "sharingFilesStrategy", classSharing)
	dst = append(dst, 0x78, 0x70)
	dst = appendString(dst, p.Name)
	return appendConstant(dst, classSharing, p.Sharing, false)
}

// appendObject begins an object with a new descriptor of that many fields.
func appendObject(dst []byte, class string, uid int64, fields int) []byte {
	return appendDesc(append(dst, 0x73), class, uid, javaobj.FlagSerializable, fields)
}

func appendDesc(dst []byte, class string, uid int64, flags byte, fields int) []byte {
	dst = javaio.AppendUTF(append(dst, 0x72), class)
	dst = javaio.AppendInt64(dst, uid)
	return binary.BigEndian.AppendUint16(append(dst, flags), uint16(fields))
}

// appendReference describes a field of class type.
func appendReference(dst []byte, name, class string) []byte {
	dst = javaio.AppendUTF(append(dst, 'L'), name)
	signature := make([]byte, 0, len(class)+2)
	for _, c := range []byte("L" + class + ";") {
		if c == '.' {
			c = '/'
		}
		signature = append(signature, c)
	}
	return appendString(dst, string(signature))
}

func appendString(dst []byte, s string) []byte { return javaio.AppendUTF(append(dst, 0x74), s) }

// appendConstant appends an enum constant with the descriptor of its class. second: java.lang.Enum was described by the
// first constant, under handle 9.
func appendConstant(dst []byte, class, name string, second bool) []byte {
	const enum = javaobj.FlagSerializable | javaobj.FlagEnum
	dst = append(appendDesc(append(dst, 0x7E), class, 0, enum, 0), 0x78)
	if second {
		dst = append(dst, 0x71, 0x00, 0x7E, 0x00, 0x09)
	} else {
		dst = append(appendDesc(dst, classEnum, 0, enum, 0), 0x78, 0x70)
	}
	return appendString(dst, name)
}
