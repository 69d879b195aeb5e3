package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ckpt/inspect"
)

func newGetCommand(app *App) *cobra.Command {
	var o inspect.GetOptions
	var allCopies, offsets bool
	cmd := &cobra.Command{
		Use:   "get PATH --operator U --state S --key JSON",
		Short: "Show what one key holds",
		Long: "get prints the rows of one state under one key: JSON lines, or with -o json an array, with -o csv what export --to csv\n" +
			"writes. Only the key group of the key is read.\n" +
			"Key, namespace and map key are JSON as rows show them; tuples and rows may also be arrays. Operator and state may be\n" +
			"left out where there is only one.\n\n" +
			"get --offsets shows where the sources of the job stand instead: one row per partition, of the readers, of the\n" +
			"enumerator's splits that no reader has, and of consumers from before 1.12. Positions are those of the next record, unless\n" +
			"positionMeans says lastProcessed.",
		Example: "  ckpt get PATH --operator counter --state count --key '\"user-1\"'\n  ckpt get PATH --state visits --key '[7,\"a\"]' --map-key '\"page\"'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			o.Filter = app.filter()
			o.Filter.KeyGroups, o.Filter.AllCopies = "", allCopies
			if offsets {
				return app.offsets(cmd, args[0], o)
			}
			return app.get(cmd, args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.Key, "key", "", "the key, as JSON")
	cmd.Flags().StringVar(&o.Namespace, "namespace", "", "only this namespace (window), as JSON")
	cmd.Flags().StringVar(&o.MapKey, "map-key", "", "only this map key, as JSON")
	cmd.Flags().BoolVar(&allCopies, "all-copies", false, "broadcast state of every subtask")
	cmd.Flags().BoolVar(&o.Raw, "raw", false, "state of known connectors as the bytes that its serializer declares")
	cmd.Flags().BoolVar(&offsets, "offsets", false, "the positions of all sources, instead of a key")
	return cmd
}

// offsets prints the positions of the job's sources.
func (app *App) offsets(cmd *cobra.Command, path string, o inspect.GetOptions) error {
	if o.Key != "" || o.Namespace != "" || o.MapKey != "" || len(o.Filter.States) > 0 || o.Filter.Kind != "" {
		return usageError{fmt.Errorf("--offsets goes with --operator alone")}
	}
	r, err := inspect.OffsetsOf(cmd.Context(), path, o)
	if err != nil {
		return err
	}
	warnAll(app, r.Problems)
	warnAll(app, r.Notes)
	rows := make([]any, len(r.Offsets))
	for i, one := range r.Offsets {
		rows[i] = one
	}
	if err := app.render(r, rows, func() table { return offsetsTable(r) }); err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

func offsetsTable(r *inspect.Offsets) table {
	t := table{header: []string{"OPERATOR", "CONNECTOR", "PARTITION", "POSITION", "MEANS", "STOP", "SUBTASK", "FROM"}}
	for _, o := range r.Offsets {
		var subtask any
		if o.AssignedTo != nil {
			subtask = *o.AssignedTo
		}
		t.rows = append(t.rows, []any{o.Operator, o.Connector, jsonCell(o.Partition), jsonCell(o.Position), o.PositionMeans, jsonCell(o.Stop), subtask, o.From})
	}
	return t
}

// jsonCell is a value as one cell: text as it is, anything else as JSON, nothing for null.
func jsonCell(v any) any {
	switch v := v.(type) {
	case nil, string:
		return v
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

func (app *App) get(cmd *cobra.Command, path string, o inspect.GetOptions) error {
	l, err := inspect.Get(cmd.Context(), path, o)
	if err != nil {
		return err
	}
	defer l.Close()
	warnAll(app, l.Problems())
	out := app.newRows(l.State)
	warned := false
	for e, err := range l.Rows(cmd.Context()) {
		if l.Scanned && !warned {
			app.warn("the hash of this key type is unknown: every key group is searched")
			warned = true
		}
		if err == nil {
			err = out.append(&e)
		}
		if err != nil {
			return cmp.Or(out.end(), err)
		}
	}
	return out.end()
}
