package inspect

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/storage"
)

// gcRoot is a directory that gc looks at.
type gcRoot struct {
	fs  storage.FS
	dir string
}

// gcDepth bounds how deep directories are searched; what lies deeper stops gc, because a snapshot may be there.
const gcDepth = 24

// scan lists everything below the roots and reads every `_metadata`. It fails where anything could not be seen: what is not
// seen may need what is.
func (r *gcRun) scan(ctx context.Context) (GCFacts, error) {
	f := GCFacts{Map: r.o.Reader.Map, Now: r.o.Now, OlderThan: r.o.OlderThan}
	var metas []gcMetadata
	seen := map[string]bool{}
	for _, root := range r.roots {
		s := &gcScan{root: root, facts: &f, seen: seen}
		if _, err := s.walk(ctx, root.dir, gcDepth); err != nil {
			return f, err
		}
		metas = append(metas, s.metas...)
	}
	f.Snapshots = make([]GCSnapshot, len(metas))
	failures := make([]error, len(metas))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(4, r.o.Reader.Parallelism))
	for i, m := range metas {
		g.Go(func() error {
			f.Snapshots[i].File = m.file
			f.Snapshots[i].Checkpoint, failures[i] = m.read(gctx)
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return f, err
	}
	if err := unreadableSnapshots(failures); err != nil {
		return f, err
	}
	f.Snapshots = sound(f.Snapshots)
	return f, nil
}

// sound leaves out files that only have the name of old metadata.
func sound(all []GCSnapshot) (list []GCSnapshot) {
	for _, s := range all {
		if s.Checkpoint != nil {
			list = append(list, s)
		}
	}
	return list
}

// unreadableSnapshots is one error for all snapshots that could not be read in full.
func unreadableSnapshots(failures []error) error {
	var first error
	n := 0
	for _, err := range failures {
		if err != nil {
			n++
			if first == nil {
				first = err
			}
		}
	}
	switch {
	case n == 0:
		return nil
	case n > 1:
		first = fmt.Errorf("%w (and %d more)", first, n-1)
	}
	return hinted{fmt.Errorf("%w: nothing is reported, because a snapshot could not be read in full and may need any file: %w", javaio.ErrCorrupt, first),
		"ckpt validate shows what is wrong with it; repair it, or move it away if it is of no use"}
}

// gcMetadata is a file that is or may be metadata.
type gcMetadata struct {
	fs   storage.FS
	file string
}

const metadataMagic = 0x4960672d

// read decodes the file in full. It returns nil for a file that has the name of old metadata and is something else.
func (m gcMetadata) read(ctx context.Context) (*metadata.Checkpoint, error) {
	b, err := storage.ReadFile(ctx, m.fs, m.file, 1<<30)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.file, err)
	}
	if fspath.Base(m.file) != metadataFile && (len(b) < 4 || binary.BigEndian.Uint32(b) != metadataMagic) {
		return nil, nil
	}
	c, err := metadata.Decode(b)
	switch {
	case err != nil:
	case c.Tasks != nil:
		err = fmt.Errorf("%w: version 0, whose files are not known", javaio.ErrUnsupported)
	case c.Trailing > 0:
		err = fmt.Errorf("%w: %d bytes after its end", javaio.ErrCorrupt, c.Trailing)
	case len(c.Warnings) > 0:
		w := c.Warnings[0]
		err = &javaio.FormatError{Offset: w.Offset, Field: w.Field, Err: fmt.Errorf("%w: %s", javaio.ErrCorrupt, w.Message)}
	}
	return c, javaio.InFile(err, m.file)
}

// gcScan walks one root.
type gcScan struct {
	root  gcRoot
	facts *GCFacts
	metas []gcMetadata
	seen  map[string]bool // directories and files of all roots: roots may lie in each other
}

// walk lists a directory and those below it. It says how many entries it has.
func (s *gcScan) walk(ctx context.Context, dir string, depth int) (entries int, err error) {
	if s.seen[dir] {
		return 1, nil
	}
	s.seen[dir] = true
	if depth == 0 {
		return 0, hinted{fmt.Errorf("%s: more than %d directories deep; a snapshot may be there", dir, gcDepth), "name roots that are closer to the jobs' directories"}
	}
	var dirs []storage.Info
	for info, err := range s.root.fs.List(ctx, dir, false) {
		if err != nil {
			return 0, fmt.Errorf("%s: nothing is reported, because this directory could not be listed: %w", dir, err)
		}
		entries++
		if info.IsDir {
			dirs = append(dirs, info)
			continue
		}
		if err := s.file(ctx, info); err != nil {
			return 0, err
		}
	}
	for _, d := range dirs {
		n, err := s.walk(ctx, strings.TrimSuffix(d.Path, "/"), depth-1)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			s.facts.EmptyDirs = append(s.facts.EmptyDirs, d)
		}
	}
	return entries, nil
}

func (s *gcScan) file(ctx context.Context, info storage.Info) error {
	s.facts.Files = append(s.facts.Files, info)
	if isMetadataName(fspath.Base(info.Path)) {
		s.metas = append(s.metas, gcMetadata{s.root.fs, info.Path})
		return nil
	}
	if placeOf(info.Path).kind != elsewhere {
		return nil
	}
	// A link that leads out of the roots may lead to a directory with snapshots.
	if _, err := s.root.fs.Stat(ctx, info.Path); err != nil {
		return hinted{fmt.Errorf("%s: nothing is reported, because it cannot be followed: %w", info.Path, err),
			"if it leads to a directory of snapshots, name that as a root too; else remove the link"}
	}
	return nil
}

// sameFile says whether a file is still as it was listed.
func sameFile(a, b storage.Info) bool {
	return a.Path == b.Path && a.Size == b.Size && a.ModTime.Equal(b.ModTime) && !b.IsDir
}

// listDir returns the files of a directory by path.
func listDir(ctx context.Context, fsys storage.FS, dir string) (map[string]storage.Info, error) {
	files := map[string]storage.Info{}
	for info, err := range fsys.List(ctx, dir, false) {
		if err != nil {
			return nil, err
		}
		files[info.Path] = info
	}
	return files, nil
}
