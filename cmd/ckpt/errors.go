package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"ckpt/inspect"
	"ckpt/internal/javaio"
	"ckpt/migrate"
)

// Exit codes are documented API (docs/commands/README.md).
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitFindings    = 3
	exitNotFound    = 10
	exitCorrupt     = 11
	exitUnsupported = 12
	exitPermission  = 13
	exitCancelled   = 130
)

// usageError is a wrong command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// exitCode ends a command with a code after its result has been written: findings, differences.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// codeOf maps an error to its exit code: the one place that decides.
func codeOf(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitCancelled
	}
	if c, ok := errors.AsType[exitCode](err); ok {
		return int(c)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	switch {
	case errors.Is(err, inspect.ErrUsage), errors.Is(err, migrate.ErrUsage):
		return exitUsage
	case writing(err):
		if errors.Is(err, fs.ErrPermission) {
			return exitPermission
		}
		return exitError
	case errors.Is(err, javaio.ErrCorrupt), errors.Is(err, javaio.ErrMissing):
		return exitCorrupt
	case errors.Is(err, javaio.ErrUnsupported):
		return exitUnsupported
	case errors.Is(err, fs.ErrPermission):
		return exitPermission
	case errors.Is(err, inspect.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return exitNotFound
	}
	return exitError
}

// writing says that an error is about output: what it names is no checkpoint.
func writing(err error) bool {
	pe, ok := errors.AsType[*fs.PathError](err)
	return ok && slices.Contains([]string{"create", "mkdir", "write", "sync", "close", "rename", "commit", "remove"}, pe.Op)
}

// errorReport is the object that `-o json` writes on stderr.
type errorReport struct {
	Code    int     `json:"code"`
	Message string  `json:"message"`
	File    *string `json:"file"`
	Offset  *int64  `json:"offset"`
	Field   *string `json:"field"`
	Fix     *string `json:"fix"`
}

// finish reports err, if it is one for the user, and returns the exit code.
func (app *App) finish(ctx context.Context, err error) int {
	if errors.Is(err, syscall.EPIPE) { // the reader of our output has what it wanted
		return exitDone
	}
	if err != nil && ctx.Err() != nil {
		err = context.Canceled
	}
	code := codeOf(err)
	if _, silent := errors.AsType[exitCode](err); silent || err == nil {
		return code
	}
	message := err.Error()
	if code == exitUsage {
		message = strings.TrimPrefix(message, inspect.ErrUsage.Error()+": ")
	}
	rep := errorReport{Code: code, Message: message}
	fix := fixOf(err, code)
	if fe, ok := errors.AsType[*javaio.FormatError](err); ok {
		rep.File = &fe.File
		if fe.Field != "" {
			rep.Field = &fe.Field
		}
		if fe.Offset >= 0 {
			rep.Offset = &fe.Offset
		}
	} else if pe, ok := errors.AsType[*fs.PathError](err); ok {
		rep.File = &pe.Path
	}
	if fix != "" {
		rep.Fix = &fix
	}
	if app.output == "json" || app.output == "jsonl" {
		b, _ := json.Marshal(map[string]errorReport{"error": rep})
		fmt.Fprintf(app.Err, "%s\n", b)
		return code
	}
	fmt.Fprintf(app.Err, "ckpt: %s\n", rep.Message)
	if fix != "" {
		fmt.Fprintf(app.Err, "  → %s\n", fix)
	}
	return code
}

// fixOf says what to do next about an error.
func fixOf(err error, code int) string {
	if fe, ok := errors.AsType[*javaio.FormatError](err); ok && fe.Fix != "" {
		return fe.Fix
	}
	if f, ok := errors.AsType[interface {
		error
		Fix() string
	}](err); ok {
		return f.Fix()
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "make room, or choose another place for the output; what was written there is not complete"
	case errors.Is(err, syscall.ENOTDIR):
		return "a file stands where the path needs a directory: choose another place"
	case writing(err):
		return "choose another place for the output, or give this user write access to it"
	}
	switch code {
	case exitUsage:
		return "ckpt COMMAND --help shows the flags"
	case exitNotFound:
		return "ckpt ls DIR lists the checkpoints below a directory"
	case exitCorrupt:
		return "ckpt validate PATH lists everything that is wrong; ckpt ls --restorable DIR names the newest snapshot that is whole"
	case exitPermission:
		return "give this user read access to the checkpoint's files, or copy them"
	}
	return ""
}
