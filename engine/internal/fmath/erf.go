package fmath

import "math"

// Erf is the error function of x. Up to 2 it is a series whose terms have all one
// sign, so that nothing is lost in adding them up; then 1 less a continued
// fraction. From 6 on it is 1 but for less than half a unit in the last place.
func Erf(x float64) float64 {
	a := math.Abs(x)
	if !(a < 6) {
		if x != x {
			return x
		}
		return math.Copysign(1, x)
	}
	// e^(-x²), with what x·x loses in rounding, which matters in an exponent.
	square := x * x
	e := exp(-square, -FMA(x, x, -square)) / math.Sqrt(math.Pi)
	if a > 2 {
		fraction := a
		for k := 60.0; k > 0; k-- {
			fraction = a + k/2/fraction
		}
		return math.Copysign(1-e/fraction, x)
	}
	// 2x·e^(-x²)/√π · Σ (2x²)ⁿ / (1·3·5 … (2n+1))
	sum, term := 1.0, 1.0
	for n := 3.0; term > 0x1p-60*sum; n += 2 {
		term *= 2 * square / n
		sum += term
	}
	return 2 * x * e * sum
}
