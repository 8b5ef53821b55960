package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *elementwiseProduct) Lower(b *lower.Builder) {
	b.Call("scaleVector", b.In(0), b.Like(0, 0), b.Doubles(t.scaling))
}
