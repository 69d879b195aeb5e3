//go:build !linux

package storage

import "os"

func cloneFile(*os.File, *os.Root, string) bool { return false }
func linkFile(*os.File, *os.Root, string) bool  { return false }
