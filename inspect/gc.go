package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"ckpt/internal/fspath"
	"ckpt/statereader"
	"ckpt/storage"
)

// GCOptions say what GC does. The zero value would report files of any age.
type GCOptions struct {
	Reader statereader.Options // Map, Wrap and Parallelism count
	// OlderThan is the age below which a file is kept: uploads are there before the `_metadata` that names them.
	OlderThan time.Duration
	Now       time.Time
	// Apply deletes. Log is the file that is written and synced first, in LogFS.
	Apply bool
	LogFS storage.FS
	Log   string
	// MaxFiles and MaxBytes stop the deletion; 0: no limit.
	MaxFiles int
	MaxBytes int64
}

// GCReport is the answer of GC.
type GCReport struct {
	Roots     []string `json:"roots"`
	OlderThan string   `json:"olderThan"`
	Snapshots int      `json:"snapshots"`
	Files     int      `json:"files"` // seen
	Bytes     int64    `json:"bytes"` // of orphans
	Orphans   []Orphan `json:"orphans"`
	Kept      []Kept   `json:"kept"`
	Applied   bool     `json:"applied"`
	Log       string   `json:"log,omitempty"`
	Deleted   int      `json:"deleted"`
	Freed     int64    `json:"freed"`
	Skipped   []string `json:"skipped"` // orphans that were not deleted, and why
}

// GC finds what no snapshot below the roots needs and, with Apply, deletes it. The roots must cover every job that may have
// been restored from another one. Where anything could not be seen or read, it reports nothing but the error.
func GC(ctx context.Context, roots []string, o GCOptions) (*GCReport, error) {
	r := &gcRun{o: o}
	for _, root := range roots {
		if err := r.open(ctx, root); err != nil {
			return nil, err
		}
	}
	facts, err := r.scan(ctx)
	if err != nil {
		return nil, err
	}
	rep := &GCReport{Roots: roots, OlderThan: shortDuration(o.OlderThan), Snapshots: len(facts.Snapshots), Files: len(facts.Files), Applied: o.Apply,
		Orphans: []Orphan{}, Kept: []Kept{}, Skipped: []string{}}
	orphans, kept := Orphans(facts)
	rep.Orphans, rep.Kept = append(rep.Orphans, orphans...), append(rep.Kept, kept...)
	for _, f := range rep.Orphans {
		rep.Bytes += f.Bytes
	}
	if o.Apply && len(rep.Orphans) > 0 {
		err = r.apply(ctx, rep)
	}
	return rep, err
}

type gcRun struct {
	o     GCOptions
	roots []gcRoot
}

// open opens a root: for reading only, unless something may be deleted.
func (r *gcRun) open(ctx context.Context, root string) error {
	fsys, dir, err := storage.Open(root, storage.Options{Write: true})
	if err != nil {
		return err
	}
	if !r.o.Apply {
		fsys = storage.ReadOnly(fsys)
	}
	if r.o.Reader.Wrap != nil {
		fsys = r.o.Reader.Wrap(fsys)
	}
	info, err := fsys.Stat(ctx, dir)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", root, err)
	case !info.IsDir:
		return fmt.Errorf("%w: %s is a file; gc takes directories", ErrUsage, root)
	}
	r.roots = append(r.roots, gcRoot{fsys, dir})
	return nil
}

// apply deletes the orphans of a report: those that still are when everything is looked at again.
func (r *gcRun) apply(ctx context.Context, rep *GCReport) error {
	chosen := r.limited(rep)
	if err := r.writeLog(ctx, chosen); err != nil {
		return err
	}
	rep.Log = r.o.Log
	facts, err := r.scan(ctx)
	if err != nil {
		return fmt.Errorf("looked at again before the first deletion: %w", err)
	}
	again, _ := Orphans(facts)
	still := map[string]Orphan{}
	for _, o := range again {
		still[o.Path] = o
	}
	for _, group := range byDirectory(chosen) {
		if err := r.deleteIn(ctx, group, still, rep); err != nil {
			return err
		}
	}
	return nil
}

// limited is the part of the orphans that may be deleted.
func (r *gcRun) limited(rep *GCReport) []Orphan {
	var bytes int64
	for i, o := range rep.Orphans {
		bytes += o.Bytes
		if r.o.MaxFiles > 0 && i >= r.o.MaxFiles || r.o.MaxBytes > 0 && bytes > r.o.MaxBytes {
			rep.Skipped = append(rep.Skipped, fmt.Sprintf("%d more: the limit of --max-delete is reached", len(rep.Orphans)-i))
			return rep.Orphans[:i]
		}
	}
	return rep.Orphans
}

// writeLog records what will be deleted; it is durable before anything is.
func (r *gcRun) writeLog(ctx context.Context, list []Orphan) error {
	w, err := r.o.LogFS.Create(ctx, r.o.Log)
	if err != nil {
		return err
	}
	for _, o := range list {
		b, err := json.Marshal(o)
		if err == nil {
			_, err = w.Write(append(b, '\n'))
		}
		if err != nil {
			return errors.Join(err, w.Abort())
		}
	}
	return w.Commit(ctx)
}

// byDirectory groups orphans, which are ordered by path.
func byDirectory(list []Orphan) (groups [][]Orphan) {
	at := map[string]int{}
	for _, o := range list {
		dir := fspath.Dir(o.Path)
		i, ok := at[dir]
		if !ok {
			i = len(groups)
			at[dir] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], o)
	}
	return groups
}

// deleteIn deletes the orphans of one directory, which it lists right before.
func (r *gcRun) deleteIn(ctx context.Context, group []Orphan, still map[string]Orphan, rep *GCReport) error {
	dir := fspath.Dir(group[0].Path)
	root := r.rootOf(dir)
	now, err := listDir(ctx, root.fs, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, o := range group {
		info, there := now[o.Path]
		second, orphan := still[o.Path]
		switch was := (storage.Info{Path: o.Path, Size: o.Bytes, ModTime: o.modified}); {
		case !there:
			rep.Skipped = append(rep.Skipped, o.Path+": gone")
		case !orphan || isMetadataName(fspath.Base(o.Path)):
			rep.Skipped = append(rep.Skipped, o.Path+": needed by now")
		case !sameFile(was, info) || !second.modified.Equal(o.modified):
			rep.Skipped = append(rep.Skipped, o.Path+": changed")
		default:
			if err := root.fs.Remove(ctx, o.Path); err != nil {
				return err
			}
			rep.Deleted++
			rep.Freed += o.Bytes
			delete(now, o.Path)
		}
	}
	if _, ok := checkpointNumber(fspath.Base(dir)); ok && len(now) == 0 { // an empty one would look like a checkpoint in progress
		if err := root.fs.Remove(ctx, dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// rootOf is the root that a directory lies below.
func (r *gcRun) rootOf(dir string) gcRoot {
	i := slices.IndexFunc(r.roots, func(root gcRoot) bool {
		_, ok := fspath.Below(root.dir, dir)
		return ok
	})
	return r.roots[i]
}
