package inspect

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"ckpt/export"
	"ckpt/statereader"
	"ckpt/statereader/wellknown"
)

// Offsets are the positions of all sources of a job.
type Offsets struct {
	Offsets []Offset `json:"offsets"`
	// Problems are handles and elements that could not be read: partitions may be missing.
	Problems []string `json:"problems,omitempty"`
	// Notes say what a row alone does not tell.
	Notes []string `json:"notes,omitempty"`
}

// Offset is where a job stands in one partition of a source.
type Offset struct {
	Operator  string         `json:"operator"`
	Connector string         `json:"connector"`
	Partition map[string]any `json:"partition"`
	// Position is null where it is not stored: the enumerator settles it when it assigns the partition.
	Position      any    `json:"position"`
	PositionMeans string `json:"positionMeans"` // next, lastProcessed
	Stop          any    `json:"stop"`          // first position that is not read; null: none
	AssignedTo    *int32 `json:"assignedTo"`    // subtask; null: none yet
	From          string `json:"from"`          // reader, enumerator, legacy
}

// Where an Offset comes from.
const (
	fromReader     = "reader"
	fromEnumerator = "enumerator"
	fromLegacy     = "legacy"
)

// OffsetsOf lists the positions of the sources in a checkpoint: of their readers, of the enumerator's splits that no
// reader has, whether assigned or not, and of the consumers before them.
func OffsetsOf(ctx context.Context, path string, o GetOptions) (*Offsets, error) {
	view, err := statereader.OpenPath(ctx, path, o.Reader)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	ops, err := selectOperators(view.Checkpoint(), viewUIDs(view), o.Filter.Operators)
	if err != nil {
		return nil, err
	}
	r := &Offsets{Offsets: []Offset{}}
	for _, p := range view.Problems() {
		r.Problems = append(r.Problems, p.Error())
	}
	for _, op := range view.Operators() {
		if !slices.Contains(ops, op.Meta) {
			continue
		}
		if err := r.operator(ctx, view, op); err != nil {
			return nil, err
		}
	}
	if len(r.Offsets) == 0 && len(r.Problems) == 0 {
		return nil, fmt.Errorf("no positions of sources: %w", ErrNotFound)
	}
	return r, nil
}

func (r *Offsets) operator(ctx context.Context, view *statereader.View, op *statereader.Operator) error {
	connector := ""
	assigned := map[string]bool{}
	for _, s := range op.States() {
		known, err := wellknown.Recognise(ctx, view, s)
		if err != nil {
			return err
		}
		if known == nil {
			if wellknown.IsSource(s.Name) {
				r.unread(ctx, view, s)
			}
			continue
		}
		connector = known.Format.Connector
		if err := r.readers(ctx, view, s, known, assigned); err != nil {
			return err
		}
	}
	if op.Meta.Coordinator == nil {
		return nil
	}
	f, v := wellknown.Enumerator(op.Meta.Coordinator.Data, connector)
	if f == nil {
		return nil
	}
	elsewhere := 0
	for _, p := range f.Positions(v) {
		if assigned[partitionKey(p.Partition)] {
			continue
		}
		r.add(op, f, p, nil, fromEnumerator)
		if !p.Unassigned {
			elsewhere++
		}
	}
	if elsewhere > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("operator %s: %d partitions are assigned, but no reader stored them: a bounded one has been read "+
			"to its end; of any other this checkpoint has no position", export.OperatorName(op), elsewhere))
	}
	return nil
}

// readers lists the positions that the subtasks of a source stored.
func (r *Offsets) readers(ctx context.Context, view *statereader.View, s *statereader.State, known *wellknown.Recoded, assigned map[string]bool) error {
	from := fromLegacy
	if wellknown.IsReader(s.Name) {
		from = fromReader
	}
	for _, u := range view.Units(statereader.Selection{States: []*statereader.State{s}}) {
		for e, err := range u.Scan(ctx).All() {
			if err != nil {
				return err
			}
			v, _, err := known.Format.Decode(e.Value)
			if err != nil {
				return err
			}
			for _, p := range known.Format.Positions(v) {
				assigned[partitionKey(p.Partition)] = true
				r.add(s.Operator, known.Format, p, &e.Subtask, from)
			}
		}
	}
	return nil
}

// unread says why a source's state shows no positions, if it holds any.
func (r *Offsets) unread(ctx context.Context, view *statereader.View, s *statereader.State) {
	n := 0
	for _, u := range view.Units(statereader.Selection{States: []*statereader.State{s}}) {
		for _, err := range u.Scan(ctx).All() {
			if err != nil {
				r.Problems = append(r.Problems, err.Error())
				return
			}
			n++
		}
	}
	if n > 0 {
		err := fmt.Errorf("operator %s, state %q: %d elements are of no known connector", export.OperatorName(s.Operator), s.Name, n)
		r.Problems = append(r.Problems, err.Error())
	}
}

func (r *Offsets) add(op *statereader.Operator, f *wellknown.Format, p wellknown.Position, subtask *int32, from string) {
	o := Offset{Operator: export.OperatorName(op), Connector: f.Connector, Partition: p.Partition, Position: p.At,
		PositionMeans: p.Means, Stop: p.Stop, From: from}
	if subtask != nil {
		n := *subtask
		o.AssignedTo = &n
	}
	r.Offsets = append(r.Offsets, o)
}

// partitionKey is the same for equal partitions.
func partitionKey(p map[string]any) string {
	b, err := json.Marshal(p)
	if err != nil { // a partition is text, numbers and bytes
		return ""
	}
	return string(b)
}
