package main

import (
	"context"
	"errors"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/transform"
)

// exitCodes is what help says of them.
const exitCodes = `Exit codes:
  0    done
  1    verify (or compose --expected) found a difference
  2    the command line is wrong
  3    the bundle, or the model that Spark saved, cannot be read or used
  4    anything else: a file that cannot be read or written, a frame or events
       that cannot be scored, an address in use
  130  interrupted`

const (
	exitOK          = 0
	exitDiffers     = 1
	exitUsage       = 2
	exitBundle      = 3
	exitFault       = 4
	exitInterrupted = 130
)

// usageError is a fault in the command line.
type usageError struct{ error }

// bundleError is a fault in a bundle, or in a model to make one of.
type bundleError struct{ error }

func (e bundleError) Unwrap() error { return e.error }

// differsError says that a bundle does not give what is expected of it.
type differsError struct{ error }

func exitCode(err error) int {
	var (
		usage   usageError
		differs differsError
		bad     bundleError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &differs):
		return exitDiffers
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &bad), errors.Is(err, transform.ErrUnknownOp), errors.Is(err, bundle.ErrMalformed), errors.Is(err, bundle.ErrAttribute),
		errors.Is(err, bundle.ErrLimit), errors.Is(err, bundle.ErrNotFound):
		return exitBundle
	}
	return exitFault
}
