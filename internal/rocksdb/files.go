package rocksdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"ckpt/internal/javaio"
)

// File is one file of a database. ReadAt follows io.ReaderAt and may be called from many goroutines; storage.File
// is a File. Size is what the checkpoint recorded: bytes of a longer file past it are never read.
type File interface {
	ReadAt(ctx context.Context, p []byte, off int64) (int, error)
	Size() int64
	Close() error
}

// Files is the content of a database directory.
type Files struct {
	// Names are the local names of all files: CURRENT, MANIFEST-000004, 000011.sst, and so on.
	Names []string
	// Open opens one of Names.
	Open func(ctx context.Context, name string) (File, error)
}

// Section is the part of f that begins at off and has size bytes: a file inside a merged file, or one that has
// grown since its size was recorded. Closing it closes f.
func Section(f File, off, size int64) File { return &section{f, off, size} }

type section struct {
	File
	off, size int64
}

func (s *section) Size() int64 { return s.size }

func (s *section) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	rest := s.size - off
	if off < 0 || rest < 0 {
		return 0, fmt.Errorf("%w: offset %d of %d bytes", fs.ErrInvalid, off, s.size)
	}
	if int64(len(p)) <= rest {
		return s.File.ReadAt(ctx, p, s.off+off)
	}
	n, err := s.File.ReadAt(ctx, p[:rest], s.off+off)
	if err == nil {
		err = io.EOF
	}
	return n, err
}

// kind says what a local name stands for.
type kind uint8

const (
	kindIgnored kind = iota
	kindTable
	kindCurrent
	kindManifest
	kindOptions
	kindLog
	kindBlob
)

var numbered = regexp.MustCompile(`^(?:(MANIFEST|OPTIONS)-)?([0-9]+)(?:\.(sst|ldb|log|blob))?$`)

// classify reads a local name: its kind, and its number where it has one.
func classify(name string) (kind, uint64) {
	if name == "CURRENT" {
		return kindCurrent, 0
	}
	m := numbered.FindStringSubmatch(name)
	if m == nil || (m[1] == "") == (m[3] == "") {
		return kindIgnored, 0
	}
	n, err := strconv.ParseUint(m[2], 10, 64)
	if err != nil {
		return kindIgnored, 0
	}
	switch m[1] + m[3] {
	case "MANIFEST":
		return kindManifest, n
	case "OPTIONS":
		return kindOptions, n
	case "log":
		return kindLog, n
	case "blob":
		return kindBlob, n
	}
	return kindTable, n
}

// localNames checks the names of a database directory and finds its parts.
type localNames struct {
	tables  map[uint64]string
	current bool
	all     map[string]bool
	options string
	logs    map[uint64]string
}

func newLocalNames(names []string) (*localNames, error) {
	l := &localNames{tables: map[uint64]string{}, logs: map[uint64]string{}, all: make(map[string]bool, len(names))}
	var optionsNumber uint64
	for _, name := range names {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00") {
			return nil, defect(javaio.ErrCorrupt, name, -1, "", "local name %q is not a plain file name", name)
		}
		if l.all[name] {
			return nil, defect(javaio.ErrCorrupt, name, -1, "", "two files of this local name")
		}
		l.all[name] = true
		switch k, n := classify(name); k {
		case kindTable:
			if other, ok := l.tables[n]; ok {
				return nil, defect(javaio.ErrCorrupt, name, -1, "", "the same table as %s", other)
			}
			l.tables[n] = name
		case kindCurrent:
			l.current = true
		case kindOptions:
			if l.options == "" || n > optionsNumber {
				l.options, optionsNumber = name, n
			}
		case kindLog:
			l.logs[n] = name
		case kindBlob:
			return nil, defect(javaio.ErrUnsupported, name, -1, "", "blob files")
		}
	}
	return l, nil
}

// defect is a FormatError of the given class.
func defect(class error, file string, off int64, field, format string, args ...any) error {
	return &javaio.FormatError{File: file, Offset: off, Field: field, Err: fmt.Errorf("%w: "+format, append([]any{class}, args...)...)}
}

// open opens a file by local name; one that is not there is ErrMissing.
func (f *Files) open(ctx context.Context, name string) (File, error) {
	file, err := f.Open(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &javaio.FormatError{File: name, Offset: -1, Err: fmt.Errorf("%w: %w", javaio.ErrMissing, err)}
	}
	if err != nil {
		return nil, javaio.InFile(err, name)
	}
	return file, nil
}

// readFull fills p from off. A file that ends before its recorded size is corrupt; one that is gone is missing.
func readFull(ctx context.Context, f File, name string, p []byte, off int64) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	n, err := f.ReadAt(ctx, p, off)
	switch {
	case n == len(p):
		return nil
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return defect(javaio.ErrCorrupt, name, off+int64(n), "", "the file ends here, before its recorded size of %d bytes", f.Size())
	case errors.Is(err, fs.ErrNotExist):
		return &javaio.FormatError{File: name, Offset: off, Err: fmt.Errorf("%w: %w", javaio.ErrMissing, err)}
	}
	return javaio.InFile(err, name)
}

// readAll reads a small file whole.
func (f *Files) readAll(ctx context.Context, name string, limit int64) (b []byte, err error) {
	file, err := f.open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = also(err, file.Close()) }()
	if file.Size() > limit {
		return nil, defect(javaio.ErrUnsupported, name, -1, "", "%d bytes are more than the limit of %d", file.Size(), limit)
	}
	b = make([]byte, max(file.Size(), 0))
	return b, readFull(ctx, file, name, b, 0)
}
