package rocksdb

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ckpt/internal/javaio"
)

// bytewise is the comparator of every database of Flink.
const bytewise = "leveldb.BytewiseComparator"

// A Manifest is the state of a database after the last edit of its MANIFEST.
type Manifest struct {
	NextFile     uint64
	LastSequence uint64 // entries beyond it are not visible
	DBID         string // empty unless it was recorded here
	Edits        int
	Families     []*ManifestFamily // by id; the first is "default"
}

// A ManifestFamily is a column family as the MANIFEST has it.
type ManifestFamily struct {
	ID         uint32
	Name       string
	Comparator string // empty if none was recorded
	LogNumber  uint64 // logs before it hold nothing more of this family
	Tables     []*TableInfo
}

// TableInfo is what the MANIFEST knows of a table.
type TableInfo struct {
	Number            uint64
	Level             int
	Size              int64
	Smallest, Largest InternalKey // first and last key; range deletions extend them
	SeqLo, SeqHi      uint64      // 0 and the greatest number where it was not recorded
	Tail              int64       // bytes behind the data blocks; 0 where it was not recorded
}

// DecodeManifest replays a MANIFEST. name stands in its errors.
func DecodeManifest(b []byte, name string) (*Manifest, error) {
	p := &replay{log: logReader{buf: b, file: name}, m: &Manifest{}, families: map[uint32]*familyState{0: newFamilyState("default")},
		levels: map[uint64]tableAt{}}
	for {
		rec, err := p.log.next()
		if err != nil {
			return nil, err
		}
		if rec == nil {
			break
		}
		if err := p.record(rec); err != nil {
			return nil, err
		}
	}
	return p.finish(int64(len(b)))
}

type replay struct {
	log      logReader
	m        *Manifest
	families map[uint32]*familyState
	levels   map[uint64]tableAt // every live table
	group    []*edit

	sawLog, sawNext, sawLast bool
}

type tableAt struct {
	family, level uint32
}

type familyState struct {
	name, comparator string
	logNumber        uint64
	tables           map[uint64]addedFile
}

func newFamilyState(name string) *familyState {
	return &familyState{name: name, tables: map[uint64]addedFile{}}
}

// record applies one edit, or the whole atomic group that it completes.
func (p *replay) record(rec []byte) error {
	e, err := decodeEdit(rec)
	if fe, ok := err.(*javaio.FormatError); ok {
		return p.wrap(fe)
	}
	p.m.Edits++
	if !e.inGroup {
		if len(p.group) > 0 {
			return p.fail(0, "an edit inside an atomic group does not belong to it")
		}
		return p.apply(e)
	}
	if n := len(p.group); n > 0 && p.group[n-1].group != e.group+1 {
		return p.fail(0, "atomic group: %d edits remain after one that said %d", e.group, p.group[n-1].group)
	}
	p.group = append(p.group, e)
	if e.group > 0 {
		return nil
	}
	for _, g := range p.group {
		if err := p.apply(g); err != nil {
			return err
		}
	}
	p.group = p.group[:0]
	return nil
}

func (p *replay) wrap(fe *javaio.FormatError) error {
	c := *fe
	c.File, c.Offset, c.Field = p.log.file, p.log.offset(int(fe.Offset)), fmt.Sprintf("edit[%d]", p.m.Edits)
	return &c
}

func (p *replay) fail(at int, format string, args ...any) error {
	return defect(javaio.ErrCorrupt, p.log.file, p.log.offset(at), fmt.Sprintf("edit[%d]", p.m.Edits-1), format, args...)
}

func (p *replay) apply(e *edit) error {
	f := p.families[e.family]
	switch {
	case e.add != nil && f != nil:
		return p.fail(0, "column family %d is added twice", e.family)
	case e.add != nil:
		for id, other := range p.families {
			if other.name == *e.add {
				return p.fail(0, "column families %d and %d are both named %q", id, e.family, *e.add)
			}
		}
		f = newFamilyState(*e.add)
		p.families[e.family] = f
	case f == nil:
		return p.fail(0, "column family %d is not known", e.family)
	case e.drop && e.family == 0:
		return p.fail(0, "the default column family is dropped")
	case e.drop:
		for n := range f.tables {
			delete(p.levels, n)
		}
		delete(p.families, e.family)
		return nil
	}
	if e.comparator != "" && e.comparator != bytewise {
		return defect(javaio.ErrUnsupported, p.log.file, p.log.offset(0), f.name, "comparator %q", e.comparator)
	}
	if e.comparator != "" {
		f.comparator = e.comparator
	}
	p.numbers(e, f)
	return p.files(e, f)
}

func (p *replay) numbers(e *edit, f *familyState) {
	if e.logNumber.set {
		f.logNumber, p.sawLog = e.logNumber.value, true
	}
	if e.nextFile.set {
		p.m.NextFile, p.sawNext = e.nextFile.value, true
	}
	if e.lastSeq.set {
		p.m.LastSequence, p.sawLast = e.lastSeq.value, true
	}
	if e.dbID != "" {
		p.m.DBID = e.dbID
	}
}

// files applies deletions before additions: a table that moves to another level is deleted and added in one edit.
func (p *replay) files(e *edit, f *familyState) error {
	for _, d := range e.deleted {
		if at, ok := p.levels[d.number]; !ok || at != (tableAt{e.family, d.level}) {
			return p.fail(d.at, "table %d is deleted from level %d of %q and is not there", d.number, d.level, f.name)
		}
		delete(p.levels, d.number)
		delete(f.tables, d.number)
	}
	for _, a := range e.added {
		if _, ok := p.levels[a.number]; ok {
			return p.fail(a.at, "table %d is added twice", a.number)
		}
		p.levels[a.number] = tableAt{e.family, a.level}
		f.tables[a.number] = a
	}
	return nil
}

func (p *replay) finish(end int64) (*Manifest, error) {
	fail := func(format string, args ...any) (*Manifest, error) {
		return nil, defect(javaio.ErrCorrupt, p.log.file, end, "", format, args...)
	}
	switch {
	case len(p.group) > 0:
		return fail("the log ends inside an atomic group")
	case !p.sawLog:
		return fail("no log number entry")
	case !p.sawNext:
		return fail("no next file number entry")
	case !p.sawLast:
		return fail("no last sequence number entry")
	case p.m.LastSequence > maxSeq:
		return fail("last sequence number %d", p.m.LastSequence)
	}
	for _, id := range slices.Sorted(maps.Keys(p.families)) {
		f := p.families[id]
		out := &ManifestFamily{ID: id, Name: f.name, Comparator: f.comparator, LogNumber: f.logNumber, Tables: f.sorted()}
		if a, b := overlap(out.Tables); a != nil {
			return fail("%s: level %d: table %d ends with %v, table %d begins with %v", f.name, a.Level, a.Number, a.Largest, b.Number, b.Smallest)
		}
		p.m.Families = append(p.m.Families, out)
	}
	return p.m, nil
}

// sorted lists the tables by level; those of level 0 newest first, of others by key.
func (f *familyState) sorted() []*TableInfo {
	var list []*TableInfo
	for _, a := range f.tables {
		list = append(list, &TableInfo{Number: a.number, Level: int(a.level), Size: int64(a.size), Smallest: a.smallest,
			Largest: a.largest, SeqLo: a.seqLo, SeqHi: a.seqHi, Tail: a.tail})
	}
	slices.SortFunc(list, func(a, b *TableInfo) int {
		switch {
		case a.Level != b.Level:
			return a.Level - b.Level
		case a.Level > 0:
			if c := a.Smallest.Compare(b.Smallest); c != 0 {
				return c
			}
		case a.SeqHi != b.SeqHi:
			return compareUint(b.SeqHi, a.SeqHi)
		}
		return compareUint(b.Number, a.Number)
	})
	return list
}

func compareUint(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// overlap finds two neighbours of one level above 0 that share keys.
func overlap(sorted []*TableInfo) (a, b *TableInfo) {
	for i := 1; i < len(sorted); i++ {
		a, b := sorted[i-1], sorted[i]
		if a.Level > 0 && a.Level == b.Level && a.Largest.Compare(b.Smallest) >= 0 {
			return a, b
		}
	}
	return nil, nil
}

// parseCurrent reads the content of CURRENT: the name of a MANIFEST and a newline.
func parseCurrent(b []byte) (string, error) {
	name, ok := strings.CutSuffix(string(b), "\n")
	if k, _ := classify(name); !ok || k != kindManifest {
		return "", defect(javaio.ErrCorrupt, "CURRENT", 0, "", "%q is not the name of a MANIFEST and a newline", b)
	}
	return name, nil
}
