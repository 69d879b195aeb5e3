package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gopkg.in/yaml.v3"

	"ckpt/inspect"
	"ckpt/serializer"
	"ckpt/statereader"
	"ckpt/storage"
)

// App is one run of the program: where it writes, and the flags that every command shares.
type App struct {
	Out, Err io.Writer
	Log      *slog.Logger
	// Wrap is put around every file system that is read; nil: nothing is.
	Wrap func(storage.FS) storage.FS

	prepared    bool // the flags are settled
	rendered    int  // reports that have been written
	output      string
	bytes       bool
	operators   []string
	uids        []string
	states      []string
	kind        string
	keyGroups   string
	maps        []string
	types, plan string
	kryo        string
	parallelism int
	memory      byteSize
	maxValue    byteSize
	shard       string
	quiet       bool
	verbose     bool
	noProgress  bool
	logFormat   string
}

// Run executes one command line and returns its exit code. It is the whole program but for the process itself.
func Run(ctx context.Context, args []string, out, errOut io.Writer) int {
	return (&App{Out: out, Err: errOut}).Run(ctx, args)
}

// Run executes one command line and returns its exit code.
func (app *App) Run(ctx context.Context, args []string) int {
	root := newRootCommand(app)
	root.SetArgs(args)
	root.SetOut(app.Out)
	root.SetErr(app.Err)
	err := root.ExecuteContext(ctx)
	if !app.prepared { // a wrong command line: the flags behind the mistake were not read
		app.output = outputOf(args)
	}
	return app.finish(ctx, err)
}

// outputOf finds the value of --output in a command line that cannot be parsed.
func outputOf(args []string) string {
	output := os.Getenv("CKPT_OUTPUT")
	for i, a := range args {
		if (a == "-o" || a == "--output") && i+1 < len(args) {
			output = args[i+1]
		} else if v, ok := strings.CutPrefix(a, "--output="); ok {
			output = v
		} else if v, ok := strings.CutPrefix(a, "-o"); ok {
			output = strings.TrimPrefix(v, "=")
		}
	}
	return output
}

func newRootCommand(app *App) *cobra.Command {
	root := &cobra.Command{
		Use:   "ckpt",
		Short: "Read Apache Flink checkpoints and savepoints",
		Long: "ckpt reads the checkpoints and savepoints of Apache Flink without a JVM and without the job's classes:\n" +
			"what is in them, whether they are whole, one key, or everything as Parquet.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,

		SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			err := fmt.Errorf("no command %q", args[0])
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(near, ", "))
			}
			return usageError{err}
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return app.prepare(cmd)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	app.addCommonFlags(root.PersistentFlags())
	root.AddCommand(newLsCommand(app), newInspectCommand(app), newDumpCommand(app), newGetCommand(app),
		newExportCommand(app), newValidateCommand(app), newCopyCommand(app), newGCCommand(app), newStatsCommand(app), newDiffCommand(app), newMergeShardsCommand(app), newVersionCommand(app))
	app.completions(root)
	for _, c := range root.Commands() {
		if args := c.Args; args != nil { // wrong number of arguments is a usage error like a wrong flag
			c.Args = func(cmd *cobra.Command, a []string) error {
				if err := args(cmd, a); err != nil {
					return usageError{fmt.Errorf("%w; usage: %s", err, cmd.UseLine())}
				}
				return nil
			}
		}
	}
	return root
}

func (app *App) addCommonFlags(f *pflag.FlagSet) {
	app.memory, app.maxValue = 512<<20, 64<<20
	f.StringVarP(&app.output, "output", "o", "table", "form of the result: table, json, jsonl, yaml or csv")
	f.BoolVar(&app.bytes, "bytes", false, "plain byte counts in tables")
	f.StringArrayVar(&app.operators, "operator", nil, "operator by id, uid or name (repeatable)")
	f.StringArrayVar(&app.uids, "uid", nil, "a uid of the job, to name operators that record none (repeatable)")
	f.StringArrayVar(&app.states, "state", nil, "state by name (repeatable)")
	f.StringVar(&app.kind, "kind", "", "state kind: value, list, map, timer, broadcast …")
	f.StringVar(&app.keyGroups, "key-groups", "", "key groups, as 0-63,70")
	f.StringVar(&app.types, "types", "", "descriptions of classes that no snapshot describes, a YAML file")
	f.StringVar(&app.kryo, "kryo", "", "which Kryo wrote values where nothing else tells: 2 (Flink 1.x) or 5 (Flink 2.x)")
	f.StringVar(&app.plan, "plan", "", "compiled plan of the SQL job, a JSON file: names operators and the columns of their states")
	f.StringArrayVar(&app.maps, "map", nil, "read paths below FROM at TO, as FROM=TO (repeatable)")
	f.IntVar(&app.parallelism, "parallelism", runtime.GOMAXPROCS(0), "units of work at a time")
	f.Var(&app.memory, "memory", "memory for buffers")
	f.Var(&app.maxValue, "max-value", "largest single value that is decoded")
	f.BoolVar(&app.quiet, "quiet", false, "no warnings and no progress")
	f.BoolVar(&app.verbose, "verbose", false, "say more on stderr")
	f.BoolVar(&app.noProgress, "no-progress", false, "no progress bar")
	f.StringVar(&app.logFormat, "log-format", "text", "form of messages on stderr: text or json")
}

// prepare settles the flags: command line, then environment, then ckpt.yaml.
func (app *App) prepare(cmd *cobra.Command) error {
	file, err := configFile()
	if err == nil {
		err = knownKeys(cmd.Root(), file)
	}
	if err != nil {
		return usageError{err}
	}
	var bad error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || bad != nil {
			return
		}
		name := "CKPT_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v, ok := os.LookupEnv(name); ok {
			bad = setFlag(cmd.Flags(), f, name, v)
		} else if v, ok := file[f.Name]; ok {
			bad = setFlag(cmd.Flags(), f, "ckpt.yaml: "+f.Name, v)
		}
	})
	if bad != nil {
		return usageError{bad}
	}
	if err := errors.Join(oneOf("output", app.output, outputs), oneOf("log-format", app.logFormat, logFormats), oneOf("kryo", cmp.Or(app.kryo, kryos[0]), kryos)); err != nil {
		return err
	}
	if app.kind != "" {
		if err := oneOf("kind", app.kind, kinds()); err != nil {
			return err
		}
	}
	if app.parallelism < 1 {
		return usageError{fmt.Errorf("--parallelism %d: want at least 1", app.parallelism)}
	}
	app.Log, app.prepared = app.newLog(), true
	return nil
}

// knownKeys says which key of ckpt.yaml no command has as a flag.
func knownKeys(root *cobra.Command, file map[string]any) error {
	for key := range file {
		known := func(c *cobra.Command) bool { return c.Flag(key) != nil }
		if !known(root) && !slices.ContainsFunc(root.Commands(), known) {
			return fmt.Errorf("ckpt.yaml: %s: no command has a flag of that name", key)
		}
	}
	return nil
}

// setFlag gives a flag a value from elsewhere; a list in the file sets a repeatable flag once per element.
func setFlag(flags *pflag.FlagSet, f *pflag.Flag, origin string, v any) error {
	values, ok := v.([]any)
	if !ok {
		values = []any{v}
	}
	for _, one := range values {
		if err := flags.Set(f.Name, fmt.Sprint(one)); err != nil {
			return fmt.Errorf("%s: %w", origin, err)
		}
	}
	return nil
}

// configFile reads ckpt.yaml of the working directory, or else of the user's configuration directory.
func configFile() (map[string]any, error) {
	places := []string{"ckpt.yaml"}
	if dir, err := os.UserConfigDir(); err == nil {
		places = append(places, filepath.Join(dir, "ckpt", "ckpt.yaml"))
	}
	for _, p := range places {
		b, err := os.ReadFile(p)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var m map[string]any
		if err := yaml.Unmarshal(b, &m); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		return m, nil
	}
	return nil, nil
}

func (app *App) newLog() *slog.Logger {
	level := slog.LevelWarn
	switch {
	case app.verbose:
		level = slog.LevelInfo
	case app.quiet:
		level = slog.LevelError
	}
	o := &slog.HandlerOptions{Level: level}
	if app.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(app.Err, o))
	}
	return slog.New(slog.NewTextHandler(app.Err, o))
}

// warn writes one line for a person (or a log record) on stderr.
func (app *App) warn(format string, args ...any) {
	switch {
	case app.quiet:
	case app.logFormat == "json":
		app.Log.Warn(fmt.Sprintf(format, args...))
	default:
		fmt.Fprintf(app.Err, "ckpt: "+format+"\n", args...)
	}
}

// problemsShown bounds the lines of warnAll: a checkpoint with one lost directory has thousands of the same kind.
const problemsShown = 20

// warnAll writes one line for each problem, and how many more there are.
func warnAll[T any](app *App, problems []T) {
	for i, p := range problems {
		if i == problemsShown && !app.verbose {
			app.warn("%d more problems; --verbose shows them all", len(problems)-i)
			return
		}
		app.warn("%v", p)
	}
}

// filter is the part of a checkpoint that the common flags mean.
func (app *App) filter() inspect.Filter {
	return inspect.Filter{Operators: app.operators, States: app.states, Kind: app.kind, KeyGroups: app.keyGroups}
}

// readerOptions are the common flags as the reader takes them.
func (app *App) readerOptions() (statereader.Options, error) {
	o := statereader.Options{Parallelism: app.parallelism, Memory: int64(app.memory), MaxValue: int64(app.maxValue), Wrap: app.Wrap,
		UIDs: app.uids, Chosen: func(dir string) { app.warn("reading %s", dir) }}
	for _, m := range app.maps {
		one, err := storage.ParseMapping(m)
		if err != nil {
			return o, usageError{fmt.Errorf("--map: %w", err)}
		}
		o.Map = append(o.Map, one)
	}
	o.Kryo = map[string]serializer.KryoGeneration{kryos[0]: serializer.Kryo2, kryos[1]: serializer.Kryo5}[app.kryo]
	if app.types != "" {
		if err := readTypes(app.types, &o); err != nil {
			return o, usageError{fmt.Errorf("--types: %w", err)}
		}
	}
	if app.plan != "" {
		b, err := os.ReadFile(app.plan)
		if err != nil {
			return o, usageError{fmt.Errorf("--plan: %w", err)}
		}
		if o.Plan, err = statereader.ParsePlan(b); err != nil {
			return o, usageError{fmt.Errorf("--plan: %s: %w", app.plan, err)}
		}
	}
	return o, nil
}
