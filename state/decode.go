package state

import (
	"errors"
	"fmt"

	"ckpt/internal/javaio"
	"ckpt/serializer"
)

// Versions of headers, on disk.
const (
	keyedFirst, keyedLast       = 1, 6
	operatorFirst, operatorLast = 1, 6

	streamIDSize = 10 // what a compressed stream begins with
	maxStates    = 32767
)

// Names of the parts of a state, on disk.
const (
	keySerializer       = "KEY_SERIALIZER"
	namespaceSerializer = "NAMESPACE_SERIALIZER"
	valueSerializer     = "VALUE_SERIALIZER"
	userKeySerializer   = "USER_KEY_SERIALIZER"

	optionKind = "KEYED_STATE_TYPE"
	optionMode = "OPERATOR_STATE_DISTRIBUTION_MODE"
)

// decoder reads one header.
type decoder struct {
	r       *javaio.Reader
	o       *serializer.Context
	h       *Header
	salvage bool // pass what cannot be delimited

	list BackendType // of the states being read
	left int         // states behind the current one in its list
}

// DecodeKeyedHeader decodes the beginning of a keyed state file, or the whole of a RocksDB handle's meta file.
//
//	header := version:i32 [since 4: compressed:bool] KEY n:i16 META{n}
//	KEY    := SER (1, 2) | RESIL(1) (3 to 5) | PROXY (6)
//
// b holds the whole header; end is where it must end (the first key group), or -1 where that is not known. A header that
// ends earlier is accepted: Flink does not look there. Unknown snapshot classes are delimited with the help of end.
func DecodeKeyedHeader(b []byte, end int64) (*Header, error) {
	return decode(b, end, false, (*decoder).keyed)
}

// DecodeOperatorHeader decodes the beginning of an operator state file.
//
//	header := version:i32 [since 6: compressed:bool] n:i16 META{n} [since 3: n:i16 META{n}, broadcast] [up to 2: n:i32]
//
// end is where data begins: the smallest offset of any state, the end of the file without one; -1: not known.
func DecodeOperatorHeader(b []byte, end int64) (*Header, error) {
	return decode(b, end, true, (*decoder).operator)
}

func decode(b []byte, end int64, operator bool, parse func(*decoder)) (*Header, error) {
	if operator && end >= streamIDSize && len(b) > 4 && b[3] >= 6 && b[4] != 0 {
		end -= streamIDSize
	}
	if end >= 0 && int64(len(b)) > end {
		b = b[:end]
	}
	var h *Header
	run := func(o *serializer.Context, exact, salvage bool) error {
		d := &decoder{r: javaio.NewReader(b, 0), o: o, h: &Header{Operator: operator}, salvage: salvage}
		parse(d)
		if err := d.r.Err(); err != nil {
			return err
		}
		d.h.Size = int64(d.r.Pos())
		if exact && d.h.Size != end {
			d.r.Failf("header ends here, its data begins at %d", end)
			return d.r.Err()
		}
		h = d.h
		return nil
	}
	err := run(nil, false, false)
	if errors.Is(err, javaio.ErrUnsupported) {
		if e := serializer.ParseWithUnknowns(func(o *serializer.Context) error { return run(o, end >= 0, false) }); e == nil {
			err = nil
		} else if end >= 0 && run(nil, true, true) == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, javaio.InField(err, "header")
	}
	h.Raw = append([]byte(nil), b[:h.Size]...)
	return h, nil
}

func (d *decoder) version(first, last int32) {
	d.h.Version = d.r.Int32()
	if v := d.h.Version; d.r.Err() == nil && (v < first || v > last) {
		d.r.FailAt(0, javaio.ErrUnsupported, "state header version %d, want %d to %d", v, first, last)
	}
}

// flag reads a boolean as Flink does: everything but 0 is true.
func (d *decoder) flag() bool { return d.r.Uint8() != 0 }

func (d *decoder) keyed() {
	d.version(keyedFirst, keyedLast)
	if d.h.Version >= 4 {
		d.h.Compressed = d.flag()
	}
	var key *serializer.Snapshot
	switch v := d.h.Version; {
	case v <= 2:
		key = serializer.ParseSerializerProxy(d.r, d.o)
	case v <= 5:
		key = only(serializer.ParseResilience(d.r, 1, d.o))
	default:
		key = d.snapshot()
	}
	if d.r.Err() != nil {
		d.r.InField("key")
		return
	}
	d.h.Key = serializer.New(key)
	meta := d.metaByKeys
	switch v := d.h.Version; {
	case v <= 2:
		meta = d.metaOf1
	case v <= 4:
		meta = d.metaOf3
	}
	d.metas("state", KeyValue, meta)
}

func (d *decoder) operator() {
	d.version(operatorFirst, operatorLast)
	if d.h.Version >= 6 {
		d.h.Compressed = d.flag()
	}
	meta := d.metaByKeys
	switch v := d.h.Version; {
	case v == 1:
		meta = d.metaOfOperator1
	case v <= 3:
		meta = d.metaOfOperator2
	}
	d.metas("state", Operator, meta)
	if d.h.Version >= 3 {
		d.metas("broadcast", BroadcastType, meta)
		return
	}
	at, n := d.r.Pos(), d.r.Int32()
	if d.r.Err() == nil && int(n) != len(d.h.States) {
		d.r.FailAt(at, javaio.ErrCorrupt, "%d states are announced, the header has %d", n, len(d.h.States))
	}
}

// metas reads a counted list of states.
func (d *decoder) metas(field string, backend BackendType, meta func(*Meta)) {
	at, n := d.r.Pos(), int(d.r.Int16())
	if d.r.Err() == nil && n < 0 {
		d.r.FailAt(at, javaio.ErrCorrupt, "%d states", n)
	}
	for i := 0; i < n && d.r.Err() == nil; i++ {
		at := d.r.Pos()
		d.list, d.left = backend, n-i-1
		m := &Meta{ID: len(d.h.States), Backend: backend}
		meta(m)
		if d.r.Err() == nil {
			d.unique(m, at)
		}
		if d.r.Err() != nil {
			d.r.InField(fmt.Sprintf("%s[%d]", field, i))
			return
		}
		if err := d.h.describe(m); err != nil {
			m.Kind = Unknown
			m.Err = &javaio.FormatError{Offset: int64(at), Field: fmt.Sprintf("header.%s[%d]", field, i), Err: err}
		}
		d.h.States = append(d.h.States, m)
	}
}

// unique rejects a second state of the same backend type and name.
func (d *decoder) unique(m *Meta, at int) {
	for _, o := range d.h.States {
		if o.Backend == m.Backend && o.Name == m.Name {
			d.r.FailAt(at, javaio.ErrCorrupt, "second state of type %d with the name %q", m.Backend, m.Name)
			return
		}
	}
}

// metaOf1 reads a keyed state of Flink 1.2.
//
//	M1 := kind:i32 name:utf SER SER
func (d *decoder) metaOf1(m *Meta) {
	d.kindOrdinal(m)
	m.Name = d.r.UTF()
	m.store(namespaceSerializer, serializer.ParseSerializerProxy(d.r, d.o))
	m.store(valueSerializer, serializer.ParseSerializerProxy(d.r, d.o))
}

// metaOf3 reads a keyed state of 1.3 to 1.5.
//
//	M3 := kind:i32 name:utf RESIL(2)
func (d *decoder) metaOf3(m *Meta) {
	d.kindOrdinal(m)
	m.Name = d.r.UTF()
	if s := serializer.ParseResilience(d.r, 2, d.o); len(s) == 2 {
		m.store(namespaceSerializer, s[0])
		m.store(valueSerializer, s[1])
	}
}

// metaOfOperator1 reads an operator state of 1.2.
//
//	O1 := name:utf mode:i8 javaObject
func (d *decoder) metaOfOperator1(m *Meta) {
	m.Name = d.r.UTF()
	d.modeOrdinal(m)
	m.store(valueSerializer, serializer.ParseSerializer(d.r, d.o))
}

// metaOfOperator2 reads an operator state of 1.3 to 1.5.
//
//	O2 := name:utf mode:i8 RESIL(1 | broadcast: 2)
func (d *decoder) metaOfOperator2(m *Meta) {
	m.Name = d.r.UTF()
	d.modeOrdinal(m)
	if m.Backend != BroadcastType {
		m.store(valueSerializer, only(serializer.ParseResilience(d.r, 1, d.o)))
		return
	}
	if s := serializer.ParseResilience(d.r, 2, d.o); len(s) == 2 {
		m.store(keySerializer, s[0])
		m.store(valueSerializer, s[1])
	}
}

// metaByKeys reads a state since 1.6. The order of options and of serializers is a hash map's.
//
//	M5 := name:utf type:i32 n:i32 (key:utf value:utf){n} k:i32 serializerKey:utf{k} RESIL(k)      1.6
//	M6 := name:utf type:i32 n:i32 (key:utf value:utf){n} k:i32 (serializerKey:utf PROXY){k}       since 1.7
func (d *decoder) metaByKeys(m *Meta) {
	r := d.r
	m.Name = r.UTF()
	d.backend(m)
	for n := r.Length(4); n > 0 && r.Err() == nil; n-- {
		m.Options = append(m.Options, Option{r.UTF(), r.UTF()})
	}
	k := r.Length(2)
	if d.h.Version == d.h.lastResilient() {
		names := make([]string, k)
		for i := range names {
			names[i] = r.UTF()
		}
		for i, s := range serializer.ParseResilience(r, k, d.o) {
			m.store(names[i], s)
		}
		return
	}
	for ; k > 0 && r.Err() == nil; k-- {
		name := r.UTF()
		s := d.snapshotOf(m, k > 1)
		if r.Err() != nil {
			r.InField(name)
			return
		}
		m.store(name, s)
	}
}

// backend reads the type of a state, which must fit the list that it stands in.
func (d *decoder) backend(m *Meta) {
	at, want := d.r.Pos(), m.Backend
	m.Backend = BackendType(d.r.Int32())
	keyed := m.Backend == KeyValue || m.Backend == PriorityQueue || m.Backend == KeyValueV2
	switch {
	case d.r.Err() != nil || m.Backend == want || keyed && !d.h.Operator:
	case m.Backend < KeyValue || m.Backend > KeyValueV2:
		d.r.FailAt(at, javaio.ErrUnsupported, "backend state type %d", m.Backend)
	default:
		d.r.FailAt(at, javaio.ErrCorrupt, "backend state type %d in a list of type %d", m.Backend, want)
	}
}

func (d *decoder) kindOrdinal(m *Meta) {
	at, n := d.r.Pos(), d.r.Int32()
	if d.r.Err() == nil && (n < 0 || int(n) >= len(kindNames)) {
		d.r.FailAt(at, javaio.ErrCorrupt, "state kind %d", n)
		return
	}
	m.Options = []Option{{optionKind, kindNames[n]}}
}

// modeOrdinal reads a distribution mode. Ordinal 1 means union in every version.
func (d *decoder) modeOrdinal(m *Meta) {
	at, n := d.r.Pos(), d.r.Uint8()
	if d.r.Err() == nil && int(n) >= len(modeNames) {
		d.r.FailAt(at, javaio.ErrCorrupt, "distribution mode %d", n)
		return
	}
	m.Options = []Option{{optionMode, modeNames[n]}}
}

func (m *Meta) store(name string, s *serializer.Snapshot) {
	if s != nil {
		m.Stored = append(m.Stored, StoredSerializer{name, serializer.New(s)})
	}
}

func only(s []*serializer.Snapshot) *serializer.Snapshot {
	if len(s) == 0 {
		return nil
	}
	return s[0]
}
