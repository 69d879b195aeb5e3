package inspect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ckpt/export"
	"ckpt/metadata"
	"ckpt/statereader"
)

// StatsOf reads all entries that are selected and counts them. What cannot be read is in Stats.Missing. Memory does not depend
// on the size of state.
func StatsOf(ctx context.Context, path string, o StatsOptions) (*Stats, error) {
	view, err := statereader.OpenPath(ctx, path, o.Reader)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	sel, err := Select(view, o.Filter)
	if err != nil {
		return nil, err
	}
	if err := knownStates(view, o.TTL); err != nil {
		return nil, err
	}
	st := &Stats{Path: path, CheckpointID: int64(view.Checkpoint().CheckpointID), Operators: []OperatorStats{}, Missing: []StatsMissing{}}
	sums, err := st.scan(ctx, view, sel, &o)
	if err != nil {
		return nil, err
	}
	for _, op := range view.Operators() {
		if selectsOperator(sel, op) {
			st.add(op, sel, sums)
		}
	}
	slices.SortFunc(st.Missing, func(a, b StatsMissing) int {
		return cmp.Or(cmp.Compare(a.Operator, b.Operator), cmp.Compare(a.State, b.State), cmp.Compare(a.Code, b.Code), cmp.Compare(a.KeyGroups, b.KeyGroups),
			cmp.Compare(a.Reason, b.Reason))
	})
	st.Missing = slices.Compact(st.Missing)
	return st, nil
}

// knownStates refuses a time to live of a state that is not there.
func knownStates(view *statereader.View, ttl map[string]time.Duration) error {
	for name := range ttl {
		known := slices.ContainsFunc(view.Operators(), func(op *statereader.Operator) bool {
			return slices.ContainsFunc(op.States(), func(s *statereader.State) bool { return s.Name == name && s.TTL })
		})
		if !known {
			return fmt.Errorf("state %q, for which a time to live is given, is not there or has none: %w", name, ErrNotFound)
		}
	}
	return nil
}

func selectsOperator(sel statereader.Selection, op *statereader.Operator) bool {
	return sel.States == nil || slices.ContainsFunc(sel.States, func(s *statereader.State) bool { return s.Operator == op })
}

// scan counts the entries of all units.
func (st *Stats) scan(ctx context.Context, view *statereader.View, sel statereader.Selection, o *StatsOptions) (map[*statereader.State]*tally, error) {
	units := view.Cut(sel, o.Shard).Units(view.Units(sel))
	sums := map[*statereader.State]*tally{}
	var total, done, entries int64
	for _, u := range units {
		total += u.Bytes
	}
	var mu sync.Mutex
	report := func(n, bytes int64) {
		mu.Lock()
		defer mu.Unlock()
		entries, done = entries+n, done+bytes
		if o.Progress != nil {
			o.Progress(done, total, entries)
		}
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, o.Reader.Parallelism))
	for _, u := range units {
		g.Go(func() error {
			counted, missing := countUnit(gctx, u, o, func(n int64) { report(n, 0) })
			report(0, u.Bytes)
			mu.Lock()
			defer mu.Unlock()
			for s, t := range counted {
				if sums[s] == nil {
					sums[s] = newTally(s, o)
				}
				sums[s].merge(t)
			}
			st.Missing = append(st.Missing, missing...)
			return gctx.Err()
		})
	}
	return sums, g.Wait()
}

func countUnit(ctx context.Context, u *statereader.Unit, o *StatsOptions, count func(n int64)) (map[*statereader.State]*tally, []StatsMissing) {
	counted := map[*statereader.State]*tally{}
	var missing []StatsMissing
	operator := export.OperatorName(u.Operator)
	sc := u.Scan(ctx)
	var n int64
	var failed error
	for e, err := range sc.All() {
		if err != nil { // Missing tells which states it is about
			if ctx.Err() != nil {
				break
			}
			if failed == nil {
				failed = err
			}
			continue
		}
		if n++; n%8192 == 0 {
			count(8192)
		}
		s := sc.StateOf(&e)
		t := counted[s]
		if t == nil {
			t = newTally(s, o)
			counted[s] = t
		}
		t.add(&e)
	}
	count(n % 8192)
	for _, t := range counted {
		t.endRun()
	}
	for _, m := range sc.Missing() {
		missing = append(missing, StatsMissing{Operator: operator, State: m.State.Name, Code: m.Code, Reason: m.Reason, KeyGroups: groupsText(m.KeyGroups)})
	}
	if len(missing) == 0 && failed != nil {
		missing = append(missing, StatsMissing{Operator: operator, Code: statereader.CorruptState, Reason: failed.Error()})
	}
	return counted, missing
}

func groupsText(s statereader.KeyGroupSet) string {
	if len(s) == 0 {
		return ""
	}
	return s.String()
}

// add adds an operator to the report.
func (st *Stats) add(op *statereader.Operator, sel statereader.Selection, sums map[*statereader.State]*tally) {
	m := op.Meta
	out := OperatorStats{Operator: export.OperatorName(op), ID: m.ID.String(), Parallelism: m.Parallelism, MaxParallelism: m.MaxParallelism, States: []StateStats{}}
	subtasks, groups := map[int32]*amount{}, map[int32]*amount{}
	for _, s := range op.States() {
		if sel.States != nil && !slices.Contains(sel.States, s) {
			continue
		}
		t := sums[s]
		if t == nil {
			t = newTally(s, &StatsOptions{})
		}
		for i, a := range t.subtasks {
			part(subtasks, i).add(a.entries, a.bytes)
		}
		for i, a := range t.groups {
			part(groups, i).add(a.entries, a.bytes)
		}
		out.Entries += t.entries
		out.Bytes += t.keyBytes + t.valueBytes
		out.States = append(out.States, t.stats(m))
	}
	onDisk, onDiskGroups := onDisk(m)
	for _, n := range onDisk {
		out.OnDisk += n
	}
	for i := range onDisk {
		part(subtasks, i)
	}
	for i := range onDiskGroups {
		part(groups, i)
	}
	out.Subtasks, out.KeyGroups = parts(subtasks, onDisk), parts(groups, onDiskGroups)
	out.Skew = Skew{Subtasks: skew(subtasks, m.Parallelism), KeyGroups: skew(groups, m.MaxParallelism)}
	st.Entries, st.Bytes, st.OnDisk = st.Entries+out.Entries, st.Bytes+out.Bytes, st.OnDisk+out.OnDisk
	st.Operators = append(st.Operators, out)
}

// onDisk adds up what the metadata records: by subtask, and by key group where handles are divided so.
func onDisk(op *metadata.Operator) (subtasks, groups map[int32]int64) {
	subtasks, groups = map[int32]int64{}, map[int32]int64{}
	for _, s := range op.Subtasks {
		one := &metadata.Operator{Subtasks: []*metadata.Subtask{s}}
		for h := range one.Streams() {
			if n := h.StreamSize(); n > 0 {
				subtasks[s.Index] += n
			}
		}
		h, ok := s.ManagedKeyed.(*metadata.KeyGroupsHandle)
		if !ok || h.Stream == nil || h.Stream.StreamSize() < 0 {
			continue
		}
		end := h.Stream.StreamSize()
		for i := len(h.KeyGroups.Offsets) - 1; i >= 0; i-- {
			off := h.KeyGroups.Offsets[i]
			if off > 0 && off < end { // 0: an empty key group of the full layout
				groups[h.KeyGroups.Range.Start+int32(i)] += end - off
				end = off
			}
		}
	}
	return subtasks, groups
}

func parts(m map[int32]*amount, onDisk map[int32]int64) []PartStats {
	list := make([]PartStats, 0, len(m))
	for _, i := range slices.Sorted(maps.Keys(m)) {
		p := PartStats{Part: i, Entries: m[i].entries, Bytes: m[i].bytes}
		if n, ok := onDisk[i]; ok {
			p.OnDisk = &n
		}
		list = append(list, p)
	}
	return list
}

// skew is the largest part by the mean of n parts.
func skew(m map[int32]*amount, n int32) float64 {
	var sum, largest int64
	for _, a := range m {
		sum += a.bytes
		largest = max(largest, a.bytes)
	}
	if sum == 0 {
		return 0
	}
	return float64(largest) * float64(max(n, 1)) / float64(sum)
}

// stats is the report of what was counted.
func (t *tally) stats(op *metadata.Operator) StateStats {
	s := StateStats{State: t.state.Name, Kind: string(t.state.Kind), Entries: t.entries, EmptyCollections: t.empty, KeyBytes: t.keyBytes,
		ValueBytes: t.valueBytes, Subtasks: parts(t.subtasks, nil), KeyGroups: parts(t.groups, nil), Sizes: []SizeStats{},
		Skew: Skew{Subtasks: skew(t.subtasks, op.Parallelism), KeyGroups: skew(t.groups, op.MaxParallelism)}}
	s.LargestKeys, s.LargestValues = t.largestKeys.list(), t.largestValues.list()
	if t.hasKeys() {
		s.Keys = &t.keys
	}
	for i, a := range t.sizes {
		if a.entries > 0 {
			s.Sizes = append(s.Sizes, SizeStats{UpTo: int64(1) << min(i, 62), Entries: a.entries, Bytes: a.bytes})
		}
	}
	if t.ttl {
		s.TTL = t.ttlStats()
	}
	return s
}

func (t *tally) ttlStats() *TTLStats {
	out := &TTLStats{Oldest: instant(t.oldest), Newest: instant(t.newest), Ages: []AgeStats{}}
	for i, a := range t.ages {
		if a.entries == 0 {
			continue
		}
		age := AgeStats{Entries: a.entries, Bytes: a.bytes}
		if i < len(ageSteps) {
			age.UpTo = shortDuration(ageSteps[i])
		}
		out.Ages = append(out.Ages, age)
	}
	if t.timeToLive > 0 {
		share := float64(t.expired.entries) / float64(t.entries)
		out.TimeToLive, out.Expired, out.ExpiredBytes, out.ExpiredShare = shortDuration(t.timeToLive), &t.expired.entries, &t.expired.bytes, &share
	}
	return out
}

func instant(millis int64) string {
	return time.UnixMilli(millis).UTC().Format("2006-01-02T15:04:05.000Z")
}

func (r *ranking) list() []LargeItem {
	list := make([]LargeItem, len(r.items))
	for i := range r.items {
		list[i] = r.items[i].LargeItem
	}
	return list
}
