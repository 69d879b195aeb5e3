package main

import (
	"fmt"
	"path"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"ckpt/inspect"
	"ckpt/storage"
)

func newGCCommand(app *App) *cobra.Command {
	var o inspect.GCOptions
	var limit, logDir string
	olderThan := age(24 * time.Hour)
	cmd := &cobra.Command{
		Use:   "gc ROOT...",
		Short: "Find files that no snapshot needs, and delete them with --apply",
		Long: "gc reads every `_metadata` below the roots and lists what none of them needs: files in shared/ and taskowned/ of a job,\n" +
			"and in a chk-N that was never finished. The roots must cover every job that may have been restored from another one,\n" +
			"and all savepoints that a job may be restored from.\n\n" +
			"It reports nothing, and exits with 11, while any `_metadata` below the roots cannot be read in full. What is younger\n" +
			"than --older-than stays, what a running job may be writing stays, and a `_metadata` is never deleted. A dry run that\n" +
			"found something exits with 3. --apply first writes gc-<time>.jsonl, looks at everything again, and deletes what is\n" +
			"still an orphan.",
		Example: "  ckpt gc /checkpoints /savepoints\n  ckpt gc --older-than 7d --max-delete 100GiB --apply /checkpoints /savepoints",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			o.Now, o.OlderThan = time.Now(), time.Duration(olderThan)
			if err := setLimit(&o, limit); err != nil {
				return err
			}
			if o.Apply {
				var dir string
				if o.LogFS, dir, err = storage.Open(logDir, storage.Options{Write: true}); err != nil {
					return err
				}
				o.Log = path.Join(dir, "gc-"+o.Now.UTC().Format("20060102T150405Z")+".jsonl")
			}
			rep, err := inspect.GC(cmd.Context(), args, o)
			if rep == nil {
				return err
			}
			for _, s := range rep.Skipped {
				app.warn("not deleted: %s", s)
			}
			rows := make([]any, len(rep.Orphans))
			for i := range rep.Orphans {
				rows[i] = rep.Orphans[i]
			}
			if shown := app.render(rep, rows, func() table { return gcTable(rep, app.bytes) }); err == nil {
				err = shown
			}
			if err == nil && !o.Apply && len(rep.Orphans) > 0 {
				return exitCode(exitFindings)
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.Var(&olderThan, "older-than", "age below which a file stays, as 72h or 7d")
	flags.StringVar(&limit, "max-delete", "", "stop after so many files, or bytes where a unit is given: 1000, 10GiB")
	flags.BoolVar(&o.Apply, "apply", false, "delete")
	flags.StringVar(&logDir, "log-dir", ".", "directory for gc-<time>.jsonl")
	return cmd
}

// setLimit reads --max-delete: a plain number counts files.
func setLimit(o *inspect.GCOptions, limit string) error {
	if limit == "" {
		return nil
	}
	if n, err := strconv.Atoi(limit); err == nil && n > 0 {
		o.MaxFiles = n
		return nil
	}
	var b byteSize
	if err := b.Set(limit); err != nil || b <= 0 {
		return usageError{fmt.Errorf("--max-delete %q: want a number of files, or bytes with a unit", limit)}
	}
	o.MaxBytes = int64(b)
	return nil
}

func gcTable(r *inspect.GCReport, plain bool) table {
	size := func(n int64) string {
		if plain {
			return fmt.Sprint(n)
		}
		return humanBytes(n)
	}
	t := table{
		title:  []string{fmt.Sprintf("%d files, %d snapshots; %d orphans older than %s, %s", r.Files, r.Snapshots, len(r.Orphans), r.OlderThan, size(r.Bytes))},
		header: []string{"ORPHAN", "BYTES", "TIME", "WHY"},
	}
	for _, o := range r.Orphans {
		t.rows = append(t.rows, []any{o.Path, byteCount(o.Bytes), o.ModTime, o.Why})
	}
	for _, k := range r.Kept {
		t.notes = append(t.notes, fmt.Sprintf("kept: %s: %d files, %s: %s", k.Path, k.Files, size(k.Bytes), k.Reason))
	}
	switch {
	case r.Applied && r.Log != "":
		t.notes = append(t.notes, fmt.Sprintf("deleted %d files, %s; the list is in %s", r.Deleted, size(r.Freed), r.Log))
	case !r.Applied && len(r.Orphans) > 0:
		t.notes = append(t.notes, "nothing was deleted: --apply deletes")
	}
	return t
}
