package serializer

// skipCollection passes the kinds that are an i32 count and elements.
func skipCollection(n *node, b []byte, p, depth int) (int, error) {
	count, p, err := countAt(b, p)
	if err != nil {
		return 0, err
	}
	switch n.kind {
	case KindList:
		return skipElements(n, b, p, depth, count)
	case KindLinkedList:
		if n.t.Flag {
			return skipMasked(n, b, p, depth, count)
		}
		return skipElements(n, b, p, depth, count)
	}
	for i := range count {
		q, err := skipItem(n, b, p, depth)
		if err != nil {
			return 0, inIndex(err, i)
		}
		p = q
	}
	return p, nil
}

// skipItem passes an element with its flags.
func skipItem(n *node, b []byte, p, depth int) (int, error) {
	switch n.kind {
	case KindArray, KindTraversable:
		return skipFlagged(n.elems[0], b, p, depth, 1)
	case KindSet:
		return skipFlagged(n.elems[0], b, p, depth, 0)
	case KindMap:
		p, err := skip(n.elems[0], b, p, depth)
		if err != nil {
			return 0, err
		}
		return skipFlagged(n.elems[1], b, p, depth, 0)
	}
	p, err := skipFlagged(n.elems[0], b, p, depth, 0)
	if err != nil {
		return 0, err
	}
	return skipFlagged(n.elems[1], b, p, depth, 0)
}

// skipElements passes count elements without flags.
func skipElements(n *node, b []byte, p, depth, count int) (int, error) {
	e := n.elems[0]
	if e.fixed >= 0 {
		if e.fixed == 0 && count > maxFree {
			return 0, corrupt(p, "%d elements of no bytes", count)
		}
		if count*e.fixed > len(b)-p {
			return 0, ErrShort
		}
		return p + count*e.fixed, nil
	}
	for i := range count {
		q, err := skip(e, b, p, depth)
		if err != nil {
			return 0, inIndex(err, i)
		}
		p = q
	}
	return p, nil
}

// skipMasked passes a null mask and the elements that are not null.
func skipMasked(n *node, b []byte, p, depth, count int) (int, error) {
	mask := p
	if (count+7)/8 > len(b)-p {
		return 0, ErrShort
	}
	p += (count + 7) / 8
	if count%8 != 0 && b[p-1]<<(count%8) != 0 {
		return 0, corrupt(p-1, "unused bits of the null mask are set")
	}
	for i := range count {
		if maskBit(b[mask:], i) {
			continue
		}
		q, err := skip(n.elems[0], b, p, depth)
		if err != nil {
			return 0, inIndex(err, i)
		}
		p = q
	}
	return p, nil
}

func countAt(b []byte, p int) (n, next int, err error) {
	if len(b)-p < 4 {
		return 0, 0, ErrShort
	}
	n = int(int32At(b, p))
	if n < 0 {
		return 0, 0, corrupt(p, "count is %d", n)
	}
	return n, p + 4, nil
}

// skipArray passes an i32 count and that many elements of size bytes.
func skipArray(b []byte, p, size int) (int, error) {
	n, p, err := countAt(b, p)
	if err != nil {
		return 0, err
	}
	if n > (len(b)-p)/size {
		return 0, ErrShort
	}
	return p + n*size, nil
}
