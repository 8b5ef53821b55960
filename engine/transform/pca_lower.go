package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *pca) Lower(b *lower.Builder) {
	_, to := b.Dense(0, t.components)
	b.Call("project", b.In(0), b.Doubles(t.loadings), t.features, t.components, to)
}
