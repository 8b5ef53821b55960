package main

import (
	"runtime"
)

// version is that of the npm package too.
const version = "0.1.0"

// wasmSHA256 is the hash of the scorer.wasm that was built from the same source,
// set by the Makefile. It is not known where "go build" alone made the program.
var wasmSHA256 string

func versionText() string {
	wasm := wasmSHA256
	if wasm == "" {
		wasm = "not known (make build notes it)"
	}
	return "pageleap " + version + "\nscorer.wasm SHA-256 " + wasm + "\n" + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
}
