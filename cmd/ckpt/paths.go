package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
)

// eachPath runs do for every path; a local pattern that the shell left alone is expanded here. All are tried; the errors
// are joined.
func (app *App) eachPath(ctx context.Context, args []string, do func(string) error) error {
	paths, err := expand(args)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range paths {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := do(p); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func expand(args []string) (paths []string, err error) {
	for _, a := range args {
		if !strings.ContainsAny(a, "*?[") || strings.Contains(a, "://") {
			paths = append(paths, a)
			continue
		}
		found, err := filepath.Glob(a)
		if err != nil {
			return nil, usageError{err}
		}
		if len(found) == 0 {
			found = []string{a} // the error about it names it
		}
		paths = append(paths, found...)
	}
	return paths, nil
}
