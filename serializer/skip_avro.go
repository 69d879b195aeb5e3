package serializer

import (
	"encoding/binary"
	"unicode/utf8"
)

// skipAvro passes the Avro kinds that are neither fixed nor a record nor a boolean.
func skipAvro(n *node, b []byte, p, depth int) (int, error) {
	switch n.kind {
	case KindAvroArray, KindAvroMap:
		return skipBlocks(n, b, p, depth)
	}
	if len(b)-p < 4 {
		return 0, ErrShort
	}
	v := int32At(b, p)
	switch n.kind {
	case KindAvroEnum:
		if v < 0 || int(v) >= len(n.t.Symbols) {
			return 0, corrupt(p, "symbol %d of %d", v, len(n.t.Symbols))
		}
		return p + 4, nil
	case KindAvroUnion:
		if v < 0 || int(v) >= len(n.elems) {
			return 0, corrupt(p, "branch %d of %d", v, len(n.elems))
		}
		return skip(n.elems[v], b, p+4, depth)
	case KindAvroString:
		return skipUTF8(b, p)
	}
	return skipArray(b, p, 1)
}

func skipUTF8(b []byte, p int) (int, error) {
	next, err := skipArray(b, p, 1)
	if err == nil && !utf8.Valid(b[p+4:next]) {
		return 0, corrupt(p+4, "text is not UTF-8")
	}
	return next, err
}

// skipBlocks passes blocks of a count and that many items, up to one of none.
func skipBlocks(n *node, b []byte, p, depth int) (int, error) {
	for {
		count, w := binary.Uvarint(b[p:])
		switch {
		case w == 0:
			return 0, ErrShort
		case w < 0 || count >= 1<<31 || w > 1 && b[p+w-1] == 0:
			return 0, corrupt(p, "block count is no number below 2^31 in its shortest form")
		}
		p += w
		if count == 0 {
			return p, nil
		}
		if n.kind == KindAvroArray {
			q, err := skipElements(n, b, p, depth, int(count))
			if err != nil {
				return 0, err
			}
			p = q
			continue
		}
		for i := range int(count) {
			q, err := skipMapItem(n, b, p, depth)
			if err != nil {
				return 0, inIndex(err, i)
			}
			p = q
		}
	}
}

func skipMapItem(n *node, b []byte, p, depth int) (int, error) {
	p, err := skipUTF8(b, p)
	if err != nil {
		return 0, err
	}
	return skip(n.elems[0], b, p, depth)
}
