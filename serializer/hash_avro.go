package serializer

// avro hashes as GenericData does in every release that Flink ships; Avro 1.12 in a user's jar does not.
func (h *hasher) avro(n *node, v Value) int32 {
	if n.t.foreign {
		return h.none()
	}
	switch n.kind {
	case KindAvroNull:
		return 0
	case KindAvroString:
		s, _ := v.(string)
		return hashUTF8(s)
	case KindAvroBytes:
		b, _ := v.([]byte)
		return reverseHash(b) // ByteBuffer's rule
	case KindAvroFixed:
		code, _ := arrayHash(v)
		return code
	case KindAvroEnum:
		e, _ := v.(Enum)
		return e.Index
	case KindAvroUnion:
		return h.branch(n, v)
	case KindAvroArray:
		l, _ := v.(List)
		code := int32(1)
		for _, e := range l {
			code = 31*code + h.value(n.elems[0], e)
		}
		return code
	case KindAvroMap:
		return h.avroMap(n, v)
	case KindAvroRecord:
		return h.record(n, v)
	}
	return h.scalar(v)
}

func (h *hasher) record(n *node, v Value) int32 {
	s, _ := v.(Struct)
	if len(s.Values) != len(n.elems) {
		return h.none()
	}
	code := int32(1)
	for i, f := range s.Values {
		if i < len(n.t.unordered) && n.t.unordered[i] {
			continue
		}
		code = 31*code + h.value(n.elems[i], f)
	}
	return code
}

func (h *hasher) branch(n *node, v Value) int32 {
	if b, ok := v.(Branch); ok {
		if int(b.Index) >= len(n.elems) || b.Index < 0 {
			return h.none()
		}
		return h.value(n.elems[b.Index], b.Value)
	}
	for _, e := range n.elems {
		if e.kind != KindAvroNull {
			return h.value(e, v)
		}
	}
	return h.none()
}

// avroMap hashes a map as Java's: its parts by their own classes, which differ from GenericData's for enums, and are
// Utf8 or String for text, which differ beyond ASCII.
func (h *hasher) avroMap(n *node, v Value) (code int32) {
	m, _ := v.(Map)
	e := n.elems[0]
	switch e.kind {
	case KindAvroBoolean, KindAvroInt, KindAvroLong, KindAvroFloat, KindAvroDouble, KindAvroString, KindAvroBytes, KindAvroFixed:
	default:
		return h.none()
	}
	for _, entry := range m {
		key, _ := entry.Key.(string)
		if text, ok := entry.Value.(string); !isASCII(key) || ok && !isASCII(text) {
			return h.none()
		}
		code += stringHash(key) ^ h.value(e, entry.Value)
	}
	return code
}

// hashUTF8 goes over the signed bytes of UTF-8.
func hashUTF8(s string) (code int32) {
	for i := range len(s) {
		code = 31*code + int32(int8(s[i]))
	}
	return code
}
