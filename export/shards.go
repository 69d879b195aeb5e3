package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"ckpt/internal/fspath"
	"ckpt/statereader"
)

// ShardManifest is what a finished shard leaves in its directory: what it wrote, and what others must have in common with it.
type ShardManifest struct {
	Manifest
	// Fingerprint is of the metadata, the selection, the format with its flags, the number of shards and the cut's version.
	Fingerprint string     `json:"fingerprint"`
	Cut         ShardUnits `json:"units"`
	// Schemas are files without rows, of the states that this shard has no rows of. The first shard alone has them.
	Schemas []SchemaFile `json:"schemas,omitempty"`
}

// ShardUnits says which of all units a shard has read: From, and up to but not To.
type ShardUnits struct {
	From int `json:"from"`
	To   int `json:"to"`
	Of   int `json:"of"`
}

// SchemaFile is a file that is written where no shard has rows of a state.
type SchemaFile struct {
	ManifestFile
	State int    `json:"state"` // its place in the manifest
	Data  []byte `json:"data"`
}

func shardName(s statereader.Shard) string {
	return fmt.Sprintf("_SHARD-%d-of-%d.json", s.Index, s.Of)
}

var shardNames = regexp.MustCompile(`^_SHARD-(\d+)-of-(\d+)\.json$`)

// parseShardName returns the shard that a file of a directory is the manifest of.
func parseShardName(name string) (statereader.Shard, bool) {
	m := shardNames.FindStringSubmatch(name)
	if m == nil {
		return statereader.Shard{}, false
	}
	index, _ := strconv.Atoi(m[1]) // what is out of range is no shard either
	of, _ := strconv.Atoi(m[2])
	s, err := statereader.ParseShard(fmt.Sprintf("%d/%d", index, of))
	return s, err == nil && shardName(s) == name
}

// fingerprint is equal where shards are of one cut and their files belong together.
func (r *run) fingerprint() string {
	o, selected := &r.o, r.o.Selected
	selected.Shard = nil
	var operators []string
	for _, op := range r.sel.Operators {
		operators = append(operators, op.Meta.ID.String())
	}
	b, _ := json.Marshal(map[string]any{ // of plain values: it cannot fail
		"metadata": o.Source.MetadataSHA256, "selection": selected, "operators": operators, "allCopies": r.sel.AllCopies,
		"format": o.Format, "table": o.TableOptions, "sort": o.Sort, "fileSize": o.FileSize, "shards": o.Shard.Of, "cut": statereader.CutVersion,
	})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// schemaFile returns a file of a state without rows.
func (r *run) schemaFile(ctx context.Context, s *statereader.State) (SchemaFile, error) {
	var b bytes.Buffer
	p := r.newPart(nil, s, 0)
	p.open = func(context.Context, int) (*file, string, error) { return newFile(&b, nil), r.partName(s, 0, 0), nil }
	if err := p.close(ctx, true); err != nil {
		return SchemaFile{}, err
	}
	return SchemaFile{ManifestFile: p.files[0], Data: b.Bytes()}, nil
}

// clearShard makes sure that the directory has nothing but what other shards write. With Overwrite the shard may have been
// finished before; then the whole is not finished any more.
func (r *run) clearShard(ctx context.Context) error {
	own := shardName(r.o.Shard)
	var old []string
	for info, err := range r.o.FS.List(ctx, r.o.Dir, true) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, _ := fspath.Below(r.o.Dir, info.Path)
		rel = strings.TrimPrefix(rel, "/")
		done := rel == own || rel == manifestName
		if !r.o.Overwrite && (done || !ours.MatchString(rel)) {
			return fmt.Errorf("%w: %s has %s; --overwrite exports the shard again", ErrUsage, r.o.Dir, rel)
		}
		if done {
			old = append(old, info.Path)
		}
	}
	for _, p := range old {
		if err := r.o.FS.Remove(ctx, p); err != nil && !errors.Is(err, fs.ErrNotExist) { // another shard may be as far
			return err
		}
	}
	return nil
}
