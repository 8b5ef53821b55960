package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
)

// loadModel reads the bundle at path: a zip file, a directory, or "-" for a
// zip on standard input.
func loadModel(path string) (*engine.Model, error) {
	m, err := func() (*engine.Model, error) {
		if st, err := os.Stat(path); path != "-" && err == nil && st.IsDir() {
			return engine.LoadFiles(bundle.Dir(os.DirFS(path)))
		}
		data, err := readInput(path)
		if err != nil {
			return nil, err
		}
		return engine.Load(data)
	}()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
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
