package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// source is the directory that holds the saved model.
type source struct {
	fsys   fs.FS
	budget budget
	read   int64 // bytes so far
}

// maxBytes is what all files of a model may have together.
const maxBytes = 4 << 30

// file reads a whole file.
func (s *source) file(name string) ([]byte, error) {
	f, err := s.fsys.Open(name)
	if err == nil {
		defer f.Close()
		var data []byte
		if data, err = io.ReadAll(io.LimitReader(f, maxBytes-s.read+1)); err == nil {
			if s.read += int64(len(data)); s.read > maxBytes {
				return nil, &Error{Kind: ErrLimit, File: name, Msg: fmt.Sprintf("the model's files have more than %d bytes", int64(maxBytes))}
			}
			return data, nil
		}
	}
	return nil, fileError(name, err)
}

func fileError(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &Error{Kind: ErrNotFound, File: name, Msg: "is missing"}
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &Error{Kind: ErrMalformed, File: name, Msg: err.Error()}
}

// parts are the files of a directory that Spark wrote, without those that begin
// with "_" or "." (Hadoop's hidden files).
func (s *source) parts(dir string) ([]string, error) {
	entries, err := fs.ReadDir(s.fsys, dir)
	if err != nil {
		return nil, fileError(dir, err)
	}
	var names []string
	for _, e := range entries {
		if n := e.Name(); !e.IsDir() && n[0] != '_' && n[0] != '.' {
			names = append(names, path.Join(dir, n))
		}
	}
	slices.Sort(names)
	return names, nil
}

// line is the first line of the text that Spark wrote to a directory.
func (s *source) line(dir string) (line []byte, file string, err error) {
	names, err := s.parts(dir)
	if err != nil {
		return nil, "", err
	}
	for _, name := range names {
		data, err := s.file(name)
		if err != nil {
			return nil, "", err
		}
		// Parts may be empty; the first line there is counts.
		if data = bytes.TrimLeft(data, "\r\n"); len(data) > 0 {
			line, _, _ := bytes.Cut(data, []byte("\n"))
			return line, name, nil
		}
	}
	return nil, "", &Error{Kind: ErrNotFound, File: dir, Msg: "has no part file with a line of text"}
}

// rows visits the rows of all Parquet files of a directory.
func (s *source) rows(dir string, visit func(*group) error) error {
	names, err := s.parts(dir)
	if err != nil {
		return err
	}
	found := false
	for _, name := range names {
		if !strings.HasSuffix(name, ".parquet") {
			continue
		}
		found = true
		data, err := s.file(name)
		if err != nil {
			return err
		}
		if err := readParquet(data, &s.budget, visit); err != nil {
			return in("", name, err)
		}
	}
	if !found {
		return &Error{Kind: ErrNotFound, File: dir, Msg: "has no Parquet file"}
	}
	return nil
}
