package export

import (
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"ckpt/serializer"
)

// node is a column or a part of one: what can hold the values of one type, or of the types of several headers. Nodes
// are immutable once built.
type node struct {
	kind nodeKind
	// base is the field's name in its struct; name differs from it where two classes declare base with different types.
	base, name string
	class      string         // the class that declares the field; of nodeOpaque, the undecodable class
	dt         arrow.DataType // nodeScalar
	kids       []*node        // struct fields; list element; map key, value
	symbols    []string       // nodeDict
	reason     string         // nodeOpaque
	// fixed says of a struct that its fields are not a class's, but always the same, in place: those of a window, of an
	// either …
	fixed bool
}

type nodeKind uint8

const (
	nodeScalar nodeKind = iota // dt says which
	nodeText                   // utf8
	nodeBinary                 // binary
	nodeDict                   // dictionary of symbols
	nodeJSON                   // utf8 that holds JSON: what has no column type of its own
	nodeOpaque                 // binary: bytes as stored
	nodeEmpty                  // a struct without fields: true
	nodeStruct
	nodeList
	nodeMap
)

const (
	metaEncoding = "ckpt.encoding"
	metaClass    = "ckpt.class"
	metaReason   = "ckpt.reason"
)

// metadata says of a field what its Arrow type does not.
func (n *node) metadata() arrow.Metadata {
	switch n.kind {
	case nodeJSON:
		return arrow.NewMetadata([]string{metaEncoding}, []string{"json"})
	case nodeOpaque:
		return arrow.NewMetadata([]string{metaClass, metaReason}, []string{n.class, n.reason})
	}
	return arrow.Metadata{}
}

var dictType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// named returns a copy of n as a field of a struct.
func (n *node) named(name, class string) *node {
	c := *n
	c.base, c.name = name, name
	if n.kind != nodeOpaque {
		c.class = class
	}
	return &c
}

// union returns a node that holds what a and b hold; nil if there is none. An opaque type fits everywhere: its values
// go to the exact column.
func union(a, b *node) *node {
	switch {
	case b.kind == nodeOpaque, a.kind == nodeJSON:
		return a
	case a.kind == nodeOpaque, b.kind == nodeJSON, a.kind == nodeEmpty && b.kind == nodeStruct && !b.fixed:
		return rename(b, a)
	case a.kind == nodeStruct && b.kind == nodeEmpty && !a.fixed:
		return a
	case a.kind != b.kind || a.fixed != b.fixed:
		return nil
	case a.fixed:
		return unionInPlace(a, b)
	}
	c := *a
	switch a.kind {
	case nodeScalar:
		if !arrow.TypeEqual(a.dt, b.dt) {
			return nil
		}
	case nodeDict:
		c.symbols = slices.Clone(a.symbols)
		for _, s := range b.symbols {
			if !slices.Contains(c.symbols, s) {
				c.symbols = append(c.symbols, s)
			}
		}
	case nodeStruct:
		c.kids = slices.Clone(a.kids)
		for _, k := range b.kids {
			c.kids = addField(c.kids, k)
		}
	case nodeList, nodeMap:
		return unionInPlace(a, b)
	}
	return &c
}

// unionInPlace is union for nodes whose parts have fixed places.
func unionInPlace(a, b *node) *node {
	if len(a.kids) != len(b.kids) {
		return nil
	}
	c := *a
	c.kids = make([]*node, len(a.kids))
	for i, k := range a.kids {
		if c.kids[i] = union(k, b.kids[i]); c.kids[i] == nil || k.name != b.kids[i].name {
			return nil
		}
	}
	return &c
}

// rename gives n the place of another node in its struct.
func rename(n, place *node) *node {
	c := *n
	c.base, c.name = place.base, place.name
	if n.kind != nodeOpaque && place.kind != nodeOpaque {
		c.class = place.class
	}
	return &c
}

// addField adds a field to those of a struct: to the one of that name if it can hold it too, else under a name of its
// own, NAME$SIMPLECLASS.
func addField(fields []*node, f *node) []*node {
	taken := false
	for i, have := range fields {
		if have.base != f.base {
			continue
		}
		if u := union(have, f); u != nil {
			fields[i] = u
			return fields
		}
		taken = true
	}
	if !taken {
		if f.base == ownClass || f.base == ownKind {
			return slices.Insert(fields, 0, f)
		}
		return append(fields, f)
	}
	c := *f
	c.name = freeName(fields, f.base+"$"+simpleClass(f.class))
	return append(fields, &c)
}

// freeName returns name, or name with a number where it is taken.
func freeName(fields []*node, name string) string {
	free := name
	for i := 2; slices.ContainsFunc(fields, func(f *node) bool { return f.name == free }); i++ {
		free = name + "$" + string(rune('0'+i%10))
	}
	return free
}

func simpleClass(class string) string {
	return class[strings.LastIndexAny(class, ".$")+1:]
}

// fieldFor returns the index of the field that holds values of shape s under the given name; -1 if none does.
func (n *node) fieldFor(base string, s *node) int {
	for i, k := range n.kids {
		if k.base == base && union(k, s) != nil {
			return i
		}
	}
	return -1
}

// Names of ours in structs.
const (
	ownClass = "$class"
	ownKind  = "$kind"
)

// rowName is a user's field name as rows show it.
func rowName(s string) string {
	if strings.HasPrefix(s, "$") {
		return "$" + s
	}
	return s
}

// shapes derives nodes from types.
type shapes struct {
	typedTime bool
	path      []*serializer.Type // Avro records around the current type
}

func (s *shapes) of(t *serializer.Type) *node {
	t = under(t)
	if t == nil {
		return &node{kind: nodeJSON}
	}
	if o := alwaysOpaque(t, 0); o != nil {
		return &node{kind: nodeOpaque, class: o.Class, reason: o.Reason}
	}
	if n := scalarNode(t); n != nil {
		return n
	}
	if k := t.Columnar(); k != nil {
		return s.of(k)
	}
	if n := s.tableNode(t, false); n != nil {
		return n
	}
	switch t.Kind {
	case serializer.KindTimeWindow:
		return inPlace(s.time().named("start", ""), s.time().named("end", ""))
	case serializer.KindCountWindow:
		return inPlace(scalar(arrow.PrimitiveTypes.Int64).named("id", ""))
	case serializer.KindVariant:
		bytes := &node{kind: nodeBinary}
		return inPlace(bytes.named("$variant", ""), bytes.named("$metadata", ""))
	case serializer.KindList, serializer.KindSet, serializer.KindArray, serializer.KindTraversable,
		serializer.KindLinkedList, serializer.KindAvroArray:
		return listOf(s.of(t.Elems[0]))
	case serializer.KindMap, serializer.KindNullAwareMap, serializer.KindAvroMap:
		return s.mapOf(t)
	case serializer.KindTuple, serializer.KindCaseClass, serializer.KindStruct, serializer.KindRow, serializer.KindPojo,
		serializer.KindTimer, serializer.KindTTL, serializer.KindTuple0, serializer.KindGlobalWindow:
		return s.structOf(t)
	case serializer.KindAvroRecord, serializer.KindRecord:
		return s.record(t)
	case serializer.KindEither, serializer.KindTry, serializer.KindUnion:
		names := sideNames(t)
		return inPlace(s.of(t.Elems[0]).named(names[0], ""), s.of(t.Elems[1]).named(names[1], ""))
	case serializer.KindStreamElement:
		return inPlace((&node{kind: nodeDict, symbols: elementNames}).named("element", ""),
			s.time().named("timestamp", ""), s.of(t.Elems[0]).named("value", ""))
	}
	return &node{kind: nodeJSON}
}

var elementNames = []string{"record", "watermark", "latency-marker", "watermark-status", "record-attributes", "internal-watermark"}

// time is the column of Flink's own longs.
func (s *shapes) time() *node {
	if s.typedTime {
		return scalar(timestamp(arrow.Millisecond, true))
	}
	return scalar(arrow.PrimitiveTypes.Int64)
}

func scalar(dt arrow.DataType) *node { return &node{kind: nodeScalar, dt: dt} }

func listOf(e *node) *node { return &node{kind: nodeList, kids: []*node{e.named("element", "")}} }

// inPlace is a struct whose fields are always the same.
func inPlace(fields ...*node) *node { return &node{kind: nodeStruct, kids: fields, fixed: true} }

func structNode(fields ...*node) *node {
	if len(fields) == 0 {
		return &node{kind: nodeEmpty}
	}
	return &node{kind: nodeStruct, kids: fields}
}

// mapOf is a map, or a list of entries where keys may be null or may repeat.
func (s *shapes) mapOf(t *serializer.Type) *node {
	key, value := &node{kind: nodeText}, t.Elems[0]
	if t.Kind != serializer.KindAvroMap {
		key, value = s.of(t.Elems[0]), t.Elems[1]
	}
	k, v := key.named("key", ""), s.of(value).named("value", "")
	if t.Kind == serializer.KindNullAwareMap || t.Kind == serializer.KindMap && !uniqueKey(t.Elems[0]) {
		return listOf(inPlace(k, v))
	}
	return &node{kind: nodeMap, kids: []*node{k, v}}
}

// uniqueKey says whether a map's keys of type t are neither null nor equal in content (arrays are compared by identity).
func uniqueKey(t *serializer.Type) bool {
	if under(t) != t || t.Undecodable() {
		return false
	}
	switch k := t.Kind; k {
	case serializer.KindArray, serializer.KindJava, serializer.KindVoid, serializer.KindNullValue, serializer.KindVoidNamespace:
		return false
	case serializer.KindPojo: // identity unless the class says otherwise
		return false
	default:
		return k < serializer.KindBooleanArray || k > serializer.KindVariant
	}
}

// structOf is the struct of t's fields, and of its subclasses' fields in tag order.
func (s *shapes) structOf(t *serializer.Type) *node {
	n := structNode()
	if t.Kind != serializer.KindTuple0 && t.Kind != serializer.KindGlobalWindow {
		n = structNode(s.fields(t)...)
	}
	subs := slices.Concat(t.Tagged, t.Named)
	if len(subs) == 0 {
		return n
	}
	class := &node{kind: nodeDict}
	for _, sub := range subs {
		class.symbols = append(class.symbols, sub.Class)
	}
	n = union(structNode(class.named(ownClass, "")), n)
	for _, sub := range subs {
		if sub.Type == nil || sub.Type.Kind != serializer.KindPojo {
			continue
		}
		n = union(n, s.structOf(sub.Type))
	}
	return n
}

func (s *shapes) fields(t *serializer.Type) []*node {
	var fields []*node
	if t.Kind == serializer.KindRow && t.Flag {
		kind := &node{kind: nodeDict, symbols: []string{"-U", "+U", "-D"}}
		fields = append(fields, kind.named(ownKind, ""))
	}
	if t.Kind == serializer.KindTimer || t.Kind == serializer.KindTTL {
		fields = append(fields, s.time().named(fieldName(t, 0), ""))
	}
	lead := len(fields)
	if t.Kind == serializer.KindRow {
		lead = 0
	}
	for i, e := range t.Elems {
		fields = addField(fields, s.of(e).named(rowName(fieldName(t, i+lead)), t.Class))
	}
	return fields
}

// record is an Avro record; inside itself it is JSON.
func (s *shapes) record(t *serializer.Type) *node {
	for _, p := range s.path {
		if p == t || p.Class == t.Class {
			return &node{kind: nodeJSON}
		}
	}
	s.path = append(s.path, t)
	defer func() { s.path = s.path[:len(s.path)-1] }()
	return structNode(s.fields(t)...)
}

// alwaysOpaque returns the type that leaves no value of t decodable; nil if there can be one that is.
func alwaysOpaque(t *serializer.Type, depth int) *serializer.Type {
	if t == nil || depth > maxShapeDepth {
		return nil
	}
	if t.Undecodable() {
		return t
	}
	switch t.Kind {
	case serializer.KindTuple, serializer.KindCaseClass, serializer.KindStruct, serializer.KindList, serializer.KindMap,
		serializer.KindTTL, serializer.KindTimer:
		for _, e := range t.Elems {
			if o := alwaysOpaque(e, depth+1); o != nil {
				return o
			}
		}
	}
	return nil
}

const maxShapeDepth = 64
