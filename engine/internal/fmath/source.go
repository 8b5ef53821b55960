//go:build !wasm

package fmath

import "embed"

// Source is this package's own source, which engine/compile compiles too.
//
//go:embed erf.go fmath.go fma.go fma_wasm.go tables.go trig.go
var Source embed.FS
