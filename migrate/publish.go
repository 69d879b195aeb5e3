package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
	"ckpt/storage"
)

// markerName is a file in a destination that is not finished. It says of which source, so that the same command may go on
// there after the process was killed.
const markerName = ".ckpt-copy"

type marker struct {
	MetadataSHA256 string `json:"metadataSha256"`
}

// destination makes sure that nothing of others is in the way; it counts files that will stay.
func (c *copying) destination(ctx context.Context) (others int, err error) {
	ours := map[string]bool{metadataName: true, markerName: true}
	for _, p := range c.list {
		ours[p.name] = true
	}
	unfinished := false
	var found []string
	for info, err := range c.dst.List(ctx, c.dir, true) {
		if errors.Is(err, fs.ErrNotExist) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		rel, _ := fspath.Below(c.dir, info.Path)
		rel = strings.TrimPrefix(rel, "/")
		found = append(found, rel)
		if rel == markerName {
			if unfinished, err = c.sameSource(ctx); err != nil {
				return 0, err
			}
		}
		if !ours[rel] {
			others++
		}
	}
	if len(found) > 0 && !c.o.Overwrite && !(unfinished && others == 0) {
		return 0, fmt.Errorf("%w: %s is not empty (it has %s); --overwrite replaces what is there", ErrUsage, c.dir, found[0])
	}
	return others, nil
}

// sameSource says whether the destination is an unfinished copy of the same checkpoint.
func (c *copying) sameSource(ctx context.Context) (bool, error) {
	if _, err := c.dst.Stat(ctx, c.at(metadataName)); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	b, err := storage.ReadFile(ctx, c.dst, c.at(markerName), 1<<16)
	if err != nil {
		return false, err
	}
	var m marker
	return json.Unmarshal(b, &m) == nil && m.MetadataSHA256 == c.loc.SHA256, nil
}

// write makes the copy: marker, files, `_metadata`. After a failure it removes all of them.
func (c *copying) write(ctx context.Context, metadata []byte) (err error) {
	if c.o.Overwrite {
		if err := c.remove(ctx, metadataName); err != nil {
			return err
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.clean(context.WithoutCancel(ctx)))
		}
	}()
	m, err := json.Marshal(marker{MetadataSHA256: c.loc.SHA256})
	if err != nil {
		return err
	}
	if err := c.put(ctx, markerName, m); err != nil {
		return err
	}
	c.written = make([]CopiedFile, len(c.list))
	err = c.parallel(ctx, func(ctx context.Context, i int, p *piece) (err error) {
		c.written[i], err = c.piece(ctx, p)
		return err
	})
	if err != nil {
		return err
	}
	if err := c.put(ctx, metadataName, metadata); err != nil {
		return err
	}
	return c.remove(ctx, markerName)
}

// clean removes what was written, `_metadata` before what it needs and the marker last.
func (c *copying) clean(ctx context.Context) error {
	errs := []error{c.remove(ctx, metadataName)}
	if errs[0] != nil {
		return errs[0] // whole or not, what it names stays
	}
	for _, p := range c.list {
		errs = append(errs, c.remove(ctx, p.name))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return c.remove(ctx, markerName)
}

// remove deletes a file of the destination if it is there.
func (c *copying) remove(ctx context.Context, name string) error {
	if err := c.dst.Remove(ctx, c.at(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (c *copying) put(ctx context.Context, name string, b []byte) error {
	w, err := c.dst.Create(ctx, c.at(name))
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), w.Abort())
	}
	return w.Commit(ctx)
}

// piece copies one file and compares what is there then with what was read.
func (c *copying) piece(ctx context.Context, p *piece) (CopiedFile, error) {
	f, err := c.src.Open(ctx, p.from)
	if err != nil {
		return CopiedFile{}, err
	}
	defer f.Close()
	if !p.segment && f.Size() != p.size {
		return CopiedFile{}, changed(p, fmt.Sprintf("it has %d bytes now, and had %d", f.Size(), p.size))
	}
	if c.o.Share && !p.segment && immutable(p.from) {
		how, err := storage.Share(ctx, f, c.dst, c.at(p.name))
		if err != nil {
			return CopiedFile{}, err
		}
		if how != storage.NotShared {
			c.progress(p.size)
			return p.copied(string(how)), nil
		}
	}
	out := p.copied("copy")
	sum, err := c.transfer(ctx, f, p)
	if err != nil {
		return out, err
	}
	out.SHA256 = hex.EncodeToString(sum)
	if !c.o.NoVerify {
		err = c.verify(ctx, p, out.SHA256)
	}
	return out, err
}

// immutable says that no process writes the file again once a checkpoint has it. ForSt works in the directories of its
// databases themselves.
func immutable(file string) bool {
	return !strings.Contains(file, "__attempt_")
}

// transfer writes the bytes of a piece and returns their SHA-256.
func (c *copying) transfer(ctx context.Context, f storage.File, p *piece) ([]byte, error) {
	w, err := c.dst.Create(ctx, c.at(p.name))
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	if err := c.stream(ctx, f, p, io.MultiWriter(sum, w)); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return sum.Sum(nil), w.Commit(ctx)
}

const copyBuffer = 1 << 20

func (c *copying) stream(ctx context.Context, f storage.File, p *piece, w io.Writer) error {
	buf := make([]byte, min(copyBuffer, max(p.size, 1)))
	for at := int64(0); at < p.size; {
		n := min(int64(len(buf)), p.size-at)
		got, err := f.ReadAt(ctx, buf[:n], p.start+at)
		if int64(got) < n {
			if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return changed(p, "it became shorter while it was read")
			}
			return err
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return fmt.Errorf("write %s: %w", p.name, err)
		}
		at += n
		c.progress(n)
	}
	return nil
}

func changed(p *piece, why string) error {
	return &javaio.FormatError{File: p.from, Offset: -1, Field: p.ref.Field, Err: fmt.Errorf("%w: %s", javaio.ErrMissing, why),
		Fix: "the checkpoint may be deleted right now: copy a retained one, or a savepoint"}
}

// verify reads a file of the destination again.
func (c *copying) verify(ctx context.Context, p *piece, want string) error {
	f, err := c.dst.Open(ctx, c.at(p.name))
	if err != nil {
		return err
	}
	defer f.Close()
	sum, err := hashOf(ctx, f)
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want || f.Size() != p.size {
		return &javaio.FormatError{File: c.at(p.name), Offset: -1,
			Err: fmt.Errorf("%w: %d bytes of SHA-256 %s were written and %d of %s read again", javaio.ErrCorrupt, p.size, want, f.Size(), got),
			Fix: "the disk or the network changes data: copy to another place"}
	}
	return nil
}

func hashOf(ctx context.Context, f storage.File) (hash.Hash, error) {
	sum := sha256.New()
	buf := make([]byte, min(copyBuffer, max(f.Size(), 1)))
	for at := int64(0); at < f.Size(); {
		n, err := f.ReadAt(ctx, buf[:min(int64(len(buf)), f.Size()-at)], at)
		if n == 0 {
			return nil, err
		}
		sum.Write(buf[:n])
		at += int64(n)
	}
	return sum, nil
}

func (c *copying) progress(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done += n; c.o.Progress != nil {
		c.o.Progress(c.done, c.total)
	}
}
