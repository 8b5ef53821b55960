//go:build !wasip1

package bundle

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"time"

	"github.com/pageleap/pageleap/engine/internal/atomicfile"
)

// Write makes the zip of a bundle in the given serialisation. The same bundle
// gives the same bytes. See Encode for what JSON cannot hold.
func Write(b *Bundle, format Format) ([]byte, error) {
	files, err := Encode(b, format)
	if err != nil {
		return nil, err
	}
	return Zip(files)
}

// Zip makes a zip of files. The same files give the same bytes.
func Zip(files []File) ([]byte, error) {
	then := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC) // zips know no earlier time
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		e, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: then})
		if err != nil {
			return nil, err
		}
		if _, err := e.Write(f.Data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// WriteDir writes the files of a bundle to a directory, which it makes. Files
// that are there already and not in the bundle stay. Each file is there as a whole
// or not at all, and bundle.json comes last: without it the directory is no bundle.
func WriteDir(b *Bundle, format Format, dir string) error {
	files, err := Encode(b, format)
	if err != nil {
		return err
	}
	for _, f := range append(files[1:len(files):len(files)], files[0]) {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(path, f.Data); err != nil {
			return err
		}
	}
	return nil
}
