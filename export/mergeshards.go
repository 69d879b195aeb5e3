package export

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ckpt/internal/fspath"
	"ckpt/statereader"
	"ckpt/storage"
)

// ShardDir is a directory that shards were exported to. Name is how the user calls it.
type ShardDir struct {
	FS        storage.FS
	Dir, Name string
}

// Merge is the answer of `ckpt merge-shards`.
type Merge struct {
	Merged   bool          `json:"merged"`   // manifest.json has been written
	Complete bool          `json:"complete"` // and nothing selected is missing
	Path     string        `json:"path"`     // of manifest.json
	Of       int           `json:"of"`       // shards
	Rows     int64         `json:"rows"`
	Files    int           `json:"files"`
	Shards   []MergedShard `json:"shards"`
	// Manifest is that of the whole, if Merged.
	Manifest *Manifest `json:"-"`
}

// MergedShard is a shard, or a file that belongs to none.
type MergedShard struct {
	Shard   *int   `json:"shard"`
	Status  string `json:"status"` // ok, missing, foreign, duplicate or damaged
	File    string `json:"file"`   // its manifest; empty: missing
	Units   int    `json:"units"`
	Rows    int64  `json:"rows"`
	Files   int    `json:"files"`
	Message string `json:"message,omitempty"`
}

// What can be wrong with a shard.
const (
	ShardOK        = "ok"
	ShardMissing   = "missing"   // it has not finished
	ShardForeign   = "foreign"   // it belongs to another export
	ShardDuplicate = "duplicate" // another has written the same
	ShardDamaged   = "damaged"   // it is not what was written
)

// manifestLimit bounds the manifest of a shard.
const manifestLimit = 1 << 30

// MergeShards makes one export of its shards: if all are there, of one metadata, selection and format, and their units are
// all units, it writes manifest.json into the first directory, and what lies in the others is copied to it. Else nothing is
// written, and Merge says what is wrong.
func MergeShards(ctx context.Context, dirs []ShardDir) (*Merge, error) {
	m := &merger{out: &Merge{Path: fspath.Join(dirs[0].Name, manifestName)}, dirs: dirs}
	for i := range dirs {
		if err := m.read(ctx, i); err != nil {
			return nil, err
		}
	}
	if len(m.found) == 0 {
		return nil, fmt.Errorf("%s has no _SHARD-I-of-N.json: %w; ckpt export --shard I/N leaves one", dirs[0].Name, fs.ErrNotExist)
	}
	m.choose()
	m.missing()
	m.compare()
	m.files()
	m.report()
	if slices.ContainsFunc(m.out.Shards, func(s MergedShard) bool { return s.Status != ShardOK }) {
		return m.out, nil
	}
	return m.out, m.write(ctx)
}

// shardFile is the manifest of a shard, as found.
type shardFile struct {
	MergedShard
	name statereader.Shard // by the file's name
	dir  int
	m    *ShardManifest // nil: not readable
}

type merger struct {
	out   *Merge
	dirs  []ShardDir
	parts []map[string]int64 // of each directory: files of rows with their sizes
	found []*shardFile
	all   []*shardFile // those of one fingerprint, by index
	other []MergedShard
}

// read looks into a directory.
func (m *merger) read(ctx context.Context, i int) error {
	d, parts := m.dirs[i], map[string]int64{}
	m.parts = append(m.parts, parts)
	for info, err := range d.FS.List(ctx, d.Dir, true) {
		if err != nil {
			return err
		}
		rel, _ := fspath.Below(d.Dir, info.Path)
		rel = strings.TrimPrefix(rel, "/")
		if partNames.MatchString(rel) {
			parts[rel] = info.Size
			continue
		}
		name, ok := parseShardName(rel)
		if !ok {
			continue
		}
		b, err := storage.ReadFile(ctx, d.FS, info.Path, manifestLimit)
		if err != nil {
			return err
		}
		s := &shardFile{name: name, dir: i}
		s.Shard, s.Status, s.File = &s.name.Index, ShardOK, fspath.Join(d.Name, rel)
		s.parse(b)
		m.found = append(m.found, s)
	}
	return nil
}

var partNames = regexp.MustCompile(`^[^/]+/[^/]+/part-\d{5,}-\d{3,}\.(parquet|arrow|jsonl|csv)$`)

func (s *shardFile) parse(b []byte) {
	var m ShardManifest
	err := json.Unmarshal(b, &m)
	switch {
	case err != nil:
		s.fail(ShardDamaged, "not the manifest of a shard: %v", err)
	case m.Selection.Shard == nil || *m.Selection.Shard != s.name.String():
		s.fail(ShardDamaged, "the name says shard %v, the content does not", s.name)
	case m.Cut.From < 0 || m.Cut.To < m.Cut.From || m.Cut.Of < m.Cut.To:
		s.fail(ShardDamaged, "units from %d to %d of %d", m.Cut.From, m.Cut.To, m.Cut.Of)
	default:
		s.m, s.Units = &m, m.Cut.To-m.Cut.From
		for _, state := range m.States {
			s.Rows, s.Files = s.Rows+state.Rows, s.Files+len(state.Files)
		}
	}
}

// fail keeps the first thing that is wrong with a shard.
func (s *shardFile) fail(status, format string, args ...any) {
	if s.Status == ShardOK {
		s.Status, s.Message = status, fmt.Sprintf(format, args...)
	}
}

// choose finds the fingerprint that most shards have.
func (m *merger) choose() {
	slices.SortStableFunc(m.found, func(a, b *shardFile) int { return cmp.Compare(a.name.Index, b.name.Index) })
	votes := map[string]int{}
	var most *shardFile
	for _, s := range m.found {
		if s.m != nil {
			votes[s.m.Fingerprint]++
		}
	}
	for _, s := range m.found {
		if s.m != nil && (most == nil || votes[s.m.Fingerprint] > votes[most.m.Fingerprint]) {
			most = s
		}
	}
	for _, s := range m.found {
		switch {
		case s.m == nil:
		case s.m.Fingerprint != most.m.Fingerprint || s.name.Of != most.name.Of:
			s.fail(ShardForeign, "%s", difference(s, most))
		case len(m.all) > 0 && m.all[len(m.all)-1].name == s.name:
			s.fail(ShardDuplicate, "the same shard as %s", m.all[len(m.all)-1].File)
		default:
			m.all = append(m.all, s)
		}
	}
}

// difference says why two shards do not belong together.
func difference(s, other *shardFile) string {
	a, b := &s.m.Manifest, &other.m.Manifest
	sa, sb := a.Selection, b.Selection
	sa.Shard, sb.Shard = nil, nil
	switch {
	case a.Source.MetadataSHA256 != b.Source.MetadataSHA256:
		return fmt.Sprintf("of another _metadata (checkpoint %d, %s) than %s", a.Source.CheckpointID, a.Source.Path, other.File)
	case s.name.Of != other.name.Of:
		return fmt.Sprintf("one of %d shards, and not of %d as %s", s.name.Of, other.name.Of, other.File)
	case encoded(sa) != encoded(sb):
		return "of another selection than " + other.File
	}
	return "with other flags, or by another release of ckpt, than " + other.File
}

// encoded is for comparisons.
func encoded(v any) string {
	b, _ := json.Marshal(v) // of plain values: it cannot fail
	return string(b)
}

// missing adds the shards that are not there.
func (m *merger) missing() {
	if len(m.all) == 0 {
		return
	}
	m.out.Of = m.all[0].name.Of
	have := map[int]bool{}
	for _, s := range m.all {
		have[s.name.Index] = true
	}
	for i := range m.out.Of {
		if !have[i] {
			m.other = append(m.other, MergedShard{Shard: &i, Status: ShardMissing, Message: fmt.Sprintf("%s is not there: the shard has not finished",
				shardName(statereader.Shard{Index: i, Of: m.out.Of}))})
		}
	}
}

// compare demands that all shards know the same states, and that their units follow each other.
func (m *merger) compare() {
	for i, s := range m.all {
		first := m.all[0]
		if statesOf(s) != statesOf(first) {
			s.fail(ShardForeign, "other states, or other types of them, than in %s: not all could be read, or --types and --plan differ", first.File)
		}
		from := 0
		if i > 0 {
			from = m.all[i-1].m.Cut.To
			if s.name.Index != m.all[i-1].name.Index+1 {
				from = s.m.Cut.From
			}
		} else if s.name.Index > 0 {
			from = s.m.Cut.From
		}
		last := s.name.Index == s.name.Of-1
		if s.m.Cut.From != from || s.m.Cut.Of != first.m.Cut.Of || last && s.m.Cut.To != s.m.Cut.Of {
			s.fail(ShardDamaged, "units from %d to %d of %d do not continue those of the shard before", s.m.Cut.From, s.m.Cut.To, s.m.Cut.Of)
		}
	}
}

// statesOf is what shards say about their states in common.
func statesOf(s *shardFile) string {
	states := slices.Clone(s.m.States)
	for i := range states {
		st := &states[i]
		st.Rows, st.Opaque, st.Inexact, st.EmptyCollections, st.Files = 0, 0, 0, 0, nil
	}
	return encoded(states)
}

// files demands that the files of rows are those that the shards have written.
func (m *merger) files() {
	known, by := make([]map[string]bool, len(m.dirs)), map[string]*shardFile{}
	for i := range known {
		known[i] = map[string]bool{}
	}
	for _, s := range m.found {
		if s.m == nil || s.Status == ShardDuplicate {
			continue
		}
		for _, state := range s.m.States {
			for _, f := range state.Files {
				known[s.dir][f.Path] = true
				m.file(s, f, by)
			}
		}
	}
	if m.all != nil && m.all[0].name.Index == 0 { // an earlier merge wrote them into the first directory
		for _, f := range m.all[0].m.Schemas {
			known[0][f.Path] = true
		}
	}
	for i, parts := range m.parts {
		for _, name := range slices.Sorted(maps.Keys(parts)) {
			s := by[name]
			merged := i == 0 && s != nil && m.parts[s.dir][name] == parts[name]
			if !known[i][name] && !merged {
				m.other = append(m.other, MergedShard{Status: ShardForeign, File: fspath.Join(m.dirs[i].Name, name), Message: "no shard has written it"})
			}
		}
	}
}

// file looks for a file that a shard has written.
func (m *merger) file(s *shardFile, f ManifestFile, by map[string]*shardFile) {
	size, there := m.parts[s.dir][f.Path]
	switch {
	case s.Status == ShardForeign:
	case !there:
		s.fail(ShardDamaged, "%s is not there", f.Path)
	case size != f.Bytes:
		s.fail(ShardDamaged, "%s has %d bytes, %d were written", f.Path, size, f.Bytes)
	case by[f.Path] != nil:
		s.fail(ShardDuplicate, "%s was written by %s, too", f.Path, by[f.Path].File)
	default:
		by[f.Path] = s
	}
}

func (m *merger) report() {
	for _, s := range m.found {
		m.out.Shards = append(m.out.Shards, s.MergedShard)
	}
	m.out.Shards = append(m.out.Shards, m.other...)
	slices.SortStableFunc(m.out.Shards, func(a, b MergedShard) int {
		switch {
		case a.Shard == nil || b.Shard == nil:
			return cmp.Compare(b2i(a.Shard == nil), b2i(b.Shard == nil))
		}
		return cmp.Compare(*a.Shard, *b.Shard)
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
