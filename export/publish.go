package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"ckpt/internal/fspath"
	"ckpt/statereader"
	"ckpt/storage"
)

// manifest sums up. A state without rows gets a file that has its schema.
func (r *run) manifest(ctx context.Context, states []*statereader.State) (*Manifest, error) {
	m := &Manifest{ManifestVersion: 1, Tool: r.o.Tool, Source: r.o.Source, Selection: r.o.Selected,
		States: []ManifestState{}, Missing: []ManifestMissing{}}
	m.Selection.Operator = append([]string{}, m.Selection.Operator...)
	m.Selection.State = append([]string{}, m.Selection.State...)
	for _, s := range states {
		ms := manifestState(r.tables[s])
		for _, res := range r.results {
			ms.Files = append(ms.Files, res.files[s]...)
			t := res.totals[s]
			ms.Opaque, ms.Inexact, ms.EmptyCollections = ms.Opaque+t.opaque, ms.Inexact+t.inexact, ms.EmptyCollections+t.empty
		}
		if len(ms.Files) == 0 && r.o.Dir != "" && r.o.Shard.Of == 0 {
			p := r.newPart(nil, s, 0)
			err := p.close(ctx, true)
			if p.abort(); err != nil {
				return nil, err
			}
			ms.Files = p.files
		}
		for _, f := range ms.Files {
			ms.Rows += f.Rows
		}
		m.States = append(m.States, ms)
	}
	r.missing(m)
	m.Complete = len(m.Missing) == 0
	return m, nil
}

// missing adds what units could not give; the same of several units is one element.
func (r *run) missing(m *Manifest) {
	var all []statereader.Missing
	for _, res := range r.results {
	next:
		for _, missing := range res.missing {
			for i := range all {
				o := &all[i]
				if o.State == missing.State && o.Code == missing.Code && o.Reason == missing.Reason {
					o.KeyGroups = o.KeyGroups.Union(missing.KeyGroups)
					continue next
				}
			}
			all = append(all, missing)
		}
	}
	for _, missing := range all {
		m.Missing = append(m.Missing, manifestMissing(missing))
	}
}

const manifestName = "manifest.json"

// ours are the names that exports write.
var ours = regexp.MustCompile(`(^|/)(manifest\.json|_SHARD-\d+-of-\d+\.json|[^/]+/[^/]+/part-\d{5}-\d{3}\.(parquet|arrow|jsonl|csv))$`)

// clear makes sure that the output directory is empty; with Overwrite it removes what an earlier export wrote, the
// manifest first.
func (r *run) clear(ctx context.Context) error {
	if r.o.Shard.Of > 0 {
		return r.clearShard(ctx)
	}
	var old []string
	for info, err := range r.o.FS.List(ctx, r.o.Dir, true) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if !r.o.Overwrite {
			return fmt.Errorf("%w: %s is not empty (it has %s); --overwrite replaces what an earlier export wrote", ErrUsage, r.o.Dir, fspath.Base(info.Path))
		}
		rel, _ := fspath.Below(r.o.Dir, info.Path)
		if ours.MatchString(strings.TrimPrefix(rel, "/")) {
			old = append(old, info.Path)
		}
	}
	for i, p := range old {
		if fspath.Base(p) == manifestName {
			old[0], old[i] = old[i], old[0]
		}
	}
	for _, p := range old {
		if err := r.o.FS.Remove(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// writeShard ends a shard.
func (r *run) writeShard(ctx context.Context, m *Manifest, cut *statereader.Cut) error {
	sm := ShardManifest{Manifest: *m, Fingerprint: r.fingerprint(), Cut: ShardUnits{cut.From, cut.To, cut.Of}}
	if r.o.Shard.Index == 0 {
		for i, s := range selected(r.view, r.sel) {
			if len(m.States[i].Files) > 0 {
				continue
			}
			schema, err := r.schemaFile(ctx, s)
			if err != nil {
				return err
			}
			schema.State = i
			sm.Schemas = append(sm.Schemas, schema)
		}
	}
	return writeJSON(ctx, r.o.FS, r.o.Dir, shardName(r.o.Shard), sm)
}

func writeJSON(ctx context.Context, out storage.FS, dir, name string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return writeFile(ctx, out, dir, name, append(b, '\n'))
}

func writeFile(ctx context.Context, out storage.FS, dir, name string, b []byte) error {
	w, err := out.Create(ctx, fspath.Join(dir, name))
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		w.Abort()
		return fmt.Errorf("write %s: %w", name, err)
	}
	return w.Commit(ctx)
}
