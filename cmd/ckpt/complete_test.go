package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ckpt/internal/fixtures"
)

// TestCompletions asks as shells do.
func TestCompletions(t *testing.T) {
	path := fixtures.Get(t, "2.3.0", "unusual-same-name-hashmap-canonical-p2-m128").Path()
	for _, tc := range []struct{ line, want string }{
		{"insp", "inspect"},
		{"inspect --metadata-on", "--metadata-only"},
		{"inspect --output y", "yaml"},
		{"inspect --kind operator-u", "operator-union"},
		{"inspect --log-format j", "json"},
		{"validate --level d", "deep"},
		{"export " + path + " --to arr", "arrow"},
		{"export " + path + " --operator with-b", "with-both with-broadcast"},
		{"get " + path + " --operator 59ae9562571ffbfeb0fea7289ed86e2f --state u", "union"},
		{"get " + path + " --operator with-list --state u", ""},
		{"get --operator w", ""}, // of what?
		{"get " + path + "/missing --state s", ""},
	} {
		words := strings.Fields(tc.line)
		r := ckpt(t, append([]string{"__complete"}, words...)...)
		var got []string
		for line := range strings.SplitSeq(r.out, "\n") {
			if name, _, _ := strings.Cut(line, "\t"); name != "" && strings.HasPrefix(name, words[len(words)-1]) { // shells leave out what does not begin so
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s: %q, want %q", tc.line, got, tc.want)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := ckpt(t, "completion", shell); r.code != exitDone || !strings.Contains(r.out, "__complete") {
			t.Errorf("%s: exit %d: %s", shell, r.code, r.err)
		}
	}
}

// TestBashCompletes sources the script in a real shell, with what the package bash-completion gives it.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	bin := t.TempDir()
	program := "#!/bin/sh\nCKPT_TEST_MAIN=1 exec '" + os.Args[0] + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "ckpt"), []byte(program), 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "-c", `
_get_comp_words_by_ref() { cur=${COMP_WORDS[COMP_CWORD]}; prev=${COMP_WORDS[COMP_CWORD-1]}; words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
source <(ckpt completion bash)
complete -p ckpt >&2 || exit
for line in "ckpt insp" "ckpt validate --level d"; do
  COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); COMP_LINE=$line; COMP_POINT=${#line}; COMPREPLY=()
  __start_ckpt 2>/dev/null
  echo "${COMPREPLY[@]}"
done`)
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.Output()
	if got := strings.Join(strings.Fields(string(out)), " "); err != nil || got != "inspect deep" {
		t.Errorf("%v: %q", err, out)
	}
}
