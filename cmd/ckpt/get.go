package main

import (
	"bufio"

	"github.com/spf13/cobra"

	"ckpt/export"
	"ckpt/inspect"
)

func newGetCommand(app *App) *cobra.Command {
	var o inspect.GetOptions
	var allCopies bool
	cmd := &cobra.Command{
		Use:   "get PATH --operator U --state S --key JSON",
		Short: "Show what one key holds",
		Long: "get prints the rows of one state under one key as JSON lines. Only the key group of the key is read.\n" +
			"Key, namespace and map key are JSON as rows show them; tuples and rows may also be arrays. Operator and state may be\n" +
			"left out where there is only one.",
		Example: "  ckpt get PATH --operator counter --state count --key '\"user-1\"'\n  ckpt get PATH --state visits --key '[7,\"a\"]' --map-key '\"page\"'",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.Reader, err = app.readerOptions(); err != nil {
				return err
			}
			o.Filter = app.filter()
			o.Filter.KeyGroups, o.Filter.AllCopies = "", allCopies
			return app.get(cmd, args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.Key, "key", "", "the key, as JSON")
	cmd.Flags().StringVar(&o.Namespace, "namespace", "", "only this namespace (window), as JSON")
	cmd.Flags().StringVar(&o.MapKey, "map-key", "", "only this map key, as JSON")
	cmd.Flags().BoolVar(&allCopies, "all-copies", false, "broadcast state of every subtask")
	return cmd
}

func (app *App) get(cmd *cobra.Command, path string, o inspect.GetOptions) error {
	l, err := inspect.Get(cmd.Context(), path, o)
	if err != nil {
		return err
	}
	defer l.Close()
	for _, p := range l.Problems() {
		app.warn("%v", p)
	}
	out := bufio.NewWriter(app.Out)
	var line []byte
	warned := false
	for e, err := range l.Rows(cmd.Context()) {
		if l.Scanned && !warned {
			app.warn("the hash of this key type is unknown: every key group is searched")
			warned = true
		}
		if err != nil {
			return flushed(out, err)
		}
		if line, err = export.AppendRowJSON(line[:0], l.State, &e); err != nil {
			return flushed(out, err)
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}

// flushed writes out what is buffered before err is reported.
func flushed(out *bufio.Writer, err error) error {
	if e := out.Flush(); e != nil {
		return e
	}
	return err
}
