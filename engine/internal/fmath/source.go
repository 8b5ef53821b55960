//go:build !wasm

package fmath

import "embed"

// Source is this package's own source, which engine/compile compiles too.
//
//go:embed fmath.go fma.go fma_wasm.go tables.go
var Source embed.FS
