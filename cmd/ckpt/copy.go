package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ckpt/migrate"
	"ckpt/storage"
)

func newCopyCommand(app *App) *cobra.Command {
	var o migrate.CopyOptions
	var noLink bool
	cmd := &cobra.Command{
		Use:   "copy SRC DST",
		Short: "Copy a snapshot with everything it needs, so that it can be moved and restored anywhere",
		Long: "copy makes the directory DST with `_metadata` and every file that the snapshot needs beside it, by relative paths:\n" +
			"also what lies in shared/, taskowned/ and other directories, in merged files (their ranges become files) and in\n" +
			"changelog segments. It reads `_metadata` alone and copies files as they are, whatever backend wrote them. Sizes are\n" +
			"compared with those recorded, and what was written is read again and compared.\n\n" +
			"On one local file system files are cloned or hard-linked; they are never written again by Flink. The copy has the\n" +
			"properties of a savepoint, so that Flink may restore it in every claim mode. SRC is only read.",
		Example: "  ckpt copy /checkpoints/6c2f…/chk-42 /backup/chk-42\n" +
			"  ckpt copy --map s3://bucket/checkpoints=/mnt/bucket/checkpoints /mnt/bucket/checkpoints/6c2f…/chk-42 /restore/chk-42\n" +
			"  ckpt copy --dry-run -o json PATH /backup/now",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			dst, dir, err := storage.Open(args[1], storage.Options{Write: true})
			if err != nil {
				return err
			}
			o.Share = !noLink
			bar := app.newProgress("copy")
			o.Progress = func(done, total int64) { bar.update(done, total, 0) }
			rep, err := migrate.Copy(cmd.Context(), args[0], dst, dir, o)
			bar.end()
			if err != nil {
				return err
			}
			rep.Destination = args[1]
			files := make([]any, len(rep.Files))
			for i := range rep.Files {
				files[i] = rep.Files[i]
			}
			return app.render(rep, files, func() table { return copyTable(rep, app) })
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.Overwrite, "overwrite", false, "write into a directory that is not empty; its _metadata is removed first")
	flags.BoolVar(&o.DryRun, "dry-run", false, "look for every file and write nothing")
	flags.BoolVar(&noLink, "no-link", false, "copy bytes where files could be cloned or hard-linked")
	flags.BoolVar(&o.NoVerify, "no-verify", false, "do not read again what was written")
	return cmd
}

func copyTable(r *migrate.CopyReport, app *App) table {
	size := func(n int64) string {
		if app.bytes {
			return fmt.Sprint(n)
		}
		return humanBytes(n)
	}
	did := "copied"
	if r.DryRun {
		did = "would copy"
	}
	t := table{title: []string{fmt.Sprintf("%s checkpoint %d to %s: %d files and _metadata, %s", did, r.CheckpointID, r.Destination, len(r.Files), size(r.Bytes))}}
	if r.Shared > 0 {
		t.title[0] += fmt.Sprintf(", %s of them cloned or linked", size(r.Shared))
	}
	t.notes = r.Notes
	if app.verbose || app.output == "csv" {
		t.header = []string{"NAME", "BYTES", "HOW", "FROM", "OFFSET", "SHA256"}
		for _, f := range r.Files {
			t.rows = append(t.rows, []any{f.Name, byteCount(f.Bytes), f.How, f.From, f.Offset, f.SHA256})
		}
	}
	return t
}
