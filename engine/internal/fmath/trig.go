package fmath

import "math"

// Sin is the sine of x, in radians.
func Sin(x float64) float64 {
	if math.Abs(x) < 0x1p-26 {
		return x
	}
	q, r, tail := quarters(x)
	return sine(q, r, tail)
}

// Cos is the cosine of x, in radians.
func Cos(x float64) float64 {
	q, r, tail := quarters(x)
	return sine(q+1, r, tail)
}

// Tan is the tangent of x, in radians.
func Tan(x float64) float64 {
	if math.Abs(x) < 0x1p-26 {
		return x
	}
	q, r, tail := quarters(x)
	return sine(q, r, tail) / sine(q+1, r, tail)
}

// sine is that of r + tail after q quarters of a turn, for r from -π/4 to π/4:
// the series of the sine or the cosine, with what the tail adds to first order.
func sine(q uint64, r, tail float64) float64 {
	z := r * r
	y := 0.0
	if q&1 == 0 {
		p := -1.0 / 1307674368000
		p = 1.0/6227020800 + float64(z*p)
		p = -1.0/39916800 + float64(z*p)
		p = 1.0/362880 + float64(z*p)
		p = -1.0/5040 + float64(z*p)
		p = 1.0/120 + float64(z*p)
		p = -1.0/6 + float64(z*p)
		y = r + (float64(float64(r*z)*p) + float64(tail*(1-z/2)))
	} else {
		p := 1.0 / 20922789888000
		p = -1.0/87178291200 + float64(z*p)
		p = 1.0/479001600 + float64(z*p)
		p = -1.0/3628800 + float64(z*p)
		p = 1.0/40320 + float64(z*p)
		p = -1.0/720 + float64(z*p)
		p = 1.0/24 + float64(z*p)
		w := 1 - z/2
		y = w + (1 - w - z/2 + (float64(float64(z*z)*p) - float64(r*tail)))
	}
	if q&2 != 0 {
		return -y
	}
	return y
}

const (
	// π/2 in three parts, the first two of 33 bits.
	quarter1 = 0x1.921fb544p+0
	quarter2 = 0x1.0b4611a6p-34
	quarter3 = 0x1.3198a2e037073p-69

	quarterHi = 0x1.921fb54442d18p+0
	quarterLo = 0x1.1a62633145c07p-54

	perQuarter = 0x1.45f306dc9c883p-1
)

// quarters takes from x the nearest number of quarters of a turn, of which it
// gives the lowest bits, and what is left, in two parts.
func quarters(x float64) (q uint64, r, tail float64) {
	if !(math.Abs(x) <= math.MaxFloat64) {
		return 0, math.NaN(), 0
	}
	if math.Abs(x) >= 1<<20 {
		q, r, tail = manyQuarters(math.Abs(x))
		if x < 0 {
			return -q, -r, -tail
		}
		return q, r, tail
	}
	// n has at most 20 bits: its products with the first two parts are exact.
	n := math.Floor(float64(x*perQuarter) + 0.5)
	a := x - float64(n*quarter1)
	b := float64(n * quarter2)
	s := a - b
	rest := a - s - b - float64(n*quarter3)
	r = s + rest
	return uint64(int64(n)), r, s - r + rest
}

// manyQuarters is quarters for a large x: its mantissa times so many of the bits
// of 2/π that come to 2 bits before the point and 126 after it (Payne and Hanek).
func manyQuarters(x float64) (q uint64, r, tail float64) {
	bits := math.Float64bits(x)
	m := bits&(1<<52-1) | 1<<52
	from := uint64(int64(bits>>52) - 1075 - 2 + 64)
	i, shift := from/64, from%64
	w0, w1, w2 := twoOverPi[i], twoOverPi[i+1], twoOverPi[i+2]
	if shift > 0 {
		w0 = w0<<shift | w1>>(64-shift)
		w1 = w1<<shift | w2>>(64-shift)
		w2 = w2<<shift | twoOverPi[i+3]>>(64-shift)
	}
	mid := m * w1
	top := m*w0 + upperHalf(m, w1)
	if low := upperHalf(m, w2); mid+low < mid {
		top++
		mid += low
	} else {
		mid += low
	}
	q = top >> 62
	top = top<<2 | mid>>62
	mid <<= 2
	sign := 1.0
	if top>>63 != 0 { // more than half a quarter: it is so much less than the next
		q++
		sign = -1
		top, mid = ^top, ^mid // but for the last of 128 bits
	}
	hi, lo := float64(top>>11)*0x1p-53, float64(top<<53>>1|mid>>12)*0x1p-116
	if top>>11 == 0 { // near a whole number of quarters, where the bits after matter
		hi, lo = float64(top<<42|mid>>22)*0x1p-106, float64(mid<<42>>12)*0x1p-158
	}
	r = float64(hi * quarterHi)
	tail = FMA(hi, quarterHi, -r) + (float64(hi*quarterLo) + float64(lo*quarterHi))
	s := r + tail
	return q, sign * s, sign * (r - s + tail)
}

// upperHalf is the upper half of the 128 bits of a·b.
func upperHalf(a, b uint64) uint64 {
	al, ah := a&0xffffffff, a>>32
	bl, bh := b&0xffffffff, b>>32
	mid := ah*bl + al*bl>>32
	return ah*bh + mid>>32 + (mid&0xffffffff+al*bh)>>32
}

// twoOverPi are the bits of 2/π, after 64 before the point.
var twoOverPi = [...]uint64{
	0,
	0xa2f9836e4e441529,
	0xfc2757d1f534ddc0,
	0xdb6295993c439041,
	0xfe5163abdebbc561,
	0xb7246e3a424dd2e0,
	0x06492eea09d1921c,
	0xfe1deb1cb129a73e,
	0xe88235f52ebb4484,
	0xe99c7026b45f7e41,
	0x3991d639835339f4,
	0x9c845f8bbdf9283b,
	0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f,
	0x6d367ecf27cb09b7,
	0x4f463f669e5fea2d,
	0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea,
	0x6bfb5fb11f8d5d08,
	0x56033046fc7b6bab,
	0xf0cfbc209af4361d,
	0xa9e391615ee61b08,
}
