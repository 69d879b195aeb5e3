package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ckpt/export"
	"ckpt/statereader"
	"ckpt/storage"
)

// shardFlag adds --shard to a command that reads all state.
func (app *App) shardFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&app.shard, "shard", "", "the I-th (from 0) of N parts alone, as I/N, for machines that share the work")
}

func (app *App) shardOf() (statereader.Shard, error) {
	s, err := statereader.ParseShard(app.shard)
	if err != nil {
		return s, usageError{fmt.Errorf("--shard: %w", err)}
	}
	return s, nil
}

func newMergeShardsCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "merge-shards DIR...",
		Short: "Make one export of those that export --shard wrote",
		Long: "merge-shards reads the `_SHARD-I-of-N.json` of every shard. If all N are there, of the same `_metadata`, selection and\n" +
			"format, every file has the size that its shard wrote, and together they have read every part of the checkpoint once, it\n" +
			"writes manifest.json: the directory is what an export without --shard writes, byte by byte. Shards mostly share one\n" +
			"directory; of several, manifest.json goes to the first, and the files of the others are copied there.\n\n" +
			"Otherwise nothing is written, the exit code is 3, and the shards that are missing, foreign, duplicate or damaged are\n" +
			"named. It is also 3 where shards could not read something that is selected.",
		Example: "  ckpt merge-shards rows/\n  ckpt merge-shards rows-0/ rows-1/ rows-2/",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return app.mergeShards(cmd, args) },
	}
}

func (app *App) mergeShards(cmd *cobra.Command, args []string) error {
	paths, err := expand(args)
	if err != nil {
		return err
	}
	dirs := make([]export.ShardDir, len(paths))
	for i, p := range paths {
		d := &dirs[i]
		d.Name = p
		if d.FS, d.Dir, err = storage.Open(p, storage.Options{Write: true}); err != nil {
			return err
		}
		if app.Wrap != nil {
			d.FS = app.Wrap(d.FS)
		}
	}
	m, err := export.MergeShards(cmd.Context(), dirs)
	if err != nil {
		return err
	}
	rows := make([]any, len(m.Shards))
	for i := range m.Shards {
		rows[i] = m.Shards[i]
	}
	if err := app.render(m, rows, func() table { return mergeTable(m, app.verbose || app.output == "csv") }); err != nil {
		return err
	}
	if m.Manifest != nil {
		app.warnMissing(m.Manifest)
	}
	if !m.Complete {
		return exitCode(exitFindings)
	}
	return nil
}

// mergeTable has a row for each shard, or for those with which something is wrong.
func mergeTable(m *export.Merge, all bool) table {
	t := table{title: []string{fmt.Sprintf("%s: %d shards, %d rows in %d files", m.Path, m.Of, m.Rows, m.Files)}}
	if !m.Merged {
		t.title[0] = m.Path + " is NOT written"
	}
	for _, s := range m.Shards {
		if !all && s.Status == export.ShardOK {
			continue
		}
		var shard any
		if s.Shard != nil {
			shard = *s.Shard
		}
		t.header = []string{"SHARD", "STATUS", "UNITS", "ROWS", "FILES", "FILE", "MESSAGE"}
		t.rows = append(t.rows, []any{shard, s.Status, s.Units, s.Rows, s.Files, s.File, s.Message})
	}
	return t
}
