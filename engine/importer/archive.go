package importer

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Archive is the files of a zip, a tar or a gzipped tar.
func Archive(data []byte) (fs.FS, error) {
	limit := min(int64(maxBytes), 64<<20+200*int64(len(data)))
	if len(data) >= 2 && data[0] == 0x1f && data[1] == 0x8b {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err == nil {
			data, err = io.ReadAll(io.LimitReader(r, limit+1))
		}
		if err != nil {
			return nil, malformed("a gzip file that cannot be read: %v", err)
		}
		if int64(len(data)) > limit {
			return nil, &Error{Kind: ErrLimit, Msg: fmt.Sprintf("unpacks to more than %d bytes", limit)}
		}
	}
	if !isTar(data) {
		return openZip(data, limit)
	}
	// The standard library can look into a zip as a directory, and not into a
	// tar: so make one of the other.
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && h.Typeflag != tar.TypeReg {
			continue
		}
		var f io.Writer
		if err == nil {
			f, err = w.CreateHeader(&zip.FileHeader{Name: strings.TrimPrefix(path.Clean(h.Name), "/"), Method: zip.Store})
		}
		if err == nil {
			_, err = io.Copy(f, r)
		}
		if err != nil {
			return nil, malformed("a tar file that cannot be read: %v", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return openZip(packed.Bytes(), limit)
}

func isTar(data []byte) bool { return len(data) > 262 && string(data[257:262]) == "ustar" }

func openZip(data []byte, limit int64) (fs.FS, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, malformed("not a zip, a tar or a gzipped tar: %v", err)
	}
	for _, f := range r.File {
		if limit -= int64(min(f.UncompressedSize64, 1<<60)); limit < 0 {
			return nil, &Error{Kind: ErrLimit, Msg: "unpacks to far more than its size"}
		}
	}
	return r, nil
}

// Find looks for a model that Spark saved: the directory itself, or the only
// one in it, as archives have it. ok is false where there is none.
func Find(fsys fs.FS) (model fs.FS, ok bool) {
	for range 8 {
		if IsSpark(fsys) {
			return fsys, true
		}
		entries, err := fs.ReadDir(fsys, ".")
		var dirs []string
		for _, e := range entries {
			if n := e.Name(); e.IsDir() && n[0] != '.' && n != "__MACOSX" {
				dirs = append(dirs, n)
			}
		}
		if err != nil || len(dirs) != 1 {
			return nil, false
		}
		if fsys, err = fs.Sub(fsys, dirs[0]); err != nil {
			return nil, false
		}
	}
	return nil, false
}
