// Command strip takes from a reactor that Go built what a page has no use for:
// its start, and what only tracebacks read.
//
//	go run ./wasm/strip module.wasm
//
// The start is run here, and what it leaves in the memory is what the module
// begins with: an instance does not start, but is started. _initialize, which
// hosts still call, puts fresh random numbers where the runtime keeps some. The
// functions that only the start calls are emptied.
//
// Tracebacks read the tables of files and lines, and the names of functions
// (pclntab, runtime/symtab.go). They are overwritten with zeros; the tables that
// the garbage collector and the unwinder need stay as they are. The layout is
// that of Go 1.20 and later: another one is an error, and the module stays as it
// is.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: strip MODULE.wasm")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "strip: "+os.Args[1]+": "+err.Error())
		os.Exit(1)
	}
}

func run(path string) error {
	module, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if module, err = strip(module); err != nil {
		return err
	}
	return os.WriteFile(path, module, 0o644)
}

func strip(b []byte) ([]byte, error) {
	m, err := parseModule(b)
	if err != nil {
		return nil, err
	}
	s, err := start(m)
	if err != nil {
		return nil, err
	}
	t, err := findTables(s.memory)
	if err != nil {
		return nil, err
	}
	names := t.names()
	if err := t.clear(); err != nil {
		return nil, err
	}
	if m, err = started(m, s, names); err != nil {
		return nil, err
	}
	return m.bytes(), nil
}
