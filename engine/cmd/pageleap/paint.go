package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Colours, all of them of the same number of bytes, so that the columns of a
// table stay where they are.
const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	plain = "\x1b[39m"
)

// paint colours text that goes to a terminal, unless NO_COLOR is set
// (https://no-color.org).
func paint(w io.Writer, color, text string) string {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(f.Fd())) {
		return text
	}
	return color + text + plain
}
