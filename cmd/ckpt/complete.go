package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ckpt/inspect"
	"ckpt/state"
)

// What flags with few values take.
var (
	outputs       = []string{"table", "json", "jsonl", "yaml", "csv"}
	logFormats    = []string{"text", "json"}
	kryos         = []string{"2", "5"}
	exportFormats = []string{"parquet", "arrow", "jsonl", "csv"}
	levels        = []string{"metadata", "files", "deep"}
)

// completions adds what a shell may propose as values of flags; paths are the shell's own business.
func (app *App) completions(root *cobra.Command) {
	fixed := map[string][]string{
		"output": outputs, "log-format": logFormats, "kryo": kryos, "kind": kinds(), "to": exportFormats, "level": levels, "check": {"files"},
	}
	read := map[string]func(*inspect.Report) []string{"operator": operatorsOf, "state": statesOf}
	for _, c := range append(root.Commands(), root) {
		for name, values := range fixed {
			if c.Flag(name) != nil {
				_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
			}
		}
		for name, of := range read {
			if c.Flag(name) != nil {
				_ = c.RegisterFlagCompletionFunc(name, func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
					return app.fromCheckpoint(cmd, args, of), cobra.ShellCompDirectiveNoFileComp
				})
			}
		}
	}
}

// completionTime bounds how long a shell waits for names out of a checkpoint.
const completionTime = 3 * time.Second

// fromCheckpoint proposes names out of the checkpoint that stands on the command line already.
func (app *App) fromCheckpoint(cmd *cobra.Command, args []string, of func(*inspect.Report) []string) []string {
	if len(args) == 0 {
		return nil
	}
	o := inspect.Options{}
	var err error
	if o.Reader, err = app.readerOptions(); err != nil {
		return nil
	}
	o.Reader.Chosen, o.Reader.Parallelism = nil, 0
	if cmd.Flag("operator").Changed {
		o.Filter.Operators = app.operators
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	rep, err := inspect.Run(ctx, args[0], o)
	if err != nil {
		return nil
	}
	return of(rep)
}

func operatorsOf(r *inspect.Report) (names []string) {
	for _, op := range r.Operators {
		name := op.ID
		if op.UID != nil {
			name = *op.UID
		}
		names = append(names, name)
	}
	return names
}

func statesOf(r *inspect.Report) []string {
	names := map[string]bool{}
	for _, op := range r.Operators {
		for _, s := range op.States {
			names[s.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// kinds are the kinds that states have.
func kinds() (names []string) {
	for _, k := range state.Kinds() {
		names = append(names, string(k))
	}
	return names
}

// oneOf is a usage error unless the value of a flag is one of those that it has.
func oneOf(flag, value string, values []string) error {
	if slices.Contains(values, value) {
		return nil
	}
	last := len(values) - 1
	return usageError{fmt.Errorf("--%s %q: want %s or %s", flag, value, strings.Join(values[:last], ", "), values[last])}
}
