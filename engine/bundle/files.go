package bundle

import "strconv"

// Files is where a bundle's files are: a zip (OpenZip) or a directory (Dir).
// Names are relative, with forward slashes: "root/model.json".
type Files interface {
	// ReadFile is a whole file, or an *Error of ErrNotFound.
	ReadFile(name string) ([]byte, error)
	// List is the names of all files in order, without directories.
	List() []string
}

// measured is Files that know how big a file is before it is read.
type measured interface {
	// size is how many bytes the file has, and how many it takes.
	size(name string) (unpacked, packed int64)
}

// Limits bound what a bundle may ask of the machine that reads it. A field
// that is 0 has the value of DefaultLimits.
type Limits struct {
	Files    int   // files in the zip or directory
	Bytes    int64 // of all files that are read, unpacked
	Ratio    int64 // of a file's unpacked to its packed bytes, beyond the first 16 MiB
	Depth    int   // of nodes in nodes, and models in models
	Elements int   // of one list or tensor
	Parts    int   // attributes, tensors, data shapes and models in all models together
	Nodes    int   // of a forest, or a tree that is alone; 67,108,864 is the most that an index can tell
	Steps    int   // that the searches of a text for a regular expression take, and 16 more for each of its bytes
}

// DefaultLimits leave room for forests of thousands of trees and vectors of
// tens of millions of elements.
func DefaultLimits() Limits {
	return Limits{Files: 100_000, Bytes: 1 << 30, Ratio: 200, Depth: 32, Elements: 1 << 26, Parts: 1 << 20, Nodes: 1 << 26, Steps: 1 << 24}
}

// ratioFree is how many bytes a file may unpack to whatever its ratio is: a
// vector of zeros, which is no attack, packs to a thousandth.
const ratioFree = 16 << 20

// Filled has the defaults in place of zeros.
func (l Limits) Filled() Limits {
	d := DefaultLimits()
	if l.Files == 0 {
		l.Files = d.Files
	}
	if l.Bytes == 0 {
		l.Bytes = d.Bytes
	}
	if l.Ratio == 0 {
		l.Ratio = d.Ratio
	}
	if l.Depth == 0 {
		l.Depth = d.Depth
	}
	if l.Elements == 0 {
		l.Elements = d.Elements
	}
	if l.Parts == 0 {
		l.Parts = d.Parts
	}
	if l.Nodes == 0 {
		l.Nodes = d.Nodes
	}
	if l.Steps == 0 {
		l.Steps = d.Steps
	}
	return l
}

// over is the error for a value beyond the limit of that name.
//
//go:noinline
func over(path, name string, limit, got int64, what string) error {
	return &Error{Kind: ErrLimit, Path: path, Msg: strconv.FormatInt(got, 10) + " " + what + ", more than the " +
		strconv.FormatInt(limit, 10) + " that the limit bundle." + name + " allows"}
}

//go:noinline
func malformed(path, msg string) error { return &Error{Kind: ErrMalformed, Path: path, Msg: msg} }

// at names the file in an error about its contents.
func at(path string, err error) error {
	if err == nil {
		return nil
	}
	return placed(path, err)
}

func placed(path string, err error) error {
	if e, ok := err.(*Error); ok {
		if e.Path == "" {
			e.Path = path
		}
		return e
	}
	return malformed(path, err.Error())
}
