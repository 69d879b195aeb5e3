package inspect

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"ckpt/export"
	"ckpt/internal/extsort"
	"ckpt/metadata"
	"ckpt/state"
	"ckpt/statereader"
)

// DiffOptions: the zero value compares everything and shows no rows.
type DiffOptions struct {
	Reader statereader.Options // Memory bounds what is sorted in memory
	Filter Filter
	// Rows is how many differences are in the report.
	Rows int
	// IgnoreLastAccess leaves out when entries of state with TTL were last used.
	IgnoreLastAccess bool
	// TempDir takes what does not fit into memory; empty: the system's directory for temporary files.
	TempDir string
	// Progress is told how far the scan has come; may be nil. It is called from several goroutines.
	Progress func(done, total, entries int64)
}

// Diff is the answer of `ckpt diff`.
type Diff struct {
	Left    string        `json:"left"`
	Right   string        `json:"right"`
	Equal   bool          `json:"equal"`
	States  []StateDiff   `json:"states"`
	Rows    []DiffRow     `json:"rows"`
	More    int64         `json:"more"`    // differences beyond Rows
	Missing []DiffMissing `json:"missing"` // what could not be compared
}

// StateDiff counts the differences of one state.
type StateDiff struct {
	Operator string `json:"operator"`
	State    string `json:"state"`
	Kind     string `json:"kind"`
	InLeft   bool   `json:"inLeft"`
	InRight  bool   `json:"inRight"`
	Same     int64  `json:"same"`
	Added    int64  `json:"added"`   // only right
	Removed  int64  `json:"removed"` // only left
	Changed  int64  `json:"changed"` // another value under the same names
}

// DiffRow is one difference: + only right, - only left, * changed.
type DiffRow struct {
	Op       string          `json:"op"`
	Operator string          `json:"operator"`
	State    string          `json:"state"`
	Kind     string          `json:"kind"`
	Names    json.RawMessage `json:"names"` // key, namespace, map_key, index, timestamp
	Left     json.RawMessage `json:"left,omitempty"`
	Right    json.RawMessage `json:"right,omitempty"`
}

// DiffMissing is a part of a state that could not be compared.
type DiffMissing struct {
	Side string `json:"side"` // left, right
	StatsMissing
}

// codeOversize says that values are larger than the limit, so that only their sizes were compared.
const codeOversize = "OVERSIZE"

// DiffOf compares the entries of two snapshots by what names them, over different backends, layouts, versions and parallelisms.
// Values are compared as rows show them. Both are sorted together, outside of memory where they are large.
func DiffOf(ctx context.Context, left, right string, o DiffOptions) (*Diff, error) {
	d := &differ{o: o, out: &Diff{Left: left, Right: right, States: []StateDiff{}, Rows: []DiffRow{}, Missing: []DiffMissing{}}}
	var notFound [2]error
	for i, path := range []string{left, right} {
		view, err := statereader.OpenPath(ctx, path, o.Reader)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		defer view.Close()
		d.views[i] = view
		if d.selections[i], notFound[i] = Select(view, o.Filter); notFound[i] != nil {
			if !errors.Is(notFound[i], ErrNotFound) {
				return nil, notFound[i]
			}
			d.selections[i] = statereader.Selection{States: []*statereader.State{}}
		}
	}
	if notFound[0] != nil && notFound[1] != nil {
		return nil, notFound[0]
	}
	d.match()
	limit := o.Reader.Memory / 2
	if limit <= 0 {
		limit = 128 << 20
	}
	d.sorter = extsort.New(o.TempDir, int(min(limit, 1<<31-1)))
	defer d.sorter.Close()
	if err := d.scan(ctx); err != nil {
		return nil, err
	}
	return d.out, d.compare(ctx)
}

// differ compares two views.
type differ struct {
	o          DiffOptions
	out        *Diff
	views      [2]*statereader.View
	selections [2]statereader.Selection
	index      map[*statereader.State]int // in out.States

	mu     sync.Mutex
	sorter *extsort.Sorter
}

// match pairs operators by id, then by uid or name, and their states by class and name.
func (d *differ) match() {
	d.index = map[*statereader.State]int{}
	rest := slices.Clone(d.views[1].Operators())
	for _, op := range d.views[0].Operators() {
		same := slices.IndexFunc(rest, func(o *statereader.Operator) bool { return o.Meta.ID == op.Meta.ID })
		if same < 0 {
			same = slices.IndexFunc(rest, func(o *statereader.Operator) bool {
				return sameName(op.Meta, o.Meta) || op.UID != "" && o.UID == op.UID
			})
		}
		var other *statereader.Operator
		if same >= 0 {
			other = rest[same]
			rest = slices.Delete(rest, same, same+1)
		}
		d.operator(op, other)
	}
	for _, op := range rest {
		d.operator(nil, op)
	}
}

func sameName(a, b *metadata.Operator) bool { return a.Name != "" && a.Name == b.Name }

func (d *differ) operator(ops ...*statereader.Operator) {
	first := len(d.out.States)
	type place struct {
		class state.Class
		name  string
	}
	at := map[place]int{}
	for side, op := range ops {
		if op == nil {
			continue
		}
		for _, s := range op.States() {
			if sel := d.selections[side].States; sel != nil && !slices.Contains(sel, s) {
				continue
			}
			i, ok := at[place{s.Class, s.Name}]
			if !ok {
				i = len(d.out.States)
				at[place{s.Class, s.Name}] = i
				d.out.States = append(d.out.States, StateDiff{Operator: export.OperatorName(op), State: s.Name, Kind: string(s.Kind)})
			}
			d.index[s] = i
			d.out.States[i].InLeft = d.out.States[i].InLeft || side == 0
			d.out.States[i].InRight = d.out.States[i].InRight || side == 1
		}
	}
	if len(ops) == 2 && ops[0] != nil && ops[1] != nil && ops[1].UID != "" {
		for i := first; i < len(d.out.States); i++ { // the better name of the two
			d.out.States[i].Operator = export.OperatorName(ops[1])
		}
	}
}

// scan adds the entries of both sides to the sorter.
func (d *differ) scan(ctx context.Context) error {
	var total, done, entries int64
	units := [2][]*statereader.Unit{d.views[0].Units(d.selections[0]), d.views[1].Units(d.selections[1])}
	for _, side := range units {
		for _, u := range side {
			total += u.Bytes
		}
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, d.o.Reader.Parallelism))
	for side := range units {
		for _, u := range units[side] {
			g.Go(func() error {
				n, err := d.unit(gctx, side, u)
				d.mu.Lock()
				defer d.mu.Unlock()
				if entries, done = entries+n, done+u.Bytes; d.o.Progress != nil {
					d.o.Progress(done, total, entries)
				}
				return err
			})
		}
	}
	return g.Wait()
}

// batchSize is how many records a unit collects before it takes the sorter.
const batchSize = 256

// unit adds the entries of one unit.
func (d *differ) unit(ctx context.Context, side int, u *statereader.Unit) (n int64, err error) {
	var failed error
	batch := newDiffBatch(side)
	oversize := map[*statereader.State]bool{}
	sc := u.Scan(ctx)
	for e, err := range sc.All() {
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
		if err != nil { // Missing tells which states it is about
			if failed == nil {
				failed = err
			}
			continue
		}
		s := sc.StateOf(&e)
		i, ok := d.index[s]
		if !ok || e.Flags&state.Empty != 0 {
			continue
		}
		n++
		oversize[s] = oversize[s] || e.Flags&state.Oversize != 0
		if err := batch.add(i, s, &e, !d.o.IgnoreLastAccess); err != nil {
			return n, err
		}
		if batch.len() >= batchSize {
			if err := d.flush(batch); err != nil {
				return n, err
			}
		}
	}
	if err := d.flush(batch); err != nil {
		return n, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.missing(side, u, sc.Missing(), failed)
	for s, over := range oversize {
		if over {
			d.addMissing(side, StatsMissing{Operator: export.OperatorName(u.Operator), State: s.Name, Code: codeOversize,
				Reason: "values larger than --max-value were compared by their sizes alone"})
		}
	}
	return n, nil
}

func (d *differ) missing(side int, u *statereader.Unit, list []statereader.Missing, failed error) {
	operator := export.OperatorName(u.Operator)
	for _, m := range list {
		d.addMissing(side, StatsMissing{Operator: operator, State: m.State.Name, Code: m.Code, Reason: m.Reason, KeyGroups: groupsText(m.KeyGroups)})
	}
	if len(list) == 0 && failed != nil {
		d.addMissing(side, StatsMissing{Operator: operator, Code: statereader.CorruptState, Reason: failed.Error()})
	}
}

func (d *differ) addMissing(side int, m StatsMissing) {
	one := DiffMissing{Side: [2]string{"left", "right"}[side], StatsMissing: m}
	if !slices.Contains(d.out.Missing, one) {
		d.out.Missing = append(d.out.Missing, one)
	}
}

func (d *differ) flush(b *diffBatch) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range b.keys {
		if err := d.sorter.Add(b.bytes[b.keys[i].at:b.keys[i].end], b.bytes[b.rests[i].at:b.rests[i].end]); err != nil {
			return err
		}
	}
	b.bytes, b.keys, b.rests = b.bytes[:0], b.keys[:0], b.rests[:0]
	return nil
}

// diffBatch collects records: the number of the state and the names of the entry are the key; the rest has both, the side and
// the value.
type diffBatch struct {
	side        byte
	bytes       []byte
	keys, rests []span
}

type span struct{ at, end int }

func newDiffBatch(side int) *diffBatch { return &diffBatch{side: byte(side)} }

func (b *diffBatch) len() int { return len(b.keys) }

func (b *diffBatch) add(i int, s *statereader.State, e *state.Entry, lastAccess bool) (err error) {
	key := span{at: len(b.bytes)}
	b.bytes = binary.BigEndian.AppendUint32(b.bytes, uint32(i))
	if b.bytes, err = export.AppendNamesJSON(b.bytes, s, e); err != nil {
		return err
	}
	list := s.Class == state.ClassOperator // its elements are told apart by themselves
	if list {
		if b.bytes, err = export.AppendValueJSON(b.bytes, s, e, lastAccess); err != nil {
			return err
		}
	}
	key.end = len(b.bytes)
	rest := span{at: key.end}
	b.bytes = append(binary.AppendUvarint(b.bytes, uint64(key.end-key.at)), b.bytes[key.at:key.end]...)
	b.bytes = append(b.bytes, b.side)
	if !list {
		if b.bytes, err = export.AppendValueJSON(b.bytes, s, e, lastAccess); err != nil {
			return err
		}
	}
	rest.end = len(b.bytes)
	b.keys, b.rests = append(b.keys, key), append(b.rests, rest)
	return nil
}
