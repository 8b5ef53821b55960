package fmath

import "math"

// softFMA is x·y + z with one rounding, for machines without an instruction for
// it, where math.FMA multiplies whole numbers of 128 bits. It takes products
// and sums apart into what doubles can hold exactly, and rounds the smaller
// parts "to odd", which keeps them from deciding a tie that isn't one
// (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums").
func softFMA(x, y, z float64) float64 {
	// x·y = p + e, each half of a factor having at most 26 bits
	p := float64(x * y)
	xh, yh := upper(x), upper(y)
	xl, yl := x-xh, y-yh
	e := float64(xl*yl) - (p - float64(xh*yh) - float64(xl*yh) - float64(xh*yl))
	// p + z = s + t
	s := p + z
	v := s - p
	t := p - (s - v) + (z - v)
	// t + e = u + w, and u made odd where w is not 0
	u := t + e
	v = u - t
	w := t - (u - v) + (e - v)
	bits := math.Float64bits(u)
	up := 1 - (bits^math.Float64bits(w))>>63<<1 // away from 0, or towards it
	inexact := uint64(0)
	if w != 0 {
		inexact = 1
	}
	bits += up & -(inexact &^ bits)
	sum := s + math.Float64frombits(bits)
	// Near underflow the parts are not exact, and near overflow not numbers.
	if a := math.Abs(p); !(a > 0x1p-900 && a < 0x1p900) || sum != sum {
		return math.FMA(x, y, z)
	}
	return sum
}

// upper is x rounded to its upper 26 bits.
func upper(x float64) float64 {
	return math.Float64frombits((math.Float64bits(x) + 1<<26) &^ (1<<27 - 1))
}
