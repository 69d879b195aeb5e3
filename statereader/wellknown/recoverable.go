package wellknown

import (
	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// What a file system needs to go on with a file, or to publish it. Version 1 of all of them, little-endian:
//
//	local, hdfs := magic:u32 offset:i64 n:u32 m:u32 target[n] temp[m]
//	s3, oss     := magic:u32 text(key) text(uploadId) n:u32 (part:u32 text(etag)){n} bytesInParts:i64 text(lastPart) lastPartBytes:i64
//	text        := length:u32 UTF-8
//
// Others are kept as bytes.
const (
	localMagic = 0x1E744B57
	hdfsMagic  = 0xD7436C5E
	s3Magic    = 0x98761432
	ossMagic   = 0x98761234
)

var recoverableForms = []version{{1, recoverable}}

var (
	uploadPart = &serializer.Type{Kind: serializer.KindStruct, Fields: []string{"number", "etag"}, Elems: []*serializer.Type{int32s.typ, utf.typ}}

	recoverableType = &serializer.Type{Kind: serializer.KindStruct,
		Fields: []string{"fileSystem", "target", "offset", "temporary", "uploadId", "parts", "lastPart", "lastPartBytes", "bytes"},
		Elems: []*serializer.Type{utf.typ, utf.typ, nullable(int64s.typ), utf.typ, utf.typ, nullable(listOf(uploadPart)), utf.typ,
			nullable(int64s.typ), nullable(bin.typ)}}
)

var recoverable = codec{recoverableType, func(in *input) serializer.Value {
	s := serializer.Struct{Type: recoverableType, Values: make([]serializer.Value, len(recoverableType.Elems))}
	switch peek32(in) {
	case localMagic:
		readLocal(in, &s, "local")
	case hdfsMagic:
		readLocal(in, &s, "hdfs")
	case s3Magic:
		readUpload(in, &s, "s3")
	case ossMagic:
		readUpload(in, &s, "oss")
	default:
		s.Values[0], s.Values[8] = "other", append([]byte{}, in.Bytes(in.Len())...)
	}
	return s
}}

func peek32(in *input) uint32 {
	if b := in.Rest(); len(b) >= 4 {
		return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
	}
	return 0
}

func readLocal(in *input, s *serializer.Struct, system string) {
	in.Skip(4)
	s.Values[0], s.Values[2] = system, little64(in)
	at := in.Pos()
	n, m := little32(in), little32(in)
	if in.Err() == nil && int64(n)+int64(m) > int64(in.Len()) {
		in.FailAt(at, javaio.ErrCorrupt, "names of %d and %d bytes", n, m)
		return
	}
	s.Values[1], s.Values[3] = string(in.Bytes(int(n))), string(in.Bytes(int(m)))
}

func readUpload(in *input, s *serializer.Struct, system string) {
	in.Skip(4)
	s.Values[0], s.Values[1], s.Values[4] = system, littleText.read(in), littleText.read(in)
	at, n := in.Pos(), little32(in)
	if in.Err() == nil && int64(n) > int64(in.Len()/8) {
		in.FailAt(at, javaio.ErrCorrupt, "%d parts cannot fit", n)
		return
	}
	parts := serializer.List{}
	for ; n > 0 && in.Err() == nil; n-- {
		part := serializer.Struct{Type: uploadPart, Values: []serializer.Value{int32(little32(in)), littleText.read(in)}}
		parts = append(parts, part)
	}
	s.Values[5], s.Values[2] = parts, little64(in)
	if last, _ := littleText.read(in).(string); last != "" {
		s.Values[6] = last
	}
	s.Values[7] = little64(in)
}
