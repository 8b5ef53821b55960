package kernel

import "github.com/pageleap/pageleap/engine/internal/fmath"

// checkBits refuses elements that are neither 0 nor 1.
func checkBits(in Cell, err uint32, room Ptr) Status {
	v := in.Data()
	for range in.Len() {
		if x := v.F64(); x != 0 && x != 1 {
			return failNumber(err, room, x)
		}
		v += 8
	}
	return done
}

// checkCounts refuses elements that are negative or NaN.
func checkCounts(in Cell, err uint32, room Ptr) Status {
	v := in.Data()
	for range in.Len() {
		if x := v.F64(); !(x >= 0) {
			return failNumber(err, room, x)
		}
		v += 8
	}
	return done
}

// addEach adds n numbers to as many others, in place.
func addEach(v, what Ptr, n uint32) {
	for range n {
		v.SetF64(v.F64() + what.F64())
		v += 8
		what += 8
	}
}

// lessTotal takes from n scores the logarithm of their exponentials' sum.
func lessTotal(raw, room Ptr, n uint32) {
	copyBytes(room, raw, n<<3)
	highest := greatest(raw, n)
	total := fmath.Log(expFrom(room, n, highest)) + highest
	for range n {
		raw.SetF64(raw.F64() - total)
		raw += 8
	}
}

// gaussian scores n classes by their distances from the means, a row a class.
func gaussian(in Cell, prior, mean, variance, logVariance Ptr, width, n uint32, raw Ptr) {
	for range n {
		sum := 0.0
		k := uint32(0)
		for j := range width {
			x := 0.0
			if !in.Sparse() {
				x = (in.Data() + Ptr(j)<<3).F64()
			} else if k < in.Len() && (in.Indices()+Ptr(k)<<2).U32() == j {
				x = (in.Data() + Ptr(k)<<3).F64()
				k++
			}
			d := x - mean.F64()
			sum += d * d / variance.F64()
			mean += 8
			variance += 8
		}
		raw.SetF64(prior.F64() - (sum+logVariance.F64())/2)
		raw += 8
		prior += 8
		logVariance += 8
	}
}
