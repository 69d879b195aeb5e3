package rocksdb

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"ckpt/internal/javaio"
)

// Options are how a database is read. The zero value is good for local files.
type Options struct {
	// ReadAhead is how many bytes one iterator reads ahead, over all its tables. Default 1 MiB; remote stores want 4 or more.
	ReadAhead int
	// MaxValue bounds a block and a merged value: larger ones are refused. Default 256 MiB.
	MaxValue int64
	// MaxOpen is how many files stay open while they are not read. Default 64.
	MaxOpen int
}

func (o Options) withDefaults() Options {
	if o.ReadAhead <= 0 {
		o.ReadAhead = 1 << 20
	}
	if o.MaxValue <= 0 {
		o.MaxValue = 256 << 20
	}
	o.MaxValue = min(o.MaxValue, 1<<31-1)
	if o.MaxOpen <= 0 {
		o.MaxOpen = 64
	}
	return o
}

const maxManifest = 1 << 30

// A DB is an open database.
type DB struct {
	// Manifest is the name of the MANIFEST that CURRENT names; LastSequence its last sequence number.
	Manifest     string
	LastSequence uint64
	NextFile     uint64

	files    Files
	o        Options
	families []*ColumnFamily
	warnings []error
	open     atomic.Int64
}

// A ColumnFamily is what Flink keeps of one state.
type ColumnFamily struct {
	ID         uint32
	Name       string
	Comparator string // empty if the MANIFEST does not say

	db     *DB
	tables []*Table
}

// Open reads CURRENT and the MANIFEST of a database and checks that its tables are there. It opens none of them.
func Open(ctx context.Context, files Files, o Options) (*DB, error) {
	names, err := newLocalNames(files.Names)
	if err != nil {
		return nil, err
	}
	db := &DB{files: files, o: o.withDefaults()}
	m, err := db.readManifest(ctx, names)
	if err != nil {
		return nil, err
	}
	if err := db.build(m, names); err != nil {
		return nil, err
	}
	if err := db.checkLogs(ctx, m, names); err != nil {
		return nil, err
	}
	return db, nil
}

func (db *DB) readManifest(ctx context.Context, names *localNames) (*Manifest, error) {
	if !names.current {
		return nil, defect(javaio.ErrMissing, "CURRENT", -1, "", "the file that names the MANIFEST is not there")
	}
	const longest = 4096
	b, err := db.files.readAll(ctx, "CURRENT", longest)
	if err != nil {
		return nil, err
	}
	if db.Manifest, err = parseCurrent(b); err != nil {
		return nil, err
	}
	if !names.all[db.Manifest] {
		return nil, defect(javaio.ErrMissing, db.Manifest, -1, "", "CURRENT names it and it is not there")
	}
	if b, err = db.files.readAll(ctx, db.Manifest, maxManifest); err != nil {
		return nil, err
	}
	return DecodeManifest(b, db.Manifest)
}

// build makes column families and tables of a MANIFEST.
func (db *DB) build(m *Manifest, names *localNames) error {
	db.LastSequence, db.NextFile = m.LastSequence, m.NextFile
	live := map[uint64]bool{}
	for _, f := range m.Families {
		cf := &ColumnFamily{ID: f.ID, Name: f.Name, Comparator: f.Comparator, db: db}
		if f.Comparator == "" {
			db.warn(db.Manifest, "column family %q: no comparator is recorded", f.Name)
		}
		for _, info := range f.Tables {
			name, ok := names.tables[info.Number]
			if !ok {
				return defect(javaio.ErrMissing, db.Manifest, -1, f.Name, "table %06d.sst of level %d is not there", info.Number, info.Level)
			}
			live[info.Number] = true
			cf.tables = append(cf.tables, &Table{TableInfo: info, Name: name, Family: cf, db: db})
			if info.Number >= m.NextFile {
				db.warn(name, "its number is not below the next file number %d: RocksDB deletes it when it opens the database", m.NextFile)
			}
			if info.SeqHi > m.LastSequence && info.SeqHi != maxSeq {
				db.warn(name, "sequence numbers up to %d, the last of the database is %d: entries beyond are not visible", info.SeqHi, m.LastSequence)
			}
		}
		db.families = append(db.families, cf)
	}
	for n, name := range names.tables {
		if !live[n] {
			db.warn(name, "the table does not belong to the database")
		}
	}
	if len(db.families[0].tables) > 0 {
		db.warn(db.Manifest, "the default column family has tables")
	}
	slices.SortFunc(db.warnings, func(a, b error) int { return compareText(a.Error(), b.Error()) })
	return nil
}

// checkLogs refuses a database of which a part is still in a write-ahead log.
func (db *DB) checkLogs(ctx context.Context, m *Manifest, names *localNames) error {
	oldest := uint64(maxSeq)
	for _, f := range m.Families {
		oldest = min(oldest, f.LogNumber)
	}
	for n, name := range names.logs {
		if n < oldest {
			continue
		}
		b, err := db.files.readAll(ctx, name, maxManifest)
		if err != nil {
			return err
		}
		if holdsRecord(b) {
			return defect(javaio.ErrUnsupported, name, 0, "", "a write-ahead log with records: what it holds is not in the tables")
		}
		db.warn(name, "a write-ahead log without records")
	}
	return nil
}

func (db *DB) warn(file, format string, args ...any) {
	db.warnings = append(db.warnings, defect(errWarning, file, -1, "", format, args...))
}

var errWarning = errors.New("warning")

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ColumnFamilies are those of the database, by id. The first is "default", which Flink leaves empty.
func (db *DB) ColumnFamilies() []*ColumnFamily { return db.families }

// ColumnFamily finds a column family by name, nil if there is none.
func (db *DB) ColumnFamily(name string) *ColumnFamily {
	for _, cf := range db.families {
		if cf.Name == name {
			return cf
		}
	}
	return nil
}

// Warnings are oddities that do not keep the database from being read.
func (db *DB) Warnings() []error { return db.warnings }

// Tables are those of all column families.
func (db *DB) Tables() []*Table {
	var all []*Table
	for _, cf := range db.families {
		all = append(all, cf.tables...)
	}
	return all
}

// Tables are those of the column family by level, of level 0 newest first, of others by key.
func (cf *ColumnFamily) Tables() []*Table { return cf.tables }

// Close closes the files. No iterator may be in use.
func (db *DB) Close() error {
	var errs []error
	for _, t := range db.Tables() {
		t.mu.Lock()
		errs = append(errs, t.closeFile())
		t.mu.Unlock()
	}
	return errors.Join(errs...)
}

func (db *DB) maxValue() int { return int(db.o.MaxValue) }
