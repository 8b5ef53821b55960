package atomicfile

import (
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// nameless opens a file that is in path's directory without a name. It is nil
// where the file system has no such files, or /proc, by which they are named, is
// not there.
func nameless(path string) *os.File {
	fd, err := unix.Open(filepath.Dir(path), unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o666)
	if err != nil {
		return nil // if the directory cannot be written to, so will say who tries with a name
	}
	f := os.NewFile(uintptr(fd), path)
	if _, err := os.Stat(self(f)); err != nil {
		f.Close()
		return nil
	}
	return f
}

// name gives a nameless file the name target. A link replaces nothing, so that
// where there is a file, it takes the way over the path that the file was opened
// with.
func name(f *os.File, target string) error {
	err := link(f, target)
	if err == unix.EEXIST {
		if err = link(f, f.Name()); err == nil {
			return os.Rename(f.Name(), target)
		}
	}
	if err != nil {
		return &os.LinkError{Op: "link", Old: f.Name(), New: target, Err: err}
	}
	return nil
}

func link(f *os.File, path string) error {
	return unix.Linkat(unix.AT_FDCWD, self(f), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
}

func self(f *os.File) string { return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())) }
