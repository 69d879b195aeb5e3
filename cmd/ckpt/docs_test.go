package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ckpt/internal/golden"
)

// TestCommandPages keeps docs/commands in step with the program: go test ./cmd/ckpt -run CommandPages -update.
func TestCommandPages(t *testing.T) {
	root := newRootCommand(&App{Out: io.Discard, Err: io.Discard})
	dir := filepath.Join("..", "..", "docs", "commands")
	pages := map[string]bool{"README.md": true}
	for _, c := range root.Commands() {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		name := c.Name() + ".md"
		pages[name] = true
		golden.CheckFile(t, filepath.Join(dir, name), []byte(commandPage(c)))
	}
	golden.CheckFile(t, filepath.Join(dir, "README.md"), []byte(commandIndex(root)))
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !pages[f.Name()] {
			t.Errorf("docs/commands/%s: no such command any more", f.Name())
		}
	}
}

func commandPage(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# ckpt %s\n\n%s\n\n```\n%s\n```\n\n%s\n", c.Name(), c.Short+".", c.UseLine(), c.Long)
	if c.Example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n```\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(c.Example, "  "), "\n  ", "\n"))
	}
	flagTable(&b, "Flags", c.LocalNonPersistentFlags())
	b.WriteString("\nThe common flags and the exit codes are on [the overview](README.md).\n")
	return b.String()
}

func commandIndex(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# Commands\n\n| command | what it does |\n|---|---|\n")
	for _, c := range root.Commands() {
		if !c.Hidden && c.Name() != "help" && c.Name() != "completion" {
			fmt.Fprintf(&b, "| [`ckpt %s`](%s.md) | %s |\n", c.Name(), c.Name(), c.Short)
		}
	}
	b.WriteString("| `ckpt completion bash\\|zsh\\|fish\\|powershell` | print a completion script for the shell |\n")
	b.WriteString("\nPATH is a checkpoint or savepoint directory, a `_metadata` file, or a job's checkpoint directory (the newest complete\n" +
		"checkpoint is taken and named on stderr). Results go to stdout; progress, warnings and errors to stderr.\n")
	flagTable(&b, "Common flags", root.PersistentFlags())
	b.WriteString("\nEach flag has an environment variable, `CKPT_` and its name in capitals with `_` for `-`, and a key in `ckpt.yaml` (of the\n" +
		"working directory, else of the user's configuration directory under `ckpt/`). The command line wins, then the\nenvironment, then the file.\n")
	b.WriteString("\n## Exit codes\n\n| code | meaning |\n|---|---|\n| 0 | done |\n| 1 | error |\n| 2 | wrong command line |\n" +
		"| 3 | findings, orphans, differences; something selected is missing from an output |\n| 10 | no such checkpoint, operator, state or key |\n| 11 | corrupt |\n" +
		"| 12 | unsupported |\n| 13 | no permission |\n| 130 | cancelled |\n\n" +
		"With `-o json` an error is one object on stderr: `{\"error\":{\"code\":11,\"message\":…,\"file\":…,\"offset\":…,\"field\":…,\"fix\":…}}`.\n")
	return b.String()
}

func flagTable(b *strings.Builder, title string, flags *pflag.FlagSet) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	rows := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		if rows++; rows == 1 {
			b.WriteString("| flag | default | meaning |\n|---|---|---|\n")
		}
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		def := f.DefValue
		if f.Name == "parallelism" {
			def = "cores"
		}
		if def == "[]" || def == "" || def == "false" {
			def = ""
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, def, f.Usage)
	})
	if rows == 0 {
		b.WriteString("None of its own.\n")
	}
}
