// Package bigstate writes snapshots of any size, for tests of memory and speed. They are laid out as Flink lays them
// out; which key group a key is in follows from its number alone, not from its hash.
package bigstate

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

// Shape says how entries are spread over keys.
type Shape string

const (
	Keys    Shape = "keys"     // a value state: each key has a string
	OneMap  Shape = "one map"  // one key has a map of longs
	OneList Shape = "one list" // one key has a list of longs
)

// Snapshot is what to write: one operator with one subtask and one state, which is named "s".
type Snapshot struct {
	Heap      bool // heap layout, else that of canonical savepoints
	Shape     Shape
	Entries   int
	KeyGroups int // 0: one
	Text      int // bytes of each string of Keys, at most 127
}

const stateFile = "state"

// Write writes the snapshot to a directory that exists. It holds nothing of it in memory.
func (s Snapshot) Write(dir string) (err error) {
	h, err := s.header()
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, stateFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	s.KeyGroups = cmp.Or(s.KeyGroups, 1)
	w := &writer{Snapshot: s, out: bufio.NewWriterSize(f, 1<<20)}
	w.put(h.AppendTo(nil))
	offsets := make([]int64, s.KeyGroups)
	for g := range s.KeyGroups {
		offsets[g] = w.n
		w.group(g)
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	return s.writeMetadata(dir, offsets, w.n)
}

func (s Snapshot) writeMetadata(dir string, offsets []int64, size int64) error {
	code := metadata.CodeSavepoint
	if s.Heap {
		code = metadata.CodeKeyed
	}
	groups := metadata.KeyGroupRange{Count: int32(s.KeyGroups)}
	handle := &metadata.KeyGroupsHandle{
		Code: code, KeyGroups: metadata.KeyGroupOffsets{Range: groups, Offsets: offsets},
		Stream: &metadata.RelativeHandle{Path: stateFile, Size: size},
	}
	cp := &metadata.Checkpoint{Version: 3, CheckpointID: 1, Operators: []*metadata.Operator{{
		ID: metadata.OperatorIDFromUID("big"), Parallelism: 1, MaxParallelism: int32(s.KeyGroups),
		Subtasks: []*metadata.Subtask{{ManagedKeyed: handle}},
	}}}
	b, err := cp.AppendTo(nil)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "_metadata"), b, 0o600)
}

const (
	basePackage   = "org.apache.flink.api.common.typeutils.base."
	longSnapshot  = basePackage + "LongSerializer$LongSerializerSnapshot"
	textSnapshot  = basePackage + "StringSerializer$StringSerializerSnapshot"
	voidSnapshot  = "org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot"
	listSnapshot  = basePackage + "ListSerializerSnapshot"
	mapSnapshot   = basePackage + "MapSerializerSnapshot"
	compositeMark = 911108 // on disk, as is the next
	nestedMark    = 1333245
)

func (s Snapshot) header() (*state.Header, error) {
	long := snapshot(longSnapshot)
	kind, value := "VALUE", snapshot(textSnapshot)
	switch s.Shape {
	case OneMap:
		kind, value = "MAP", composite(mapSnapshot, long, long)
	case OneList:
		kind, value = "LIST", composite(listSnapshot, long)
	}
	var err error
	parse := func(b []byte) *serializer.Serializer {
		var sn *serializer.Snapshot
		err = errors.Join(err, serializer.ParseWithUnknowns(func(c *serializer.Context) error {
			r := javaio.NewReader(b, 0)
			sn = serializer.ParseSnapshot(r, c)
			return r.Done()
		}))
		return serializer.New(sn)
	}
	m := &state.Meta{Name: "s", Backend: state.KeyValue, Options: []state.Option{{Key: "KEYED_STATE_TYPE", Value: kind}},
		Stored: []state.StoredSerializer{
			{Name: "VALUE_SERIALIZER", Serializer: parse(value)},
			{Name: "NAMESPACE_SERIALIZER", Serializer: parse(snapshot(voidSnapshot))},
		}}
	return &state.Header{Version: 6, Key: parse(long), States: []*state.Meta{m}}, err
}

func snapshot(class string) []byte { return javaio.AppendInt32(javaio.AppendUTF(nil, class), 3) }

func composite(class string, nested ...[]byte) []byte {
	b := snapshot(class)
	for _, v := range []int32{compositeMark, 1, nestedMark, 1, int32(len(nested))} {
		b = javaio.AppendInt32(b, v)
	}
	for _, n := range nested {
		b = append(b, n...)
	}
	return b
}

// writer counts what it writes; the first failure shows at the flush.
type writer struct {
	Snapshot
	out     *bufio.Writer
	n       int64
	scratch []byte
}

func (w *writer) put(b []byte) {
	w.out.Write(b)
	w.n += int64(len(b))
}

// group writes key group g with the keys that it has.
func (w *writer) group(g int) {
	first, end := g*w.Entries/w.KeyGroups, (g+1)*w.Entries/w.KeyGroups
	if w.Heap {
		w.heap(g, first, end)
	} else {
		w.full(g, first, end)
	}
}

func (w *writer) heap(g, first, end int) {
	keys := end - first
	if w.Shape != Keys {
		keys = 1
	}
	b := javaio.AppendInt32(w.scratch[:0], int32(g))
	b = javaio.AppendInt32(javaio.AppendInt16(b, 0), int32(keys))
	if w.Shape != Keys { // namespace, key, size of the collection
		b = javaio.AppendInt32(javaio.AppendInt64(append(b, 0), 0), int32(end-first))
	}
	w.put(b)
	for i := first; i < end; i++ {
		b = b[:0]
		switch w.Shape {
		case Keys:
			b = w.text(javaio.AppendInt64(append(b, 0), int64(i)), i)
		case OneMap:
			b = javaio.AppendInt64(append(javaio.AppendInt64(b, int64(i)), 0), int64(i))
		case OneList:
			b = javaio.AppendInt64(b, int64(i))
		}
		w.put(b)
	}
	w.scratch = b
}

func (w *writer) full(g, first, end int) {
	w.put([]byte{0, 0})
	if w.Shape == OneList { // elements with commas between them
		w.put(javaio.AppendInt32(w.key(nil, g, 0, true), int32(9*(end-first)-1)))
	}
	for i := first; i < end; i++ {
		b, last := w.scratch[:0], i == end-1
		switch w.Shape {
		case Keys:
			b = w.key(b, g, i, last)
			at := len(b)
			b = w.text(append(b, 0, 0, 0, 0), i)
			binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
		case OneMap:
			b = w.key(b, g, 0, last)
			b = javaio.AppendInt64(b, int64(i)) // user key
			binary.BigEndian.PutUint32(b, uint32(len(b)-4))
			b = javaio.AppendInt64(append(javaio.AppendInt32(b, 9), 0), int64(i))
		case OneList:
			if b = javaio.AppendInt64(b, int64(i)); !last {
				b = append(b, ',')
			}
		}
		w.put(b)
		w.scratch = b
	}
	w.put([]byte{0xFF, 0xFF})
}

// key appends a key of the full layout: length, key group, key, namespace. The last of a state is marked.
func (w *writer) key(b []byte, g, i int, last bool) []byte {
	prefix := byte(g)
	if last {
		prefix |= 0x80
	}
	return append(javaio.AppendInt64(append(javaio.AppendInt32(b, 1+8+1), prefix), int64(i)), 0)
}

const filling = "the quick brown fox jumps over a lazy dog, and "

var endless = strings.Repeat(filling, 8)

// text appends a string that differs from entry to entry.
func (w *writer) text(b []byte, i int) []byte {
	n := min(max(w.Text, 8), 127)
	b = append(b, byte(n+1)) // Flink counts from one
	for at := range 8 {
		b = append(b, "0123456789abcdef"[i>>(4*at)&15])
	}
	return append(b, endless[i%len(filling):][:n-8]...)
}
