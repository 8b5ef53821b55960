package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *standardScaler) Lower(b *lower.Builder) {
	switch n := len(t.mean); {
	case t.mean == nil && t.factor == nil:
		b.Same(0, 0)
	case t.mean == nil:
		lowerScale(b, t.factor)
	default:
		_, to := b.Dense(0, n)
		b.Call("expand", b.In(0), to, n)
		if t.factor != nil && b.SIMD {
			b.Call("standardAbreast", to, b.DoublesInFours(t.mean), b.DoublesInFours(t.factor), lower.Fours(n))
			return
		}
		b.Call("subtract", to, b.Doubles(t.mean), n)
		if t.factor != nil {
			b.Call("multiply", to, b.Doubles(t.factor), n)
		}
	}
}
