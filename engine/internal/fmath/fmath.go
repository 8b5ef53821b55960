// Package fmath has the functions of package math whose answers there hang on
// the machine: math.Exp and math.Log are written in assembler on some, and
// differ in the last bit from the portable ones that WebAssembly gets. Here
// every machine gives the same bits, nearly always the double that is closest
// to the true value, which nearly always is Java's answer too.
package fmath

import "math"

const (
	ln2Hi = 0x1.62e42fefa38p-1 // to a multiple of 2^-42
	ln2Lo = 0x1.ef35793c7673p-45

	stepHi  = 0x1.62e42fefap-7 // ln(2)/64, likewise
	stepLo  = 0x1.cf79abc9e3b3ap-46
	perStep = 0x1.71547652b82fep6

	expMax = 0x1.62e42fefa39efp9  // exp of more is infinite
	expMin = -0x1.74910d52d3051p9 // exp of less is 0
)

// Exp is e to the power of x.
func Exp(x float64) float64 { return exp(x, 0) }

// exp is e to the power of x + tail, for a tail far smaller than x.
func exp(x, tail float64) float64 {
	switch {
	case x != x:
		return x
	case x > expMax:
		return math.Inf(1)
	case x < expMin:
		return 0
	}
	// x = n·ln(2)/64 + r; n·stepHi is exact, and so is the difference.
	n := math.Floor(float64(x*perStep) + 0.5)
	r := x - float64(n*stepHi) - (float64(n*stepLo) - tail)
	p := 1.0 / 720
	p = 1.0/120 + float64(r*p)
	p = 1.0/24 + float64(r*p)
	p = 1.0/6 + float64(r*p)
	p = 1.0/2 + float64(r*p)
	p = r + float64(float64(r*r)*p) // e^r - 1
	// 2^(n/64) = 2^k·2^(a/8)·2^(b/64), of which the product of the upper parts is
	// exact.
	k := int(n)
	a, b := k>>3&7, k&7
	aHi, aLo := float64(exps[0][a]), expRests[0][a]
	bHi, bLo := float64(exps[1][b]), expRests[1][b]
	hi := float64(aHi * bHi)
	lo := float64(aHi*bLo) + float64(aLo*(bHi+bLo))
	y := hi + (lo + float64((hi+lo)*p))
	if k >>= 6; k > -1022 && k < 1023 {
		return math.Float64frombits(math.Float64bits(y) + uint64(k)<<52)
	}
	return math.Ldexp(y, k)
}

// Log is the natural logarithm of x.
func Log(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	hi, lo := log(x)
	return hi + lo
}

// log is the logarithm of a finite x above 0 in two parts.
func log(x float64) (hi, lo float64) {
	k := 0
	if x < 0x1p-1022 {
		x *= 0x1p54
		k = -54
	}
	bits := math.Float64bits(x)
	k += int(bits>>52) - 1023
	bits = bits&(1<<52-1) | 1023<<52
	// x = 2^k·m and m·c = 1 + r + rest, c from the table: with 29 bits of m
	// every step is exact.
	t := &logs[(bits-1023<<52+1<<45)>>46]
	c := t[0]
	m := math.Float64frombits(bits)
	top := math.Float64frombits(bits &^ (1<<24 - 1))
	a, b := float64(top*c)-1, float64((m-top)*c)
	r := a + b
	rest := a - r + b
	// log x = k·ln(2) - log(c) + log(1 + r + rest); the first sum is exact.
	base := float64(float64(k)*ln2Hi) + t[1]
	p := -1.0 / 10
	p = 1.0/9 + float64(r*p)
	p = -1.0/8 + float64(r*p)
	p = 1.0/7 + float64(r*p)
	p = -1.0/6 + float64(r*p)
	p = 1.0/5 + float64(r*p)
	p = -1.0/4 + float64(r*p)
	p = 1.0/3 + float64(r*p)
	p = -1.0/2 + float64(r*p)
	p = float64(float64(r*r) * p) // log(1 + r) - r
	hi = base + r
	lo = base - hi + r + (rest + (t[2] + float64(float64(k)*ln2Lo)) + p)
	return hi, lo
}

// Pow is x to the power of y, with the special cases of math.Pow.
func Pow(x, y float64) float64 {
	ax := math.Abs(x)
	if !(ax > 0 && ax <= math.MaxFloat64) || x == 1 || y == 0 || !(math.Abs(y) <= math.MaxFloat64) ||
		x < 0 && y != math.Floor(y) {
		return math.Pow(x, y)
	}
	hi, lo := log(ax)
	hi, lo = hi+lo, hi-(hi+lo)+lo
	// (hi + lo)·y, the product of hi and y in two parts.
	e := float64(hi * y)
	z := 0.0
	if math.Abs(e) < 1024 && math.Abs(y) < 0x1p900 {
		z = exp(e, FMA(hi, y, -e)+float64(lo*y))
	} else {
		z = exp(e, 0)
	}
	if x < 0 && math.Mod(y, 2) != 0 {
		z = -z
	}
	return z
}
