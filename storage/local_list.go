package storage

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"

	"ckpt/internal/fspath"
)

// List yields what is below a directory in ascending order of path. Unfinished files of Create are left out.
// A symbolic link is shown as what it leads to; where that lies outside or is missing, as a file that Open refuses.
// With recursive, links to directories are not followed.
func (l *Local) List(ctx context.Context, name string, recursive bool) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		p, dir, err := l.at(ctx, "list", name)
		if err != nil {
			yield(Info{}, err)
			return
		}
		l.walk(ctx, dir, p, recursive, yield)
	}
}

// walk lists one directory and reports whether to go on.
func (l *Local) walk(ctx context.Context, root *os.Root, p place, recursive bool, yield func(Info, error) bool) bool {
	entries, err := readDir(root, p.rel)
	if err != nil {
		return yield(Info{}, p.fail("list", err))
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			yield(Info{}, pathError("list", p.full, context.Cause(ctx)))
			return false
		}
		child := place{root: p.root, full: fspath.Join(p.full, e.Name()), rel: e.Name()}
		if p.rel != "." {
			child.rel = p.rel + "/" + e.Name()
		}
		if recursive && e.IsDir() {
			if !l.walk(ctx, root, child, true, yield) {
				return false
			}
			continue
		}
		info, err := describe(root, child)
		switch {
		case err != nil:
			if !yield(Info{}, child.fail("list", err)) {
				return false
			}
		case recursive && info.IsDir: // a link to a directory
		case !yield(info, nil):
			return false
		}
	}
	return true
}

// readDir returns the entries of a directory in the order of the paths below them, for which "a/" comes after "a.b".
func readDir(root *os.Root, rel string) ([]fs.DirEntry, error) {
	f, err := root.Open(rel)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && isTemp(e.Name()) })
	key := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(key(a), key(b)) })
	return entries, nil
}

// describe is Stat, or what is known of a link that leads nowhere.
func describe(root *os.Root, p place) (Info, error) {
	info, err := root.Stat(p.rel)
	if err == nil {
		return infoOf(p.full, info), nil
	}
	link, linkErr := root.Lstat(p.rel)
	if linkErr != nil {
		return Info{}, linkErr
	}
	if link.Mode()&fs.ModeSymlink == 0 {
		return Info{}, fmt.Errorf("stat: %w", err)
	}
	return infoOf(p.full, link), nil
}
