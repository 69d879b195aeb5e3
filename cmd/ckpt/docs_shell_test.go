package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shell runs the command lines of one page.
type shell struct {
	t    *testing.T
	dir  string
	code int // exit code of the last command
	vars map[string]string
	ran  int
}

func newShell(t *testing.T, root string) *shell {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, "testdata"), filepath.Join(dir, "testdata")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	t.Chdir(dir)
	return &shell{t: t, dir: dir, vars: map[string]string{}}
}

// homeOfExamples stands in the pages for the directory in which they are run.
const homeOfExamples = "/home/you/ckpt"

var assignment = regexp.MustCompile(`(?s)^([a-z]+)=\$\((.*)\)$`)

func (sh *shell) run(line string) string {
	if m := assignment.FindStringSubmatch(line); m != nil {
		text, _ := sh.execute(m[2], false)
		sh.vars[m[1]] = strings.TrimRight(text, "\n")
		return ""
	}
	text, messages := sh.execute(line, true)
	return strings.ReplaceAll(messages+text, sh.dir, homeOfExamples)
}

// execute returns what a command line writes to stdout and stderr; on a terminal a single command mixes them.
func (sh *shell) execute(line string, terminal bool) (text, messages string) {
	sh.ran++
	for name, value := range sh.vars {
		line = strings.ReplaceAll(line, "$"+name, value)
	}
	line = sum.ReplaceAllStringFunc(line, sh.add)
	stages, err := splitCommand(line)
	if err != nil || len(stages) == 0 {
		sh.t.Errorf("$ %s: %v", line, err)
		return "", ""
	}
	var out, errOut bytes.Buffer
	if len(stages) == 1 && terminal {
		sh.code, err = sh.command(stages[0], &out, &out)
	} else {
		sh.code, err = sh.command(stages[0], &out, &errOut)
	}
	text = out.String()
	for _, stage := range stages[1:] {
		if err == nil {
			text, err = filter(stage, text)
		}
	}
	if err != nil {
		sh.t.Errorf("$ %s: %v", line, err)
	}
	return text, errOut.String()
}

var sum = regexp.MustCompile(`\$\(\(([^()]+)\)\)`)

// add computes $((name + 4 + 2133)).
func (sh *shell) add(text string) string {
	total := 0
	for term := range strings.SplitSeq(sum.FindStringSubmatch(text)[1], "+") {
		term = strings.TrimSpace(term)
		n, err := strconv.Atoi(cmp.Or(sh.vars[term], term))
		if err != nil {
			sh.t.Errorf("%s: %v", text, err)
		}
		total += n
	}
	return strconv.Itoa(total)
}

func (sh *shell) command(words []string, out, errOut *bytes.Buffer) (code int, err error) {
	if len(words) > 3 && slices.Equal(words[:3], []string{"go", "run", "./cmd/ckpt"}) {
		words = words[2:]
		words[0] = "ckpt"
	}
	switch words[0] {
	case "ckpt":
		return Run(sh.t.Context(), words[1:], out, errOut), nil
	case "echo":
		if slices.Equal(words, []string{"echo", "$?"}) {
			fmt.Fprintln(out, sh.code)
			return 0, nil
		}
	case "xxd":
		return 0, xxd(words[1:], out)
	case "find":
		if len(words) == 4 && words[2] == "-type" && words[3] == "f" {
			return 0, find(words[1], out)
		}
	case "cat":
		for _, f := range words[1:] {
			b, err := os.ReadFile(f)
			if err != nil {
				return 1, err
			}
			out.Write(b)
		}
		return 0, nil
	}
	return 1, fmt.Errorf("%q cannot be run here; a block of `sh` is not", words)
}

func find(dir string, out *bytes.Buffer) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			fmt.Fprintln(out, filepath.ToSlash(path))
		}
		return err
	})
}

// xxd prints bytes as the program of that name does: xxd [-s OFFSET] [-l LENGTH] FILE.
func xxd(args []string, out *bytes.Buffer) error {
	from, length := 0, -1
	for len(args) > 2 {
		n, err := strconv.Atoi(args[1])
		if err != nil || n < 0 {
			return fmt.Errorf("xxd %s %s", args[0], args[1])
		}
		switch args[0] {
		case "-s":
			from = n
		case "-l":
			length = n
		default:
			return fmt.Errorf("xxd: no option %s here", args[0])
		}
		args = args[2:]
	}
	if len(args) != 1 {
		return fmt.Errorf("xxd %q: want one file", args)
	}
	b, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	b = b[min(from, len(b)):]
	if length >= 0 {
		b = b[:min(length, len(b))]
	}
	for row := range slices.Chunk(b, 16) {
		hexRow(out, from, row)
		from += len(row)
	}
	return nil
}

func hexRow(out *bytes.Buffer, at int, row []byte) {
	hex, text := "", ""
	for i, c := range row {
		if i > 0 && i%2 == 0 {
			hex += " "
		}
		hex += fmt.Sprintf("%02x", c)
		if c < ' ' || c > '~' {
			c = '.'
		}
		text += string(rune(c))
	}
	fmt.Fprintf(out, "%08x: %-39s  %s\n", at, hex, text)
}

var (
	awkField = regexp.MustCompile(`^\{print \$([1-9])\}$`)
	sedCut   = regexp.MustCompile(`^s\|([^|]+)\|\|$`)
)

// filter is head -n N, tail -n N, grep -F TEXT, grep -vF TEXT, awk '{print $N}', sed 's|PATTERN||' or sort.
func filter(words []string, text string) (string, error) {
	lines := slices.Collect(strings.Lines(text))
	name := words[0]
	switch {
	case (name == "head" || name == "tail") && len(words) == 3 && words[1] == "-n":
		n, err := strconv.Atoi(words[2])
		if err != nil || n < 0 {
			return "", cmp.Or(err, fmt.Errorf("%s of %d lines", name, n))
		}
		n = min(n, len(lines))
		if name == "tail" {
			lines = lines[len(lines)-n:]
		} else {
			lines = lines[:n]
		}
	case name == "grep" && len(words) == 3 && words[1] == "-vF":
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, words[2]) })
	case name == "grep" && len(words) == 3 && words[1] == "-F":
		lines = slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(l, words[2]) })
	case name == "awk" && len(words) == 2 && awkField.MatchString(words[1]):
		n, _ := strconv.Atoi(awkField.FindStringSubmatch(words[1])[1])
		for i, l := range lines {
			fields := append(strings.Fields(l), make([]string, n)...)
			lines[i] = fields[n-1] + "\n"
		}
	case name == "sed" && len(words) == 2 && sedCut.MatchString(words[1]):
		cut, err := regexp.Compile(sedCut.FindStringSubmatch(words[1])[1])
		if err != nil {
			return "", err
		}
		for i, l := range lines {
			if at := cut.FindStringIndex(l); at != nil {
				lines[i] = l[:at[0]] + l[at[1]:]
			}
		}
	case name == "sort" && len(words) == 1:
		slices.Sort(lines)
	default:
		return "", fmt.Errorf("| %q cannot be run here", words)
	}
	return strings.Join(lines, ""), nil
}

// splitCommand cuts a command line into the words of its stages, with the quotes of a shell.
func splitCommand(line string) (stages [][]string, err error) {
	var words []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	endWord := func() {
		if inWord {
			words = append(words, word.String())
			word.Reset()
			inWord = false
		}
	}
	for _, c := range line {
		switch {
		case escaped:
			if escaped = false; c != '\n' {
				word.WriteRune(c)
				inWord = true
			}
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'':
			escaped = true
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ':
			endWord()
		case c == '|':
			endWord()
			stages, words = append(stages, words), nil
		default:
			word.WriteRune(c)
			inWord = true
		}
	}
	endWord()
	if quote != 0 {
		return nil, fmt.Errorf("open quote")
	}
	stages = append(stages, words)
	if slices.ContainsFunc(stages, func(s []string) bool { return len(s) == 0 }) {
		return nil, fmt.Errorf("an empty command")
	}
	return stages, nil
}

func TestSplitCommand(t *testing.T) {
	for _, tc := range []struct {
		in, want string
	}{
		{`ckpt ls x`, `[["ckpt" "ls" "x"]]`},
		{`ckpt get x --key '"a b"' | head -n 3`, `[["ckpt" "get" "x" "--key" "\"a b\""] ["head" "-n" "3"]]`},
		{"a \\\n  b ''", `[["a" "b" ""]]`},
		{`a "x \" y"`, `[["a" "x \" y"]]`},
	} {
		got, err := splitCommand(tc.in)
		if s := fmt.Sprintf("%q", got); err != nil || s != tc.want {
			t.Errorf("%s: got %s, %v; want %s", tc.in, s, err, tc.want)
		}
	}
	for _, in := range []string{`a 'b`, `a |`, ``} {
		if got, err := splitCommand(in); err == nil {
			t.Errorf("%s: got %q, want an error", in, got)
		}
	}
}
