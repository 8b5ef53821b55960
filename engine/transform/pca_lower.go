package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

// lowerProject makes the products of a vector with n rows end to end.
func lowerProject(b *lower.Builder, in lower.Addr, rows []float64, width, n int, to lower.Addr) {
	if b.SIMD {
		b.Call("projectAbreast", in, b.Columns(rows[:width*n], width), lower.Fours(n), to)
	} else {
		b.Call("project", in, b.Doubles(rows), width, n, to)
	}
}

func (t *pca) Lower(b *lower.Builder) {
	_, to := b.Dense(0, t.components)
	lowerProject(b, b.In(0), t.loadings, t.features, t.components, to)
}
