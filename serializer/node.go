package serializer

// node is a Type in the form that programs walk: what they need per value lies together, and whether validation can be
// left out is decided once.
type node struct {
	kind   Kind
	fixed  int // >= 0: a value has that many bytes and any bytes will do; -1 otherwise
	least  int // no value has fewer bytes; 0 exactly if none ever has any
	elems  []*node
	tagged []*node // POJO subclasses; nil where the serializer was not recorded
	named  []*node
	t      *Type
	frame  bool     // KindKryo: what cannot be decoded takes what is left
	slot   slotForm // of a SQL type as a column
	width  int      // of its slot in an array
}

// maxNesting bounds the nesting of values of recursive types; others are bounded by their type.
const maxNesting = 1000

// maxFree bounds the elements of collections whose elements have no bytes, which no input bounds.
const maxFree = 1 << 20

// compiler turns the graph of types into the same graph of nodes.
type compiler struct {
	nodes  map[*Type]*node
	framed bool // undecodable values take what is left of their frame
}

func (c *compiler) node(t *Type) *node {
	if n, ok := c.nodes[t]; ok {
		return n
	}
	n := &node{kind: t.Kind, fixed: -1, t: t}
	c.nodes[t] = n
	switch {
	case !t.Undecodable():
	case c.framed:
		n.kind, n.least = kindRest, 1
		return n
	default:
		n.kind, n.least = KindOpaque, 1
		return n
	}
	if t.endless() && !c.framed {
		n.kind, n.t, n.least = KindOpaque, &Type{Kind: KindOpaque, Class: t.Class, Reason: endlessReason}, 1
		return n
	}
	n.frame = c.framed
	if t.Kind.IsTable() {
		n.slot, n.width = slotOf(t), SlotWidth(t)
	}
	if t.Kind == KindTableRaw { // in a frame of its own
		c = &compiler{nodes: map[*Type]*node{}, framed: true}
	}
	for _, e := range t.Elems {
		n.elems = append(n.elems, c.node(e))
	}
	n.tagged, n.named = c.subclasses(t.Tagged), c.subclasses(t.Named)
	n.fixed, n.least = n.size()
	return n
}

func (c *compiler) subclasses(subs []Subclass) (nodes []*node) {
	for _, s := range subs {
		if s.Type == nil {
			nodes = append(nodes, nil)
			continue
		}
		nodes = append(nodes, c.node(s.Type))
	}
	return nodes
}

// size returns fixed and least.
func (n *node) size() (fixed, least int) {
	switch n.kind {
	case KindByte, KindShort, KindInt, KindLong, KindFloat, KindDouble, KindUint64, KindChar, KindDate, KindSQLDate, KindSQLTime,
		KindTimeWindow, KindCountWindow, KindSortedLong, KindTableTinyInt, KindTableSmallInt, KindTableInt, KindTableBigInt,
		KindTableFloat, KindTableDouble, KindTableDate, KindTableTime, KindTableMonths, KindTableDuration, KindAvroInt, KindAvroLong, KindAvroFloat, KindAvroDouble:
		return int(fixedBytes[n.kind]), int(fixedBytes[n.kind])
	case KindAvroFixed:
		return int(n.t.Size), int(n.t.Size)
	case KindNullValue, KindAvroNull:
		return 0, 0
	case KindTableDecimal, KindTableTimestamp, KindTableInstant:
		if n.t.Compact() {
			return 8, 8
		}
	case KindTuple, KindCaseClass, KindStruct, KindAvroRecord:
		return n.sum(0)
	case KindTTL, KindTimer:
		return n.sum(8)
	case KindRow:
		return -1, n.maskBytes()
	}
	return -1, max(1, int(fixedBytes[n.kind]), leastBytes[n.kind])
}

func (n *node) sum(head int) (fixed, least int) {
	fixed, least = head, head
	for _, e := range n.elems {
		least += e.least
		if e.fixed < 0 {
			fixed = -1
		}
		if fixed >= 0 {
			fixed += e.fixed
		}
	}
	return fixed, least
}

// maskBytes is the length of a Row's mask.
func (n *node) maskBytes() int { return (n.maskBits() + 7) / 8 }

func (n *node) maskBits() int {
	if n.t.Flag {
		return len(n.elems) + 2
	}
	return len(n.elems)
}

// leastBytes are the smallest values of kinds of variable length, where that is more than a byte.
var leastBytes = [kindRest + 1]int{
	KindUTF: 2, KindBigInt: 4, KindBigDec: 4,
	KindBooleanArray: 4, KindByteArray: 4, KindShortArray: 4, KindIntArray: 4, KindLongArray: 4, KindFloatArray: 4,
	KindDoubleArray: 4, KindCharArray: 4, KindStringArray: 4, KindStringValueArray: 8, KindNullArray: 4, KindVariant: 8,
	KindList: 4, KindSet: 4, KindMap: 4, KindNullAwareMap: 4, KindArray: 4, KindTraversable: 4, KindLinkedList: 4,
	KindTableDecimal: 5, KindTableTimestamp: 12, KindTableInstant: 12, KindTableChar: 4, KindTableVarchar: 4,
	KindTableBinary: 4, KindTableVarbinary: 4, KindTableArray: 8, KindTableMap: 12, KindTableMultiset: 12, KindTableRow: 12,
	KindTableRaw:   4,
	KindAvroString: 4, KindAvroBytes: 4, KindAvroUnion: 4, KindJava: 5,
}
