package storage

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"ckpt/internal/fspath"
)

// Mapping says that what paths call From is now at To. Both are directories (or whole files), not mere beginnings
// of names: "/a" does not match "/ab". Schemes that mean the same store (s3, s3a, s3n, s3p) match each other.
type Mapping struct {
	From, To string
}

func (m Mapping) String() string { return m.From + "=" + m.To }

// ParseMapping reads FROM=TO, for example "s3://old/checkpoints=file:///data/checkpoints". FROM is an absolute path
// or a URI; TO may also be relative to the working directory. Where names contain an equals sign, the one that
// separates is the one before an absolute path.
func ParseMapping(s string) (Mapping, error) {
	var at []int
	for i := range len(s) {
		if s[i] == '=' && (strings.Count(s, "=") == 1 || fspath.IsAbs(s[i+1:])) {
			at = append(at, i)
		}
	}
	if len(at) != 1 {
		return Mapping{}, fmt.Errorf("mapping %q: want FROM=TO, two directories or URIs", s)
	}
	m := Mapping{From: s[:at[0]], To: s[at[0]+1:]}
	if !fspath.IsAbs(m.From) || m.To == "" {
		return Mapping{}, fmt.Errorf("mapping %q: want FROM=TO, where FROM is an absolute path or a URI and TO is not empty", s)
	}
	return Mapping{From: fspath.Clean(m.From), To: fspath.Clean(m.To)}, nil
}

// apply returns the place that a path is mapped to.
func (m Mapping) apply(path string) (string, bool) {
	rest, ok := fspath.Below(fspath.Identity(m.From), fspath.Identity(path))
	if !ok {
		return "", false
	}
	return fspath.Join(m.To, rest), true
}

// Mapped returns fsys seen through mappings: of those that match a path, the one with the longest From applies, once.
// What List yields has the names that were asked for.
func Mapped(fsys FS, mappings []Mapping) FS {
	if len(mappings) == 0 {
		return fsys
	}
	return &mapped{fsys: fsys, mappings: longestFirst(mappings)}
}

func longestFirst(mappings []Mapping) []Mapping {
	sorted := slices.Clone(mappings)
	slices.SortStableFunc(sorted, func(a, b Mapping) int {
		return cmp.Compare(len(fspath.Identity(b.From)), len(fspath.Identity(a.From)))
	})
	return sorted
}

type mapped struct {
	fsys     FS
	mappings []Mapping // longest From first
}

func (m *mapped) to(path string) string {
	for _, mapping := range m.mappings {
		if to, ok := mapping.apply(path); ok {
			return to
		}
	}
	return path
}

func (m *mapped) Open(ctx context.Context, path string) (File, error) {
	to := m.to(path)
	f, err := m.fsys.Open(ctx, to)
	return f, mappedError(err, path, to)
}

func (m *mapped) Create(ctx context.Context, path string) (Writer, error) {
	to := m.to(path)
	w, err := m.fsys.Create(ctx, to)
	return w, mappedError(err, path, to)
}

func (m *mapped) Remove(ctx context.Context, path string) error {
	to := m.to(path)
	return mappedError(m.fsys.Remove(ctx, to), path, to)
}

func (m *mapped) Stat(ctx context.Context, path string) (Info, error) {
	to := m.to(path)
	info, err := m.fsys.Stat(ctx, to)
	return back(info, to, path), mappedError(err, path, to)
}

func (m *mapped) List(ctx context.Context, dir string, recursive bool) iter.Seq2[Info, error] {
	to := m.to(dir)
	return func(yield func(Info, error) bool) {
		for info, err := range m.fsys.List(ctx, to, recursive) {
			if !yield(back(info, to, dir), mappedError(err, dir, to)) {
				return
			}
		}
	}
}

// mappedError adds the name that was asked for to an error, which names the place that was looked at.
func mappedError(err error, from, to string) error {
	if err == nil || from == to {
		return err
	}
	return fmt.Errorf("%s: %w", from, err)
}

// back gives what was found below a mapped place the name it was asked for by.
func back(info Info, to, from string) Info {
	if rest, ok := fspath.Below(fspath.Clean(to), info.Path); ok && to != from {
		info.Path = fspath.Join(from, rest)
	}
	return info
}
