package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ckpt/inspect"
)

func newDiffCommand(app *App) *cobra.Command {
	var o inspect.DiffOptions
	var rows bool
	var limit int
	cmd := &cobra.Command{
		Use:   "diff LEFT RIGHT",
		Short: "Compare two snapshots entry by entry",
		Long: "diff compares the entries of two snapshots by key, namespace, map key, position in a list and timestamp, whatever backend,\n" +
			"layout, parallelism and max parallelism they were written with. Operators match by id, then by uid or name. Elements of\n" +
			"operator lists have no order between snapshots: they are compared as bags. Exit code 3 when the two differ, or a part\n" +
			"could not be compared.\n\n" +
			"Both sides are sorted together; what is beyond --memory goes to temporary files.",
		Example: "  ckpt diff chk-41 chk-42\n  ckpt diff --rows --state count before/ after/\n  ckpt diff --ignore-last-access -o json LEFT RIGHT",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			copies := o.Filter.AllCopies
			o.Filter = app.filter()
			o.Filter.AllCopies = copies
			if o.Rows = 0; rows {
				if o.Rows = limit; limit <= 0 {
					return usageError{fmt.Errorf("--limit %d: want at least 1", limit)}
				}
			}
			bar := app.newProgress("diff")
			o.Progress = bar.update
			d, err := inspect.DiffOf(cmd.Context(), args[0], args[1], o)
			bar.end()
			if err != nil {
				return err
			}
			for _, m := range d.Missing {
				app.warn("not compared: %s: %s/%s%s: %s: %s", m.Side, m.Operator, m.State, groupsOf(m.KeyGroups), m.Code, m.Reason)
			}
			if err := app.renderDiff(d, rows); err != nil {
				return err
			}
			if !d.Equal {
				return exitCode(exitFindings)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&rows, "rows", false, "show the entries that differ")
	flags.IntVar(&limit, "limit", 1000, "how many of them")
	flags.BoolVar(&o.IgnoreLastAccess, "ignore-last-access", false, "do not compare when entries of state with TTL were last used")
	flags.BoolVar(&o.Filter.AllCopies, "all-copies", false, "broadcast state of every subtask")
	flags.StringVar(&o.TempDir, "temp-dir", "", "directory for what does not fit into memory (default: the system's)")
	return cmd
}

func (app *App) renderDiff(d *inspect.Diff, rows bool) error {
	var list []any
	if rows {
		for i := range d.Rows {
			list = append(list, d.Rows[i])
		}
	} else {
		for i := range d.States {
			list = append(list, d.States[i])
		}
	}
	if list == nil {
		list = []any{}
	}
	return app.render(d, list, func() table {
		if rows {
			return diffRowsTable(d)
		}
		return diffTable(d)
	})
}

func diffTitle(d *inspect.Diff) string {
	var same, added, removed, changed int64
	for _, s := range d.States {
		same, added, removed, changed = same+s.Same, added+s.Added, removed+s.Removed, changed+s.Changed
	}
	verdict := "equal"
	switch {
	case added+removed+changed > 0:
		verdict = "DIFFERENT"
	case !d.Equal:
		verdict = "NOT COMPARED in full"
	}
	return fmt.Sprintf("%s: %d entries the same, %d only right, %d only left, %d changed", verdict, same, added, removed, changed)
}

// sideOf says in which of two snapshots something is.
func sideOf(left, right bool) string {
	switch {
	case !right:
		return "left"
	case !left:
		return "right"
	}
	return "both"
}

func diffTable(d *inspect.Diff) table {
	t := table{title: []string{diffTitle(d)}, header: []string{"OPERATOR", "STATE", "KIND", "SAME", "+", "-", "*", "IN"}}
	for _, s := range d.States {
		t.rows = append(t.rows, []any{s.Operator, s.State, s.Kind, s.Same, s.Added, s.Removed, s.Changed, sideOf(s.InLeft, s.InRight)})
	}
	return t
}

func diffRowsTable(d *inspect.Diff) table {
	t := table{title: []string{diffTitle(d)}, header: []string{"", "OPERATOR", "STATE", "NAMES", "LEFT", "RIGHT"}}
	for _, r := range d.Rows {
		t.rows = append(t.rows, []any{r.Op, r.Operator, r.State, string(r.Names), string(r.Left), string(r.Right)})
	}
	if d.More > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%d more differences: --limit", d.More))
	}
	return t
}
