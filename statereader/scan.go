package statereader

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"ckpt/internal/javaio"
	"ckpt/internal/keygroup"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
)

// Codes of Missing.
const (
	// OpaqueBlocked: a value without a decoder, in a layout without lengths, hides what follows in its key group.
	OpaqueBlocked = "OPAQUE_BLOCKED"
	// CorruptState: defects, which All reported as errors, hide entries.
	CorruptState = "CORRUPT_STATE"
	// ChangelogNotReplayable: the job's function would have to merge values that a changelog has.
	ChangelogNotReplayable = "CHANGELOG_NOT_REPLAYABLE"
	// KeyTypeUnknown: a changelog without a base does not record the type of the key.
	KeyTypeUnknown = "KEY_TYPE_UNKNOWN"
)

// Missing says which entries a scan could not give.
type Missing struct {
	State     *State
	Code      string
	Class     string // OpaqueBlocked: of the serializer without a decoder
	Reason    string
	KeyGroups KeyGroupSet // keyed state
	Err       error       // CorruptState: the first of the errors
	// Count is how many keys (ChangelogNotReplayable) or changes (KeyTypeUnknown) are concerned.
	Count int64
}

// Text is the reason, with the number of what it concerns.
func (m *Missing) Text() string {
	switch m.Code {
	case ChangelogNotReplayable:
		return fmt.Sprintf("%d keys: %s", m.Count, m.Reason)
	case KeyTypeUnknown:
		return fmt.Sprintf("%d changes: %s", m.Count, m.Reason)
	}
	return m.Reason
}

// Scan reads one unit once. It belongs to one goroutine.
type Scan struct {
	unit     *Unit
	run      func(yield func(state.Entry, error) bool)
	missing  []Missing
	warnings []error
}

// Scan prepares to read the unit. Nothing is opened before All runs.
func (u *Unit) Scan(ctx context.Context) *Scan {
	s := &Scan{unit: u}
	s.run = func(yield func(state.Entry, error) bool) { s.all(ctx, yield) }
	return s
}

// ScanKey is Scan for what is stored under one key. Where the file finds keys by an index no more than that is read;
// elsewhere all entries are, and those of other keys left out.
func (u *Unit) ScanKey(ctx context.Context, p Probe) *Scan {
	c := *u
	c.probe = &p
	s := &Scan{unit: &c}
	s.run = func(yield func(state.Entry, error) bool) {
		s.all(ctx, func(e state.Entry, err error) bool {
			return err == nil && !p.matches(&e) || yield(e, err)
		})
	}
	return s
}

// All yields the entries of the unit's States in file order, in one pass over the file. All entries of one (state, key,
// namespace) follow each other. The slices of an entry are lent until the next step.
//
// Values are whole: each is one value of its type, checked to its last byte, unless the type has no decoder (then the
// value is what its frame holds) or the entry is Oversize. An error is a defect of one entry, one key group or the rest
// of the unit; iteration goes on with what can still be read, for those who do not stop it.
func (s *Scan) All() iter.Seq2[state.Entry, error] { return s.run }

// StateOf returns the state that an entry of this scan belongs to.
func (s *Scan) StateOf(e *state.Entry) *State { return s.unit.handle.states[e.State] }

// Missing returns, after All, what could not be given. It is empty for a scan that gave everything.
func (s *Scan) Missing() []Missing { return s.missing }

// Warnings returns, after All, what is odd but harmless for Flink: bytes that no key group claims, separators of lists
// that are no comma.
func (s *Scan) Warnings() []error { return s.warnings }

// errStop says that the consumer wants no more.
var errStop = errors.New("stopped")

// scanner is the state of a running scan.
type scanner struct {
	*Scan
	c      *content
	raw    *window       // over the content
	snappy *snappySource // compressed content
	plain  *window       // what is read: raw, or what snappy makes of it
	yield  func(state.Entry, error) bool
	metas  []metaScan
	prefix int // bytes of key-group prefixes
	e      state.Entry
	key    []byte // copies of what entries of a collection have in common
	ns     []byte
	lent   lender
}

// metaScan is a state of the file, prepared.
type metaScan struct {
	*state.Meta
	want bool
	seen bool // in the current key group
	// Programs; nil where the state has no such part.
	keyOf, namespaceOf, userKeyOf, valueOf, storedOf *serializer.Program
	suffixed                                         bool // keys of the full layout carry lengths
	mayBeEmpty                                       bool // elements may have no bytes
	namespaceBytes                                   int  // always as many, or -1
}

// all runs the scan.
func (s *Scan) all(ctx context.Context, yield func(state.Entry, error) bool) {
	h := s.unit.handle
	s.missing, s.warnings = nil, nil
	if h.err != nil {
		s.loseAll(CorruptState, h.err.Error(), h.err)
		yield(state.Entry{}, h.err)
		return
	}
	if h.log != nil {
		s.changelog(ctx, yield)
		return
	}
	if h.header == nil { // nothing that Flink writes: no state of it is known
		return
	}
	if h.layout == LayoutSST {
		s.database(ctx, yield)
		return
	}
	var stream metadata.StreamHandle
	if h.operator != nil {
		stream = h.operator.Stream
	} else {
		stream = h.keyed.(*metadata.KeyGroupsHandle).Stream
	}
	c, err := s.unit.view.openContent(ctx, stream)
	if err != nil {
		err = s.unit.view.locate(err, "", h)
		s.loseAll(CorruptState, err.Error(), err)
		yield(state.Entry{}, err)
		return
	}
	defer c.close()
	r := &scanner{Scan: s, c: c, yield: yield}
	r.prepare()
	defer func() { r.raw.src.close() }()
	switch h.layout {
	case LayoutHeap:
		err = r.groups(ctx, (*scanner).heapGroup)
	case LayoutFull:
		err = r.groups(ctx, (*scanner).fullGroup)
	case LayoutRawKeyed:
		err = r.groups(ctx, (*scanner).timerGroup)
	default:
		err = r.operatorState(ctx)
	}
	if err != nil && err != errStop {
		r.report(err, nil)
	}
}

func (r *scanner) prepare() {
	r.prepareStates()
	r.prepareWindows()
}

// prepareStates compiles what entries of the wanted states are read with.
func (r *scanner) prepareStates() {
	h, u := r.unit.handle, r.unit
	r.e = state.Entry{Subtask: h.subtask, Header: h.header, Index: -1}
	r.prefix = keygroup.PrefixBytes(h.op.Meta.MaxParallelism)
	r.metas = make([]metaScan, len(h.header.States))
	for i, m := range h.header.States {
		r.metas[i] = newMetaScan(h.header, m)
		wanted := slices.Contains(u.States, h.states[i])
		if r.metas[i].want = wanted && m.Err == nil; wanted && m.Err != nil {
			err := u.view.metaError(h, m)
			r.lose(Missing{State: h.states[i], Code: CorruptState, Reason: err.Error(), Err: err, KeyGroups: r.keyGroups()})
		}
	}
}

// prepareWindows puts windows over the content.
func (r *scanner) prepareWindows() {
	h, u := r.unit.handle, r.unit
	end := r.c.size
	if k, ok := h.keyed.(*metadata.KeyGroupsHandle); ok {
		end = 0
		ends := h.groupEnds(k.KeyGroups.Offsets, h.size)
		for i := range ends {
			if u.reads(k.KeyGroups.Range.Start + int32(i)) {
				end = max(end, ends[i])
			}
		}
	}
	r.raw = r.c.window(end, &u.view.opts)
	r.raw.region(end)
	r.plain = r.raw
	if h.header.Compressed {
		r.snappy = &snappySource{raw: r.raw, ignore: u.view.opts.IgnoreChecksums}
		r.plain = &window{src: r.snappy, keep: r.raw.keep, max: r.raw.max}
	}
}

func newMetaScan(h *state.Header, m *state.Meta) metaScan {
	p := func(s *serializer.Serializer) *serializer.Program {
		if s == nil {
			return nil
		}
		return s.Program
	}
	ms := metaScan{Meta: m, keyOf: p(h.Key), namespaceOf: p(m.Namespace), userKeyOf: p(m.UserKey), valueOf: p(m.Value), namespaceBytes: -1}
	if m.Kind == state.Timer {
		ms.keyOf = p(m.TimerKey)
	}
	if len(m.Stored) > 0 {
		ms.storedOf = p(m.Serializer("VALUE_SERIALIZER"))
	}
	if ms.valueOf != nil && !m.TTL {
		_, err := ms.valueOf.Skip(nil)
		ms.mayBeEmpty = err == nil
	}
	if h.Key != nil && m.Namespace != nil {
		ns := m.Namespace.Type
		ms.suffixed = h.Key.Type.FixedLength() < 0 && ns.FixedLength() < 0
		switch {
		case ns.Kind == serializer.KindVoidNamespace:
			ms.namespaceBytes = 1
		case ns.FixedLength() >= 0:
			ms.namespaceBytes = ns.FixedLength()
		}
	}
	return ms
}

// groups reads the selected key groups of the unit. A key group that fails is reported, and the next one read.
func (r *scanner) groups(ctx context.Context, read func(*scanner, context.Context, int32) error) error {
	k := r.unit.handle.keyed.(*metadata.KeyGroupsHandle).KeyGroups
	ends := r.unit.handle.groupEnds(k.Offsets, r.unit.handle.size)
	for i, off := range k.Offsets {
		g := k.Range.Start + int32(i)
		if off == r.unit.handle.noData() || !r.unit.reads(g) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.raw.seek(ctx, off); err != nil {
			return r.at(r.raw, 0, err)
		}
		r.raw.region(ends[i])
		r.e.KeyGroup = state.KeyGroup(g)
		for m := range r.metas {
			r.metas[m].seen = false
		}
		if err := read(r, ctx, g); err != nil {
			if err == errStop || ctx.Err() != nil {
				return err
			}
			if err := r.failedGroup(g, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// failedGroup notes what the rest of a key group would have held.
func (r *scanner) failedGroup(g int32, err error) error {
	groups := KeyGroupSet{{state.KeyGroup(g), state.KeyGroup(g)}}
	if blocked, ok := errors.AsType[*blockedError](err); ok {
		for i := range r.metas {
			if m := &r.metas[i]; m.want && (!m.seen || i == blocked.state) {
				r.lose(Missing{State: r.unit.handle.states[i], Code: OpaqueBlocked, Class: blocked.class, Reason: blocked.reason, KeyGroups: groups})
			}
		}
		return nil
	}
	err = javaio.InField(err, groupField(g))
	return r.report(err, groups)
}

// report gives a defect to the consumer, and notes what it hides.
func (r *scanner) report(err error, groups KeyGroupSet) error {
	return r.reportFor(nil, err, groups)
}

// reportFor is report for a defect that hides entries of one state only; nil: of all.
func (r *scanner) reportFor(only *metaScan, err error, groups KeyGroupSet) error {
	err = r.unit.view.locate(err, r.c.name, r.unit.handle)
	for i := range r.metas {
		if !r.metas[i].want || only != nil && only.ID != i {
			continue
		}
		if groups == nil {
			groups = r.keyGroups()
		}
		r.lose(Missing{State: r.unit.handle.states[i], Code: CorruptState, Reason: err.Error(), Err: err, KeyGroups: groups})
	}
	if !r.yield(state.Entry{}, err) {
		return errStop
	}
	return nil
}

// lose adds to what is missing; the same reason in several key groups is one element.
func (s *Scan) lose(m Missing) {
	for i := range s.missing {
		o := &s.missing[i]
		if o.State == m.State && o.Code == m.Code && o.Class == m.Class && (o.Reason == m.Reason || m.Code == CorruptState) {
			o.KeyGroups = o.KeyGroups.Union(m.KeyGroups)
			o.Count += m.Count
			return
		}
	}
	s.missing = append(s.missing, m)
}

func (s *Scan) loseAll(code, reason string, err error) {
	for _, st := range s.unit.States {
		s.lose(Missing{State: st, Code: code, Reason: reason, Err: err, KeyGroups: s.keyGroups()})
	}
}

// keyGroups returns those of a keyed unit.
func (s *Scan) keyGroups() KeyGroupSet {
	if !s.unit.Keyed {
		return nil
	}
	return KeyGroupSet{s.unit.span()}
}

// warn notes what is odd at n bytes behind the position of w.
func (r *scanner) warn(w *window, n int, format string, args ...any) {
	if len(r.warnings) < maxWarnings {
		err := &javaio.FormatError{Offset: w.file(n), Err: fmt.Errorf("%w: "+format, append([]any{javaio.ErrCorrupt}, args...)...)}
		r.warnings = append(r.warnings, r.unit.view.locate(err, r.c.name, r.unit.handle))
	}
}

// maxWarnings of one scan are kept.
const maxWarnings = 100

// emit lends the current entry to the consumer.
func (r *scanner) emit() error {
	r.lent.lend(&r.e)
	if !r.yield(r.e, nil) {
		return errStop
	}
	r.lent.reclaim()
	return nil
}

// blockedError says that a value without a decoder hides what follows.
type blockedError struct {
	state         int
	class, reason string
	rest          bool // of a collection, a part of which was given
}

func (b *blockedError) Error() string { return b.reason }

func isBlocked(err error) bool {
	_, ok := errors.AsType[*blockedError](err)
	return ok
}

// String names the layout in messages.
func (l Layout) String() string {
	switch l {
	case LayoutHeap:
		return "heap"
	case LayoutFull:
		return "full"
	case LayoutSST:
		return "rocksdb"
	case LayoutChangelog:
		return "changelog"
	case LayoutOperator:
		return "operator"
	case LayoutRawKeyed:
		return "raw keyed"
	case LayoutRawOperator:
		return "raw operator"
	}
	return "unknown"
}
