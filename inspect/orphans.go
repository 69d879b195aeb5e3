package inspect

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ckpt/internal/fspath"
	"ckpt/metadata"
	"ckpt/storage"
)

// GCFacts is what is known of the places that gc looks at.
type GCFacts struct {
	Files     []storage.Info // of every directory below the roots
	EmptyDirs []storage.Info // directories without anything in them
	Snapshots []GCSnapshot   // every `_metadata` below the roots, read in full
	Map       []storage.Mapping
	Now       time.Time
	OlderThan time.Duration
}

// GCSnapshot is one `_metadata`.
type GCSnapshot struct {
	File       string
	Checkpoint *metadata.Checkpoint
}

// Orphan is a file that no snapshot needs.
type Orphan struct {
	Path    string `json:"path"`
	Bytes   int64  `json:"bytes"`
	ModTime string `json:"modTime"`
	Why     string `json:"why"`

	modified time.Time
}

// Kept counts files that no snapshot names and that are kept all the same.
type Kept struct {
	Path   string `json:"path"` // a directory
	Reason string `json:"reason"`
	Files  int    `json:"files"`
	Bytes  int64  `json:"bytes"`
}

// Places of files that Flink makes and that a job's directory has. Names are random UUIDs; what is named otherwise is not of
// Flink's making and never an orphan.
var (
	uuidName   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	mergedDir  = regexp.MustCompile(`^job_.+_(op|tm)_.+$`)  // file merging, since Flink 1.20
	workingDir = regexp.MustCompile(`^op_.+__attempt_\d+$`) // ForSt, since Flink 2.0
	jobID      = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// Orphans says which files no snapshot needs, and which might be taken for such and are kept. It is a function of facts: the
// rules stand in docs/recipes/orphans.md.
func Orphans(f GCFacts) (orphans []Orphan, kept []Kept) {
	g := &gc{GCFacts: f, present: map[string]bool{}, needed: map[string]bool{}, neededNames: map[string]bool{}, directories: map[string]bool{},
		wholeDirs: map[string]bool{}, hasSnapshot: map[string]bool{}, busy: map[string]bool{}, touched: map[string]bool{}, kept: map[Kept]*Kept{}}
	for i := range f.Files {
		g.present[fspath.Identity(f.Files[i].Path)] = true
	}
	for _, s := range f.Snapshots {
		g.references(s)
	}
	places := make([]place, len(f.Files))
	for i := range f.Files {
		places[i] = placeOf(f.Files[i].Path)
	}
	g.unfinished(places)
	for i := range f.Files {
		g.decide(&f.Files[i], places[i])
	}
	slices.SortFunc(g.orphans, func(a, b Orphan) int { return cmp.Compare(a.Path, b.Path) })
	for _, k := range g.kept {
		kept = append(kept, *k)
	}
	slices.SortFunc(kept, func(a, b Kept) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason)) })
	return g.orphans, kept
}

type gc struct {
	GCFacts
	present     map[string]bool // files that are there, by identity
	needed      map[string]bool // files that a snapshot names, by identity
	neededNames map[string]bool // names of those that are not where they are said to be
	directories map[string]bool // names of the directories of file merging that a snapshot keeps
	wholeDirs   map[string]bool // directories that are needed as a whole, by identity
	hasSnapshot map[string]bool // jobs with a snapshot, or with files that one names
	busy        map[string]bool // jobs that may be writing a checkpoint
	touched     map[string]bool // directories of file merging that hold something needed, or young
	kept        map[Kept]*Kept
	orphans     []Orphan
}

// place is where a file lies in the directory of a job.
type place struct {
	job  string // the directory of the job by which its files are told from those of others; empty: no such file
	kind placeKind
	dir  string // shared, taskowned, chk-N, or a directory of its own below the first two
}

type placeKind uint8

const (
	elsewhere placeKind = iota
	inShared
	inMerged
	inWorking
	inCheckpoint
)

// placeOf tells the place from the names of the directories around a file.
func placeOf(file string) place {
	var dirs, names [4]string
	for i := range dirs {
		file = fspath.Dir(file)
		dirs[i], names[i] = file, fspath.Base(file)
	}
	switch _, isCheckpoint := checkpointNumber(names[0]); {
	case isSharedName(names[0]):
		return place{jobOf(dirs[1]), inShared, dirs[0]}
	case isCheckpoint:
		return place{jobOf(dirs[1]), inCheckpoint, dirs[0]}
	case isSharedName(names[1]) && mergedDir.MatchString(names[0]):
		return place{jobOf(dirs[2]), inMerged, dirs[0]}
	case isSharedName(names[1]) && workingDir.MatchString(names[0]):
		return place{jobOf(dirs[2]), inWorking, dirs[0]}
	case isSharedName(names[2]) && workingDir.MatchString(names[1]): // the files of a database are one deeper
		return place{jobOf(dirs[3]), inWorking, dirs[1]}
	}
	return place{}
}

func isSharedName(name string) bool { return name == "shared" || name == "taskowned" }

// jobOf is the name that the places of one job have in common: entropy gives it several directories.
func jobOf(dir string) string {
	if base := fspath.Base(dir); jobID.MatchString(base) {
		return base
	}
	return dir
}

// references collects what one snapshot needs.
func (g *gc) references(s GCSnapshot) {
	l := metadata.LayoutOf(s.File)
	g.need(s.File)
	if p := placeOf(s.File); p.kind == inCheckpoint {
		g.hasSnapshot[p.job] = true
	}
	for ref := range s.Checkpoint.Refs() {
		candidates, err := l.Candidates(ref.Handle)
		if err != nil || len(candidates) == 0 {
			g.neededNames[fspath.Base(ref.Path)] = true
			continue
		}
		found := false
		for _, at := range g.mapped(candidates[0]) {
			g.need(at)
			found = found || g.present[fspath.Identity(at)]
		}
		if found {
			continue
		}
		for _, at := range candidates[1:] {
			g.need(at)
		}
		g.neededNames[fspath.Base(ref.Path)] = true
	}
	for _, dir := range s.Checkpoint.Directories() {
		g.directories[fspath.Base(dir)] = true
	}
	for _, id := range s.Checkpoint.References() {
		for _, at := range g.mapped(fspath.Join(l.Parent, fmt.Sprintf("chk-%d", id))) {
			g.wholeDirs[fspath.Identity(at)] = true
		}
	}
}

func (g *gc) need(file string) {
	g.needed[fspath.Identity(file)] = true
	if p := placeOf(file); p.job != "" {
		g.hasSnapshot[p.job] = true
		if p.kind == inMerged {
			g.touched[fspath.Base(p.dir)] = true
		}
	}
}

// mapped returns a path and what mappings make of it. All count: what is needed by one name too many is kept.
func (g *gc) mapped(file string) []string {
	all := []string{file}
	for _, m := range g.Map {
		if rest, ok := fspath.Below(fspath.Identity(m.From), fspath.Identity(file)); ok {
			all = append(all, fspath.Join(m.To, rest))
		}
	}
	return all
}

func (g *gc) isNeeded(file string) bool {
	return g.needed[fspath.Identity(file)] || g.neededNames[fspath.Base(file)] || g.wholeDirs[fspath.Identity(fspath.Dir(file))]
}

func (g *gc) young(info *storage.Info) bool { return info.ModTime.After(g.Now.Add(-g.OlderThan)) }

// unfinished finds the jobs that may be writing a checkpoint: a young chk-N without `_metadata`. With entropy the data of a
// complete checkpoint lies in such a directory too; its files are needed.
func (g *gc) unfinished(places []place) {
	complete := map[string]bool{}
	for i := range g.Files {
		if places[i].kind == inCheckpoint && fspath.Base(g.Files[i].Path) == metadataFile {
			complete[places[i].dir] = true
		}
	}
	for i := range g.Files {
		info, p := &g.Files[i], places[i]
		if p.kind == inCheckpoint && !complete[p.dir] && g.young(info) && !g.isNeeded(info.Path) {
			g.busy[p.job] = true
		}
		if p.kind == inMerged && g.young(info) {
			g.touched[fspath.Base(p.dir)] = true
		}
	}
	for i := range g.EmptyDirs {
		dir := &g.EmptyDirs[i]
		if p := placeOf(dir.Path + "/x"); p.kind == inCheckpoint && g.young(dir) {
			g.busy[p.job] = true
		}
	}
	for i := range g.Files { // what lies beside a `_metadata` is its business
		if places[i].kind == inCheckpoint && complete[places[i].dir] {
			places[i] = place{}
		}
	}
}

// decide says what becomes of one file.
func (g *gc) decide(info *storage.Info, p place) {
	name := fspath.Base(info.Path)
	if p.kind == elsewhere || g.isNeeded(info.Path) || isMetadataName(name) || !uuidName.MatchString(name) && p.kind != inWorking {
		return
	}
	reason := ""
	switch {
	case p.kind == inWorking:
		reason = "files of a database that ForSt may be working in"
	case !g.hasSnapshot[p.job]:
		reason = "no snapshot of this job is below the roots: if it is gone for good, remove its directory"
	case g.busy[p.job]:
		reason = "a checkpoint of this job may be in progress: a young chk-N has no _metadata"
	case p.kind == inMerged && g.directories[fspath.Base(p.dir)]:
		reason = "a snapshot keeps this directory of merged files"
	case p.kind == inMerged && g.touched[fspath.Base(p.dir)]:
		reason = "something in this directory of merged files is needed, or young"
	case g.young(info):
		reason = "younger than " + shortDuration(g.OlderThan)
	}
	if reason != "" {
		g.keep(Kept{Path: p.dir, Reason: reason}, info)
		return
	}
	why := "no snapshot names it"
	switch p.kind {
	case inCheckpoint:
		why = "its checkpoint has no _metadata, and no other snapshot names it"
	case inMerged:
		why = "nothing in its directory of merged files is needed"
	}
	g.orphans = append(g.orphans, Orphan{Path: info.Path, Bytes: info.Size, Why: why, modified: info.ModTime,
		ModTime: info.ModTime.UTC().Format("2006-01-02T15:04:05.000Z")})
}

func (g *gc) keep(k Kept, info *storage.Info) {
	at := g.kept[k]
	if at == nil {
		at = &Kept{Path: k.Path, Reason: k.Reason}
		g.kept[k] = at
	}
	at.Files++
	at.Bytes += info.Size
}

// shortDuration is 24h where Go says 24h0m0s.
func shortDuration(d time.Duration) string {
	s := d.String()
	if d%time.Minute == 0 && d != 0 {
		s = strings.TrimSuffix(s, "0s")
	}
	if d%time.Hour == 0 && d != 0 {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// isMetadataName says that a file is the metadata of a snapshot: `_metadata`, a savepoint of Flink up to 1.2, or the metadata
// of a checkpoint of 1.3 and 1.4. Such a file is read, and never deleted.
func isMetadataName(name string) bool {
	return name == metadataFile || strings.HasPrefix(name, "savepoint-") || strings.HasPrefix(name, "checkpoint_metadata-")
}
