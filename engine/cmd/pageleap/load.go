package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/importer"
)

// loadModel reads the model at path: a bundle, or what Spark saved, in a zip
// file or a directory, the latter in a tar too; "-" is standard input. Its errors
// are of the kind bundleError.
func loadModel(path string) (*engine.Model, error) {
	m, err := func() (*engine.Model, error) {
		if isDir(path) {
			files := os.DirFS(path)
			if spark, ok := importer.Find(files); ok {
				return loadSpark(spark)
			}
			return engine.LoadFiles(bundle.Dir(files), limits.Options()...)
		}
		data, err := readInput(path)
		if err != nil {
			return nil, err
		}
		if spark, ok := sparkArchive(data); ok {
			return loadSpark(spark)
		}
		return engine.Load(data, limits.Options()...)
	}()
	if err != nil {
		return nil, bundleError{fmt.Errorf("%s: %w", path, err)}
	}
	return m, nil
}

// loadZip is loadModel for who wants the bundle's bytes.
func loadZip(path string) ([]byte, error) {
	if isDir(path) {
		if spark, ok := importer.Find(os.DirFS(path)); ok {
			return importZip(spark)
		}
	}
	data, err := readInput(path)
	if err != nil {
		return nil, err
	}
	if spark, ok := sparkArchive(data); ok {
		return importZip(spark)
	}
	return data, nil
}

func isDir(path string) bool {
	st, err := os.Stat(path)
	return path != "-" && err == nil && st.IsDir()
}

// sparkArchive is the saved model in a zip or tar. A bundle is none.
func sparkArchive(data []byte) (fs.FS, bool) {
	files, err := importer.Archive(data)
	if err != nil {
		return nil, false
	}
	return importer.Find(files)
}

func loadSpark(files fs.FS) (*engine.Model, error) {
	b, err := importer.Spark(files, nil)
	if err != nil {
		return nil, err
	}
	return engine.LoadBundle(b, limits.Options()...)
}

func importZip(files fs.FS) ([]byte, error) {
	b, err := importer.Spark(files, nil)
	if err != nil {
		return nil, err
	}
	return bundle.Write(b, bundle.Protobuf)
}

// readInput reads a whole file, or standard input for "-".
func readInput(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(os.Stdin)
	}
	data, err := os.ReadFile(path)
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return nil, pe.Err // the caller names the path
	}
	return data, err
}
