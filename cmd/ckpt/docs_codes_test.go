package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestFindingCodes: docs/validate.md lists the codes of findings that the program has, and no others.
func TestFindingCodes(t *testing.T) {
	root := filepath.Join("..", "..")
	var inCode []string
	for file, pattern := range map[string]string{
		"inspect/validate.go":  `(?:Code: |Code, .* = |code, fix = |defect\()"([A-Z]+(?:_[A-Z]+)+)"`,
		"inspect/broadcast.go": `Code: "([A-Z]+(?:_[A-Z]+)+)"`,
		"inspect/keyhash.go":   `Code: "([A-Z]+(?:_[A-Z]+)+)"`,
		"inspect/restore.go":   `(?:Code: |finding\(|return )"([A-Z]+(?:_[A-Z]+)+)"`,
		"statereader/scan.go":  `(?:OpaqueBlocked|ChangelogNotReplayable|KeyTypeUnknown) += "([A-Z_]+)"`, // CorruptState is never a finding of its own
	} {
		found := submatches(t, filepath.Join(root, filepath.FromSlash(file)), pattern)
		if len(found) == 0 {
			t.Errorf("%s: no code found", file)
		}
		inCode = append(inCode, found...)
	}
	listed := submatches(t, filepath.Join(root, "docs", "validate.md"), "(?m)^\\| `([A-Z]+(?:_[A-Z]+)+)` \\|")
	for _, c := range inCode {
		if !slices.Contains(listed, c) {
			t.Errorf("%s is not in docs/validate.md", c)
		}
	}
	for _, c := range listed {
		if !slices.Contains(inCode, c) {
			t.Errorf("docs/validate.md lists %s, which nothing reports", c)
		}
	}
}

func submatches(t *testing.T, file, pattern string) (found []string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(b, -1) {
		found = append(found, string(m[1]))
	}
	return found
}
