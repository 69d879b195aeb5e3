package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"ckpt/metadata"
	"ckpt/serializer"
	"ckpt/state"
	"ckpt/statereader"
)

// Options of Run: the zero value reads `_metadata` and the header of every state file.
type Options struct {
	Reader       statereader.Options
	MetadataOnly bool   // leave states null
	Count        bool   // fill entries and bytes per state; reads all state
	Filter       Filter // only this part; KeyGroups and AllCopies do not matter here
}

// Run says what the checkpoint at path contains.
func Run(ctx context.Context, path string, o Options) (*Report, error) {
	src, err := openSource(ctx, path, o.Reader)
	if err != nil {
		return nil, err
	}
	cp := src.checkpoint
	names := newUIDs(cp, o.Reader.UIDs)
	chosen, err := selectOperators(cp, names, o.Filter.Operators)
	if err != nil {
		return nil, err
	}
	rep := &Report{
		Path: path, Kind: kindOf(cp, src.layout.Dir), Format: formatOf(cp),
		MetadataVersion: int32(cp.Version), CheckpointID: int64(cp.CheckpointID), FlinkVersions: cp.FlinkVersions(),
		Properties: properties(cp.Properties), MasterStates: []MasterState{}, Operators: []Operator{},
	}
	for _, m := range cp.MasterStates {
		rep.MasterStates = append(rep.MasterStates, MasterState{Name: m.Name, Bytes: int64(len(m.Payload)), Hex: hexOf(m.Payload)})
	}
	if err := rep.addBytes(ctx, src); err != nil {
		return nil, err
	}
	for _, op := range chosen {
		rep.Operators = append(rep.Operators, describeOperator(op, names))
	}
	if o.MetadataOnly {
		return rep, nil
	}
	return rep, rep.addStates(ctx, src, chosen, o)
}

// addStates fills the states of the report's operators.
func (rep *Report) addStates(ctx context.Context, src *source, chosen []*metadata.Operator, o Options) error {
	view, err := statereader.Open(ctx, src.fs, src.checkpoint, src.layout, o.Reader)
	if err != nil {
		return err
	}
	defer view.Close()
	for _, p := range view.Problems() {
		rep.Problems = append(rep.Problems, p.Error())
	}
	var counts map[*statereader.State]*count
	hashes := newKeyHashes()
	if o.Count {
		if counts, err = countStates(ctx, view, o, hashes); err != nil {
			return err
		}
	}
	found := false
	for _, op := range view.Operators() {
		i := slices.Index(chosen, op.Meta)
		if i < 0 {
			continue
		}
		out := &rep.Operators[i]
		out.States = []State{}
		if op.Meta.Coordinator != nil {
			connector, err := connectorOf(ctx, view, op)
			if err != nil {
				return err
			}
			out.Coordinator = describeCoordinator(op.Meta, connector)
		}
		for _, s := range op.States() {
			if !o.Filter.matches(s) {
				continue
			}
			found = true
			st := describeState(s)
			if c := counts[s]; c != nil {
				st.Entries, st.Bytes = &c.entries, &c.bytes
				if s.Key != nil {
					st.KeyHash = hashes.rule(op)
				}
			}
			out.States = append(out.States, st)
		}
		out.Backends = refineBackends(out.Backends, op)
	}
	if !found && (len(o.Filter.States) > 0 || o.Filter.Kind != "") {
		return fmt.Errorf("no state %s: %w", strings.TrimSpace(strings.Join(o.Filter.States, ", ")+" of kind "+o.Filter.Kind), ErrNotFound)
	}
	return nil
}

// addBytes adds up the sizes of all files and looks which are there.
func (rep *Report) addBytes(ctx context.Context, src *source) error {
	files := slices.Collect(src.files())
	missing, err := src.missing(ctx, files)
	if err != nil {
		return err
	}
	b := &rep.Bytes
	b.Metadata, rep.SelfContained = src.size, true
	for i, f := range files {
		n := max(f.size, 0)
		switch {
		case f.exclusive:
			b.Exclusive += n
		default:
			b.Shared += n
			rep.SelfContained = false
		}
		if missing[i] {
			b.Missing += n
		}
	}
	b.Total = b.Metadata + b.Exclusive + b.Shared
	return nil
}

func properties(p *metadata.Properties) *Properties {
	if p == nil || p.Null || p.Err != nil {
		return nil
	}
	return &Properties{
		Type: p.Name, Format: p.Format, PostAction: p.PostAction, Sharing: p.Sharing, Forced: p.Forced, Unclaimed: p.Unclaimed,
		DiscardSubsumed: p.DiscardSubsumed, DiscardFinished: p.DiscardFinished, DiscardCancelled: p.DiscardCancelled,
		DiscardFailed: p.DiscardFailed, DiscardSuspended: p.DiscardSuspended,
	}
}

func describeOperator(op *metadata.Operator, names uids) Operator {
	out := Operator{ID: op.ID.String(), Parallelism: op.Parallelism, MaxParallelism: op.MaxParallelism, Finished: "none",
		Backends: backendsOf(op)}
	if uid, ok := names[op.ID]; ok {
		out.UID = &uid
	}
	if op.Name != "" {
		out.Name = &op.Name
	}
	if op.Coordinator != nil {
		out.CoordinatorBytes = int64(len(op.Coordinator.Data))
		out.Coordinator = describeCoordinator(op, "")
	}
	for _, st := range op.Subtasks {
		if st.Finished {
			out.FinishedSubtasks = append(out.FinishedSubtasks, st.Index)
		}
	}
	switch {
	case op.FullyFinished:
		out.Finished = "all"
	case len(out.FinishedSubtasks) > 0:
		out.Finished = "some"
	}
	out.Bytes = out.CoordinatorBytes
	for s := range op.Streams() {
		out.Bytes += max(s.StreamSize(), 0)
	}
	return out
}

func describeState(s *statereader.State) State {
	st := State{Name: s.Name, Kind: string(s.Kind), TTL: s.TTL, Subtasks: s.Subtasks}
	if len(s.Metas) == 0 {
		return st
	}
	m := s.Metas[0]
	switch {
	case m.Backend == state.BroadcastType:
		st.UserKeyType = typeText(m.Key)
	case s.Key != nil:
		st.KeyType = typeText(s.Key)
	}
	st.NamespaceType, st.ValueType = typeText(m.Namespace), typeText(m.Value)
	if m.UserKey != nil {
		st.UserKeyType = typeText(m.UserKey)
	}
	if d := differences(s); d != "" {
		st.Differs = &d
	}
	for _, ser := range []*serializer.Serializer{s.Key, m.Namespace, m.UserKey, m.Value} {
		if ser == nil {
			continue
		}
		if t := ser.Type.Opaque(); t != nil {
			st.Opaque = t.Class + ": " + t.Reason
			break
		}
	}
	if m.Salvaged != "" {
		st.Opaque = m.Salvaged
	}
	return st
}

func typeText(s *serializer.Serializer) *string {
	if s == nil || s.Type == nil {
		return nil
	}
	t := s.Type.String()
	return &t
}

// differences says how the headers of a state's subtasks disagree.
func differences(s *statereader.State) string {
	texts := map[string]bool{}
	var order []string
	for _, m := range s.Metas {
		t := text(typeText(m.UserKey)) + " " + text(typeText(m.Value))
		if t = strings.TrimSpace(t); !texts[t] {
			texts[t] = true
			order = append(order, t)
		}
	}
	if len(order) < 2 {
		return ""
	}
	return "subtasks have different types: " + strings.Join(order, " | ")
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// count is what a full scan adds up for a state.
type count struct{ entries, bytes int64 }

func countStates(ctx context.Context, view *statereader.View, o Options, hashes *keyHashes) (map[*statereader.State]*count, error) {
	units := view.Units(statereader.Selection{})
	parts := make([]map[*statereader.State]*count, len(units))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Reader.Parallelism))
	for i, u := range units {
		g.Go(func() error {
			m := map[*statereader.State]*count{}
			parts[i] = m
			unit := newUnitHashes(u, true)
			defer func() { hashes.merge(unit) }()
			sc := u.Scan(ctx)
			for e, err := range sc.All() {
				if err != nil {
					return err
				}
				unit.add(&e)
				s := sc.StateOf(&e)
				c := m[s]
				if c == nil {
					c = &count{}
					m[s] = c
				}
				if e.Flags&state.Empty == 0 {
					c.entries++
				}
				c.bytes += int64(len(e.Key)+len(e.Namespace)+len(e.UserKey)+len(e.Value)) + e.Size
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	sum := map[*statereader.State]*count{}
	for _, op := range view.Operators() {
		for _, s := range op.States() {
			sum[s] = &count{}
		}
	}
	for _, m := range parts {
		for s, c := range m {
			sum[s].entries += c.entries
			sum[s].bytes += c.bytes
		}
	}
	return sum, nil
}
