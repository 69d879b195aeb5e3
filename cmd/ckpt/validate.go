package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ckpt/inspect"
	"ckpt/serializer"
)

func newValidateCommand(app *App) *cobra.Command {
	var o inspect.ValidateOptions
	var strict bool
	var jobFile, flink string
	cmd := &cobra.Command{
		Use:   "validate PATH...",
		Short: "Say whether a checkpoint is whole, and what is wrong with it",
		Long: "validate reports findings with stable codes (docs/validate.md), each with the next step.\n" +
			"Exit code 3 on an error finding; with --strict also on a warning.\n\n" +
			"With --shard I/N, level deep decodes the I-th of N parts of state; every shard checks metadata, files and headers. The\n" +
			"copies of broadcast state are compared by shard 0, for all of them.",
		Example: "  ckpt validate --level files /checkpoints/6c2f…/chk-42\n  ckpt validate --level deep --shard 3/16 PATH",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			if err := oneOf("level", o.Level, levels); err != nil {
				return err
			}
			if err := restoreOptions(&o, jobFile, flink); err != nil {
				return err
			}
			if o.Shard, err = app.shardOf(); err != nil {
				return err
			}
			if o.Shard.Of > 0 && o.Level != "deep" {
				return usageError{fmt.Errorf("--shard divides what level deep reads, and the level is %s", o.Level)}
			}
			code := exitDone
			err = app.eachPath(cmd.Context(), args, func(path string) error {
				bar := app.newProgress("validate " + path)
				o.Progress = bar.update
				v, err := inspect.Validate(cmd.Context(), path, o)
				bar.end()
				if err != nil {
					return err
				}
				if n := v.Count(inspect.Error); n > 0 || strict && v.Count(inspect.Warning) > 0 {
					code = exitFindings
				}
				rows := make([]any, len(v.Findings))
				for i := range v.Findings {
					rows[i] = v.Findings[i]
				}
				return app.render(v, rows, func() table {
					if app.output == "csv" {
						return validateCSV(path, v)
					}
					return validateTable(path, v, app.bytes)
				})
			})
			if err == nil && code != exitDone {
				return exitCode(code)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&o.Level, "level", "files", "how far to look: metadata, files, or deep (reads and decodes all state)")
	app.shardFlag(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 3 on a warning too")
	cmd.Flags().StringVar(&o.Against, "against", "", "say what a restore would do: the new job has the serializers of this `SNAPSHOT`")
	cmd.Flags().StringVar(&jobFile, "job", "", "say what a restore would do: the new job is described in this YAML `FILE`")
	cmd.Flags().StringVar(&flink, "flink-version", "", "the `RELEASE` that is to restore, for example 2.3")
	return cmd
}

// restoreOptions takes what the flags say about the job that is to restore.
func restoreOptions(o *inspect.ValidateOptions, jobFile, flink string) error {
	if o.Level == "metadata" && (jobFile != "" || o.Against != "" || flink != "") {
		return usageError{errors.New("--level metadata reads no serializers: a restore is judged at level files or deep")}
	}
	if jobFile != "" && o.Against != "" {
		return usageError{errors.New("--job and --against both describe the new job: give one")}
	}
	if jobFile != "" {
		job, err := readJob(jobFile)
		if err != nil {
			return usageError{err}
		}
		o.Job = *job
	}
	if flink == "" {
		return nil
	}
	v, err := serializer.ParseVersion(flink)
	if err != nil {
		return usageError{err}
	}
	o.Job.Flink = v
	return nil
}

func validateTable(path string, v *inspect.Validation, plain bool) table {
	verdict := "sound"
	if !v.OK {
		verdict = "NOT sound"
	}
	size := sizeText(v.Checked.Bytes, plain)
	entries := ""
	if v.Level == "deep" {
		entries = fmt.Sprintf(", %d entries", v.Checked.Entries)
	}
	t := table{
		title:  []string{fmt.Sprintf("%s: %s at level %s; %d files, %s%s checked", path, verdict, v.Level, v.Checked.Files, size, entries)},
		header: []string{"SEVERITY", "CODE", "WHERE", "MESSAGE"},
	}
	for _, k := range v.KeyHashes {
		t.title = append(t.title, fmt.Sprintf("keys of %s (%s): hash %s, by %d keys", k.Operator, clip(k.KeyType), k.Rule, k.Keys))
	}
	if v.Restore != nil {
		t.title = append(t.title, restoreTitle(v.Restore))
	}
	for _, f := range v.Findings {
		where := f.File
		if f.Offset >= 0 {
			where += fmt.Sprintf("@%d", f.Offset)
		}
		if f.Operator != "" {
			where = strings.TrimSpace(where + " " + strings.TrimSuffix(f.Operator+"/"+f.State, "/"))
		}
		t.rows = append(t.rows, []any{f.Severity, f.Code, where, f.Message})
		if f.Fix != "" {
			t.rows = append(t.rows, []any{"", "", "", "→ " + f.Fix})
		}
	}
	return t
}

// restoreTitle counts the verdicts.
func restoreTitle(r *inspect.Restore) string {
	count := map[string]int{}
	for _, op := range r.Operators {
		for _, s := range op.States {
			count[s.Verdict]++
		}
	}
	var parts []string
	for _, verdict := range []string{"as is", "reconfigured", "migrated", "incompatible", "dropped"} {
		if n := count[verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	if parts == nil {
		parts = []string{"no states"}
	}
	return "restored states: " + strings.Join(parts, ", ")
}

// validateCSV has a row for each finding.
func validateCSV(path string, v *inspect.Validation) table {
	t := table{header: []string{"PATH", "SEVERITY", "CODE", "FILE", "OFFSET", "FIELD", "OPERATOR", "STATE", "MESSAGE", "FIX"}}
	for _, f := range v.Findings {
		t.rows = append(t.rows, []any{path, f.Severity, f.Code, f.File, f.Offset, f.Field, f.Operator, f.State, f.Message, f.Fix})
	}
	return t
}
