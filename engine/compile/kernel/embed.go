package kernel

import "embed"

// Source is this package's own source, which codegen compiles.
//
//go:embed *.go
var Source embed.FS
