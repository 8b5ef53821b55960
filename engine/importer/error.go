package importer

import (
	"errors"
	"fmt"
)

// What errors.Is finds in an error of this package.
var (
	ErrMalformed   = errors.New("malformed model")       // a file that is not what Spark saves
	ErrNotFound    = errors.New("no such file")          // a file that is missing
	ErrUnsupported = errors.New("unsupported model")     // a class, or a setting of it, that cannot be run
	ErrVersion     = errors.New("unknown Spark version") // saved by a Spark newer than this package knows
	ErrLimit       = errors.New("limit exceeded")        // more than a model of its size should need
)

// Error says where in a saved model something is wrong, and what.
type Error struct {
	Kind  error
	Stage string // its directory and class: "stages/2_x (VectorAssembler)"
	File  string // below the model's directory
	Msg   string
}

func (e *Error) Error() string {
	s := e.Msg
	if e.File != "" {
		s = e.File + ": " + s
	}
	if e.Stage != "" {
		s = e.Stage + ": " + s
	}
	return s
}

func (e *Error) Unwrap() error { return e.Kind }

func malformed(format string, args ...any) error {
	return &Error{Kind: ErrMalformed, Msg: fmt.Sprintf(format, args...)}
}

// in adds the stage and the file to an error that lacks them.
func in(stage, file string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Kind: ErrMalformed, Stage: stage, File: file, Msg: err.Error()}
	}
	with := Error{Kind: e.Kind, Stage: e.Stage, File: e.File, Msg: e.Msg}
	if e.Stage == "" && e.File == "" {
		with.Msg = err.Error() // e may be wrapped in what says more
	}
	if with.Stage == "" {
		with.Stage = stage
	}
	if with.File == "" {
		with.File = file
	}
	return &with
}
