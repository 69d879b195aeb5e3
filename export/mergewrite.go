package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
	"ckpt/statereader"
)

// write makes one export of shards that belong together; the manifest is last.
func (m *merger) write(ctx context.Context) error {
	whole, to := m.whole(), m.dirs[0]
	for i := range whole.States {
		s := &whole.States[i]
		if len(s.Files) > 0 {
			continue
		}
		f, ok := m.schemaOf(i)
		if !ok {
			return fmt.Errorf("%s: %w: no file for the state %s/%s, which has no rows", m.all[0].File, javaio.ErrCorrupt, s.Operator, s.State)
		}
		if err := writeFile(ctx, to.FS, to.Dir, f.Path, f.Data); err != nil {
			return err
		}
		s.Files = []ManifestFile{f.ManifestFile}
	}
	for _, s := range m.all {
		if s.dir == 0 {
			continue
		}
		for _, state := range s.m.States {
			for _, f := range state.Files {
				if err := copyFile(ctx, m.dirs[s.dir], to, f); err != nil {
					return err
				}
			}
		}
	}
	if err := writeJSON(ctx, to.FS, to.Dir, manifestName, whole); err != nil {
		return err
	}
	m.out.Merged, m.out.Complete, m.out.Manifest = true, whole.Complete, whole
	for _, s := range whole.States {
		m.out.Rows, m.out.Files = m.out.Rows+s.Rows, m.out.Files+len(s.Files)
	}
	return nil
}

// schemaOf returns the file that stands for the i-th state, of which no shard has rows.
func (m *merger) schemaOf(i int) (SchemaFile, bool) {
	for _, f := range m.all[0].m.Schemas {
		if f.State == i && partNames.MatchString(f.Path) {
			return f, true
		}
	}
	return SchemaFile{}, false
}

// whole adds up the manifests of all shards, which are in the order of their units.
func (m *merger) whole() *Manifest {
	whole := m.all[0].m.Manifest
	whole.Selection.Shard, whole.States = nil, slices.Clone(whole.States)
	for _, s := range m.all[1:] {
		for i := range s.m.States {
			from, to := &s.m.States[i], &whole.States[i]
			to.Rows, to.Opaque, to.Inexact = to.Rows+from.Rows, to.Opaque+from.Opaque, to.Inexact+from.Inexact
			to.EmptyCollections += from.EmptyCollections
			to.Files = append(to.Files, from.Files...)
		}
		for _, missing := range s.m.Missing {
			whole.addMissing(missing)
		}
	}
	whole.Complete = len(whole.Missing) == 0
	return &whole
}

// addMissing adds what is missing; the same of several shards is one element.
func (m *Manifest) addMissing(missing ManifestMissing) {
	for i := range m.Missing {
		same := m.Missing[i]
		groups := same.KeyGroups
		if same.KeyGroups = missing.KeyGroups; same == missing {
			m.Missing[i].KeyGroups = unionText(groups, missing.KeyGroups)
			return
		}
	}
	m.Missing = append(m.Missing, missing)
}

// unionText is the union of key groups; nil is none.
func unionText(a, b *string) *string {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	x, err1 := statereader.ParseKeyGroupSet(*a)
	y, err2 := statereader.ParseKeyGroupSet(*b)
	if err1 != nil || err2 != nil {
		return a
	}
	return optional(x.Union(y).String())
}

// copyFile copies a file of rows and compares its sum.
func copyFile(ctx context.Context, from, to ShardDir, f ManifestFile) error {
	in, err := from.FS.Open(ctx, fspath.Join(from.Dir, f.Path))
	if err != nil {
		return err
	}
	defer in.Close()
	w, err := to.FS.Create(ctx, fspath.Join(to.Dir, f.Path))
	if err != nil {
		return err
	}
	hash := sha256.New()
	section := io.NewSectionReader(readerAt{ctx, in}, 0, in.Size())
	if _, err = io.Copy(io.MultiWriter(w, hash), section); err == nil && hex.EncodeToString(hash.Sum(nil)) != f.SHA256 {
		err = &javaio.FormatError{File: fspath.Join(from.Name, f.Path), Offset: -1, Fix: "export the shard again with --overwrite",
			Err: fmt.Errorf("%w: not the bytes that the shard has written", javaio.ErrCorrupt)}
	}
	if err != nil {
		w.Abort()
		return err
	}
	return w.Commit(ctx)
}

// readerAt is a file under a context.
type readerAt struct {
	ctx  context.Context
	file interface {
		ReadAt(ctx context.Context, p []byte, off int64) (int, error)
	}
}

func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return r.file.ReadAt(r.ctx, p, off) }
