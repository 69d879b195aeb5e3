package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ckpt/internal/golden"
)

// TestDocsExamples runs every console block of the README and of docs/: a line that begins with "$ " is a command, what
// follows is its output on a terminal. go test ./cmd/ckpt -run DocsExamples -update writes the outputs anew.
//
// Commands are ckpt (or go run ./cmd/ckpt), xxd, find, cat and echo $?, alone or piped through head, tail, grep, awk, sed
// and sort; name=$(command) keeps an output for the commands after it, and $((name + 4)) adds. They run in a directory
// that has nothing but testdata, so that what an example writes stays out of the repository.
func TestDocsExamples(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, file := range markdownFiles(t, root) {
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page, []byte("\n```console\n")) {
			continue
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			sh := newShell(t, root)
			golden.CheckFile(t, file, sh.page(string(page)))
			examples += sh.ran
		})
	}
	if examples == 0 {
		t.Error("no example found")
	}
}

func markdownFiles(t *testing.T, root string) []string {
	files := []string{filepath.Join(root, "README.md")}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool {
		_, err := os.Stat(f)
		return os.IsNotExist(err)
	})
}

var consoleBlock = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// page returns the page with the outputs that its commands have now; one that differs only in what no example can fix
// (times, the directory, the width of columns) stays as it is.
func (sh *shell) page(text string) string {
	return consoleBlock.ReplaceAllStringFunc(text, func(block string) string {
		body := consoleBlock.FindStringSubmatch(block)[1]
		var b strings.Builder
		for _, ex := range parseExamples(body) {
			got := sh.run(ex.command)
			if sh.stable(got) == sh.stable(ex.output) {
				got = ex.output
			}
			fmt.Fprintf(&b, "$ %s\n%s", ex.command, got)
		}
		return "```console\n" + b.String() + "```"
	})
}

type example struct{ command, output string }

// parseExamples cuts a block at its prompts; a command goes on in the next line after a backslash.
func parseExamples(body string) (list []example) {
	open := false
	for line := range strings.Lines(body) {
		switch {
		case open:
			last := &list[len(list)-1]
			last.command += "\n" + strings.TrimSuffix(line, "\n")
			open = strings.HasSuffix(last.command, "\\")
		case strings.HasPrefix(line, "$ "):
			list = append(list, example{command: strings.TrimSuffix(line[2:], "\n")})
			open = strings.HasSuffix(line, "\\\n")
		case len(list) > 0:
			list[len(list)-1].output += line
		}
	}
	return list
}

// volatile is what differs between two checkouts, or between two runs of the job that wrote a snapshot: times, random
// names, and the width of columns that hold them.
var volatile = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`"last_access":\d{13}\b`), `"last_access":TIME`},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`/tmp/flink-checkpoints\d+/[0-9a-f]{32}`), "/JOB"},
	{regexp.MustCompile(`(?m) {2,}| +$`), "  "},
}

func (sh *shell) stable(s string) string {
	s = strings.ReplaceAll(s, sh.dir, homeOfExamples)
	for _, v := range volatile {
		s = v.pattern.ReplaceAllString(s, v.instead)
	}
	return s
}
