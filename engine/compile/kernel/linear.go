package kernel

import (
	"math"

	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// margin is a weighted sum and an intercept.
func margin(in Cell, coefficients Ptr, intercept float64, out Cell) {
	out.SetNum(dot(in, coefficients) + intercept)
}

// bothSides writes -m and m of the margin that out has.
func bothSides(in Cell, raw Ptr) {
	m := in.Num()
	raw.SetF64(-m)
	(raw + 8).SetF64(m)
}

// aboveThreshold is 1 where a number is above the threshold, else 0.
func aboveThreshold(number Ptr, threshold float64, out Cell) {
	out.SetNum(float64(to01(number.F64() > threshold)))
}

// logistic makes two probabilities of two raw scores, each of its own.
func logistic(raw, probability Ptr) {
	probability.SetF64(1 / (1 + fmath.Exp((raw + 8).F64())))
	(probability + 8).SetF64(1 / (1 + fmath.Exp(raw.F64())))
}

// logisticRest does so, the second being what the first leaves of 1.
func logisticRest(raw, probability Ptr) {
	p := 1 / (1 + fmath.Exp((raw + 8).F64()))
	probability.SetF64(p)
	(probability + 8).SetF64(1 - p)
}

// margins are so many sums, that of class i from rows[i] and intercepts[i].
func margins(in Cell, rows Ptr, width, n uint32, intercepts, to Ptr) {
	for range n {
		to.SetF64(addRow(intercepts.F64(), in, rows))
		to += 8
		intercepts += 8
		rows += Ptr(width) << 3
	}
}

// softmax makes probabilities of n scores. An infinite one takes all, the first
// of several.
func softmax(from, v Ptr, n uint32) {
	copyBytes(v, from, n<<3)
	highest := -math.MaxFloat64
	for i := range n {
		x := (v + Ptr(i)<<3).F64()
		if x > math.MaxFloat64 {
			fillBytes(v, 0, n<<3)
			(v + Ptr(i)<<3).SetF64(1)
			return
		}
		if x > highest {
			highest = x
		}
	}
	by := 1 / expFrom(v, n, highest)
	for range n {
		v.SetF64(v.F64() * by)
		v += 8
	}
}

// expFrom replaces each x by exp(x - base), and gives their sum.
func expFrom(v Ptr, n uint32, base float64) float64 {
	sum := 0.0
	for range n {
		x := fmath.Exp(v.F64() - base)
		v.SetF64(x)
		sum += x
		v += 8
	}
	return sum
}

// greatest is the greatest of n numbers, NaN if one is.
func greatest(v Ptr, n uint32) float64 {
	m := v.F64()
	for i := uint32(1); i < n; i++ {
		m = max(m, (v + Ptr(i)<<3).F64())
	}
	return m
}

// softmaxShare is softmax by division, from the greatest score on, NaN if one is.
func softmaxShare(from, v Ptr, n uint32) {
	copyBytes(v, from, n<<3)
	total := expFrom(v, n, max(greatest(from, n), -math.MaxFloat64))
	for range n {
		v.SetF64(v.F64() / total)
		v += 8
	}
}

// layer is a layer of a perceptron: rows are its weights, each with its bias
// last.
func layer(in Cell, rows Ptr, width, n uint32, to Ptr) {
	for range n {
		bias := rows + Ptr(width)<<3
		to.SetF64(dotDensified(in, rows) + bias.F64())
		to += 8
		rows = bias + 8
	}
}

func sigmoid(v Ptr, n uint32) {
	for range n {
		v.SetF64(1 / (1 + fmath.Exp(-v.F64())))
		v += 8
	}
}

// ---- generalized linear models: links from a cell to another, and ranges

// addOffset adds to the sum, which null makes null. It writes the tag.
func addOffset(offset, sum Cell) {
	sum.SetTag(tagNull)
	if !offset.Null() {
		sum.SetTag(tagNumber)
		sum.SetNum(sum.Num() + offset.Num())
	}
}

func linkIdentity(eta, out Cell) { out.SetNum(eta.Num()) }
func linkLog(eta, out Cell)      { out.SetNum(fmath.Exp(eta.Num())) }
func linkInverse(eta, out Cell)  { out.SetNum(1 / eta.Num()) }
func linkLogit(eta, out Cell)    { out.SetNum(1 / (1 + fmath.Exp(-eta.Num()))) }
func linkProbit(eta, out Cell)   { out.SetNum(0.5 * (1 + fmath.Erf(eta.Num()/math.Sqrt2))) }
func linkCloglog(eta, out Cell)  { out.SetNum(1 - fmath.Exp(-fmath.Exp(eta.Num()))) }
func linkSqrt(eta, out Cell)     { out.SetNum(eta.Num() * eta.Num()) }

func linkPower(eta Cell, power float64, out Cell) { out.SetNum(fmath.Pow(eta.Num(), 1/power)) }

// timesEach multiplies each of n factors by a number.
func timesEach(in Cell, factors Ptr, n uint32, to Ptr) {
	for range n {
		to.SetF64(in.Num() * factors.F64())
		factors += 8
		to += 8
	}
}

// keepWithin keeps a mean in the range of its family: below low it is low, above
// limit it is high.
func keepWithin(out Cell, low, limit, high float64) {
	mu := out.Num()
	switch {
	case mu < low:
		out.SetNum(low)
	case mu > limit:
		out.SetNum(high)
	}
}

// ---- isotonic regression

// isotonic interpolates at x between n boundaries, as Spark does.
func isotonic(x float64, boundaries, predictions Ptr, n uint32) float64 {
	lo, hi := int32(0), int32(n)-1
	for lo <= hi {
		mid := (lo + hi) >> 1
		c := order((boundaries + Ptr(mid)<<3).F64(), x)
		if c == 0 {
			return (predictions + Ptr(mid)<<3).F64()
		}
		if c < 0 {
			lo = mid + 1
		} else {
			hi = mid - 1
		}
	}
	if lo == 0 {
		return predictions.F64()
	}
	b := boundaries + Ptr(lo)<<3
	p := predictions + Ptr(lo)<<3
	y1 := (p - 8).F64()
	if lo == int32(n) {
		return y1
	}
	x1 := (b - 8).F64()
	return y1 + float64((p.F64()-y1)*(x-x1))/(b.F64()-x1)
}

// order is Double.compare: -0 before 0, and NaN last.
func order(a, b float64) int32 {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return orderBits(a) - orderBits(b)
}

func orderBits(x float64) int32 {
	switch {
	case x != x:
		return 2
	case x == 0 && math.Signbit(x):
		return -1
	}
	return 0
}

func isotonicNumber(in Cell, boundaries, predictions Ptr, n uint32, out Cell) {
	out.SetNum(isotonic(in.Num(), boundaries, predictions, n))
}

func isotonicElement(in Cell, i, err uint32, boundaries, predictions Ptr, n uint32, out Cell) Status {
	size := in.Size()
	if i >= size {
		return failInt(err, int64(size))
	}
	out.SetNum(isotonic(element(in, i), boundaries, predictions, n))
	return done
}
