package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	codeLiteral = regexp.MustCompile(`"([A-Z]+(?:_[A-Z]+)+)"`)
	codeRow     = regexp.MustCompile("(?m)^\\| \\[`([A-Z_]+)`\\]\\(findings/([A-Z_]+)\\.md\\) \\| (error|warning|info) ")
)

// notFindings are the other names in capitals: options in the headers of keyed state, and what is reported as STATE_CORRUPT.
var notFindings = []string{"KEY_SERIALIZER", "NAMESPACE_SERIALIZER", "USER_KEY_SERIALIZER", "VALUE_SERIALIZER", "CORRUPT_STATE"}

// TestFindingsPages: every code that validate reports is a row of docs/validate.md and has a page, and there are no others.
func TestFindingsPages(t *testing.T) {
	root := filepath.Join("..", "..")
	reported := map[string]bool{}
	for _, pattern := range []string{"inspect/*.go", "statereader/scan.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range codeLiteral.FindAllStringSubmatch(readText(t, file), -1) {
				if !slices.Contains(notFindings, m[1]) {
					reported[m[1]] = true
				}
			}
		}
	}
	rows := map[string]string{}
	for _, m := range codeRow.FindAllStringSubmatch(readText(t, filepath.Join(root, "docs", "validate.md")), -1) {
		if m[1] != m[2] {
			t.Errorf("the row of %s leads to the page of %s", m[1], m[2])
		}
		rows[m[1]] = m[3]
	}
	for _, code := range slices.Sorted(maps.Keys(reported)) {
		if rows[code] == "" {
			t.Errorf("docs/validate.md has no row for %s", code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(rows)) {
		if !reported[code] {
			t.Errorf("docs/validate.md has a row for %s, which nothing reports", code)
		}
		page := readText(t, filepath.Join(root, "docs", "findings", code+".md"))
		if want := "# `" + code + "`\n\nSeverity: " + rows[code] + "."; !strings.HasPrefix(page, want) {
			t.Errorf("the page of %s does not begin with %q", code, want)
		}
		for _, heading := range []string{"\n## How it comes about\n", "\n## What Flink does\n", "\n## What to do\n"} {
			if !strings.Contains(page, heading) {
				t.Errorf("the page of %s lacks %q", code, strings.TrimSpace(heading))
			}
		}
	}
	pages, err := os.ReadDir(filepath.Join(root, "docs", "findings"))
	if err != nil || len(pages) != len(rows) {
		t.Errorf("%d pages and %d rows: %v", len(pages), len(rows), err)
	}
}

func readText(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
