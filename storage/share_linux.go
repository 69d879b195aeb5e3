package storage

import (
	"fmt"
	"os"
	"path"
	"syscall"
	"unsafe"
)

const (
	ficlone         = 0x40049409 // ioctl: the file becomes a clone of another
	atSymlinkFollow = 0x400
	atCurrentDir    = ^uintptr(99) // AT_FDCWD: -100
)

// cloneFile makes name a clone of f; it says whether it could.
func cloneFile(f *os.File, root *os.Root, name string) bool {
	to, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return false
	}
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, to.Fd(), ficlone, f.Fd()); errno != 0 || to.Sync() != nil {
		return discard(to, root, name)
	}
	return to.Close() == nil
}

// linkFile makes name another name of f, which is the open file and no other that has its name by now.
func linkFile(f *os.File, root *os.Root, name string) bool {
	dir, err := root.Open(path.Dir(name))
	if err != nil {
		return false
	}
	defer dir.Close()
	from, err := syscall.BytePtrFromString(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
	if err != nil {
		return false
	}
	to, err := syscall.BytePtrFromString(path.Base(name))
	if err != nil {
		return false
	}
	_, _, errno := syscall.Syscall6(syscall.SYS_LINKAT, atCurrentDir, uintptr(unsafe.Pointer(from)), dir.Fd(), uintptr(unsafe.Pointer(to)), atSymlinkFollow, 0)
	return errno == 0
}

// discard closes and removes a file that did not become what it should.
func discard(f *os.File, root *os.Root, name string) bool {
	f.Close()
	root.Remove(name)
	return false
}
