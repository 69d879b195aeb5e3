package migrate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sync"

	"golang.org/x/sync/errgroup"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
	"ckpt/metadata"
	"ckpt/statereader"
	"ckpt/storage"
)

// ErrUsage says that options contradict each other, or the places that they name.
var ErrUsage = errors.New("usage")

// CopyOptions: the zero value copies every byte into a directory that is absent or empty, and reads all of it again.
type CopyOptions struct {
	// Reader says how the source is found and read: Map, Wrap and Parallelism count.
	Reader statereader.Options
	// Overwrite allows a destination that has files. Its `_metadata` is removed first; other files stay where the copy has
	// none of their name.
	Overwrite bool
	// DryRun looks at every file and writes nothing.
	DryRun bool
	// Share makes clones or hard links of whole files where source and destination are one local file system.
	Share bool
	// NoVerify does not read again what was written.
	NoVerify bool
	// Progress is told how many bytes are done; may be nil. One goroutine at a time calls it.
	Progress func(done, total int64)
}

// CopyReport says what a copy has.
type CopyReport struct {
	Source          string       `json:"source"`
	Destination     string       `json:"destination"`
	DryRun          bool         `json:"dryRun"`
	CheckpointID    int64        `json:"checkpointId"`
	MetadataVersion int32        `json:"metadataVersion"`
	Bytes           int64        `json:"bytes"`  // of all files, `_metadata` included
	Shared          int64        `json:"shared"` // of those that are clones or links
	Files           []CopiedFile `json:"files"`
	Notes           []string     `json:"notes"`
}

// CopiedFile is one file of the copy.
type CopiedFile struct {
	Name   string `json:"name"`
	From   string `json:"from"`
	Offset int64  `json:"offset"` // in From, where that is a merged file
	Bytes  int64  `json:"bytes"`
	How    string `json:"how"`    // copy, clone, link, range
	SHA256 string `json:"sha256"` // empty where no byte was read
}

// Copy makes a self-contained copy of the snapshot at source in the directory dir of fsys: every file beside `_metadata`, by
// relative paths, so that it can be moved with any tool and restored in every claim mode. All its handles, also of state that
// cannot be read here, and everything else in `_metadata` stay as they are; Checkpoint.Detached says what must change. Sizes
// are compared with what is recorded, bytes with what was read. The source is only read.
func Copy(ctx context.Context, source string, fsys storage.FS, dir string, o CopyOptions) (*CopyReport, error) {
	loc, err := statereader.Locate(ctx, source, o.Reader)
	if err != nil {
		return nil, err
	}
	cp, err := loc.Metadata(ctx)
	if err != nil {
		return nil, err
	}
	c := &copying{o: o, src: loc.FS, dst: fsys, dir: dir, loc: loc, checkpoint: cp}
	if c.list, c.byKey, err = pieces(cp, loc.Layout); err != nil {
		return nil, err
	}
	if err := c.apart(); err != nil {
		return nil, err
	}
	if err := c.look(ctx); err != nil {
		return nil, err
	}
	b, err := c.metadata()
	if err != nil {
		return nil, err
	}
	if c.others, err = c.destination(ctx); err != nil {
		return nil, err
	}
	if !o.DryRun {
		if err := c.write(ctx, b); err != nil {
			return nil, err
		}
	}
	return c.report(len(b)), nil
}

// copying is one copy.
type copying struct {
	o          CopyOptions
	src, dst   storage.FS
	dir        string
	loc        *statereader.Location
	checkpoint *metadata.Checkpoint
	list       []*piece
	byKey      map[string]*piece
	others     int // files of the destination that are not ours

	mu          sync.Mutex
	done, total int64
	written     []CopiedFile
}

// parallel runs f for each piece.
func (c *copying) parallel(ctx context.Context, f func(ctx context.Context, i int, p *piece) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(4, c.o.Reader.Parallelism))
	for i, p := range c.list {
		g.Go(func() error { return f(ctx, i, p) })
	}
	return g.Wait()
}

// apart refuses a destination in or around the places of the source.
func (c *copying) apart() error {
	l := c.loc.Layout
	inputs := []string{l.Dir, l.Shared, l.TaskOwned}
	for _, m := range c.o.Reader.Map {
		inputs = append(inputs, m.To)
	}
	for _, in := range inputs {
		in = fspath.Clean(in)
		_, inside := fspath.Below(in, c.dir)
		_, around := fspath.Below(c.dir, in)
		if inside || around {
			return fmt.Errorf("%w: the destination %s lies where the source %s does", ErrUsage, c.dir, in)
		}
	}
	return nil
}

// look finds every file and compares its size with what is recorded.
func (c *copying) look(ctx context.Context) error {
	err := c.parallel(ctx, func(ctx context.Context, _ int, p *piece) error { return c.find(ctx, p) })
	for _, p := range c.list {
		c.total += p.size
	}
	return err
}

func (c *copying) find(ctx context.Context, p *piece) error {
	var first error
	for _, at := range p.candidates {
		info, err := c.src.Stat(ctx, at)
		switch {
		case err == nil && !info.IsDir:
			p.from = at
			return p.settle(info.Size)
		case err == nil:
			err = fmt.Errorf("%s is a directory: %w", at, fs.ErrNotExist)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("%s: %w", at, err)
		}
		if first == nil || errors.Is(first, fs.ErrNotExist) {
			first = err
		}
	}
	fe := &javaio.FormatError{File: p.ref.Path, Offset: -1, Field: p.ref.Field, Err: fmt.Errorf("%w: %w", javaio.ErrMissing, first),
		Fix: "name where the files are now with --map FROM=TO; ckpt validate lists all that are missing"}
	if deeper, ok := errors.AsType[*javaio.FormatError](first); ok && deeper.Fix != "" {
		fe.Fix = deeper.Fix
	}
	return fe
}

// settle takes the true size of the file.
func (p *piece) settle(size int64) error {
	end := p.start + max(p.size, 0)
	switch {
	case p.segment && size < end, p.exact && size < p.size:
		return &javaio.FormatError{File: p.from, Offset: size, Field: p.ref.Field,
			Err: fmt.Errorf("%w: the file has %d bytes, %d are recorded", javaio.ErrMissing, size, end),
			Fix: "copy the file again from its source, or take another snapshot"}
	case !p.segment:
		p.size = size
	}
	return nil
}

// metadata is the content of the new `_metadata`.
func (c *copying) metadata() ([]byte, error) {
	out, err := c.checkpoint.Detached(func(ref metadata.Ref) (string, int64, error) {
		candidates, err := c.loc.Layout.Candidates(ref.Handle)
		if err != nil {
			return "", 0, err
		}
		p := c.byKey[pieceKey(ref, candidates)]
		if ref.Size < 0 {
			return p.name, p.size, nil
		}
		return p.name, ref.Size, nil
	})
	if err != nil {
		return nil, javaio.InFile(err, c.loc.File)
	}
	b, err := out.AppendTo(nil)
	if err != nil {
		return nil, javaio.InFile(err, c.loc.File)
	}
	again, err := metadata.Decode(b)
	if err == nil && !again.SelfContained() {
		err = errors.New("the copy would need files outside its directory")
	}
	return b, err
}

func (c *copying) report(metadataSize int) *CopyReport {
	r := &CopyReport{Source: c.loc.Layout.Dir, Destination: c.dir, DryRun: c.o.DryRun, CheckpointID: int64(c.checkpoint.CheckpointID),
		MetadataVersion: int32(c.checkpoint.Version), Bytes: int64(metadataSize), Files: c.written, Notes: []string{}}
	if c.o.DryRun {
		r.Files = make([]CopiedFile, len(c.list))
		for i, p := range c.list {
			r.Files[i] = p.copied("copy")
		}
	}
	for _, f := range r.Files {
		r.Bytes += f.Bytes
		if f.How == string(storage.Cloned) || f.How == string(storage.Linked) {
			r.Shared += f.Bytes
		}
	}
	if c.checkpoint.Version < 3 {
		r.Notes = append(r.Notes, "its relative paths are understood since Flink 1.11")
	}
	if p := c.checkpoint.Properties; p != nil && !p.Savepoint && p.Err == nil {
		r.Notes = append(r.Notes, "the copy has the properties of a savepoint: Flink keeps it until it is disposed of, or claimed and unused")
	}
	if c.others > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d files that were in the destination before are still there", c.others))
	}
	return r
}

func (p *piece) copied(how string) CopiedFile {
	if p.segment {
		how = "range"
	}
	return CopiedFile{Name: p.name, From: p.from, Offset: p.start, Bytes: p.size, How: how}
}

func (c *copying) at(name string) string { return path.Join(c.dir, name) }
