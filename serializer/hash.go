package serializer

import "strings"

// RowRule is how a release computes the hash code of a Row. A savepoint that was taken across these lines holds keys in
// groups that the newer release does not look into.
type RowRule uint8

const (
	Row113 RowRule = iota // since 1.13
	Row112                // 1.12
	Row111                // 1.11
	Row105                // 1.5 to 1.10
	Row102                // 1.2 to 1.4
)

// Hash returns the Java hash code of v; known is false where it depends on code or releases that are not recorded.
// Rows are hashed as Flink does since 1.13.
func (p *Program) Hash(v Value) (hash int32, known bool) { return p.HashAs(v, Row113) }

// HashAs is Hash with the rule for Rows of an older release.
func (p *Program) HashAs(v Value, rows RowRule) (hash int32, known bool) {
	h := hasher{rows: rows}
	hash = h.value(p.framed, v)
	return hash, !h.unknown
}

// HashBytes returns the hash code of the value that b is, from its first byte to its last; known as for Hash. Errors are
// those of Skip. Scalars, strings and tuples of them are not decoded.
func (p *Program) HashBytes(b []byte) (hash int32, known bool, err error) {
	n, err := p.Skip(b)
	if err == nil && n < len(b) {
		err = corrupt(n, "%d bytes left over", len(b)-n)
	}
	if err != nil {
		return 0, false, err
	}
	h := hasher{}
	d := decoder{b: b, free: maxFree}
	hash = h.encoded(p.root, &d)
	if d.free < 0 {
		return 0, false, unsupported(0, "more than %d elements of no bytes", maxFree)
	}
	return hash, !h.unknown, nil
}

// hasher computes hash codes; one that is not known makes all that contain it unknown.
type hasher struct {
	rows    RowRule
	user    userRule
	unknown bool
}

func (h *hasher) none() int32 {
	h.unknown = true
	return 0
}

// encoded hashes the next value of d, without making it where that is simple.
func (h *hasher) encoded(n *node, d *decoder) int32 {
	switch {
	case n.kind == KindTableRow:
		return hashWords(d.bin())
	case n.t.Class != "" && n.kind != KindTuple:
	case n.kind == KindString:
		return d.textHash()
	case n.kind == KindInt:
		return d.int32()
	case n.kind == KindLong:
		return longHash(d.int64())
	case n.kind == KindTuple:
		return h.encodedTuple(n, d)
	}
	return h.value(n, d.value(n))
}

func (h *hasher) encodedTuple(n *node, d *decoder) (code int32) {
	for i, e := range n.elems {
		if c := h.encoded(e, d); i == 0 {
			code = c
		} else {
			code = 31*code + c
		}
	}
	return code
}

// textHash hashes the string that comes next; null is 0.
func (d *decoder) textHash() (code int32) {
	n, p, _ := textLength(d.b, d.p, 1)
	for ; n > 0; n-- {
		u := uint16(d.b[p])
		w := 1
		if u >= 0x80 {
			u, w = unitAt(d.b, p)
		}
		p += w
		code = 31*code + int32(u)
	}
	d.p = p
	return code
}

// value hashes v. Null is 0 in all that Java and Flink compute.
func (h *hasher) value(n *node, v Value) int32 {
	n = unwrapped(n)
	switch n.kind {
	case KindNullValue:
		return nullValueHash
	case KindVoid:
		if n.t.Class == pkgTypes+"NullValue" {
			return nullValueHash
		}
		return 0
	case KindTuple0:
		return 0
	case KindOption:
		return h.option(n, v)
	}
	if v == nil {
		return 0
	}
	switch {
	case n.kind.IsTable():
		return h.table(n, v)
	case n.kind >= KindAvroNull && n.kind <= KindAvroRecord:
		return h.avro(n, v)
	case n.t.Class != "" && strings.HasPrefix(n.t.Class, pkgTypes):
		return h.flinkValue(v)
	}
	switch x := v.(type) {
	case Struct:
		return h.structure(n, x)
	case Either:
		return h.either(n, x)
	case List:
		return h.list(n, x)
	case Map:
		if n.kind == KindMap || n.kind == KindNullAwareMap {
			return h.entries(n, x)
		}
	case []byte:
		if n.t.Class == pkgStreaming+"utils.ByteArrayWrapper" {
			return reverseHash(x)
		}
	case Enum:
		if n.kind == KindScalaEnum {
			return x.Index
		}
	case JavaObject:
		return h.object(x.Graph)
	case KryoObject:
		return h.kryo(x.Graph)
	case UUID:
		return uuidHash(x)
	default:
		return h.scalar(v)
	}
	return h.none() // arrays and enums hash by identity
}

const nullValueHash = 53

// flinkValue hashes Flink's own Value classes.
func (h *hasher) flinkValue(v Value) int32 {
	switch x := v.(type) {
	case bool:
		if x {
			return 1
		}
		return 0
	case int64:
		return 43 + longHash(x)
	case float64:
		return 31 + longHash(doubleBits(x))
	case int8, int16, int32, Char, float32, string:
		return h.scalar(v)
	}
	return h.none() // variants, bitmaps
}

func (h *hasher) structure(n *node, s Struct) (code int32) {
	if len(s.Values) != len(n.elems) {
		return h.none()
	}
	switch n.kind {
	case KindTuple:
		for i, v := range s.Values {
			if c := h.value(n.elems[i], v); i == 0 {
				code = c
			} else {
				code = 31*code + c
			}
		}
		return code
	case KindRow:
		return h.row(n, s)
	case KindCaseClass:
		return h.product(n, s)
	}
	return h.user.hash(h, n, s)
}

func (h *hasher) either(n *node, e Either) int32 {
	side := 0
	if e.Right {
		side = 1
	}
	switch {
	case n.kind != KindEither:
		return h.none()
	case n.t.Class == scalaEither:
		return productHash(h.scala(n.elems[side], e.Value))
	}
	return h.value(n.elems[side], e.Value)
}

// list hashes lists in order and sets regardless of it.
func (h *hasher) list(n *node, l List) int32 {
	code := int32(1)
	switch n.kind {
	case KindList, KindLinkedList:
		for _, v := range l {
			code = 31*code + h.value(n.elems[0], v)
		}
		return code
	case KindSet:
		code = 0
		for _, v := range l {
			code += h.value(n.elems[0], v)
		}
		return code
	}
	return h.none()
}

func (h *hasher) entries(n *node, m Map) (code int32) {
	for _, e := range m {
		code += h.value(n.elems[0], e.Key) ^ h.value(n.elems[1], e.Value)
	}
	return code
}
