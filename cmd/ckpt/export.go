package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"ckpt/export"
	"ckpt/inspect"
	"ckpt/statereader"
	"ckpt/statereader/wellknown"
	"ckpt/storage"
)

// exportFlags are what only `ckpt export` takes.
type exportFlags struct {
	to, out   string
	fileSize  byteSize
	allCopies bool
	overwrite bool
	raw       bool
	o         export.Options
}

func newExportCommand(app *App) *cobra.Command {
	f := exportFlags{fileSize: 512 << 20}
	cmd := &cobra.Command{
		Use:   "export PATH --out DIR|FILE|-",
		Short: "Write state as Parquet, Arrow, JSON lines or CSV",
		Long: "export writes one row per value, list element, map entry and timer: DIR/<operator>/<state>/part-UUUUU-NNN, and\n" +
			"DIR/manifest.json last. A file name as --out takes a single state. `--out -` streams JSON lines of any selection, or CSV\n" +
			"or Arrow of a single state.\n\n" +
			"A value that cannot be decoded is a row with its bytes and the reason. What could not be read at all is in the manifest\n" +
			"under missing, and the exit code is 3.\n\n" +
			"With --shard I/N it writes the I-th of N parts and leaves DIR/_SHARD-I-of-N.json; `ckpt merge-shards DIR` makes one export\n" +
			"of all. Files have the names and bytes that they have without --shard, so that shards may share DIR. The parts follow from\n" +
			"`_metadata` alone; they can be empty.",
		Example: "  ckpt export PATH --out rows/\n  ckpt export PATH --to jsonl --state count --out - | head -1\n  ckpt export PATH --out rows/ --shard 3/16",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return app.export(cmd.Context(), args[0], &f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "parquet", "format: parquet, arrow, jsonl or csv")
	flags.StringVar(&f.out, "out", "", "directory, file of a single state, or - for stdout")
	flags.Var(&f.fileSize, "file-size", "size after which a part goes on in the next file")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace what an earlier export wrote to the directory")
	flags.BoolVar(&f.allCopies, "all-copies", false, "broadcast state of every subtask, not of the first alone")
	flags.BoolVar(&f.raw, "raw", false, "state of known connectors as the bytes that its serializer declares")
	flags.BoolVar(&f.o.Flatten, "flatten", false, "columns for the fields of structs, named value.field")
	flags.BoolVar(&f.o.TypedTime, "typed-time", false, "timestamps instead of Flink's longs for timers, windows and last access")
	flags.BoolVar(&f.o.NoExact, "no-exact", false, "leave out the exact column; exit with 3 if a row needed it")
	flags.BoolVar(&f.o.Sort, "sort", false, "order the rows of each unit by encoded key")
	app.shardFlag(cmd)
	return cmd
}

func (app *App) export(ctx context.Context, path string, f *exportFlags) error {
	if f.out == "" {
		return usageError{fmt.Errorf("--out is missing: a directory, a file for a single state, or -")}
	}
	reader, err := app.readerOptions()
	if err != nil {
		return err
	}
	if f.o.Shard, err = app.shardOf(); err != nil {
		return err
	}
	view, loc, err := statereader.OpenAt(ctx, path, reader)
	if err != nil {
		return err
	}
	defer view.Close()
	warnAll(app, view.Problems())
	filter := app.filter()
	filter.AllCopies = f.allCopies
	sel, err := inspect.Select(view, filter)
	if err != nil {
		return err
	}
	if err := app.exportOptions(ctx, view, loc, sel, f); err != nil {
		return err
	}
	if !f.raw {
		if f.o.WellKnown, err = wellknown.All(ctx, view, sel); err != nil {
			return err
		}
	}
	bar := app.newProgress("export")
	f.o.Progress = func(p export.Progress) { bar.update(p.BytesDone, p.Bytes, p.Rows) }
	m, err := export.Run(ctx, view, sel, f.o)
	bar.end()
	if err != nil {
		return err
	}
	return app.exported(m, f)
}

// exportOptions settles where the output goes.
func (app *App) exportOptions(ctx context.Context, view *statereader.View, loc *statereader.Location, sel statereader.Selection, f *exportFlags) (err error) {
	o := &f.o
	o.Format, o.FileSize, o.Overwrite = export.Format(f.to), int64(f.fileSize), f.overwrite
	o.Parallelism, o.Memory = app.parallelism, int64(app.memory)
	o.Tool = "ckpt " + inspect.Version
	o.Inputs = []string{loc.Layout.Dir, loc.Layout.Shared, loc.Layout.TaskOwned}
	o.Source = export.Source{Path: loc.File, MetadataSHA256: loc.SHA256, CheckpointID: int64(view.Checkpoint().CheckpointID),
		MetadataVersion: int32(view.Checkpoint().Version)}
	o.Selected = export.Selection{Operator: append([]string{}, app.operators...), State: append([]string{}, app.states...)}
	if app.keyGroups != "" {
		o.Selected.KeyGroups = &app.keyGroups
	}
	if f.out == "-" {
		o.Stream = app.Out
		return nil
	}
	ext := map[string]bool{".parquet": true, ".arrow": true, ".jsonl": true, ".csv": true}
	if ext[filepath.Ext(f.out)] && len(sel.States) == 1 {
		o.FS, o.File, err = storage.Open(f.out, storage.Options{Write: true, File: true})
		return err
	}
	o.FS, o.Dir, err = storage.Open(f.out, storage.Options{Write: true})
	return err
}

// exported says on stderr what was written, and gives the exit code.
func (app *App) exported(m *export.Manifest, f *exportFlags) error {
	var rows, opaque, inexact int64
	files := 0
	for _, s := range m.States {
		rows, opaque, inexact, files = rows+s.Rows, opaque+s.Opaque, inexact+s.Inexact, files+len(s.Files)
	}
	switch {
	case f.out == "-":
	case app.output == "table":
		app.warn("%d rows of %d states in %d files", rows, len(m.States), files)
	default:
		states := make([]any, len(m.States))
		for i, s := range m.States {
			states[i] = s
		}
		if err := app.render(m, states, func() table { return exportTable(m) }); err != nil {
			return err
		}
	}
	if opaque > 0 {
		app.warn("%d values could not be decoded; their rows have the bytes and the reason", opaque)
	}
	app.warnMissing(m)
	if len(m.Missing) > 0 || f.o.NoExact && inexact > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

// warnMissing says on stderr what could not be exported.
func (app *App) warnMissing(m *export.Manifest) {
	for _, miss := range m.Missing {
		groups := ""
		if miss.KeyGroups != nil {
			groups = ", key groups " + *miss.KeyGroups
		}
		app.warn("missing: %s/%s%s: %s: %s", miss.Operator, miss.State, groups, miss.Code, miss.Reason)
	}
}

// exportTable has a row for each state.
func exportTable(m *export.Manifest) table {
	t := table{header: []string{"OPERATOR", "STATE", "KIND", "ROWS", "OPAQUE", "INEXACT", "FILES"}}
	for _, s := range m.States {
		t.rows = append(t.rows, []any{s.Operator, s.State, s.Kind, s.Rows, s.Opaque, s.Inexact, len(s.Files)})
	}
	return t
}
