package statereader

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"

	"ckpt/internal/javaio"
	"ckpt/internal/keygroup"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/storage"
)

// Serializer snapshots, as Flink stores them.

const base = "org.apache.flink.api.common.typeutils.base."

func snap(class string, version int32, payload []byte) []byte {
	return append(javaio.AppendInt32(javaio.AppendUTF(nil, class), version), payload...)
}

func composite(class string, outer int32, nested ...[]byte) []byte {
	b := javaio.AppendInt32(javaio.AppendInt32(nil, 911108), outer)
	b = javaio.AppendInt32(javaio.AppendInt32(javaio.AppendInt32(b, 1333245), 1), int32(len(nested)))
	return snap(class, 3, append(b, bytes.Join(nested, nil)...))
}

var (
	longSnap   = snap(base+"LongSerializer$LongSerializerSnapshot", 3, nil)
	stringSnap = snap(base+"StringSerializer$StringSerializerSnapshot", 3, nil)
	bytesSnap  = snap(base+"array.BytePrimitiveArraySerializer$BytePrimitiveArraySerializerSnapshot", 3, nil)
	voidSnap   = snap("org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot", 3, nil)
	windowSnap = snap("org.apache.flink.streaming.api.windowing.windows.TimeWindow$Serializer$TimeWindowSerializerSnapshot", 3, nil)
	customSnap = snap("com.acme.CustomSnapshot", 1, nil)
)

func listSnap(e []byte) []byte   { return composite(base+"ListSerializerSnapshot", 1, e) }
func mapSnap(k, v []byte) []byte { return composite(base+"MapSerializerSnapshot", 1, k, v) }
func ttlSnap(v []byte) []byte {
	return composite("org.apache.flink.runtime.state.ttl.TtlStateFactory$TtlSerializerSnapshot", 2, longSnap, v)
}
func timerSnap(k, n []byte) []byte {
	return composite("org.apache.flink.streaming.api.operators.TimerSerializerSnapshot", 2, k, n)
}

// Values, as Flink's serializers write them.

func long(v int64) []byte { return javaio.AppendInt64(nil, v) }

func text(s string) []byte {
	b := binary.AppendUvarint(nil, uint64(len(s)+1))
	return append(b, s...) // ASCII
}

func blob(n int) []byte {
	b := javaio.AppendInt32(nil, int32(n))
	for i := range n {
		b = append(b, byte(i*7))
	}
	return b
}

var void = []byte{0}

// A fixture is keyed or operator state with known content, written in any layout.

type fixture struct {
	maxParallelism int32
	first, last    int32 // key groups
	compressed     bool
	key            []byte // snapshot
	states         []fixState
}

type fixState struct {
	name      string
	backend   state.BackendType
	kind      string // KEYED_STATE_TYPE or mode
	ns, value []byte // snapshots; broadcast: ns is the key's
	rows      []fixRow
}

// fixRow is a value, a list (elements), a map (user keys and elements; nil is null) or a timer.
type fixRow struct {
	group    int32
	key, ns  []byte
	userKeys [][]byte
	values   [][]byte
	time     int64
}

func (f *fixture) header(operator bool) *state.Header {
	h := &state.Header{Version: 6, Operator: operator, Compressed: f.compressed}
	parse := func(b []byte) *serializer.Serializer {
		var s *serializer.Snapshot
		err := serializer.ParseWithUnknowns(func(o *serializer.Context) error {
			r := javaio.NewReader(b, 0)
			s = serializer.ParseSnapshot(r, o)
			return r.Done()
		})
		if err != nil {
			panic(err)
		}
		return serializer.New(s)
	}
	if !operator {
		h.Key = parse(f.key)
	}
	for i, s := range f.states {
		m := &state.Meta{ID: i, Name: s.name, Backend: s.backend}
		add := func(name string, b []byte) {
			m.Stored = append(m.Stored, state.StoredSerializer{Name: name, Serializer: parse(b)})
		}
		add("VALUE_SERIALIZER", s.value)
		switch s.backend {
		case state.KeyValue:
			m.Options = []state.Option{{Key: "KEYED_STATE_TYPE", Value: s.kind}}
			add("NAMESPACE_SERIALIZER", s.ns)
		case state.BroadcastType:
			add("KEY_SERIALIZER", s.ns)
			fallthrough
		case state.Operator:
			m.Options = []state.Option{{Key: "OPERATOR_STATE_DISTRIBUTION_MODE", Value: s.kind}}
		}
		h.States = append(h.States, m)
	}
	return h
}

// stream appends b, compressed if the fixture is.
func (f *fixture) stream(dst, b []byte) []byte {
	if !f.compressed {
		return append(dst, b...)
	}
	var out bytes.Buffer
	w := snappy.NewBufferedWriter(&out)
	w.Write(b)
	w.Close()
	return append(dst, out.Bytes()...)
}

func (f *fixture) heap() ([]byte, []int64) {
	b := f.header(false).AppendTo(nil)
	var offsets []int64
	for g := f.first; g <= f.last; g++ {
		offsets = append(offsets, int64(len(b)))
		b = javaio.AppendInt32(b, g)
		for id := len(f.states) - 1; id >= 0; id-- { // not ascending, as in real files
			b = f.stream(b, f.heapSection(id, g))
		}
	}
	return b, offsets
}

func (f *fixture) heapSection(id int, g int32) []byte {
	s := f.states[id]
	var n int32
	var body []byte
	for _, r := range s.rows {
		if r.group != g {
			continue
		}
		n++
		if s.backend == state.PriorityQueue {
			body = append(append(append(body, long(r.time^-1<<63)...), r.key...), r.ns...)
			continue
		}
		body = append(append(body, r.ns...), r.key...)
		switch s.kind {
		case "LIST":
			body = javaio.AppendInt32(body, int32(len(r.values)))
			body = append(body, bytes.Join(r.values, nil)...)
		case "MAP":
			body = javaio.AppendInt32(body, int32(len(r.userKeys)))
			for i, uk := range r.userKeys {
				body = append(javaio.AppendBool(append(body, uk...), r.values[i] == nil), r.values[i]...)
			}
		default:
			body = append(body, r.values[0]...)
		}
	}
	return append(javaio.AppendInt32(javaio.AppendInt16(nil, int16(id)), n), body...)
}

func (f *fixture) full() ([]byte, []int64) {
	b := f.header(false).AppendTo(nil)
	var offsets []int64
	for g := f.first; g <= f.last; g++ {
		body := f.fullGroup(g)
		if body == nil {
			offsets = append(offsets, 0)
			continue
		}
		offsets = append(offsets, int64(len(b)))
		b = f.stream(b, body)
	}
	return b, offsets
}

func (f *fixture) fullGroup(g int32) (b []byte) {
	for id, s := range f.states {
		last := -1 // position of the last key's first byte
		entry := func(key, value []byte) {
			if last < 0 {
				b = javaio.AppendInt16(b, int16(id))
			}
			last = len(b) + 4
			b = javaio.AppendBin(javaio.AppendBin(b, key), value)
		}
		for _, r := range s.rows {
			if r.group == g {
				f.fullRow(s, r, entry)
			}
		}
		if last >= 0 {
			b[last] |= 0x80
		}
	}
	if b != nil {
		b = append(b, 0xFF, 0xFF)
	}
	return b
}

func (f *fixture) fullRow(s fixState, r fixRow, entry func(key, value []byte)) {
	var key []byte
	if keygroup.PrefixBytes(f.maxParallelism) == 2 {
		key = append(key, byte(r.group>>8))
	}
	key = append(key, byte(r.group))
	if s.backend == state.PriorityQueue {
		entry(slices.Concat(key, long(r.time^-1<<63), r.key, r.ns), nil)
		return
	}
	variable := func(snapshot []byte) bool { return bytes.Equal(snapshot, stringSnap) }
	part := func(b []byte) {
		key = append(key, b...)
		if !variable(f.key) || !variable(s.ns) {
			return
		}
		for n := len(b); ; n >>= 8 {
			if key = append(key, byte(n)); n < 256 {
				return
			}
		}
	}
	part(r.key)
	part(r.ns)
	switch s.kind {
	case "LIST":
		if len(r.values) > 0 {
			entry(key, bytes.Join(r.values, []byte{','}))
		}
	case "MAP":
		for i, uk := range r.userKeys {
			value := append([]byte{0}, r.values[i]...)
			if r.values[i] == nil {
				value = []byte{1, 1} // what a nullable wrapper makes of null
			}
			entry(slices.Concat(key, uk), value)
		}
	default:
		entry(key, r.values[0])
	}
}

// operatorFile returns a file of operator state, whose rows are elements, or one broadcast map per state.
func (f *fixture) operatorFile() ([]byte, []metadata.OperatorStateMeta) {
	b := f.header(true).AppendTo(nil)
	var out bytes.Buffer
	var w *snappy.Writer
	if f.compressed {
		w = snappy.NewBufferedWriter(&out)
		w.Write(nil)
		out.WriteString("\xff\x06\x00\x00sNaPpY")
	}
	start := len(b)
	var metas []metadata.OperatorStateMeta
	put := func(p []byte) int64 {
		at := int64(start + out.Len())
		if !f.compressed {
			out.Write(p)
			return at
		}
		var chunk bytes.Buffer
		cw := snappy.NewBufferedWriter(&chunk)
		cw.Write(p)
		cw.Close()
		out.Write(chunk.Bytes()[10:]) // one stream: no further identifier
		return at
	}
	for _, s := range f.states {
		m := metadata.OperatorStateMeta{Name: s.name, Mode: map[string]metadata.DistributionMode{"UNION": 1, "BROADCAST": 2}[s.kind]}
		for _, r := range s.rows {
			p := bytes.Join(r.values, nil)
			if s.backend == state.BroadcastType {
				p = javaio.AppendInt32(nil, int32(len(r.userKeys)))
				for i, k := range r.userKeys {
					p = append(append(p, k...), r.values[i]...)
				}
			}
			m.Offsets = append(m.Offsets, put(p))
		}
		metas = append(metas, m)
	}
	return append(b, out.Bytes()...), metas
}

// view opens a checkpoint of one operator with one subtask for each handle, whose files are in memory.
func testView(t testing.TB, maxParallelism int32, o Options, files map[string][]byte, subtasks ...*metadata.Subtask) *View {
	t.Helper()
	ctx := context.Background()
	mem := storage.NewMemory()
	for name, b := range files {
		w, err := mem.Create(ctx, "/cp/"+name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
		if err := w.Commit(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for i, s := range subtasks {
		s.Index = int32(i)
	}
	cp := &metadata.Checkpoint{Operators: []*metadata.Operator{{
		ID: metadata.OperatorIDFromUID("op"), Parallelism: int32(len(subtasks)), MaxParallelism: maxParallelism, Subtasks: subtasks,
	}}}
	v, err := Open(ctx, mem, cp, metadata.LayoutOf("/cp/_metadata"), o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// keyedSubtask is a subtask with a key-groups handle on a file beside the metadata.
func keyedSubtask(code metadata.HandleCode, file string, size int, first int32, offsets []int64) *metadata.Subtask {
	return &metadata.Subtask{ManagedKeyed: &metadata.KeyGroupsHandle{
		Code:      code,
		KeyGroups: metadata.KeyGroupOffsets{Range: metadata.KeyGroupRange{Start: first, Count: int32(len(offsets))}, Offsets: offsets},
		Stream:    &metadata.RelativeHandle{Path: file, Size: int64(size)},
	}}
}

func operatorSubtask(file string, size int, states []metadata.OperatorStateMeta) *metadata.Subtask {
	return &metadata.Subtask{ManagedOperator: &metadata.OperatorStateHandle{
		Code: 4, States: states, Stream: &metadata.RelativeHandle{Path: file, Size: int64(size)},
	}}
}

// describe spells an entry out.
func describe(st *State, e *state.Entry) string {
	var s strings.Builder
	s.WriteString(fmt.Sprintf("%s kg=%d k=%x n=%x", st.Name, e.KeyGroup, brief(e.Key), brief(e.Namespace)))
	if e.UserKey != nil {
		s.WriteString(fmt.Sprintf(" uk=%x", brief(e.UserKey)))
	}
	if e.Value != nil {
		s.WriteString(fmt.Sprintf(" v=%x", brief(e.Value)))
	}
	if e.Index >= 0 {
		s.WriteString(fmt.Sprintf(" i=%d", e.Index))
	}
	if e.Time != 0 {
		s.WriteString(fmt.Sprintf(" t=%d", e.Time))
	}
	if e.Size != 0 {
		s.WriteString(fmt.Sprintf(" size=%d", e.Size))
	}
	for i, name := range []string{"null", "ttl", "whole", "empty", "oversize"} {
		if e.Flags>>i&1 != 0 {
			s.WriteString(" " + name)
		}
	}
	return s.String()
}

// brief shortens long bytes to their length and a sum.
func brief(b []byte) []byte {
	if len(b) <= 40 {
		return b
	}
	sum := uint32(0)
	for _, c := range b {
		sum = sum*31 + uint32(c)
	}
	return fmt.Appendf(nil, "%d:%08x", len(b), sum)
}

// collect scans units and returns entries and defects as text.
func collect(units []*Unit) (entries []string, missing []Missing, errs, warnings []error) {
	for _, u := range units {
		sc := u.Scan(context.Background())
		for e, err := range sc.All() {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			entries = append(entries, describe(sc.StateOf(&e), &e))
		}
		missing = append(missing, sc.Missing()...)
		warnings = append(warnings, sc.Warnings()...)
	}
	return entries, missing, errs, warnings
}
