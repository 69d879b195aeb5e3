package inspect

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"golang.org/x/sync/errgroup"

	"ckpt/internal/fspath"
)

// listFrom is how many files of one directory are looked for before the directory is listed instead: one request, and
// far cheaper than one for each file.
const listFrom = 4

// listing is what a directory holds; err says why it could not be listed (fs.ErrNotExist: it holds nothing).
type listing struct {
	names map[string]bool
	err   error
}

// missing says of each file whether it is nowhere where it may lie. A file in a place that may not be looked at is not
// called missing.
func (s *source) missing(ctx context.Context, files []*file) ([]bool, error) {
	wanted := map[string]int{}
	for _, f := range files {
		for _, c := range f.candidates {
			wanted[fspath.Parent(c)]++
		}
	}
	dirs := map[string]*listing{}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(64)
	for dir, n := range wanted {
		if n < listFrom {
			continue
		}
		l := &listing{names: map[string]bool{}}
		dirs[dir] = l
		g.Go(func() error {
			for info, err := range s.fs.List(gctx, dir, false) {
				if err != nil {
					l.err = err
					break
				}
				if !info.IsDir {
					l.names[info.Path] = true
				}
			}
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	missing := make([]bool, len(files))
	g, gctx = errgroup.WithContext(ctx)
	g.SetLimit(64)
	for i, f := range files {
		there, refused := false, f.err != nil
		var rest []string // places that were not listed
		for _, c := range f.candidates {
			l := dirs[fspath.Parent(c)]
			switch {
			case l == nil:
				rest = append(rest, c)
			case l.names[c]:
				there = true
			case l.err != nil && !errors.Is(l.err, fs.ErrNotExist):
				refused = true
			}
		}
		if missing[i] = !there && !refused; missing[i] && len(rest) > 0 {
			look := *f
			look.candidates = slices.Clip(rest)
			g.Go(func() error {
				_, _, err := s.stat(gctx, &look)
				missing[i] = errors.Is(err, fs.ErrNotExist)
				return gctx.Err()
			})
		}
	}
	return missing, g.Wait()
}
