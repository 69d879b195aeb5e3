package export

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"ckpt/internal/fspath"
	"ckpt/state"
	"ckpt/statereader"
	"ckpt/storage"
)

// Options say what an export writes and where. Exactly one of Dir, File and Stream is set.
type Options struct {
	// Format is the format of the files.
	Format Format
	TableOptions
	// Sort orders the rows of each unit by encoded key.
	Sort bool

	// FS takes the output; Dir is a directory in it for parts and manifest.json, File one file for a single state.
	FS        storage.FS
	Dir, File string
	// Stream takes JSON lines of any selection, or CSV or Arrow IPC (stream format) of a single state.
	Stream io.Writer
	// Overwrite allows a Dir that is not empty: what an earlier export wrote there is removed first.
	Overwrite bool
	// Inputs are the directories of the checkpoint: nothing is written into them, nor around them.
	Inputs []string
	// FileSize is the size after which a part goes on in the next file; 0: 512 MiB.
	FileSize int64

	// Shard restricts the export to a part of the units. In Dir it leaves a ShardManifest instead of manifest.json, beside what
	// other shards write; MergeShards makes one export of all.
	Shard statereader.Shard

	// Parallelism is how many units are read at once; 0: one per core. Memory bounds what they hold; 0: 256 MiB.
	Parallelism int
	Memory      int64

	// WellKnown decodes the elements of states that it has; the others are written as their serializers declare them.
	WellKnown map[*statereader.State]statereader.Recoder

	// Tool, Source and Selected are repeated in the manifest.
	Tool     string
	Source   Source
	Selected Selection
	// Progress is called now and then, by one goroutine at a time.
	Progress func(Progress)
}

// Progress is how far an export is.
type Progress struct {
	Units, UnitsDone int
	Bytes, BytesDone int64
	Rows             int64
}

// ErrUsage says that Options contradict each other, or the place that they name.
var ErrUsage = errors.New("usage")

const (
	defaultMemory = 256 << 20
	unitMemory    = 96 << 20 // at most, of one unit
)

func (o *Options) validate(states []*statereader.State) error {
	switch o.Format {
	case Parquet, Arrow, JSONL, CSV:
	default:
		return fmt.Errorf("%w: format %q: want parquet, arrow, jsonl or csv", ErrUsage, o.Format)
	}
	places := 0
	for _, set := range []bool{o.Dir != "", o.File != "", o.Stream != nil} {
		if set {
			places++
		}
	}
	if places != 1 {
		return fmt.Errorf("%w: want one of a directory, a file and a stream", ErrUsage)
	}
	if o.Stream != nil && o.Format == Parquet {
		return fmt.Errorf("%w: Parquet cannot be streamed: name a directory, or a file for a single state", ErrUsage)
	}
	if (o.File != "" || o.Stream != nil && o.Format != JSONL) && len(states) != 1 {
		return fmt.Errorf("%w: %d states are selected, and one output takes a single state", ErrUsage, len(states))
	}
	for _, in := range o.Inputs {
		out := cmp.Or(o.Dir, o.File)
		_, inside := fspath.Below(in, out)
		_, around := fspath.Below(out, in)
		if out != "" && (inside || around && o.Dir != "") {
			return fmt.Errorf("%w: the output %s lies where the input %s does", ErrUsage, out, in)
		}
	}
	return nil
}

// Run exports a selection of a view. Nothing selected may be left out in silence: what could not be read is in
// Manifest.Missing, and Complete is false then. After an error there is no manifest.json.
func Run(ctx context.Context, v *statereader.View, sel statereader.Selection, o Options) (*Manifest, error) {
	states := selected(v, sel)
	if err := o.validate(states); err != nil {
		return nil, err
	}
	r := &run{o: o, view: v, sel: sel, all: sel.States == nil, paths: statePaths(v), tables: map[*statereader.State]*Table{}, units: v.Units(sel)}
	for _, s := range states {
		shown := s
		if known := o.WellKnown[s]; known != nil {
			shown = known.State()
		}
		r.tables[s] = NewTable(shown, o.TableOptions)
	}
	if o.Shard.Of > 0 {
		text := o.Shard.String()
		r.o.Selected.Shard = &text
	}
	if o.Dir != "" {
		if err := r.clear(ctx); err != nil {
			return nil, err
		}
	}
	r.number()
	cut := v.Cut(sel, o.Shard)
	r.restrict(cut)
	r.results = make([]result, len(r.units))
	for _, u := range r.units {
		r.progress.Bytes += u.Bytes
	}
	r.progress.Units = len(r.units)
	var err error
	if o.Dir != "" {
		err = r.parallel(ctx)
	} else {
		err = r.single(ctx, states)
	}
	if err != nil {
		return nil, err
	}
	m, err := r.manifest(ctx, states)
	if err != nil || o.Dir == "" {
		return m, err
	}
	if cut != nil {
		return m, r.writeShard(ctx, m, cut)
	}
	return m, writeJSON(ctx, r.o.FS, r.o.Dir, manifestName, m)
}

// selected are the states of a selection, in the order of the view.
func selected(v *statereader.View, sel statereader.Selection) []*statereader.State {
	var states []*statereader.State
	for _, op := range v.Operators() {
		for _, s := range op.States() {
			if sel.States == nil || slices.Contains(sel.States, s) {
				states = append(states, s)
			}
		}
	}
	return states
}

// run is an export that is running.
type run struct {
	o       Options
	view    *statereader.View
	sel     statereader.Selection
	all     bool // nothing was left out by the selection
	paths   map[*statereader.State]string
	tables  map[*statereader.State]*Table
	units   []*statereader.Unit
	numbers []map[*statereader.State]int // of each unit, among those of a state
	results []result                     // of each unit

	mu       sync.Mutex
	progress Progress
}

// result is what a unit gave.
type result struct {
	files   map[*statereader.State][]ManifestFile
	totals  map[*statereader.State]totals
	missing []statereader.Missing
}

type totals struct{ opaque, inexact, empty int64 }

// restrict leaves the units of a cut, with the numbers that they have in the whole.
func (r *run) restrict(cut *statereader.Cut) {
	units, numbers := r.units, r.numbers
	r.units, r.numbers = nil, nil
	for i, u := range units {
		if part := cut.Part(u); part != nil {
			r.units, r.numbers = append(r.units, part), append(r.numbers, numbers[i])
		}
	}
}

// number numbers the units of each state.
func (r *run) number() {
	next := map[*statereader.State]int{}
	for _, u := range r.units {
		numbers := map[*statereader.State]int{}
		for _, s := range u.States {
			numbers[s] = next[s]
			next[s]++
		}
		r.numbers = append(r.numbers, numbers)
	}
}

// parallel exports each unit to files of its own.
func (r *run) parallel(ctx context.Context) error {
	memory := cmp.Or(r.o.Memory, defaultMemory)
	budget := semaphore.NewWeighted(memory)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(cmp.Or(r.o.Parallelism, runtime.GOMAXPROCS(0)))
	for i, u := range r.units {
		cost := min(memory, unitMemory, 4<<20+3*u.Bytes)
		if budget.Acquire(gctx, cost) != nil {
			break
		}
		g.Go(func() error {
			defer budget.Release(cost)
			return r.unit(gctx, i)
		})
	}
	return cmp.Or(g.Wait(), ctx.Err())
}

// unit exports the i-th unit.
func (r *run) unit(ctx context.Context, i int) error {
	u := r.units[i]
	parts := map[*statereader.State]*part{}
	defer func() {
		for _, p := range parts {
			p.abort()
		}
	}()
	partOf := func(s *statereader.State) *part {
		p := parts[s]
		if p == nil {
			p = r.newPart(u, s, r.numbers[i][s])
			parts[s] = p
		}
		return p
	}
	if err := r.scan(ctx, i, partOf, unitBytes); err != nil {
		return err
	}
	res := &r.results[i]
	res.files, res.totals = map[*statereader.State][]ManifestFile{}, map[*statereader.State]totals{}
	for _, s := range u.States {
		p := parts[s]
		if p == nil {
			continue
		}
		if err := p.close(ctx, false); err != nil {
			return err
		}
		opaque, inexact := p.sink.counts()
		res.files[s], res.totals[s] = p.files, totals{opaque, inexact, p.empty}
	}
	return nil
}

// scan reads the i-th unit into parts. Where all together hold more than limit bytes, the largest is written.
func (r *run) scan(ctx context.Context, i int, partOf func(*statereader.State) *part, limit int) error {
	u := r.units[i]
	scan := u.Scan(ctx)
	all := scan.All()
	if r.o.Sort {
		sorted, err := sortedByKey(ctx, all)
		if err != nil {
			return err
		}
		defer sorted.close()
		all = sorted.all()
	}
	var (
		stored, last *statereader.State
		known        statereader.Recoder
		clones       = map[*statereader.State]statereader.Recoder{}
		p            *part
		held         []*part
		rows         int64
		index        = -1
		e            state.Entry // sinks take its address: one per scan, where the loop's own would be one per entry
	)
	for next, err := range all {
		if err != nil {
			return err
		}
		e = next
		if e.State != index {
			index = e.State
			if s := scan.StateOf(&e); s != stored {
				stored = s
				last, p, known = s, partOf(s), nil
				if k := r.o.WellKnown[s]; k != nil {
					if clones[s] == nil {
						clones[s] = k.Clone()
					}
					last, known = k.State(), clones[s]
				}
				if !slices.Contains(held, p) {
					held = append(held, p)
				}
			}
		}
		if known != nil {
			if err := known.Recode(&e); err != nil {
				return err
			}
		}
		looked, err := p.append(last, &e)
		if err != nil {
			return err
		}
		if rows++; !looked {
			continue
		}
		r.advance(0, 0, rows)
		rows = 0
		if err := relieve(ctx, p, held, limit); err != nil {
			return err
		}
	}
	r.advance(1, u.Bytes, rows)
	r.results[i].missing = scan.Missing()
	return ctx.Err()
}

// relieve writes a part that is full, and the largest where all together hold too much.
func relieve(ctx context.Context, p *part, held []*part, limit int) error {
	if p.full() {
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	sum, largest := 0, p
	for _, h := range held {
		if sum += h.size; h.size > largest.size {
			largest = h
		}
	}
	if sum < limit {
		return nil
	}
	return largest.flush(ctx)
}

func (r *run) advance(units int, bytes, rows int64) {
	if r.o.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress.UnitsDone += units
	r.progress.BytesDone += bytes
	r.progress.Rows += rows
	r.o.Progress(r.progress)
}

var extensions = map[Format]string{Parquet: "parquet", Arrow: "arrow", JSONL: "jsonl", CSV: "csv"}

func (r *run) partName(s *statereader.State, number, n int) string {
	return fmt.Sprintf("%s/part-%05d-%03d.%s", r.paths[s], number, n, extensions[r.o.Format])
}

// newPart returns the part that unit u, the number-th of its state, writes.
func (r *run) newPart(u *statereader.Unit, s *statereader.State, number int) *part {
	p := &part{sink: newSink(r.o.Format, r.tables[s], false), limit: cmp.Or(r.o.FileSize, defaultFileSize), batch: r.o.Format.batchBytes()}
	switch {
	case u == nil:
	case u.Keyed:
		p.entry.KeyGroups = optional(statereader.KeyGroupSet{{First: state.KeyGroup(u.First), Last: state.KeyGroup(u.Last)}}.String())
	default:
		subtask := u.Subtask
		p.entry.Subtask = &subtask
	}
	p.open = func(ctx context.Context, n int) (*file, string, error) {
		rel := r.partName(s, number, n)
		w, err := r.o.FS.Create(ctx, fspath.Join(r.o.Dir, rel))
		if err != nil {
			return nil, rel, err
		}
		return newFile(w, w), rel, nil
	}
	return p
}

// single exports all units, one after the other, to one file or stream.
func (r *run) single(ctx context.Context, states []*statereader.State) error {
	var table *Table
	if len(states) == 1 {
		table = r.tables[states[0]]
	} else {
		table = &Table{opts: r.o.TableOptions}
	}
	p := &part{sink: newSink(r.o.Format, table, r.o.Stream != nil), batch: r.o.Format.batchBytes()}
	if r.o.Stream != nil && r.o.Format != Arrow {
		p.batch = checkBytes // somebody waits
	}
	defer p.abort()
	p.open = func(ctx context.Context, _ int) (*file, string, error) {
		if r.o.Stream != nil {
			return newFile(r.o.Stream, nil), "-", nil
		}
		w, err := r.o.FS.Create(ctx, r.o.File)
		if err != nil {
			return nil, r.o.File, err
		}
		return newFile(w, w), r.o.File, nil
	}
	for i := range r.units {
		if err := r.scan(ctx, i, func(*statereader.State) *part { return p }, flushBytes); err != nil {
			return err
		}
	}
	if err := p.close(ctx, true); err != nil {
		return err
	}
	if len(states) == 1 {
		opaque, inexact := p.sink.counts()
		r.results = append(r.results, result{
			files:  map[*statereader.State][]ManifestFile{states[0]: p.files},
			totals: map[*statereader.State]totals{states[0]: {opaque, inexact, p.empty}},
		})
	}
	return nil
}
