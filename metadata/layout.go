package metadata

import (
	"fmt"
	"slices"
	"strings"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
)

// Layout says where the files of a checkpoint lie, from where its `_metadata` lies now:
//
//	<job>/chk-N/_metadata           and what is beside it: the exclusive directory
//	<job>/shared, taskowned, dstl   siblings of chk-N
//	savepoint-…/_metadata           a savepoint has all its files beside it
//
// All paths are clean (internal/fspath); they may be URIs.
type Layout struct {
	Metadata  string // the file itself
	Dir       string // its directory
	Parent    string // of Dir: the job's directory, if Dir is a chk-N
	Shared    string
	TaskOwned string
	Changelog string
}

// LayoutOf returns the layout around a metadata file, whatever its name.
func LayoutOf(metadataPath string) Layout {
	dir := fspath.Dir(metadataPath)
	parent := fspath.Dir(dir)
	return Layout{
		Metadata:  fspath.Clean(metadataPath),
		Dir:       dir,
		Parent:    parent,
		Shared:    fspath.Join(parent, sharedDir),
		TaskOwned: fspath.Join(parent, taskOwnedDir),
		Changelog: fspath.Join(parent, changelogDir),
	}
}

// Names of directories beside the chk-N of a job, since Flink 1.5.
const (
	sharedDir       = "shared"
	taskOwnedDir    = "taskowned"
	changelogDir    = "dstl"
	checkpointDir   = "chk-"
	savepointPrefix = "savepoint-"
)

// File returns the path of the metadata file.
func (l Layout) File() string { return l.Metadata }

// Exclusive says whether a file lies directly beside `_metadata`.
func (l Layout) Exclusive(path string) bool {
	dir := fspath.Parent(path)
	if lastElement(dir) != lastElement(l.Dir) { // what tells most paths apart costs little
		return false
	}
	return fspath.Identity(dir) == fspath.Identity(l.Dir)
}

func lastElement(clean string) string { return clean[strings.LastIndexByte(clean, '/')+1:] }

// Candidates returns the paths under which the file of a handle may be found, best first; none for handles without a file.
//
// A relative handle has one: beside `_metadata`. An absolute one has its own path, and where a file of that name would be
// had the whole tree been moved: shared, taskowned and dstl of the same job directory, the same chk-N or savepoint beside
// this one, and the directory of `_metadata`. Paths that no Flink writes and that lead elsewhere are refused.
func (l Layout) Candidates(h StreamHandle) ([]string, error) {
	switch h := h.(type) {
	case *RelativeHandle:
		if why := relativePathDefect(h.Path); why != "" {
			return nil, pathError("relative path %q %s", h.Path, why)
		}
		return []string{fspath.Join(l.Dir, h.Path)}, nil
	case *FileHandle:
		return l.absolute(h.Path)
	case *SegmentHandle:
		return l.absolute(h.Path)
	case *KeyGroupsStream:
		return l.Candidates(h.Stream)
	default:
		return nil, nil
	}
}

func (l Layout) absolute(path string) ([]string, error) {
	if !fspath.IsAbs(path) {
		return nil, pathError("path %q is neither absolute nor a URI", path)
	}
	clean := fspath.Clean(path)
	list := []string{clean}
	add := func(p string) {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	_, _, tree := fspath.Split(clean)
	// The last known directory counts: a job directory may itself lie below one that is named "shared".
	for end := strings.LastIndexByte(tree, '/'); end > 0; {
		start := strings.LastIndexByte(tree[:end], '/')
		name, rest := tree[start+1:end], tree[end+1:]
		switch {
		case name == sharedDir:
			add(l.Shared + "/" + rest)
		case name == taskOwnedDir:
			add(l.TaskOwned + "/" + rest)
		case name == changelogDir:
			add(l.Changelog + "/" + rest)
		case isSnapshotDir(name):
			if fspath.Base(l.Dir) != name {
				add(fspath.Join(l.Parent, name, rest))
			}
			add(fspath.Join(l.Dir, rest))
		default:
			end = start
			continue
		}
		break
	}
	return list, nil
}

func isSnapshotDir(name string) bool {
	number, chk := strings.CutPrefix(name, checkpointDir)
	return chk && number != "" && strings.Trim(number, "0123456789") == "" || strings.HasPrefix(name, savepointPrefix)
}

// relativePathDefect says why a path of a relative handle is refused; empty if it is not. Flink writes bare file names.
func relativePathDefect(p string) string {
	switch {
	case p == "":
		return "is empty"
	case fspath.IsAbs(p):
		return "is absolute"
	}
	for element := range strings.SplitSeq(strings.ReplaceAll(p, `\`, "/"), "/") {
		if element == ".." {
			return "leads out of the directory"
		}
	}
	if clean := fspath.Clean(p); clean == "." || clean == "/" {
		return "names no file"
	}
	return ""
}

func pathError(format string, args ...any) error {
	err := fmt.Errorf("%w: "+format, append([]any{javaio.ErrCorrupt}, args...)...)
	return &javaio.FormatError{Offset: -1, Err: err}
}
