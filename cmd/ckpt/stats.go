package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ckpt/inspect"
)

// statsFlags are what only `ckpt stats` takes.
type statsFlags struct {
	o      inspect.StatsOptions
	ttl    []string
	now    string
	by     string
	report bool
}

func newStatsCommand(app *App) *cobra.Command {
	var f statsFlags
	cmd := &cobra.Command{
		Use:   "stats PATH [NEWER]",
		Short: "Say what makes a snapshot large: entries and bytes by operator, state, subtask and key group",
		Long: "stats reads all selected state and counts entries, bytes of keys and of values, and what the files have, by operator,\n" +
			"state, subtask and key group; skew (largest part ÷ mean part); the largest keys and values; sizes; and for state with\n" +
			"TTL how long ago entries were used. The time to live is stored nowhere: --ttl STATE=7d gives the share that has expired.\n\n" +
			"With two paths it shows what grew from the first to the second. Memory does not depend on the size of state.\n\n" +
			"With --shard I/N it counts the I-th of N parts: entries and bytes of all shards add up to those of the whole. What is on\n" +
			"disk is that of the snapshot in every shard.",
		Example: "  ckpt stats PATH\n  ckpt stats --report PATH\n  ckpt stats --by key-group --state count -o csv PATH\n" +
			"  ckpt stats --ttl session=7d PATH\n  ckpt stats chk-41 chk-42",
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return app.stats(cmd, args, &f) },
	}
	flags := cmd.Flags()
	flags.IntVar(&f.o.Largest, "largest", 5, "how many of the largest keys and values of each state")
	flags.StringArrayVar(&f.ttl, "ttl", nil, "time to live of a state, as STATE=7d (repeatable)")
	flags.StringVar(&f.now, "now", "", "the moment that ages are counted to, as 2026-01-31T12:00:00Z (default: now)")
	flags.StringVar(&f.by, "by", "state", "rows of tables: operator, state, subtask or key-group")
	flags.BoolVar(&f.report, "report", false, "one text with everything that matters")
	app.shardFlag(cmd)
	flags.BoolVar(&f.o.Filter.AllCopies, "all-copies", false, "broadcast state of every subtask")
	return cmd
}

func (app *App) stats(cmd *cobra.Command, args []string, f *statsFlags) error {
	if err := app.statsOptions(f); err != nil {
		return err
	}
	if f.o.Shard.Of > 0 && len(args) > 1 {
		return usageError{fmt.Errorf("--shard takes one snapshot: the parts of two are not the same")}
	}
	all := make([]*inspect.Stats, len(args))
	missing := false
	for i, path := range args {
		bar := app.newProgress("stats " + path)
		f.o.Progress = bar.update
		st, err := inspect.StatsOf(cmd.Context(), path, f.o)
		bar.end()
		if err != nil {
			return err
		}
		for _, m := range st.Missing {
			app.warn("not counted: %s/%s%s: %s: %s", m.Operator, m.State, groupsOf(m.KeyGroups), m.Code, m.Reason)
			missing = true
		}
		all[i] = st
	}
	err := app.renderStats(all, f)
	if err == nil && missing {
		return exitCode(exitFindings)
	}
	return err
}

func groupsOf(groups string) string {
	if groups == "" {
		return ""
	}
	return ", key groups " + groups
}

func (app *App) statsOptions(f *statsFlags) (err error) {
	if f.o.Reader, err = app.readerOptions(); err != nil {
		return err
	}
	if f.o.Shard, err = app.shardOf(); err != nil {
		return err
	}
	copies := f.o.Filter.AllCopies
	f.o.Filter = app.filter()
	f.o.Filter.AllCopies = copies
	if f.o.Now = time.Now(); f.now != "" {
		if f.o.Now, err = time.Parse(time.RFC3339, f.now); err != nil {
			return usageError{fmt.Errorf("--now %q: want a time such as 2026-01-31T12:00:00Z", f.now)}
		}
	}
	if f.o.Largest < 0 {
		return usageError{fmt.Errorf("--largest %d: want at least 0", f.o.Largest)}
	}
	if !slices.Contains([]string{"operator", "state", "subtask", "key-group"}, f.by) {
		return usageError{fmt.Errorf("--by %q: want operator, state, subtask or key-group", f.by)}
	}
	f.o.TTL = map[string]time.Duration{}
	for _, s := range f.ttl {
		i := strings.LastIndexByte(s, '=') // a state's name may have one
		if i < 0 {
			return usageError{fmt.Errorf("--ttl %q: want STATE=DURATION", s)}
		}
		d, err := parseAge(s[i+1:])
		if err != nil || d == 0 {
			return usageError{fmt.Errorf("--ttl %q: want STATE=DURATION, as count=7d", s)}
		}
		f.o.TTL[s[:i]] = d
	}
	return nil
}

func (app *App) renderStats(all []*inspect.Stats, f *statsFlags) error {
	if len(all) == 2 {
		g := inspect.GrowthOf(all[0], all[1])
		rows := make([]any, len(g.States))
		for i := range g.States {
			rows[i] = g.States[i]
		}
		return app.render(g, rows, func() table { return growthTable(g, app.bytes) })
	}
	st := all[0]
	if f.report && app.output == "table" {
		w := &statsText{w: app.Out, plain: app.bytes}
		w.write(st)
		return w.err
	}
	rows := make([]any, len(st.Operators))
	for i := range st.Operators {
		rows[i] = st.Operators[i]
	}
	return app.render(st, rows, func() table { return statsTable(st, f.by, app.bytes) })
}

func statsTable(st *inspect.Stats, by string, plain bool) table {
	t := table{title: []string{fmt.Sprintf("%s: checkpoint %d, %d entries, %s of keys and values, %s on disk", st.Path, st.CheckpointID, st.Entries,
		sizeText(st.Bytes, plain), sizeText(st.OnDisk, plain))}}
	switch by {
	case "operator":
		t.header = []string{"OPERATOR", "P/MAX", "ENTRIES", "BYTES", "ON DISK", "SKEW SUBTASKS", "SKEW KEY GROUPS"}
	case "state":
		t.header = []string{"OPERATOR", "STATE", "KIND", "ENTRIES", "KEYS", "KEY BYTES", "VALUE BYTES", "SKEW SUBTASKS", "SKEW KEY GROUPS"}
	default:
		t.header = []string{"OPERATOR", "STATE", strings.ToUpper(by), "ENTRIES", "BYTES", "ON DISK"}
	}
	for i := range st.Operators {
		op := &st.Operators[i]
		switch by {
		case "operator":
			t.rows = append(t.rows, []any{op.Operator, fmt.Sprintf("%d/%d", op.Parallelism, op.MaxParallelism), op.Entries, byteCount(op.Bytes),
				byteCount(op.OnDisk), skewText(op.Skew.Subtasks), skewText(op.Skew.KeyGroups)})
		case "state":
			for j := range op.States {
				s := &op.States[j]
				t.rows = append(t.rows, []any{op.Operator, s.State, s.Kind, s.Entries, keysText(s.Keys), byteCount(s.KeyBytes), byteCount(s.ValueBytes),
					skewText(s.Skew.Subtasks), skewText(s.Skew.KeyGroups)})
			}
		default:
			t.rows = append(t.rows, partRows(op, by)...)
		}
	}
	return t
}

// partRows has the parts of the whole operator, then those of its states.
func partRows(op *inspect.OperatorStats, by string) (rows [][]any) {
	add := func(state string, parts []inspect.PartStats) {
		for _, p := range parts {
			var onDisk any
			if p.OnDisk != nil {
				onDisk = byteCount(*p.OnDisk)
			}
			rows = append(rows, []any{op.Operator, state, p.Part, p.Entries, byteCount(p.Bytes), onDisk})
		}
	}
	of := func(subtasks, groups []inspect.PartStats) []inspect.PartStats {
		if by == "subtask" {
			return subtasks
		}
		return groups
	}
	add("", of(op.Subtasks, op.KeyGroups))
	for i := range op.States {
		add(op.States[i].State, of(op.States[i].Subtasks, op.States[i].KeyGroups))
	}
	return rows
}

func keysText(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

func skewText(s float64) any {
	if s == 0 {
		return nil
	}
	return fmt.Sprintf("%.2f", s)
}

func growthTable(g *inspect.Growth, plain bool) table {
	signed := func(n int64) string {
		if n < 0 {
			return "-" + sizeText(-n, plain)
		}
		return "+" + sizeText(n, plain)
	}
	t := table{
		title: []string{
			fmt.Sprintf("%s → %s", g.Left, g.Right),
			fmt.Sprintf("entries  %d → %d (%+d)", g.Entries.Left, g.Entries.Right, g.Entries.Delta),
			fmt.Sprintf("bytes    %s → %s (%s)", sizeText(g.Bytes.Left, plain), sizeText(g.Bytes.Right, plain), signed(g.Bytes.Delta)),
			fmt.Sprintf("on disk  %s → %s (%s)", sizeText(g.OnDisk.Left, plain), sizeText(g.OnDisk.Right, plain), signed(g.OnDisk.Delta)),
		},
		header: []string{"OPERATOR", "STATE", "KIND", "ENTRIES", "CHANGE", "BYTES", "CHANGE OF BYTES", "IN"},
	}
	for _, s := range g.States {
		t.rows = append(t.rows, []any{s.Operator, s.State, s.Kind, s.Entries.Right, fmt.Sprintf("%+d", s.Entries.Delta), byteCount(s.Bytes.Right), signed(s.Bytes.Delta), sideOf(s.InLeft, s.InRight)})
	}
	return t
}

// statsText writes the report for people; the first error stays.
type statsText struct {
	w     io.Writer
	plain bool
	err   error
}

func (w *statsText) line(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format+"\n", args...)
	}
}

func (w *statsText) size(n int64) string { return sizeText(n, w.plain) }

func (w *statsText) write(st *inspect.Stats) {
	w.line("%s", st.Path)
	w.line("checkpoint %d: %d entries, %s of keys and values, %s on disk", st.CheckpointID, st.Entries, w.size(st.Bytes), w.size(st.OnDisk))
	ops := slices.Clone(st.Operators)
	slices.SortStableFunc(ops, func(a, b inspect.OperatorStats) int { return int(min(max(b.OnDisk-a.OnDisk, -1), 1)) })
	for i := range ops {
		op := &ops[i]
		if op.OnDisk == 0 && op.Entries == 0 {
			continue
		}
		w.line("")
		w.line("operator %s, parallelism %d of %d: %s on disk (%s), %d entries, %s", op.Operator, op.Parallelism, op.MaxParallelism, w.size(op.OnDisk),
			percent(op.OnDisk, st.OnDisk), op.Entries, w.size(op.Bytes))
		w.skew("  ", "subtask", op.Skew.Subtasks, op.Subtasks)
		w.skew("  ", "key group", op.Skew.KeyGroups, op.KeyGroups)
		for j := range op.States {
			w.state(&op.States[j], op)
		}
	}
	for _, m := range st.Missing {
		w.line("")
		w.line("not counted: %s/%s%s: %s: %s", m.Operator, m.State, groupsOf(m.KeyGroups), m.Code, m.Reason)
	}
}

// skew names the largest part.
func (w *statsText) skew(indent, what string, skew float64, parts []inspect.PartStats) {
	if skew == 0 {
		return
	}
	largest := slices.MaxFunc(parts, func(a, b inspect.PartStats) int { return int(min(max(a.Bytes-b.Bytes, -1), 1)) })
	w.line("%slargest %s: %d with %s, %.2f times the mean", indent, what, largest.Part, w.size(largest.Bytes), skew)
}

func (w *statsText) state(s *inspect.StateStats, op *inspect.OperatorStats) {
	bytes := s.KeyBytes + s.ValueBytes
	w.line("  %s (%s): %d entries, %s (%s of the operator's): keys %s, values %s", s.State, s.Kind, s.Entries, w.size(bytes), percent(bytes, op.Bytes),
		w.size(s.KeyBytes), w.size(s.ValueBytes))
	if s.EmptyCollections > 0 {
		w.line("    %d collections without elements", s.EmptyCollections)
	}
	w.skew("    ", "subtask", s.Skew.Subtasks, s.Subtasks)
	w.skew("    ", "key group", s.Skew.KeyGroups, s.KeyGroups)
	w.items("largest keys", s.LargestKeys)
	w.items("largest values", s.LargestValues)
	for i, z := range s.Sizes {
		if i == 0 {
			w.line("    entries by size")
		}
		w.line("      to %-9s %12d  %6s  %s", w.size(z.UpTo), z.Entries, percent(z.Entries, s.Entries), w.size(z.Bytes))
	}
	w.ttl(s)
}

func (w *statsText) items(title string, items []inspect.LargeItem) {
	for i, item := range items {
		if i == 0 {
			w.line("    %s", title)
		}
		var b strings.Builder
		for _, p := range []struct {
			name string
			raw  []byte
		}{{"key", item.Key}, {"namespace", item.Namespace}, {"map key", item.MapKey}} {
			if p.raw != nil {
				fmt.Fprintf(&b, "  %s %s", p.name, shortText(p.raw))
			}
		}
		if item.Index != nil {
			fmt.Fprintf(&b, "  element %d", *item.Index)
		}
		if item.Entries > 1 {
			fmt.Fprintf(&b, "  (%d entries)", item.Entries)
		}
		w.line("      %9s%s", w.size(item.Bytes), b.String())
	}
}

// shortText is JSON, cut where it is too long for a line.
func shortText(raw []byte) string {
	const longest = 80
	text := []rune(string(raw))
	if len(text) <= longest {
		return string(text)
	}
	return string(text[:longest]) + "…"
}

func (w *statsText) ttl(s *inspect.StateStats) {
	if s.TTL == nil {
		return
	}
	w.line("    last access from %s to %s", s.TTL.Oldest, s.TTL.Newest)
	for _, a := range s.TTL.Ages {
		w.line("      %-9s %12d  %6s  %s", ageText(a.UpTo), a.Entries, percent(a.Entries, s.Entries), w.size(a.Bytes))
	}
	if s.TTL.Expired != nil {
		w.line("    older than %s: %d entries (%s), %s", s.TTL.TimeToLive, *s.TTL.Expired, percent(*s.TTL.Expired, s.Entries), w.size(*s.TTL.ExpiredBytes))
	}
}

func ageText(upTo string) string {
	if upTo == "" {
		return "older"
	}
	return "to " + upTo
}

func percent(part, whole int64) string {
	if whole == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
