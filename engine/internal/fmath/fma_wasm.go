package fmath

// FMA is x·y + z with one rounding, the same on every machine.
func FMA(x, y, z float64) float64 { return softFMA(x, y, z) }
