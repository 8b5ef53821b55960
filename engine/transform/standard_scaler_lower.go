package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *standardScaler) Lower(b *lower.Builder) {
	switch n := len(t.mean); {
	case t.mean == nil && t.factor == nil:
		b.Same(0, 0)
	case t.mean == nil:
		b.Call("scaleVector", b.In(0), b.Like(0, 0), b.Doubles(t.factor))
	default:
		_, to := b.Dense(0, n)
		b.Call("expand", b.In(0), to, n)
		b.Call("subtract", to, b.Doubles(t.mean), n)
		if t.factor != nil {
			b.Call("multiply", to, b.Doubles(t.factor), n)
		}
	}
}
