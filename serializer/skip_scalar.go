package serializer

import (
	"encoding/binary"
	"math"
	"slices"

	"ckpt/internal/javaio"
)

// skipScalar passes the kinds that hold no other values and are not of the fast paths.
func skipScalar(n *node, b []byte, p int) (int, error) {
	if size := int(fixedBytes[n.kind]); size > 0 {
		if size > len(b)-p {
			return 0, ErrShort
		}
		if err := checkFixed(n, b, p); err != nil {
			return 0, err
		}
		return p + size, nil
	}
	switch n.kind {
	case KindUTF:
		text, next, err := utfAt(b, p)
		if err == nil && !isModifiedUTF8(text) {
			return 0, corrupt(p+2, "text is not modified UTF-8")
		}
		return next, err
	case KindHadoopInt, KindHadoopLong, KindHadoopText:
		return skipHadoop(n, b, p)
	case KindBigInt:
		_, p, err := bigAt(b, p)
		return p, err
	case KindBigDec:
		return skipBigDec(b, p)
	case KindBooleanArray:
		return skipBooleans(b, p)
	case KindByteArray:
		return skipArray(b, p, 1)
	case KindShortArray, KindCharArray:
		return skipArray(b, p, 2)
	case KindIntArray, KindFloatArray:
		return skipArray(b, p, 4)
	case KindLongArray, KindDoubleArray:
		return skipArray(b, p, 8)
	case KindStringArray:
		return skipStrings(b, p)
	case KindStringValueArray:
		return skipStringValues(b, p)
	case KindNullArray:
		count, next, err := countAt(b, p)
		if count > maxFree {
			return 0, corrupt(p, "%d elements of no bytes", count)
		}
		return next, err
	case KindShortBytes:
		if p >= len(b) || int(b[p]) > len(b)-p-1 {
			return 0, ErrShort
		}
		return p + 1 + int(b[p]), nil
	case KindVariant:
		return skipVariant(b, p)
	}
	return 0, unsupported(p, "kind %d has no grammar", n.kind)
}

// checkFixed validates a value of a fixed number of bytes that not all bytes are.
func checkFixed(n *node, b []byte, p int) error {
	switch n.kind {
	case KindSQLTimestamp:
		if millis := int64At(b, p); millis != math.MinInt64 {
			return checkNanos(b, p+8)
		}
	case KindInstant:
		if int64At(b, p) != math.MinInt64 || int32At(b, p+8) != math.MinInt32 {
			return checkNanos(b, p+8)
		}
	case KindLocalDate:
		return checkDate(b, p)
	case KindLocalTime:
		return checkTime(b, p)
	case KindLocalDateTime:
		if err := checkDate(b, p); err != nil || int32At(b, p) == math.MinInt32 {
			return err
		}
		return checkTime(b, p+6)
	case KindEnum:
		if i := int32At(b, p); i < 0 || n.t.Symbols != nil && int(i) >= len(n.t.Symbols) {
			return corrupt(p, "constant %d of %d", i, len(n.t.Symbols))
		}
	case KindScalaEnum:
		if id := int32At(b, p); n.t.IDs != nil && !slices.Contains(n.t.IDs, id) {
			return corrupt(p, "no constant has id %d", id)
		}
	}
	return nil
}

func checkNanos(b []byte, p int) error {
	if n := int32At(b, p); n < 0 || n > 999_999_999 {
		return corrupt(p, "%d nanoseconds", n)
	}
	return nil
}

// checkDate decides null by the year alone, as Flink does.
func checkDate(b []byte, p int) error {
	year, month, day := int32At(b, p), int(b[p+4]), int(b[p+5])
	if year == math.MinInt32 {
		return nil
	}
	if year < -999_999_999 || year > 999_999_999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return corrupt(p, "date %d-%d-%d", year, month, day)
	}
	return nil
}

func daysIn(year int32, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// nullHour is the hour of a time that is null: the lowest byte.
const nullHour = 0x80

func checkTime(b []byte, p int) error {
	if b[p] == nullHour {
		return nil
	}
	if b[p] > 23 || b[p+1] > 59 || b[p+2] > 59 {
		return corrupt(p, "time %d:%d:%d", b[p], b[p+1], b[p+2])
	}
	return checkNanos(b, p+3)
}

// bigAt returns the bytes of a BigInteger: head:i32 and head-4 bytes of two's complement; heads 0 to 3 are null, 0, 1, 10.
// size is -1 … -4 for these.
func bigAt(b []byte, p int) (size, next int, err error) {
	if len(b)-p < 4 {
		return 0, 0, ErrShort
	}
	head := int(int32At(b, p))
	if head < 0 || head == 4 {
		return 0, 0, corrupt(p, "head of a big integer is %d", head)
	}
	if head < 4 {
		return -1 - head, p + 4, nil
	}
	size = head - 4
	if size > len(b)-p-4 {
		return 0, 0, ErrShort
	}
	if d := b[p+4 : p+4+size]; size > 1 && (d[0] == 0 && d[1] < 0x80 || d[0] == 0xFF && d[1] >= 0x80) ||
		size == 1 && (d[0] <= 1 || d[0] == 10) {
		return 0, 0, corrupt(p, "big integer in more bytes than it needs")
	}
	return size, p + 4 + size, nil
}

func skipBigDec(b []byte, p int) (int, error) {
	size, p, err := bigAt(b, p)
	if err != nil || size == -1 {
		return p, err
	}
	if len(b)-p < 4 {
		return 0, ErrShort
	}
	return p + 4, nil
}

func skipBooleans(b []byte, p int) (int, error) {
	next, err := skipArray(b, p, 1)
	if err != nil {
		return 0, err
	}
	for i := p + 4; i < next; i++ {
		if b[i] > 1 {
			return 0, corrupt(i, "boolean is %d, want 0 or 1", b[i])
		}
	}
	return next, nil
}

func skipStrings(b []byte, p int) (int, error) {
	count, p, err := countAt(b, p)
	if err != nil {
		return 0, err
	}
	for i := range count {
		q, err := skipText(b, p, 1)
		if err != nil {
			return 0, inIndex(err, i)
		}
		p = q
	}
	return p, nil
}

// skipStringValues passes count:i32 size:i32 and size bytes of packed StringValues.
func skipStringValues(b []byte, p int) (int, error) {
	count, p, err := countAt(b, p)
	if err != nil {
		return 0, err
	}
	size, p, err := countAt(b, p)
	if err != nil {
		return 0, err
	}
	if size > len(b)-p {
		return 0, ErrShort
	}
	end := p + size
	for i := range count {
		q, err := skipText(b[:end], p, 0)
		if err == ErrShort {
			err = corrupt(p, "text continues past the end of its array")
		}
		if err != nil {
			return 0, inIndex(err, i)
		}
		p = q
	}
	if p != end {
		return 0, corrupt(p, "%d bytes left over in the array", end-p)
	}
	return end, nil
}

func skipVariant(b []byte, p int) (int, error) {
	if len(b)-p < 8 {
		return 0, ErrShort
	}
	value, metadata := int(int32At(b, p)), int(int32At(b, p+4))
	if value < 0 || metadata < 0 {
		return 0, corrupt(p, "lengths of a variant are %d and %d", value, metadata)
	}
	if value+metadata > len(b)-p-8 {
		return 0, ErrShort
	}
	return p + 8 + value + metadata, nil
}

func isModifiedUTF8(b []byte) bool {
	for i, c := range b {
		if c == 0 || c >= 0x80 {
			_, bad := javaio.DecodeModifiedUTF8(b[i:])
			return bad < 0
		}
	}
	return true
}

// uint16At reads an unsigned short.
func uint16At(b []byte, p int) uint16 { return binary.BigEndian.Uint16(b[p:]) }
