package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *elementwiseProduct) Lower(b *lower.Builder) {
	lowerScale(b, t.scaling)
}

// lowerScale multiplies each element by its factor.
func lowerScale(b *lower.Builder, factors []float64) {
	kernel := "scaleVector"
	if b.SIMD {
		kernel = "scaleAbreast"
	}
	b.Call(kernel, b.In(0), b.Like(0, 0), b.Doubles(factors))
}
