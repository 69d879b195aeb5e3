package export

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// Names of columns.
const (
	colKeyGroup   = "key_group"
	colSubtask    = "subtask"
	colKey        = "key"
	colNamespace  = "namespace"
	colMapKey     = "map_key"
	colIndex      = "index"
	colTimestamp  = "timestamp"
	colValue      = "value"
	colLastAccess = "last_access"
	colExact      = "exact"
)

// TableOptions say how rows become columns.
type TableOptions struct {
	// TypedTime makes timestamp, last_access and the bounds of windows timestamps instead of Flink's longs.
	TypedTime bool
	// NoExact leaves out the exact column.
	NoExact bool
	// Flatten makes the fields of structs columns, named value.field.
	Flatten bool
}

// Table is what the rows of one state look like: its columns, settled over all headers of the operator.
// It is immutable.
type Table struct {
	State   *statereader.State
	opts    TableOptions
	set     columnSet
	columns []*node // in order; name says which
	meta    arrow.Metadata
}

// NewTable settles the columns of a state.
func NewTable(s *statereader.State, o TableOptions) *Table {
	t := &Table{State: s, opts: o, set: presence(s), meta: tableMetadata(s)}
	sh := &shapes{typedTime: o.TypedTime}
	add := func(name string, n *node) {
		if n != nil {
			t.columns = append(t.columns, n.named(name, ""))
		}
	}
	if t.set.keyed {
		add(colKeyGroup, scalar(arrow.PrimitiveTypes.Int32))
	} else {
		add(colSubtask, scalar(arrow.PrimitiveTypes.Int32))
	}
	if t.set.keyed {
		add(colKey, sh.column(s, keyOf))
	}
	if t.set.namespace {
		add(colNamespace, sh.column(s, namespaceOf))
	}
	if t.set.mapKey {
		add(colMapKey, sh.column(s, mapKeyOf))
	}
	if t.set.index {
		add(colIndex, scalar(arrow.PrimitiveTypes.Int64))
	}
	if t.set.timestamp {
		add(colTimestamp, sh.time())
	} else {
		add(colValue, sh.column(s, valueOf))
	}
	if s.TTL {
		add(colLastAccess, sh.time())
	}
	if !o.NoExact {
		add(colExact, &node{kind: nodeText})
	}
	return t
}

// columnSet says which columns the rows of a state have.
type columnSet struct{ keyed, namespace, mapKey, index, timestamp bool }

func presence(s *statereader.State) columnSet {
	c := columnSet{keyed: s.Class == state.ClassKeyed || s.Class == state.ClassTimer, timestamp: s.Class == state.ClassTimer}
	switch s.Kind {
	case state.Map, state.BroadcastState:
		c.mapKey = true
	case state.List, state.OperatorList, state.OperatorUnion:
		c.index = true
	}
	for _, m := range s.Metas {
		c.namespace = c.namespace || c.keyed && hasNamespace(m)
	}
	return c
}

// hasNamespace says whether the namespace of a state says anything.
func hasNamespace(m *state.Meta) bool {
	if m.Namespace == nil {
		return false
	}
	switch m.Namespace.Type.Kind {
	case serializer.KindVoidNamespace, serializer.KindGlobalWindow, serializer.KindVoid:
		return false
	}
	return true
}

// picker picks the serializer of a column of a state, given that of the keys.
type picker func(m *state.Meta, key *serializer.Serializer) *serializer.Serializer

func keyOf(m *state.Meta, key *serializer.Serializer) *serializer.Serializer {
	if m.TimerKey != nil {
		return m.TimerKey
	}
	return key
}

func namespaceOf(m *state.Meta, _ *serializer.Serializer) *serializer.Serializer { return m.Namespace }
func mapKeyOf(m *state.Meta, _ *serializer.Serializer) *serializer.Serializer    { return m.UserKey }
func valueOf(m *state.Meta, _ *serializer.Serializer) *serializer.Serializer     { return m.Value }

// column is the union of a part over all registrations of a state; JSON where they have nothing in common.
func (s *shapes) column(st *statereader.State, of picker) *node {
	var n *node
	for _, m := range st.Metas {
		sr := of(m, st.Key)
		if sr == nil {
			continue
		}
		shape := s.of(sr.Type)
		if n == nil {
			n = shape
		} else if u := union(n, shape); u != nil {
			n = u
		} else {
			return &node{kind: nodeJSON}
		}
	}
	if n == nil {
		return &node{kind: nodeOpaque, reason: unnamedSerializer}
	}
	return n
}

// Schema is the Arrow schema of the state's rows.
func (t *Table) Schema() *arrow.Schema { return t.newBatch(false).schema() }

// tableMetadata is the key-value metadata of files of a state.
func tableMetadata(s *statereader.State) arrow.Metadata {
	var keys, values []string
	add := func(key, value string) {
		keys, values = append(keys, "ckpt."+key), append(values, value)
	}
	op := s.Operator.Meta
	add("format", "1")
	add("operator.id", op.ID.String())
	if s.Operator.UID != "" {
		add("operator.uid", s.Operator.UID)
	}
	if op.Name != "" {
		add("operator.name", op.Name)
	}
	add("operator.max-parallelism", strconv.Itoa(int(op.MaxParallelism)))
	add("state.name", s.Name)
	add("state.kind", string(s.Kind))
	add("state.ttl", strconv.FormatBool(s.TTL))
	if s.WellKnown != "" {
		add("wellknown", s.WellKnown)
	}
	for _, p := range typeParts {
		if text := typeText(s, p.of); text != "" {
			add("type."+p.name, text)
		}
	}
	for _, p := range typeParts {
		for i, raw := range storedSnapshots(s, p) {
			name := "serializer." + p.name
			if i > 0 {
				name += "." + strconv.Itoa(i)
			}
			add(name, base64.StdEncoding.EncodeToString(raw))
		}
	}
	return arrow.NewMetadata(keys, values)
}

// typePart is a part of a state that has a serializer of its own, and how headers name that.
type typePart struct {
	name, stored string
	of           picker
}

var typeParts = []typePart{
	{"key", "", keyOf},
	{"namespace", "NAMESPACE_SERIALIZER", namespaceOf},
	{"user-key", "USER_KEY_SERIALIZER", mapKeyOf},
	{"value", "VALUE_SERIALIZER", valueOf},
}

// typeText is the type expression of a part; several distinct ones are joined by " | ".
func typeText(s *statereader.State, of picker) string {
	var texts []string
	for _, m := range s.Metas {
		if sr := of(m, s.Key); sr != nil {
			if text := sr.Type.String(); !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	return strings.Join(texts, " | ")
}

// storedSnapshots are the distinct serializer snapshots of a part as stored. A map's value is the whole map serializer.
func storedSnapshots(s *statereader.State, p typePart) [][]byte {
	var out [][]byte
	add := func(sr *serializer.Serializer) {
		if sr == nil || sr.Snapshot == nil || len(sr.Snapshot.Raw) == 0 {
			return
		}
		if !slices.ContainsFunc(out, func(b []byte) bool { return bytes.Equal(b, sr.Snapshot.Raw) }) {
			out = append(out, sr.Snapshot.Raw)
		}
	}
	for _, m := range s.Metas {
		switch {
		case p.name == "key" && m.Class() == state.ClassBroadcast:
		case p.name == "key":
			add(s.Key)
		case p.name == "user-key" && m.Class() == state.ClassBroadcast:
			add(m.Serializer("KEY_SERIALIZER"))
		default:
			add(m.Serializer(p.stored))
		}
	}
	return out
}
