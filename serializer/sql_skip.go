package serializer

import (
	"math"

	"ckpt/internal/javaio"
)

// skipTable passes a value of the SQL runtime by itself that is not of a fixed number of arbitrary bytes.
func skipTable(n *node, b []byte, p int) (int, error) {
	switch n.kind {
	case KindTableBoolean:
		_, p, err := flagAt(b, p)
		return p, err
	case KindTableTimestamp, KindTableInstant:
		if len(b)-p < 12 {
			return 0, ErrShort
		}
		return p + 12, checkMilliNanos(int64(int32At(b, p+8)), p+8)
	case KindTableNull:
		return 0, corrupt(p, "a value of type NULL")
	}
	next, err := skipArray(b, p, 1)
	if err != nil {
		return 0, err
	}
	content := b[p+4 : next]
	switch n.kind {
	case KindTableDecimal:
		err = checkDigits(content)
	case KindTableRow, KindTableArray, KindTableMap, KindTableMultiset:
		err = n.checkPart(content)
	}
	if err != nil {
		return 0, shifted(err, p+4)
	}
	return next, nil
}

func checkMilliNanos(nanos int64, p int) error {
	if nanos < 0 || nanos > maxNanos {
		return corrupt(p, "%d nanoseconds of a millisecond", nanos)
	}
	return nil
}

// checkDigits validates an unscaled number in two's complement.
func checkDigits(b []byte) error {
	if len(b) < 1 || len(b) > decimalPart {
		return corrupt(0, "number of a decimal has %d bytes, want 1 to %d", len(b), decimalPart)
	}
	if len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xFF && b[1] >= 0x80) {
		return corrupt(0, "number of a decimal has more bytes than it needs")
	}
	return nil
}

// checkPart validates a row, array or map that is b.
func (n *node) checkPart(b []byte) error {
	switch n.kind {
	case KindTableRow:
		return n.checkRow(b)
	case KindTableArray:
		_, err := checkArray(n.elems[0], b)
		return err
	case KindTableMap, KindTableMultiset:
		return n.checkMap(b)
	}
	return nil
}

func (n *node) checkRow(b []byte) error {
	columns := len(n.elems)
	head := RowHead(columns)
	fixed := head + 8*columns
	if len(b) < fixed || len(b)%4 != 0 {
		return corrupt(0, "row of %d bytes, want %d or more and a multiple of 4", len(b), fixed)
	}
	if most := n.lastRowKind(); b[0] > most {
		return corrupt(0, "kind of a row is %d, want 0 to %d", b[0], most)
	}
	if i := strayBit(b[rowKindBytes:head], columns); i >= 0 {
		return corrupt(rowKindBytes+i/8, "null bit %d of a row of %d columns", i, columns)
	}
	room := len(b) - fixed
	for i, e := range n.elems {
		if nullBit(b[rowKindBytes:], i) {
			continue
		}
		used, err := e.checkSlot(b, head+8*i, fixed)
		if room -= used; err == nil && room < 0 {
			err = corrupt(head+8*i, "parts of the row overlap")
		}
		if err != nil {
			return n.inField(err, i)
		}
	}
	return nil
}

// lastRowKind is the highest number of a row's kind. Until 1.10 there were two: accumulate and retract.
func (n *node) lastRowKind() byte {
	if n.t.Flag {
		return 1
	}
	return byte(Delete)
}

// strayBit returns the first set bit of nulls at or behind n; -1 if there is none.
func strayBit(nulls []byte, n int) int {
	for i := n; i < 8*len(nulls); i++ {
		if i&7 == 0 && nulls[i>>3] == 0 {
			i += 7
			continue
		}
		if nullBit(nulls, i) {
			return i
		}
	}
	return -1
}

// checkArray validates an array of e and returns its number of elements.
func checkArray(e *node, b []byte) (count int, err error) {
	if len(b) < 4 {
		return 0, corrupt(0, "array of %d bytes", len(b))
	}
	count = le32(b, 0)
	if count > math.MaxInt32 || count > (len(b)-4)*8 || arrayFixed(count, e.width) > len(b) {
		return 0, corrupt(0, "array of %d elements in %d bytes", uint32(count), len(b))
	}
	head, fixed := ArrayHead(count), arrayFixed(count, e.width)
	if i := strayBit(b[4:head], count); i >= 0 {
		return 0, corrupt(4+i/8, "null bit %d of an array of %d elements", i, count)
	}
	if e.slot == slotPlain {
		return count, nil
	}
	room := len(b) - fixed
	for i := range count {
		if nullBit(b[4:], i) {
			continue
		}
		used, err := e.checkSlot(b, head+e.width*i, fixed)
		if room -= used; err == nil && room < 0 {
			err = corrupt(head+e.width*i, "parts of the array overlap")
		}
		if err != nil {
			return 0, inIndex(err, i)
		}
	}
	return count, nil
}

func (n *node) checkMap(b []byte) error {
	keys, values, err := mapArrays(b)
	if err != nil {
		return err
	}
	nk, err := checkArray(n.elems[0], keys)
	if err != nil {
		return javaio.InField(shifted(err, 4), "keys")
	}
	nv, err := checkArray(n.elems[1], values)
	if err != nil {
		return javaio.InField(shifted(err, 4+len(keys)), "values")
	}
	if nk != nv {
		return corrupt(0, "map of %d keys and %d values", nk, nv)
	}
	return nil
}

// mapArrays cuts a map into the arrays of its keys and values.
func mapArrays(b []byte) (keys, values []byte, err error) {
	if len(b) < 4 {
		return nil, nil, corrupt(0, "map of %d bytes", len(b))
	}
	size := le32(b, 0)
	if size > len(b)-4 {
		return nil, nil, corrupt(0, "keys of %d bytes in a map of %d", size, len(b))
	}
	return b[4 : 4+size], b[4+size:], nil
}

// checkSlot validates a column or element whose slot is at p of b, and what it has behind fixed, where the parts begin.
// It returns the bytes that it takes there.
func (n *node) checkSlot(b []byte, p, fixed int) (used int, err error) {
	switch n.slot {
	case slotPlain:
		return 0, nil
	case slotFlag:
		_, _, err := flagAt(b, p)
		return 0, err
	case slotNull:
		return 0, corrupt(p, "a value of type NULL")
	case slotShort:
		if b[p+7]&0x80 != 0 {
			if size := b[p+7] & 0x7F; size > inlineBytes {
				return 0, corrupt(p+7, "%d bytes in a slot of 8", size)
			}
			return 0, nil
		}
	}
	size, at := le32(b, p), le32(b, p+4)
	room := size
	switch n.slot {
	case slotDigits:
		room = decimalPart
	case slotNanos:
		room = millisPart
		if err := checkMilliNanos(int64(size), p); err != nil {
			return 0, err
		}
	}
	if at < fixed || room > len(b)-at || size > room && n.slot == slotDigits {
		return 0, corrupt(p, "%d bytes at %d of %d", room, at, len(b))
	}
	switch n.slot {
	case slotDigits:
		err = checkDigits(b[at : at+size])
	case slotPart:
		err = n.checkPart(b[at : at+size])
	}
	if err != nil {
		return 0, shifted(err, at)
	}
	return room, nil
}
