package kernel

import (
	"math"
	"math/bits"

	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// ---- one number or two

// nullOf makes out null where in is, else a number. What comes after it writes
// the number, in either case.
func nullOf(in, out Cell) { out.SetTag(to01(!in.Null())) }

// nullOfEither makes out null where a or b is, else a number.
func nullOfEither(a, b, out Cell) { out.SetTag(to01(!a.Null() && !b.Null())) }

func unaryLog(in, out Cell)   { out.SetNum(fmath.Log(in.Num())) }
func unaryExp(in, out Cell)   { out.SetNum(fmath.Exp(in.Num())) }
func unarySqrt(in, out Cell)  { out.SetNum(math.Sqrt(in.Num())) }
func unaryAbs(in, out Cell)   { out.SetNum(math.Abs(in.Num())) }
func unaryFloor(in, out Cell) { out.SetNum(math.Floor(in.Num())) }
func unaryCeil(in, out Cell)  { out.SetNum(math.Ceil(in.Num())) }
func unarySin(in, out Cell)   { out.SetNum(fmath.Sin(in.Num())) }
func unaryCos(in, out Cell)   { out.SetNum(fmath.Cos(in.Num())) }
func unaryTan(in, out Cell)   { out.SetNum(fmath.Tan(in.Num())) }

func unaryLogit(in, out Cell, err uint32, room Ptr) Status {
	x := in.Num()
	if !in.Null() && (x < 0 || x > 1) {
		return failNumber(err, room, x)
	}
	out.SetNum(fmath.Log(x / (1 - x)))
	return done
}

// unaryRound is Java's: halves go up, NaN is 0, the largest are those of a long.
func unaryRound(in, out Cell) {
	x := in.Num()
	f := math.Floor(x)
	switch {
	case x != x:
		f = 0
	case x >= 1<<63:
		f = 1 << 63
	case x <= -1<<63:
		f = -1 << 63
	case x-f >= 0.5:
		f++
	}
	out.SetNum(f + 0)
}

func binaryAdd(a, b, out Cell)  { out.SetNum(a.Num() + b.Num()) }
func binarySub(a, b, out Cell)  { out.SetNum(a.Num() - b.Num()) }
func binaryMul(a, b, out Cell)  { out.SetNum(a.Num() * b.Num()) }
func binaryDiv(a, b, out Cell)  { out.SetNum(a.Num() / b.Num()) }
func binaryRem(a, b, out Cell)  { out.SetNum(mod(a.Num(), b.Num())) }
func binaryLogN(a, b, out Cell) { out.SetNum(fmath.Log(a.Num()) / fmath.Log(b.Num())) }
func binaryPow(a, b, out Cell)  { out.SetNum(javaPow(a.Num(), b.Num())) }
func binaryMin(a, b, out Cell)  { out.SetNum(min(a.Num(), b.Num())) }
func binaryMax(a, b, out Cell)  { out.SetNum(max(a.Num(), b.Num())) }

// firstNotNull takes the first of several cells that is not null. It writes the
// tag too.
func firstNotNull(cells, end Ptr, out Cell) {
	out.SetTag(tagNull)
	for ; cells != end; cells += 4 {
		if in := Cell(cells.U32()); !in.Null() {
			out.SetTag(tagNumber)
			out.SetNum(in.Num())
			return
		}
	}
}

// ---- of package math, what it is that instructions don't do

func javaPow(x, y float64) float64 {
	if a := math.Abs(y); y != y || a > math.MaxFloat64 && math.Abs(x) == 1 {
		return math.NaN()
	}
	return fmath.Pow(x, y)
}

// pow is x to the power of y where one of them is 0, infinite or NaN, x is 1 or
// y 0, or x is negative and y no whole number: what fmath.Pow leaves to others.
func pow(x, y float64) float64 {
	ax, ay := math.Abs(x), math.Abs(y)
	odd := ay < 1<<53 && math.Floor(y) == y && math.Floor(y/2)*2 != y
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	case ay > math.MaxFloat64:
		switch {
		case ax == 1:
			return 1
		case (ax > 1) == (y > 0):
			return math.Inf(1)
		}
		return 0
	case ax > 0 && ax <= math.MaxFloat64: // negative, to no whole power
		return math.NaN()
	}
	z := 0.0
	if (ax > 0) == (y > 0) {
		z = math.Inf(1)
	}
	if odd {
		return math.Copysign(z, x)
	}
	return z
}

// ldexp is x·2^exp, for x from 1 to 2, so that it is rounded but once.
func ldexp(x float64, exp int) float64 {
	for ; exp > 1023; exp -= 1023 {
		x *= 0x1p1023
	}
	if exp < -1022 {
		x *= 0x1p-1022
		exp = max(exp+1022, -1022)
	}
	return x * math.Float64frombits(uint64(exp+1023)<<52)
}

const (
	mantissa = 1<<52 - 1
	topBit   = 1 << 52
	infinity = 2047 // as an exponent
)

// mod is what is left of x after dividing by y, with the sign of x.
func mod(x, y float64) float64 {
	if y == 0 || x != x || y != y || math.Abs(x) > math.MaxFloat64 {
		return math.NaN()
	}
	if math.Abs(x) < math.Abs(y) {
		return x
	}
	if x == 0 {
		return x
	}
	a, e := topped(x)
	b, eb := topped(y)
	for ; e > eb; e-- {
		if a >= b {
			a -= b
		}
		a <<= 1
	}
	if a >= b {
		a -= b
	}
	if a == 0 {
		return math.Copysign(0, x)
	}
	n := int32(bits.LeadingZeros64(a)) - 11
	a <<= uint32(n)
	e -= n
	if e < 1 {
		a >>= uint32(1 - e)
		e = 1
	}
	return math.Copysign(math.Float64frombits(a+uint64(e-1)<<52), x)
}

// parts are a finite number's mantissa, its top bit among them, and exponent,
// 1 at least.
func parts(x float64) (m uint64, e int32) {
	b := math.Float64bits(x)
	e = int32(b>>52) & infinity
	m = b & mantissa
	if e == 0 {
		return m, 1
	}
	return m | topBit, e
}

// fma is x·y + z with one rounding where fmath.FMA cannot: it brings the numbers
// to where that can, and the sum back.
func fma(x, y, z float64) float64 {
	infinite := !(math.Abs(x) <= math.MaxFloat64 && math.Abs(y) <= math.MaxFloat64)
	switch {
	case infinite || x == 0 || y == 0 || z != z:
		return float64(x*y) + z
	case z == 0:
		return x * y
	case math.Abs(z) > math.MaxFloat64:
		return z
	}
	x, ex := unit(x)
	y, ey := unit(y)
	z1, ez := unit(z)
	e := ex + ey
	if ez-e > 200 { // x·y is far below the last place of z
		return z
	}
	z = ldexp(z1, max(ez-e, -200)) // further below that of x·y it is all the same
	sum := fmath.FMA(x, y, z)
	if least := ldexp(1, -1022-e); math.Abs(sum) < least {
		// There are fewer places for the sum. Its second rounding goes wrong only
		// if the first one made it lie in the middle between two numbers.
		least = math.Copysign(least, sum)
		half := least * 0x1p-53
		rounded := sum + least - least
		product := float64(x * y)
		s := product + z
		v := s - product
		rest := s - sum + (product - (s - v) + (z - v)) + fmath.FMA(x, y, -product)
		if rest != 0 && math.Abs(sum-rounded) == math.Abs(half) {
			rounded = sum + math.Copysign(half, rest)
		}
		sum = math.Copysign(rounded, sum)
	}
	return ldexp(sum, e)
}

// unit is m·2^e, m from 1 to 2 or from -1 to -2, for a number that is not 0.
func unit(x float64) (m float64, e int) {
	e = -1023
	if math.Abs(x) < 0x1p-1022 {
		x *= 0x1p54
		e -= 54
	}
	b := math.Float64bits(x)
	return math.Float64frombits(b&^(infinity<<52) | 1023<<52), e + int(b>>52&infinity)
}

// topped is parts, with the top bit in its place even where the number is too
// small to have one.
func topped(x float64) (m uint64, e int32) {
	m, e = parts(x)
	n := int32(bits.LeadingZeros64(m)) - 11
	return m << uint32(n), e - n
}
