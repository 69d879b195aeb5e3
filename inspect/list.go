package inspect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"ckpt/metadata"
	"ckpt/statereader"
	"ckpt/storage"
)

// ListOptions: the zero value lists what is there without looking into state files.
type ListOptions struct {
	Reader statereader.Options
	// Check "files" also tests that every file of a snapshot is there with its size; "" only decodes `_metadata`.
	Check string
	// FirstComplete stops at the newest snapshot that passes the check.
	FirstComplete bool
}

// Listing is what List found, newest first.
type Listing struct {
	Snapshots []Snapshot
	Problems  []string // directories that could not be listed
}

// Snapshot is one row of `ckpt ls`.
type Snapshot struct {
	Path            string `json:"path"`
	Kind            string `json:"kind"` // checkpoint, savepoint
	ID              *int64 `json:"id"`
	Time            string `json:"time"` // when `_metadata` was written, by the file system's clock
	MetadataVersion *int32 `json:"version"`
	Operators       *int   `json:"operators"`
	Bytes           int64  `json:"bytes"`
	Complete        bool   `json:"complete"`
	Reason          string `json:"reason,omitempty"` // why not complete

	modified time.Time
	number   int64 // of chk-N, or -1
}

const (
	metadataFile = "_metadata"
	listDepth    = 12 // directories below a root
)

// List finds the snapshots below the roots. It never looks into shared/ and taskowned/ directories.
func List(ctx context.Context, roots []string, o ListOptions) (*Listing, error) {
	l := &Listing{Snapshots: []Snapshot{}}
	for _, root := range roots {
		fsys, dir, err := storage.Open(root, storage.Options{Map: o.Reader.Map})
		if err != nil {
			return nil, err
		}
		if o.Reader.Wrap != nil {
			fsys = o.Reader.Wrap(fsys)
		}
		if info, err := fsys.Stat(ctx, dir); err != nil {
			return nil, fmt.Errorf("%s: %w", root, err)
		} else if !info.IsDir {
			return nil, fmt.Errorf("%w: %s is a file; ls takes a directory", ErrUsage, root)
		}
		if err := l.walk(ctx, fsys, dir, listDepth); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(l.Snapshots, func(a, b Snapshot) int {
		return cmp.Or(b.modified.Compare(a.modified), cmp.Compare(b.number, a.number), cmp.Compare(a.Path, b.Path))
	})
	for i := range l.Snapshots {
		s := &l.Snapshots[i]
		s.look(ctx, o)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if o.FirstComplete && s.Complete {
			l.Snapshots = l.Snapshots[:i+1]
			break
		}
	}
	return l, nil
}

// walk adds the snapshots of dir and of the directories below it.
func (l *Listing) walk(ctx context.Context, fsys storage.FS, dir string, depth int) error {
	var dirs []string
	var meta *storage.Info
	for info, err := range fsys.List(ctx, dir, false) {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			l.Problems = append(l.Problems, fmt.Sprintf("%s: %v", dir, err))
			return nil
		}
		name := path.Base(strings.TrimSuffix(info.Path, "/"))
		switch {
		case info.IsDir && name != "shared" && name != "taskowned" && name != "dstl":
			dirs = append(dirs, info.Path)
		case name == metadataFile:
			meta = &info
		}
	}
	base := path.Base(dir)
	number, isCheckpoint := checkpointNumber(base)
	if meta != nil {
		l.Snapshots = append(l.Snapshots, Snapshot{Path: dir, modified: meta.ModTime, number: number,
			Time: meta.ModTime.UTC().Format("2006-01-02T15:04:05.000Z")})
		return nil
	}
	if isCheckpoint {
		s := Snapshot{Path: dir, Kind: "checkpoint", ID: &number, number: number,
			Reason: "no _metadata: in progress, aborted, or being deleted"}
		if info, err := fsys.Stat(ctx, dir); err == nil {
			s.modified, s.Time = info.ModTime, info.ModTime.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		l.Snapshots = append(l.Snapshots, s)
		return nil
	}
	if depth == 0 {
		l.Problems = append(l.Problems, fmt.Sprintf("%s: not searched, more than %d directories deep", dir, listDepth))
		return nil
	}
	for _, d := range dirs {
		if err := l.walk(ctx, fsys, d, depth-1); err != nil {
			return err
		}
	}
	return nil
}

// checkpointNumber returns N of a directory named chk-N.
func checkpointNumber(name string) (n int64, ok bool) {
	rest, ok := strings.CutPrefix(name, "chk-")
	if !ok {
		return -1, false
	}
	n, err := strconv.ParseInt(rest, 10, 64)
	if err != nil || n < 0 {
		return -1, false
	}
	return n, true
}

// look reads what the row says about the snapshot's content.
func (s *Snapshot) look(ctx context.Context, o ListOptions) {
	if s.Reason != "" {
		return
	}
	src, err := openSource(ctx, s.Path, o.Reader)
	if err != nil {
		s.Kind, s.Reason = kindByName(s.Path), reasonOf(err)
		return
	}
	cp := src.checkpoint
	id, version, ops := int64(cp.CheckpointID), int32(cp.Version), len(cp.Operators)
	s.Kind, s.ID, s.MetadataVersion, s.Operators = kindOf(cp, src.layout.Dir), &id, &version, &ops
	s.Bytes = src.size
	for f := range src.files() {
		s.Bytes += max(f.size, 0)
	}
	s.Complete = true
	if o.Check == "" {
		return
	}
	v := &validator{source: src, v: &Validation{Findings: []Finding{}}}
	v.metadata()
	if err := v.files(ctx); err != nil {
		s.Complete, s.Reason = false, err.Error()
		return
	}
	for _, f := range v.v.Findings {
		if f.Severity == Error {
			s.Complete, s.Reason = false, f.Code+": "+f.Message
			return
		}
	}
}

func reasonOf(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "permission denied: " + err.Error()
	}
	return err.Error()
}

// kindOf says whether a snapshot is a checkpoint or a savepoint: by its properties, else by its directory's name.
func kindOf(cp *metadata.Checkpoint, dir string) string {
	if p := cp.Properties; p != nil && !p.Null && p.Err == nil {
		if p.Savepoint {
			return "savepoint"
		}
		return "checkpoint"
	}
	return kindByName(dir)
}

func kindByName(dir string) string {
	if _, ok := checkpointNumber(path.Base(dir)); ok {
		return "checkpoint"
	}
	return "savepoint"
}
