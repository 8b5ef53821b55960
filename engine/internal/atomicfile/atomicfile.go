// Package atomicfile writes files that are there as a whole or not at all:
// whoever is killed, runs out of disk or fails on the way leaves the file as it
// was before.
package atomicfile

// Why not a library? renameio leaves out Windows, and natefinch/atomic neither
// syncs nor keeps the permissions of what it replaces.

import (
	"bufio"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// WriteBytes writes data to a file. See Write.
func WriteBytes(path string, data []byte) error {
	return Write(path, func(w *bufio.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Write writes what write does to a file without a name in the same directory, and
// gives it the name when all of it is on the disk. Where files must have names, it
// is ".NAME.….part" until then, which is removed if it fails; only a process that
// is killed leaves it behind. A file that was there before keeps its permissions,
// a link its target. What is no regular file, such as /dev/stdout, is written to
// directly.
//
// Errors are those of write, or an *fs.PathError with the path.
func Write(path string, write func(*bufio.Writer) error) error {
	target := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real
	}
	before, err := os.Stat(target)
	exists := err == nil
	if exists && !before.Mode().IsRegular() {
		return direct(path, write)
	}
	f, named, err := create(target)
	if err != nil {
		return rename(err, "", path)
	}
	err = fill(f, write)
	if err == nil && exists {
		err = f.Chmod(before.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil && !named {
		err = name(f, target)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil && named {
		err = os.Rename(f.Name(), target)
	}
	if err != nil {
		os.Remove(f.Name())
		return rename(err, f.Name(), path)
	}
	syncDir(filepath.Dir(target))
	return nil
}

// create makes the file that is to become the target, with the permissions that
// the umask leaves. Without a name of its own it is gone when the process is.
func create(target string) (f *os.File, named bool, err error) {
	for {
		part := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+"."+strconv.FormatUint(rand.Uint64(), 36)+".part")
		if f := nameless(part); f != nil {
			return f, false, nil
		}
		f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, true, err
		}
	}
}

func direct(path string, write func(*bufio.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = fill(f, write)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func fill(f *os.File, write func(*bufio.Writer) error) error {
	w := bufio.NewWriterSize(f, 1<<18)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

// rename names path in an error about the part, which the user did not ask for.
func rename(err error, part, path string) error {
	var pe *fs.PathError
	if errors.As(err, &pe) && (part == "" || pe.Path == part) {
		return &fs.PathError{Op: "write", Path: path, Err: pe.Err}
	}
	var le *os.LinkError
	if errors.As(err, &le) && le.Old == part {
		return &fs.PathError{Op: "write", Path: path, Err: le.Err}
	}
	return err
}

// syncDir makes the rename last through a loss of power. Not every system lets a
// directory be synced, and the file is whole without it.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
