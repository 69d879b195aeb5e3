package statereader

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/storage"
)

// Location is where a checkpoint's `_metadata` was found.
type Location struct {
	FS     storage.FS
	File   string // path of the metadata file, in the form of FS
	Layout metadata.Layout
	// Chosen is set where the user named a job's directory: the newest complete checkpoint that was taken.
	Chosen string
	// Size and SHA256 (hexadecimal) of the file are known once Metadata has read it.
	Size   int64
	SHA256 string
}

// metadataLimit bounds what is read as metadata: 1 GiB, far above any real file.
const metadataLimit = 1 << 30

// Locate finds the `_metadata` that p names: the file itself (any name), the directory that holds it, or a job's
// checkpoint directory (or its parent), where the newest complete checkpoint is taken.
func Locate(ctx context.Context, p string, o Options) (*Location, error) {
	fsys, name, err := storage.Open(p, storage.Options{Map: o.Map})
	if err != nil {
		return nil, err
	}
	if o.Wrap != nil {
		fsys = o.Wrap(fsys)
	}
	info, err := fsys.Stat(ctx, name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) { // the system's message would name the path twice
			return nil, &javaio.FormatError{File: p, Offset: -1, Err: fs.ErrNotExist}
		}
		return nil, fmt.Errorf("%s: %w", p, err)
	}
	at := func(file, chosen string) *Location {
		return &Location{FS: fsys, File: file, Layout: metadata.LayoutOf(file), Chosen: chosen}
	}
	if !info.IsDir {
		return at(name, ""), nil
	}
	file := path.Join(name, "_metadata")
	if _, err = fsys.Stat(ctx, file); err == nil {
		return at(file, ""), nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	dir, err := newestComplete(ctx, fsys, name)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, &javaio.FormatError{File: p, Offset: -1, Fix: "ckpt ls " + p + " shows what is below it",
			Err: fmt.Errorf("no _metadata in it, and no complete chk-N below it: %w", fs.ErrNotExist)}
	}
	if o.Chosen != nil {
		o.Chosen(dir)
	}
	return at(path.Join(dir, "_metadata"), dir), nil
}

// newestComplete returns the chk-N with the highest N that has a `_metadata`, in dir or in the one job directory of dir.
func newestComplete(ctx context.Context, fsys storage.FS, dir string) (string, error) {
	best, number := "", int64(-1)
	var jobs []string
	for info, err := range fsys.List(ctx, dir, false) {
		if err != nil {
			return "", err
		}
		base := path.Base(strings.TrimSuffix(info.Path, "/"))
		if isJobID(base) && info.IsDir {
			jobs = append(jobs, info.Path)
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(base, "chk-"), 10, 64)
		if !info.IsDir || !strings.HasPrefix(base, "chk-") || err != nil || n <= number {
			continue
		}
		if _, err := fsys.Stat(ctx, path.Join(info.Path, "_metadata")); err == nil {
			best, number = info.Path, n
		}
	}
	if best == "" && len(jobs) == 1 {
		return newestComplete(ctx, fsys, jobs[0])
	}
	return best, nil
}

func isJobID(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// Metadata reads and decodes the file.
func (l *Location) Metadata(ctx context.Context) (*metadata.Checkpoint, error) {
	return l.MetadataWith(ctx, metadata.DecodeOptions{})
}

// MetadataWith is Metadata with options; a lenient one may return a checkpoint beside an error.
func (l *Location) MetadataWith(ctx context.Context, o metadata.DecodeOptions) (*metadata.Checkpoint, error) {
	b, err := storage.ReadFile(ctx, l.FS, l.File, metadataLimit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.File, err)
	}
	sum := sha256.Sum256(b)
	l.Size, l.SHA256 = int64(len(b)), hex.EncodeToString(sum[:])
	cp, err := metadata.DecodeWith(b, o)
	return cp, javaio.InFile(err, l.File)
}
