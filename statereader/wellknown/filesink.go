package wellknown

import (
	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// The file sinks:
//
//	bucket 1..3       := 1E764B79 svs(bucketId) path:utf created:i64 ?inProgress [pending by checkpoint, 1 and 2]
//	bucketId 1        := length:u32 UTF-8, little-endian
//	inProgress        := in version 1 svs(recoverable), later svs(inProgressFile)
//	pending           := version:i32 n:i32 (checkpointId:i64 m:i32 bin{m}){n}   elements: 1 recoverable, 2 pendingFile
//	inProgressFile 1  := B3A4073D svs(recoverable)
//	inProgressFile 2  := B3A4073D ?target:utf svs(recoverable)
//	pendingFile 1     := 2C853C89 svs(recoverable)
//	pendingFile 2     := 2C853C89 ?target:utf size:i64 svs(recoverable)
//	committable 1     := 1E765C80 ?svs(pendingFile) ?svs(inProgressFile)
//	committable 2     := 1E765C80 bucketId:utf ?svs(pendingFile) ?svs(inProgressFile) ?compacted:utf
const (
	bucketMagic      = 0x1E764B79
	inProgressMagic  = 0xB3A4073D
	pendingMagic     = 0x2C853C89
	committableMagic = 0x1E765C80
)

var bucketID = svs(version{1, littleText})

// littleText is a string that takes the rest, behind its own length.
var littleText = codec{utf.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), little32(in)
	if in.Err() == nil && int64(n) > int64(in.Len()) {
		in.FailAt(at, javaio.ErrCorrupt, "text of %d bytes", n)
		return ""
	}
	return string(in.Bytes(int(n)))
}}

// inProgressFile and pendingFile have a file, as the file system it lies in recovers it.
var (
	inProgressForms = []version{
		{1, record(magic(inProgressMagic), field{"file", svs(recoverableForms...)})},
		{2, record(magic(inProgressMagic), field{"target", optional(utf)}, field{"file", svs(recoverableForms...)})},
	}
	pendingForms = []version{
		{1, record(magic(pendingMagic), field{"file", svs(recoverableForms...)})},
		{2, record(magic(pendingMagic), field{"target", optional(utf)}, field{"size", int64s}, field{"file", svs(recoverableForms...)})},
	}
	inProgressFile, pendingFile = svs(inProgressForms...), svs(pendingForms...)
	// The first bucket states have the file alone.
	firstInProgress = svs(wrapFile(recoverableForms)...)
)

// wrapFile gives forms of a file alone the shape of those that have it as a field.
func wrapFile(forms []version) (out []version) {
	for _, f := range forms {
		out = append(out, version{f.number, record(field{"file", f.codec})})
	}
	return out
}

var fileBucket = []version{
	{1, bucket(firstInProgress, field{"pending", pendingByCheckpoint(recoverableForms, true)})},
	{2, bucket(inProgressFile, field{"pending", pendingByCheckpoint(pendingForms, false)})},
	{3, bucket(inProgressFile)},
}

// bucket reads every version as the columns of the last: forms differ in what their files are wrapped in.
func bucket(inProgress codec, pending ...field) codec {
	t := inProgressFile.typ
	fields := append([]field{magic(bucketMagic), {"bucket", bucketID}, {"path", utf}, {"created", int64s},
		{"inProgress", optional(widen(inProgress, t))}}, pending...)
	return record(fields...)
}

// widen reads c as records of type t, which has all of c's fields.
func widen(c codec, t *serializer.Type) codec {
	return codec{t, func(in *input) serializer.Value {
		own, ok := c.read(in).(serializer.Struct)
		if !ok || in.Err() != nil {
			return nil
		}
		s := serializer.Struct{Type: t, Values: make([]serializer.Value, len(t.Elems))}
		for i, name := range t.Fields {
			for j, o := range own.Type.Fields {
				if o == name {
					s.Values[i] = own.Values[j]
				}
			}
		}
		return s
	}}
}

func pendingByCheckpoint(forms []version, wrap bool) codec {
	if wrap {
		forms = wrapFile(forms)
	}
	v := newVersions(forms...)
	files := listOf(pendingFile.typ)
	t := &serializer.Type{Kind: serializer.KindStruct, Fields: []string{"checkpointId", "files"}, Elems: []*serializer.Type{int64s.typ, files}}
	return codec{listOf(t), func(in *input) serializer.Value {
		c, ok := v.of(in, in.Int32())
		if !ok {
			return nil
		}
		one := record(field{"checkpointId", int64s}, field{"files", list(4, widen(inBin(c), pendingFile.typ))})
		l := list(12, one).read(in)
		if out, ok := l.(serializer.List); ok {
			for i := range out {
				if s, ok := out[i].(serializer.Struct); ok {
					out[i] = serializer.Struct{Type: t, Values: s.Values}
				}
			}
		}
		return l
	}}
}

var fileCommittable = []version{
	{1, payload(record(magic(committableMagic), field{"pending", optional(pendingFile)}, field{"inProgress", optional(inProgressFile)}))},
	{2, payload(record(magic(committableMagic), field{"bucket", utf}, field{"pending", optional(pendingFile)},
		field{"inProgress", optional(inProgressFile)}, field{"compacted", optional(utf)}))},
}
