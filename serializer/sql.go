package serializer

import "encoding/binary"

// Rows of the SQL runtime, and arrays and maps in them, little endian; offsets count from the first byte of the row or
// array that has them.
//
//	row   := kind:u8 nulls, up to a multiple of 8 bytes; slot:8 for each column; the parts that are not in slots
//	array := n:i32 nulls, up to a multiple of 4 bytes; slot:width for each element, up to a multiple of 8 bytes; the parts
//	map   := bytes of the key array:i32 array(keys) array(values)
//	nulls := a bit for each column or element, least significant bit of the first byte first: 1 is null
//
// Parts begin at multiples of 8 bytes and are padded with zeros.

// slotForm says how a column or an element lies in its slot.
type slotForm uint8

const (
	slotPlain  slotForm = iota // the number itself, any bytes
	slotFlag                   // a byte, 0 or 1
	slotShort                  // up to 7 bytes in the slot, their number and 0x80 in its last byte; more of them as a part
	slotPart                   // size:u32 offset:u32
	slotDigits                 // size:u32 offset:u32 of a part of 16 bytes, of which size are used
	slotNanos                  // nanos:u32 offset:u32 of a part of 8 bytes, the milliseconds
	slotNull                   // nothing: always null
)

const (
	rowKindBytes = 1
	decimalPart  = 16 // bytes reserved for an unscaled number that does not fit into 8
	millisPart   = 8
	maxCompact   = 18 // digits of a decimal that is kept in 8 bytes
	inlineBytes  = 7
	maxNanos     = 999_999 // of a millisecond
)

// IsTable says whether values of k are those of the SQL runtime.
func (k Kind) IsTable() bool { return k >= KindTableBoolean && k <= KindTableRaw }

// Compact says whether t, a decimal or timestamp of the SQL runtime, is kept in 8 bytes.
func (t *Type) Compact() bool {
	if t.Kind == KindTableDecimal {
		return t.Precision <= maxCompact
	}
	return t.Precision <= 3 || t.Flag
}

// slotOf returns the form of t in slots.
func slotOf(t *Type) slotForm {
	switch t.Kind {
	case KindTableBoolean:
		return slotFlag
	case KindTableChar, KindTableVarchar, KindTableBinary, KindTableVarbinary:
		return slotShort
	case KindTableArray, KindTableMap, KindTableMultiset, KindTableRow, KindTableRaw:
		return slotPart
	case KindTableNull:
		return slotNull
	case KindTableDecimal:
		if !t.Compact() {
			return slotDigits
		}
	case KindTableTimestamp, KindTableInstant:
		if !t.Compact() {
			return slotNanos
		}
	}
	return slotPlain
}

// SlotWidth is the size of the slot of an element of t in an array.
func SlotWidth(t *Type) int {
	switch t.Kind {
	case KindTableBoolean, KindTableTinyInt:
		return 1
	case KindTableSmallInt:
		return 2
	case KindTableInt, KindTableDate, KindTableTime, KindTableMonths, KindTableFloat:
		return 4
	}
	return 8
}

// RowHead is the size of a row's kind and null bits: where the slots of its n columns begin.
func RowHead(n int) int { return (n + 63 + 8*rowKindBytes) / 64 * 8 }

// ArrayHead is the size of an array's count and null bits: where the slots of its n elements begin.
func ArrayHead(n int) int { return 4 + (n+31)/32*4 }

// arrayFixed is the size of an array without parts.
func arrayFixed(n, width int) int { return roundUp(ArrayHead(n) + n*width) }

func roundUp(n int) int { return (n + 7) &^ 7 }

func nullBit(nulls []byte, i int) bool { return nulls[i>>3]>>(i&7)&1 != 0 }

func le32(b []byte, p int) int { return int(binary.LittleEndian.Uint32(b[p:])) }

func le64(b []byte, p int) int64 { return int64(binary.LittleEndian.Uint64(b[p:])) }

// tableFixed returns the bytes of a value by itself where it has a fixed number of them; 0 otherwise.
func (t *Type) tableFixed() int {
	switch t.Kind {
	case KindTableDecimal:
		if t.Compact() {
			return 8
		}
	case KindTableTimestamp, KindTableInstant:
		if t.Compact() {
			return 8
		}
		return 12
	}
	return int(fixedBytes[t.Kind])
}

// milliTime splits milliseconds since 1970 and nanoseconds of the millisecond into seconds and nanoseconds of the second.
func milliTime(millis int64, nanos int32) (seconds int64, nanoOfSecond int32) {
	seconds = millis / 1000
	rest := int32(millis % 1000)
	if rest < 0 {
		seconds, rest = seconds-1, rest+1000
	}
	return seconds, rest*1_000_000 + nanos
}
