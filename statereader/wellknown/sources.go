package wellknown

import (
	"encoding/binary"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// File source:
//
//	split 1      := id:utf path offset:i64 length:i64 modified:i64 fileSize:i64 n:i32 host:utf{n} ?(offset:i64 skip:i64)
//	path         := ?(scheme:?utf userInfo:?utf host:?utf port:i32 path:?utf query:?utf fragment:?utf)
//	enumerator 1 := magic:u32 splitVersion:u32 n:u32 m:u32 (length:u32 split){n} (length:u32 path){m}      little-endian
//
// A field with a question mark has a boolean before it.
var fileSplit = version{1, record(field{"id", name}, field{"path", filePath}, field{"offset", natural}, field{"length", natural}, field{"modificationTime", int64s},
	field{"fileSize", int64s}, field{"hosts", list(2, utf)}, field{"position", optional(record(field{"offset", int64s}, field{"recordsToSkip", int64s}))})}

// natural is an i64 that is not negative.
var natural = codec{int64s.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), in.Int64()
	if n < 0 {
		in.FailAt(at, javaio.ErrCorrupt, "%d is negative", n)
	}
	return n
}}

// filePath is a Path as the text that its URI has.
var filePath = codec{kindOf(serializer.KindString), func(in *input) serializer.Value {
	if !in.Bool() {
		return nil
	}
	text := func() (string, bool) {
		s, _ := optional(utf).read(in).(string)
		return s, s != ""
	}
	scheme, hasScheme := text()
	user, hasUser := text()
	host, hasHost := text()
	port := in.Int32()
	path, _ := text()
	query, hasQuery := text()
	fragment, hasFragment := text()
	var b []byte
	if hasScheme {
		b = append(append(b, scheme...), ':')
	}
	if hasHost {
		b = append(b, "//"...)
		if hasUser {
			b = append(append(b, user...), '@')
		}
		b = append(b, host...)
		if port >= 0 {
			b = append(b, ':')
			b = appendInt(b, port)
		}
	}
	b = append(b, path...)
	if hasQuery {
		b = append(append(b, '?'), query...)
	}
	if hasFragment {
		b = append(append(b, '#'), fragment...)
	}
	return string(b)
}}

const fileEnumeratorMagic = 0xDEADBEEF // on disk

var fileEnumeratorType = &serializer.Type{Kind: serializer.KindStruct, Fields: []string{colSplits, "processed"},
	Elems: []*serializer.Type{listOf(fileSplit.typ), listOf(utf.typ)}}

var fileEnumerator = version{1, codec{fileEnumeratorType, readFileEnumerator}}

func readFileEnumerator(in *input) serializer.Value {
	at := in.Pos()
	if m := little32(in); m != fileEnumeratorMagic {
		in.FailAt(at, javaio.ErrCorrupt, "magic number %08x, want %08x", m, uint32(fileEnumeratorMagic))
	}
	at = in.Pos()
	if v := little32(in); v != uint32(fileSplit.number) {
		in.FailAt(at, javaio.ErrUnsupported, "file split version %d", v)
	}
	splits, paths := little32(in), little32(in)
	if in.Err() == nil && int64(splits)+int64(paths) > int64(in.Len()/4) {
		in.FailAt(at, javaio.ErrCorrupt, "%d splits and %d paths cannot fit", splits, paths)
	}
	left, done := serializer.List{}, serializer.List{}
	for ; splits > 0 && in.Err() == nil; splits-- {
		left = append(left, in.framed(int(little32(in)), fileSplit.codec))
	}
	for ; paths > 0 && in.Err() == nil; paths-- {
		done = append(done, string(in.Bytes(int(little32(in)))))
	}
	return serializer.Struct{Type: fileEnumeratorType, Values: []serializer.Value{left, done}}
}

func little32(in *input) uint32 {
	if b := in.Bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func little64(in *input) int64 {
	if b := in.Bytes(8); b != nil {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// numberSplit 1 := id:utf from:i64 to:i64 of NumberSequenceSource and DataGeneratorSource: from is the next number.
var numberSplit = version{1, record(field{"id", name}, field{"from", int64s}, field{"to", int64s})}

// hybridSplit 0 := sourceIndex:i32 id:utf wrappedVersion:i32 bin(wrapped)
var hybridSplit = version{0, record(field{"source", index}, field{"id", name}, field{"version", index}, field{"bytes", bin})}

var hybridEnumerator = version{0, record(field{"source", index}, field{"version", index}, field{"bytes", bin})}

// Kinesis streams source:
//
//	split 0 := streamArn:utf shardId:utf iteratorType:utf ?(?timestamp:i64 ?sequence:utf)
//	split 1 := split 0, n:i32 parent:utf{n} startHashKey:utf endHashKey:utf
//	split 2 := split 1, finished:bool
var (
	kinesisMarker = optional(record(field{"timestamp", optional(int64s)}, field{"sequence", optional(utf)}))
	kinesisFirst  = []field{{"streamArn", arn}, {"shardId", name}, {"iteratorType", name}, {"position", kinesisMarker}}
	kinesisSecond = append(kinesisFirst[:4:4], field{"parents", list(2, utf)}, field{"startHashKey", utf}, field{"endHashKey", utf})
	kinesisSplits = []version{{0, record(kinesisFirst...)}, {1, record(kinesisSecond...)},
		{2, record(append(kinesisSecond[:7:7], field{"finished", boolean})...)}}
)

// arn is a name of AWS.
var arn = codec{utf.typ, func(in *input) serializer.Value {
	at, s := in.Pos(), in.UTF()
	if in.Err() == nil && (len(s) < 4 || s[:4] != "arn:" || !printable(s)) {
		in.FailAt(at, javaio.ErrCorrupt, "%q is no ARN", s)
	}
	return s
}}

// kinesisEnumerator 0 := ?lastSeenShardId:utf n:i32 splitVersion:i32 bin(split){n}; 1 adds a status to each split.
var kinesisEnumerator = []version{
	{0, record(field{"lastSeenShardId", optional(utf)}, field{"shards", unassignedSplits(kinesisSplits...)})},
	{1, record(field{"lastSeenShardId", optional(utf)}, field{colSplits, statusSplits(kinesisSplits...)})},
}

// unassignedSplits is a count, a version, and splits.
func unassignedSplits(forms ...version) codec {
	v := newVersions(forms...)
	return codec{listOf(v.typ), func(in *input) serializer.Value {
		n := in.Length(4)
		c, ok := v.of(in, in.Int32())
		if !ok {
			return nil
		}
		l := make(serializer.List, 0, n)
		for one := payload(inBin(c)); n > 0 && in.Err() == nil; n-- {
			l = append(l, one.read(in))
		}
		return l
	}}
}
