package javaio

import "encoding/binary"

// AppendBool, AppendBin and the binary.BigEndian append functions are the writer's side of Reader.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// AppendInt32 and AppendInt64 append big-endian two's complement.
func AppendInt32(dst []byte, v int32) []byte { return binary.BigEndian.AppendUint32(dst, uint32(v)) }
func AppendInt64(dst []byte, v int64) []byte { return binary.BigEndian.AppendUint64(dst, uint64(v)) }

// AppendInt16 appends a big-endian i16.
func AppendInt16(dst []byte, v int16) []byte { return binary.BigEndian.AppendUint16(dst, uint16(v)) }

// AppendBin appends an i32 length and the bytes.
func AppendBin(dst, b []byte) []byte { return append(AppendInt32(dst, int32(len(b))), b...) }
