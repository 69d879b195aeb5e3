package serializer

// row hashes a Row by the rule of the release. Rows restored from state have positions, no names.
func (h *hasher) row(n *node, s Struct) int32 {
	kind := int32(s.Kind)
	code := int32(1)
	switch h.rows {
	case Row102:
		for i, v := range s.Values {
			code = 31*code + h.value(n.elems[i], v)
		}
		return code
	case Row105, Row111:
		for i, v := range s.Values {
			code = 31*code + h.deepArray(n.elems[i], v)
		}
		if h.rows == Row111 {
			code += 31 * kind
		}
		return code
	case Row112:
		code = kind
		for i, v := range s.Values {
			code = 31*code + h.deep(n.elems[i], v)
		}
		return code
	}
	for i, v := range s.Values {
		code = 31*code + h.deep(n.elems[i], v)
	}
	return 31*kind + code
}

// deepArray is an element in Arrays.deepHashCode.
func (h *hasher) deepArray(n *node, v Value) int32 {
	n = unwrapped(n)
	if v == nil {
		return h.value(n, v)
	}
	switch n.kind {
	case KindArray, KindStringArray:
		code := int32(1)
		for _, e := range items(v) {
			code = 31*code + h.deepArray(element(n), e)
		}
		return code
	}
	if code, ok := arrayHash(v); ok && n.t.Class == "" {
		return code
	}
	return h.value(n, v)
}

// deep is a field in Flink's own deep hash since 1.12.
func (h *hasher) deep(n *node, v Value) int32 {
	n = unwrapped(n)
	if v == nil && n.kind != KindNullValue && n.kind != KindTuple0 {
		return 0
	}
	code := int32(1)
	switch n.kind {
	case KindArray, KindStringArray, KindList, KindLinkedList:
		for _, e := range items(v) {
			code = 31*code + h.deep(element(n), e)
		}
		return code
	case KindMap, KindNullAwareMap:
		m, _ := v.(Map)
		for _, e := range m {
			code += h.deep(n.elems[0], e.Key) ^ h.deep(n.elems[1], e.Value)
		}
		return code
	case KindRow:
		if h.rows == Row112 {
			return h.value(n, v)
		}
	}
	if code, ok := arrayHash(v); ok && n.t.Class == "" {
		return 31 + code
	}
	return 31 + h.value(n, v)
}

// unwrapped looks through NullableSerializer, which values do not show.
func unwrapped(n *node) *node {
	for n.kind == KindNullable {
		n = n.elems[0]
	}
	return n
}

var stringNode = &node{kind: KindString, t: scalar(KindString)}

func element(n *node) *node {
	if n.kind == KindStringArray {
		return stringNode
	}
	return n.elems[0]
}

func items(v Value) []Value {
	switch x := v.(type) {
	case List:
		return x
	case []Value:
		return x
	}
	return nil
}

// arrayHash is Arrays.hashCode of a primitive array.
func arrayHash(v Value) (code int32, ok bool) {
	switch x := v.(type) {
	case []bool:
		return hashAll(x, boolHash), true
	case []byte:
		return hashAll(x, func(v byte) int32 { return int32(int8(v)) }), true
	case []int16:
		return hashAll(x, func(v int16) int32 { return int32(v) }), true
	case []int32:
		return hashAll(x, func(v int32) int32 { return v }), true
	case []int64:
		return hashAll(x, longHash), true
	case []float32:
		return hashAll(x, floatBits), true
	case []float64:
		return hashAll(x, func(v float64) int32 { return longHash(doubleBits(v)) }), true
	case []Char:
		return hashAll(x, func(v Char) int32 { return int32(v) }), true
	}
	return 0, false
}

func hashAll[T any](all []T, hash func(T) int32) int32 {
	code := int32(1)
	for _, v := range all {
		code = 31*code + hash(v)
	}
	return code
}
