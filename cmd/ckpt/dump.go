package main

import (
	"github.com/spf13/cobra"

	"ckpt/inspect"
)

func newDumpCommand(app *App) *cobra.Command {
	var o inspect.DumpOptions
	cmd := &cobra.Command{
		Use:   "dump FILE",
		Short: "Show every field of a file, with offsets",
		Long: "dump lists the fields of a `_metadata` file, or the header of one state file, in file order. Where a file is damaged it\n" +
			"shows what stands before the damage, then the error.",
		Example: "  ckpt dump /checkpoints/6c2f…/chk-42/_metadata\n  ckpt dump -o jsonl savepoint-6c2f-0123 | jq 'select(.field|endswith(\"maxParallelism\"))'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			d, err := inspect.Dump(cmd.Context(), args[0], o)
			if d == nil {
				return err
			}
			rows := make([]any, len(d.Fields))
			for i, f := range d.Fields {
				rows[i] = f
			}
			if e := app.render(d, rows, func() table { return dumpTable(d) }); e != nil {
				return e
			}
			return err
		},
	}
	cmd.Flags().IntVar(&o.MaxBytes, "max-bytes", 32, "bytes shown of a byte string; -1 shows all")
	return cmd
}

func dumpTable(d *inspect.Dumped) table {
	t := table{header: []string{"OFFSET", "SIZE", "FIELD", "VALUE"}}
	for _, f := range d.Fields {
		var offset, size any
		if f.Offset >= 0 {
			offset, size = f.Offset, f.Size
		}
		t.rows = append(t.rows, []any{offset, size, f.Field, f.Value})
	}
	return t
}
