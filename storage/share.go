package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"path"
)

// Sharing is how two files have the same bytes on disk.
type Sharing string

// The ways of Share.
const (
	NotShared Sharing = ""
	Cloned    Sharing = "clone" // copy on write: changes of one are not seen in the other
	Linked    Sharing = "link"  // two names of one file
)

// Share publishes at path, as Create and Commit do, what the open file f holds, without copying it: as a clone where the
// file system can do that, else as a hard link. It says NotShared, and has done nothing, where neither is possible: f and
// fsys are not the same local file system, or are wrapped. A link is only safe for files that are never written again.
func Share(ctx context.Context, f File, fsys FS, path string) (Sharing, error) {
	from, ok := f.(*localFile)
	to, local := fsys.(*Local)
	if !ok || !local {
		return NotShared, nil
	}
	return to.share(ctx, from, path)
}

func (l *Local) share(ctx context.Context, from *localFile, name string) (Sharing, error) {
	if ctx.Err() != nil {
		return NotShared, pathError("link", name, context.Cause(ctx))
	}
	p, err := l.resolve(name)
	if err != nil {
		return NotShared, err
	}
	root, err := p.root.make()
	if err != nil {
		return NotShared, p.fail("link", err)
	}
	if err := l.makeDirs(root, path.Dir(p.rel)); err != nil {
		return NotShared, p.fail("link", err)
	}
	temp := tempName(p.rel, rand.Text())
	how := Cloned
	if !cloneFile(from.f, root, temp) {
		if how = Linked; !linkFile(from.f, root, temp) {
			return NotShared, nil
		}
	}
	err = l.before("rename", temp)
	if err == nil {
		err = root.Rename(temp, p.rel)
	}
	// A rename between two names of one file leaves both.
	if gone := root.Remove(temp); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if err != nil {
		return NotShared, p.fail("link", err)
	}
	return how, p.fail("link", l.syncDir(root, path.Dir(p.rel)))
}
