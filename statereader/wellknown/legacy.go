package wellknown

import (
	"math"
	"strconv"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// FlinkKafkaConsumer and FlinkKinesisConsumer, whose elements are tuples with an object of Kryo in them:
//
//	kafka        := 57 01 hash:zz32 partition:zz32 01 topic:kryoString position:i64
//	kinesis      := 02 (isNull:bool string?){8} 57 01 hash:zz32 01 sequence:kryoString subSequence:zz64
//	kryoString   := ASCII with bit 80 on its last byte | length+1, flagged by bit 80 of its first byte, UTF-8
//
// 57 is the id of the tuple's class, the first that is registered behind Flink's own. zz are zig-zag varints. The
// position is that of the last record that was read.
const (
	kryoClassID  = 0x57
	kryoNew      = 1
	kryoHighBit  = 0x80
	pojoOfFields = 2
)

func appendInt(b []byte, n int32) []byte { return strconv.AppendInt(b, int64(n), 10) }

// expect is a byte that must stand here.
func expect(want uint8) field {
	return field{"", codec{nil, func(in *input) serializer.Value {
		at, got := in.Pos(), in.Uint8()
		if got != want {
			in.FailAt(at, javaio.ErrCorrupt, "byte %02x, want %02x", got, want)
		}
		return nil
	}}}
}

func zigzag(in *input) int64 {
	u := in.Uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

var zz32 = codec{int32s.typ, func(in *input) serializer.Value {
	at, v := in.Pos(), in.Uvarint()
	if v > math.MaxUint32 {
		in.FailAt(at, javaio.ErrCorrupt, "varint longer than 32 bits")
	}
	return int32(uint32(v)>>1) ^ -int32(v&1)
}}

var zz64 = codec{int64s.typ, func(in *input) serializer.Value { return zigzag(in) }}

// kryoString is a string of Kryo 2 that is not null.
var kryoString = codec{utf.typ, func(in *input) serializer.Value {
	at := in.Pos()
	b := in.Rest()
	if len(b) == 0 {
		in.Skip(1)
		return ""
	}
	if b[0]&kryoHighBit == 0 {
		for i, c := range b {
			if c&kryoHighBit != 0 {
				s := append([]byte{}, in.Bytes(i+1)...)
				s[i] &^= kryoHighBit
				return string(s)
			}
		}
		in.FailAt(at, javaio.ErrCorrupt, "text has no end")
		return ""
	}
	// Six bits and a flag in the first byte, then seven and a flag.
	n, more := int(in.Uint8()&0x7F), false
	n, more = n&0x3F, n&0x40 != 0
	for shift := 6; more && shift < 34 && in.Err() == nil; shift += 7 {
		c := int(in.Uint8())
		n, more = n|c&0x7F<<shift, c&kryoHighBit != 0
	}
	if n == 0 || n-1 > in.Len() {
		in.FailAt(at, javaio.ErrCorrupt, "text of %d characters", n-1)
		return ""
	}
	return kryoUnits(in, n-1)
}}

// kryoUnits reads n UTF-16 units, each in one to three bytes.
func kryoUnits(in *input, n int) string {
	from := in.Pos()
	for ; n > 0 && in.Err() == nil; n-- {
		switch c := in.Uint8(); c >> 4 {
		case 12, 13:
			in.Skip(1)
		case 14:
			in.Skip(2)
		}
	}
	s, bad := javaio.DecodeModifiedUTF8(in.Since(from))
	if bad >= 0 {
		in.FailAt(from+bad, javaio.ErrCorrupt, "not UTF-8")
	}
	return s
}

var legacyKafka = record(expect(kryoClassID), expect(kryoNew), field{"hash", zz32}, field{colPartition, legacyPartition}, expect(kryoNew),
	field{colTopic, legacyTopic}, field{"position", int64s})

var legacyPartition = codec{int32s.typ, func(in *input) serializer.Value {
	at, n := in.Pos(), zz32.read(in)
	if p, ok := n.(int32); ok && p < 0 {
		in.FailAt(at, javaio.ErrCorrupt, "partition %d", p)
	}
	return n
}}

var legacyTopic = codec{utf.typ, func(in *input) serializer.Value {
	at, v := in.Pos(), kryoString.read(in)
	if s, _ := v.(string); in.Err() == nil && (s == "" || !printable(s)) {
		in.FailAt(at, javaio.ErrCorrupt, "%q is no topic", s)
	}
	return v
}}

// nullableString is a field of a POJO: whether it is null, then a string as Flink writes it.
var nullableString = codec{nullable(utf.typ), func(in *input) serializer.Value {
	if in.Bool() {
		return nil
	}
	v, n, err := stringProgram.Decode(in.Rest())
	if err != nil {
		in.Fail(javaio.Shift(err, in.Offset()))
		return nil
	}
	in.Skip(n)
	return v
}}

var stringProgram = serializer.Compile(kindOf(serializer.KindString))

var legacyKinesis = record(expect(pojoOfFields),
	field{"adjacentParentShardId", nullableString}, field{"endingHashKey", nullableString}, field{"endingSequenceNumber", nullableString},
	field{"parentShardId", nullableString}, field{"shardId", nullableString}, field{"startingHashKey", nullableString},
	field{"startingSequenceNumber", nullableString}, field{"streamName", nullableString},
	expect(kryoClassID), expect(kryoNew), field{"hash", zz32}, expect(kryoNew), field{"sequenceNumber", kryoString}, field{"subSequenceNumber", zz64})
