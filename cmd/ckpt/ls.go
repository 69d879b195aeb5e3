package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ckpt/inspect"
)

func newLsCommand(app *App) *cobra.Command {
	var o inspect.ListOptions
	var restorable bool
	cmd := &cobra.Command{
		Use:   "ls ROOT...",
		Short: "List checkpoints and savepoints below a directory, newest first",
		Long: "ls finds every snapshot below the roots, newest first, and says of each whether it is complete.\n" +
			"--restorable prints only the path of the newest one that passes the check, and exits with 10 when there is none.",
		Example: "  ckpt ls /checkpoints/6c2f…\n  flink run -s \"$(ckpt ls --restorable /checkpoints)\" job.jar",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			if o.Check != "" && o.Check != "files" {
				return usageError{fmt.Errorf("--check %q: want files (deep is not available yet)", o.Check)}
			}
			if restorable && o.Check == "" {
				o.Check = "files"
			}
			o.FirstComplete = restorable
			list, err := inspect.List(cmd.Context(), args, o)
			if err != nil {
				return err
			}
			warnAll(app, list.Problems)
			if restorable {
				return app.printRestorable(list)
			}
			rows := make([]any, len(list.Snapshots))
			for i := range list.Snapshots {
				rows[i] = list.Snapshots[i]
			}
			return app.render(list.Snapshots, rows, func() table { return lsTable(list) })
		},
	}
	cmd.Flags().StringVar(&o.Check, "check", "", "look further than at names: files")
	cmd.Flags().BoolVar(&restorable, "restorable", false, "print only the path of the newest snapshot that passes the check (default files)")
	return cmd
}

func (app *App) printRestorable(list *inspect.Listing) error {
	for _, s := range list.Snapshots {
		if s.Complete {
			fmt.Fprintln(app.Out, s.Path)
			return nil
		}
		app.warn("%s: %s", s.Path, s.Reason)
	}
	return fmt.Errorf("no restorable snapshot among %d found: %w", len(list.Snapshots), inspect.ErrNotFound)
}

func lsTable(l *inspect.Listing) table {
	t := table{header: []string{"PATH", "KIND", "ID", "TIME", "VERSION", "OPERATORS", "BYTES", "COMPLETE"}}
	for _, s := range l.Snapshots {
		complete := "yes"
		if !s.Complete {
			complete = "no: " + s.Reason
		}
		var id, version, ops any
		if s.MetadataVersion != nil {
			id, version, ops = *s.ID, *s.MetadataVersion, *s.Operators
		}
		t.rows = append(t.rows, []any{s.Path, s.Kind, id, s.Time, version, ops, byteCount(s.Bytes), complete})
	}
	if len(t.rows) == 0 {
		t.notes = []string{"no checkpoint or savepoint found"}
	}
	return t
}
