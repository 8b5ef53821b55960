package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *normalizer) Lower(b *lower.Builder) {
	norm := b.Room(8)
	switch {
	case t.p == 1:
		b.Call("norm1", b.In(0), norm)
	case t.p == 2:
		b.Call("norm2", b.In(0), norm)
	case math.IsInf(t.p, 1):
		b.Call("normMax", b.In(0), norm)
	default:
		b.Call("normPower", b.In(0), t.p, norm)
	}
	b.Call("divideByNorm", b.In(0), b.Like(0, 0), norm)
}
