package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	fencedBlock  = regexp.MustCompile("(?ms)^```.*?^```$")
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// TestDocsLinks: every link between pages leads to a file, and to a heading of it where it names one.
func TestDocsLinks(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, file := range markdownFiles(t, root) {
		for _, m := range markdownLink.FindAllStringSubmatch(prose(t, file), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			to := file
			if path != "" {
				to = filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", file, m[1])
			} else if anchor != "" && !slices.Contains(anchors(prose(t, to)), anchor) {
				t.Errorf("%s: %s: no such heading", file, m[1])
			}
		}
	}
}

// prose is a page without its blocks of code.
func prose(t *testing.T, file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return fencedBlock.ReplaceAllString(string(b), "")
}

func anchors(text string) (list []string) {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		a := notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(m[1])), "")
		list = append(list, strings.ReplaceAll(a, " ", "-"))
	}
	return list
}
