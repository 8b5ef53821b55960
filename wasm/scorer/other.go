//go:build !wasip1

package main

import "os"

func main() {
	os.Stderr.WriteString("this is scorer.wasm: make dist/scorer.wasm builds it, with GOOS=wasip1 GOARCH=wasm\n")
	os.Exit(2)
}
