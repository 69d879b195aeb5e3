package statereader

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/storage"
)

// View is an open checkpoint: which operators and states it has. Entries are read through Units and Scans, or Read.
// It holds no open file and is safe for concurrent use.
type View struct {
	fs         storage.FS
	checkpoint *metadata.Checkpoint
	layout     metadata.Layout
	opts       Options
	operators  []*Operator
	problems   []error
	kryo       serializer.KryoGeneration

	serializers serializer.Options // that headers with Kryo values and described classes are made with

	mu      sync.Mutex
	headers map[string]*state.Header // by bytes: subtasks mostly have the same
}

// Operator is one operator of a checkpoint.
type Operator struct {
	Meta *metadata.Operator
	// UID is recorded, one of Options.UIDs, or one that SQL gives its operators; empty: unknown.
	UID string
	// Layouts counts the state handles by what is in them.
	Layouts map[Layout]int

	handles []*handle
	states  []*State
}

// State is one state of an operator, over all its subtasks.
type State struct {
	Operator *Operator
	Name     string
	Class    state.Class
	Kind     state.Kind // of the first header that has it
	TTL      bool       // in any header
	// Key is the first header's key serializer; nil: not keyed, or not known.
	Key *serializer.Serializer
	// Metas has one element for each distinct registration: serializers may differ between subtasks.
	// It is empty where no header was read (Options.MetadataOnly).
	Metas []*state.Meta
	// Subtasks counts those whose headers list the state.
	Subtasks int
	// WellKnown names the decoder, and the versions that it met, that made Value out of stored bytes. Empty: as stored.
	WellKnown string
}

// OpenPath opens the checkpoint that path names: a `_metadata` file, its directory, or the directory of a job's
// checkpoints, of which the newest complete one is taken.
func OpenPath(ctx context.Context, path string, o Options) (*View, error) {
	v, _, err := OpenAt(ctx, path, o)
	return v, err
}

// OpenAt is OpenPath that also says where the checkpoint was found.
func OpenAt(ctx context.Context, path string, o Options) (*View, *Location, error) {
	loc, err := Locate(ctx, path, o)
	if err != nil {
		return nil, nil, err
	}
	cp, err := loc.Metadata(ctx)
	if err != nil {
		return nil, nil, err
	}
	v, err := Open(ctx, loc.FS, cp, loc.Layout, o)
	return v, loc, err
}

// Open reads the headers of all state files of a checkpoint, several at once. What cannot be read is a problem of the
// view, not an error: the rest goes on. An error means that ctx ended.
func Open(ctx context.Context, fs storage.FS, cp *metadata.Checkpoint, l metadata.Layout, o Options) (*View, error) {
	v := &View{fs: fs, checkpoint: cp, layout: l, opts: o, headers: map[string]*state.Header{}}
	uids := map[metadata.OperatorID]string{}
	for _, uid := range slices.Concat(o.Plan.UIDs(), o.UIDs) {
		uids[metadata.OperatorIDFromUID(uid)] = uid
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(o.parallelism())
	for _, m := range cp.Operators {
		op := &Operator{Meta: m, UID: cmp.Or(m.UID, uids[m.ID], knownUID(m.ID)), Layouts: map[Layout]int{}}
		op.handles = handlesOf(op)
		v.operators = append(v.operators, op)
		for _, h := range op.handles {
			g.Go(func() error {
				h.err = v.load(gctx, h)
				return gctx.Err()
			})
		}
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	v.settleKryo()
	v.nameTables()
	for _, op := range v.operators {
		op.shareKeys()
		for _, h := range op.handles {
			op.Layouts[h.layout]++
			if h.err != nil {
				v.problems = append(v.problems, h.err)
			}
			for _, m := range h.metas {
				if m.Err != nil {
					v.problems = append(v.problems, v.metaError(h, m))
				}
			}
		}
		op.collect()
	}
	return v, v.settleTypes(ctx)
}

func knownUID(id metadata.OperatorID) string {
	uid, _ := metadata.KnownUID(id)
	return uid
}

// Checkpoint returns the metadata that the view was opened with.
func (v *View) Checkpoint() *metadata.Checkpoint { return v.checkpoint }

// Operators returns the operators in the order of the metadata.
func (v *View) Operators() []*Operator { return v.operators }

// Problems returns what could not be read while opening, each with file, offset, operator and subtask. The units of
// these handles yield nothing but the same error.
func (v *View) Problems() []error { return v.problems }

// Close releases the view. Its units and scans must have ended.
func (v *View) Close() error { return nil }

// Operator returns the operator with the given id, or nil.
func (v *View) Operator(id metadata.OperatorID) *Operator {
	for _, op := range v.operators {
		if op.Meta.ID == id {
			return op
		}
	}
	return nil
}

// States returns the states of all subtasks, ordered by class, then name.
func (op *Operator) States() []*State { return op.states }

// State returns the first state with the given name, in the order of States; nil if there is none.
func (op *Operator) State(name string) *State {
	for _, s := range op.states {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// collect makes the union of the states of all handles.
func (op *Operator) collect() {
	type key struct {
		class state.Class
		name  string
		raw   bool // names of raw state are made up
	}
	known := map[key]*State{}
	for _, h := range op.handles {
		h.states = make([]*State, len(h.metas))
		for i, m := range h.metas {
			k := key{m.Class(), m.Name, h.slot == rawKeyed && m.Kind != state.Timer || h.slot == rawOperator}
			s := known[k]
			if s == nil {
				s = &State{Operator: op, Name: m.Name, Class: k.class, Kind: m.Kind}
				known[k] = s
				op.states = append(op.states, s)
			}
			h.states[i] = s
			s.TTL = s.TTL || m.TTL
			if s.Key == nil && h.header != nil {
				s.Key = h.header.Key
			}
			s.Subtasks++
			s.addMeta(h, m)
		}
		if h.log != nil {
			h.log.collect(h)
		}
	}
	slices.SortStableFunc(op.states, func(a, b *State) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), strings.Compare(a.Name, b.Name))
	})
}

// addMeta adds a registration of the state unless it is known.
func (s *State) addMeta(h *handle, m *state.Meta) {
	if h.header != nil && !slices.ContainsFunc(s.Metas, func(o *state.Meta) bool { return sameMeta(o, m) }) {
		s.Metas = append(s.Metas, m)
	}
}

// sameMeta says whether two registrations store the same serializers.
func sameMeta(a, b *state.Meta) bool {
	if a == b {
		return true
	}
	if a.Backend != b.Backend || a.Kind != b.Kind || a.Mode != b.Mode || len(a.Stored) != len(b.Stored) {
		return false
	}
	for _, s := range a.Stored {
		o := b.Serializer(s.Name)
		if o == nil || string(o.Snapshot.Raw) != string(s.Serializer.Snapshot.Raw) ||
			string(o.Snapshot.JavaRaw) != string(s.Serializer.Snapshot.JavaRaw) {
			return false
		}
	}
	return true
}

// share returns the header decoded from b before, or else what decode makes of it.
func (v *View) share(kind string, b []byte, decode func() (*state.Header, error)) (*state.Header, error) {
	key := kind + string(b)
	v.mu.Lock()
	h := v.headers[key]
	v.mu.Unlock()
	if h != nil {
		return h, nil
	}
	h, err := decode()
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if first := v.headers[key]; first != nil {
		return first, nil
	}
	v.headers[key] = h
	return h, nil
}

// metaError says why a state of a header cannot be read. Headers are shared; where they stand is the handle's.
func (v *View) metaError(h *handle, m *state.Meta) error {
	return v.locate(javaio.Shift(m.Err, h.base), h.fileName(v.layout.File()), h)
}

// locate adds to a defect what only the view knows.
func (v *View) locate(err error, file string, h *handle) error {
	if err == nil {
		return nil
	}
	return javaio.InField(javaio.InFile(err, file), h.field())
}
