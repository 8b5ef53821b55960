//go:build !wasm

package fmath

import "math"

// FMA is x·y + z with one rounding, the same on every machine.
func FMA(x, y, z float64) float64 { return math.FMA(x, y, z) }
