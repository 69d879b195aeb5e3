package storage

import (
	"context"
	"fmt"
	"io/fs"
)

// ReadOnly returns fsys without its ways to change anything: Create and Remove fail with fs.ErrPermission.
func ReadOnly(fsys FS) FS { return readOnly{fsys} }

type readOnly struct{ FS }

var errReadOnly = fmt.Errorf("%w: opened for reading only", fs.ErrPermission)

func (readOnly) Create(_ context.Context, path string) (Writer, error) {
	return nil, pathError("create", path, errReadOnly)
}

func (readOnly) Remove(_ context.Context, path string) error {
	return pathError("remove", path, errReadOnly)
}
