//go:build !wasip1

package bundle

import (
	"errors"
	"io/fs"
	"strings"
)

// Dir is the bundle in a directory. Files that begin with a dot are left out.
func Dir(fsys fs.FS) Files { return dirFiles{fsys} }

type dirFiles struct{ fsys fs.FS }

func (d dirFiles) ReadFile(name string) ([]byte, error) {
	data, err := fs.ReadFile(d.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Kind: ErrNotFound, Path: name, Msg: "no such file"}
	}
	return data, err
}

func (d dirFiles) size(name string) (unpacked, packed int64) {
	info, err := fs.Stat(d.fsys, name)
	if err != nil {
		return 0, 0
	}
	return info.Size(), info.Size()
}

// List leaves out what cannot be read; whoever needs it finds it missing.
func (d dirFiles) List() []string {
	var names []string
	fs.WalkDir(d.fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if hidden := strings.HasPrefix(e.Name(), ".") && name != "."; err != nil || hidden {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !e.IsDir() {
			names = append(names, name)
		}
		return nil
	})
	return names
}
