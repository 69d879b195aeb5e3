package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"ckpt/inspect"
)

func newVersionCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show the version of ckpt", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := map[string]string{"version": inspect.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
			return app.render(v, nil, func() table {
				if app.output == "csv" {
					return table{header: []string{"VERSION", "GO", "PLATFORM"}, rows: [][]any{{v["version"], v["go"], v["platform"]}}}
				}
				return table{title: []string{fmt.Sprintf("ckpt %s (%s, %s)", v["version"], v["go"], v["platform"])}}
			})
		},
	}
}
