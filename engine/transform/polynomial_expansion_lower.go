package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

// mostProducts is the size of the largest vector that a module makes room for.
const mostProducts = 1 << 22

func (t *polynomialExpansion) Lower(b *lower.Builder) {
	in := b.Input(0)
	size := monomials(max(in.Size, 0), t.degree) - 1
	switch {
	case in.Size < 0:
		b.Refuse("the size of its vectors is not known")
	case size < 0 || size > mostProducts:
		b.Refuse("it makes too many products")
	case in.Dense:
		out, _ := b.Dense(0, size)
		b.Call("expandPolynomial", b.In(0), out, t.degree, size)
	default:
		b.Call("expandPolynomial", b.In(0), b.Vector(0, size, size), t.degree, size)
	}
}
