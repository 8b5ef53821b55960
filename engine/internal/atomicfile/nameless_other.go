//go:build !linux

package atomicfile

import "os"

// Files have names here.
func nameless(string) *os.File    { return nil }
func name(*os.File, string) error { return nil }
