package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ckpt/inspect"
	"ckpt/statereader"
)

func newInspectCommand(app *App) *cobra.Command {
	var o inspect.Options
	var template bool
	cmd := &cobra.Command{
		Use:   "inspect PATH...",
		Short: "Show what a checkpoint or savepoint contains",
		Long: "inspect reads `_metadata` and the first bytes of every state file that names states, and shows operators, states,\n" +
			"their types, sizes and where the bytes lie.",
		Example: "  ckpt inspect s3://bucket/job/chk-42\n  ckpt inspect -o json /savepoints/savepoint-6c2f-0123",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			o.Filter = app.filter()
			if template {
				return app.typesTemplate(cmd.Context(), args, o.Reader)
			}
			return app.eachPath(cmd.Context(), args, func(path string) error {
				rep, err := inspect.Run(cmd.Context(), path, o)
				if err != nil {
					return err
				}
				warnAll(app, rep.Problems)
				return app.render(rep, nil, func() table {
					if app.output == "csv" {
						return inspectCSV(rep)
					}
					return inspectTable(rep, app.bytes)
				})
			})
		},
	}
	cmd.Flags().BoolVar(&o.MetadataOnly, "metadata-only", false, "read `_metadata` alone; states stay unknown")
	cmd.Flags().BoolVar(&o.Count, "count", false, "count entries and bytes per state (reads all keyed state)")
	cmd.Flags().BoolVar(&template, "types-template", false, "write a file for --types that lists what could not be decoded")
	return cmd
}

// typesTemplate writes a file for --types to standard output.
func (app *App) typesTemplate(ctx context.Context, paths []string, o statereader.Options) error {
	if len(paths) != 1 {
		return usageError{fmt.Errorf("--types-template takes one path")}
	}
	view, err := statereader.OpenPath(ctx, paths[0], o)
	if err != nil {
		return err
	}
	defer view.Close()
	warnAll(app, view.Problems())
	all, err := inspect.UndescribedIn(ctx, view)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(app.Out, inspect.TypesTemplate(all))
	return err
}

func inspectTable(r *inspect.Report, plain bool) table {
	size := func(n int64) string { return sizeText(n, plain) }
	t := table{
		title: []string{
			fmt.Sprintf("%s, %s, checkpoint %d, metadata version %d, written by Flink %s", r.Kind, r.Format, r.CheckpointID, r.MetadataVersion, r.FlinkVersions),
			"path   " + r.Path,
			fmt.Sprintf("bytes  %s: metadata %s, exclusive %s, shared %s%s", size(r.Bytes.Total), size(r.Bytes.Metadata),
				size(r.Bytes.Exclusive), size(r.Bytes.Shared), selfContained(r)),
		},
		header: []string{"OPERATOR", "P/MAX", "BACKEND", "BYTES", "STATE", "KIND", "KEY", "NAMESPACE", "VALUE", "ENTRIES"},
	}
	if p := r.Properties; p != nil {
		t.title = append(t.title, "type   "+strings.TrimSpace(p.Type+" "+strings.ToLower(p.Format)))
	}
	for _, m := range r.MasterStates {
		t.title = append(t.title, fmt.Sprintf("master %s, %s", m.Name, size(m.Bytes)))
	}
	if r.Bytes.Missing > 0 {
		t.notes = append(t.notes, fmt.Sprintf("%s of recorded state are not there: ckpt validate --level files %s", size(r.Bytes.Missing), r.Path))
	}
	for i := range r.Operators {
		if rule := keyHash(&r.Operators[i]); rule != "" {
			t.notes = append(t.notes, fmt.Sprintf("keys of %s: hash %s", r.Operators[i].ID, rule))
		}
		t.rows = append(t.rows, operatorRows(&r.Operators[i])...)
	}
	return t
}

// inspectCSV has every column in every row, and the path.
func inspectCSV(r *inspect.Report) table {
	t := inspectTable(r, true)
	t.header = append(t.header, "PATH")
	for i, row := range t.rows {
		if row[0] == "" {
			copy(row, t.rows[i-1][:4])
		}
		t.rows[i] = append(row, r.Path)
	}
	return t
}

func selfContained(r *inspect.Report) string {
	if r.SelfContained {
		return "; self-contained"
	}
	return "; needs files outside its directory"
}

// keyHash is the rule of an operator's keys where it is not Flink's own.
func keyHash(op *inspect.Operator) string {
	for _, s := range op.States {
		if s.KeyHash != "" && s.KeyHash != "flink" {
			return s.KeyHash
		}
	}
	return ""
}

func operatorRows(op *inspect.Operator) (rows [][]any) {
	name := op.ID
	if op.UID != nil {
		name = *op.UID
	}
	backends := strings.Join(op.Backends, ",")
	if op.Finished != "none" {
		backends = strings.TrimPrefix(backends+",finished:"+op.Finished, ",")
	}
	head := []any{name, fmt.Sprintf("%d/%d", op.Parallelism, op.MaxParallelism), backends, byteCount(op.Bytes)}
	if len(op.States) == 0 {
		return [][]any{append(head, "", "", "", "", "", "")}
	}
	for i, s := range op.States {
		if i > 0 {
			head = []any{"", "", "", ""}
		}
		value := text(s.ValueType)
		if s.UserKeyType != nil {
			value = *s.UserKeyType + " → " + value
		}
		if s.TTL {
			value += " (ttl)"
		}
		var entries any
		if s.Entries != nil {
			entries = *s.Entries
		}
		rows = append(rows, append(head[:4:4], s.Name, s.Kind, clip(text(s.KeyType)), clip(text(s.NamespaceType)), clip(value), entries))
	}
	return rows
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// clip shortens a type expression for a table; -o json has all of it.
func clip(s string) string {
	const most = 72
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
