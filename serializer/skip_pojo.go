package serializer

func skipPojo(n *node, b []byte, p, depth int) (int, error) {
	if p >= len(b) {
		return 0, ErrShort
	}
	switch b[p] {
	case pojoNull:
		return p + 1, nil
	case pojoPlain:
		return skipPojoFields(n, b, p+1, depth)
	}
	sub, q, err := subclassAt(n, b, p)
	if err != nil {
		return 0, err
	}
	if sub.kind == KindPojo && q < len(b) && b[q] != pojoPlain {
		return 0, corrupt(q, "flags of a subclass are %d, want %d", b[q], pojoPlain)
	}
	return skip(sub, b, q, depth)
}

func skipPojoFields(n *node, b []byte, p, depth int) (int, error) {
	for i, e := range n.elems {
		if p >= len(b) {
			return 0, ErrShort
		}
		null := b[p]
		p++
		if null != 0 {
			if null != 1 {
				return 0, n.inField(corrupt(p-1, "null flag is %d, want 0 or 1", null), i)
			}
			continue
		}
		if e.fixed >= 0 && e.fixed <= len(b)-p {
			p += e.fixed
			continue
		}
		if e.kind == KindBoolean && p < len(b) && b[p] <= 1 {
			p++
			continue
		}
		q, err := skip(e, b, p, depth)
		if err != nil {
			return 0, n.inField(err, i)
		}
		p = q
	}
	return p, nil
}

// subclassAt reads the head of a POJO that is stored as a subclass: 4 name:utf or 8 tag:u8.
func subclassAt(n *node, b []byte, p int) (sub *node, next int, err error) {
	switch b[p] {
	case ViaTag:
		if p+1 >= len(b) {
			return nil, 0, ErrShort
		}
		tag := int(b[p+1])
		if tag >= len(n.tagged) {
			return nil, 0, corrupt(p+1, "subclass tag %d of %d", tag, len(n.tagged))
		}
		if n.tagged[tag] == nil {
			return nil, 0, noSerializer(p, n.t.Tagged[tag].Class)
		}
		return n.tagged[tag], p + 2, nil
	case ViaName:
		name, next, err := utfAt(b, p+1)
		if err != nil {
			return nil, 0, err
		}
		for i, s := range n.t.Named {
			if s.Class == string(name) && n.named[i] != nil {
				return n.named[i], next, nil
			}
		}
		return nil, 0, noSerializer(p, string(name))
	}
	return nil, 0, corrupt(p, "POJO flags are %d, want 1, 2, 4 or 8", b[p])
}
