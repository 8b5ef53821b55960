package kernel

import "math"

// normalized divides n numbers by their sum, from one place to another. Where
// the sum is not above 0 it fails.
func normalized(from, to Ptr, n, err uint32) Status {
	sum := from.F64()
	for i := uint32(1); i < n; i++ {
		sum += (from + Ptr(i)<<3).F64()
	}
	if !(sum > 0) {
		return fail(err)
	}
	for range n {
		to.SetF64(from.F64() / sum)
		from += 8
		to += 8
	}
	return done
}

// argmax is the index of the greatest of n numbers, the first of equals. NaN is
// greater than nothing, and in the first place nothing is greater than NaN.
func argmax(v Ptr, n uint32) uint32 {
	best := uint32(0)
	highest := v.F64()
	for i := uint32(1); i < n; i++ {
		v += 8
		if x := v.F64(); x > highest {
			best = i
			highest = x
		}
	}
	return best
}

// predictMax makes the index of the greatest of n numbers the prediction.
func predictMax(v Ptr, n uint32, out Cell) { out.SetNum(float64(argmax(v, n))) }

// predictByThreshold makes the class of the highest probability/threshold the
// prediction; 0/0 is never the highest.
func predictByThreshold(probability, thresholds Ptr, n uint32, out Cell) {
	best := uint32(0)
	highest := math.Inf(-1)
	for i := range n {
		if q := probability.F64() / thresholds.F64(); q > highest {
			best = i
			highest = q
		}
		probability += 8
		thresholds += 8
	}
	out.SetNum(float64(best))
}

// keepSecond copies a vector's second element.
func keepSecond(in Cell, to Ptr) { to.SetF64(element(in, 1)) }

// predictBest makes the class of the highest of n scores the prediction, and gives
// its probability.
func predictBest(scores, probabilities Ptr, n uint32, probability, out Cell) {
	best := argmax(scores, n)
	probability.SetNum((probabilities + Ptr(best)<<3).F64())
	out.SetNum(float64(best))
}
