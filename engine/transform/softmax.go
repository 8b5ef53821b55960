package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// softmax makes probabilities of scores, in place.
//
// Spark: mllib-local ml/impl/Utils.scala. An infinite score takes all, the
// first of several.
func softmax(v []float64) {
	highest := -math.MaxFloat64
	for i, x := range v {
		if math.IsInf(x, 1) {
			clear(v)
			v[i] = 1
			return
		}
		if x > highest {
			highest = x
		}
	}
	multiply(v, 1/expFrom(v, highest))
}

// expFrom replaces each x by exp(x - base), and gives their sum.
func expFrom(v []float64, base float64) float64 {
	sum := 0.0
	for i, x := range v {
		v[i] = fmath.Exp(x - base)
		sum += v[i]
	}
	return sum
}

func multiply(v []float64, by float64) {
	for i := range v {
		v[i] *= by
	}
}
