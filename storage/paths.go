package storage

import (
	"errors"
	"fmt"
	"io/fs"

	"ckpt/internal/fspath"
	"ckpt/internal/javaio"
)

// ErrOutside says that a path resolves to a place outside every directory that was named. It also is fs.ErrPermission.
var ErrOutside = fmt.Errorf("outside the directories that were named, --map allows it: %w", fs.ErrPermission)

// outside refuses a path of a checkpoint that would be read elsewhere.
func outside(path string) error {
	dir := fspath.Dir(path)
	return &javaio.FormatError{
		File: path, Offset: -1, Err: ErrOutside,
		Fix: fmt.Sprintf("pass --map %s=DIR, DIR being where these files are now (or the same directory, to read them there)", dir),
	}
}

// unsupportedScheme says that no implementation serves a path, and what to do instead.
func unsupportedScheme(path string) error {
	scheme, authority, _ := fspath.Split(fspath.Clean(path))
	from := scheme + ":/"
	if authority != "" {
		from += "/" + authority
	}
	return &javaio.FormatError{
		File: path, Offset: -1,
		Err: fmt.Errorf("%w: the file system %q", javaio.ErrUnsupported, scheme),
		Fix: fmt.Sprintf("copy the files to a local directory and pass --map %s=/that/directory", from),
	}
}

// Clean normalises a path, so that equal strings name equal files: "file:/x", "file:///x" and "/x" are the same,
// backslashes, repeated and trailing slashes, "." and ".." go away.
func Clean(path string) string { return fspath.Clean(path) }

// Join appends slash-separated elements to a directory, which may be a URI, and cleans the result.
func Join(dir string, elem ...string) string { return fspath.Join(dir, elem...) }

// Dir is the directory of a path, which may be a URI.
func Dir(path string) string { return fspath.Dir(path) }

// pathError wraps the cause of a failed operation with the path as the caller knows it, once.
func pathError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		err = pe.Err
	}
	return &fs.PathError{Op: op, Path: path, Err: err}
}
