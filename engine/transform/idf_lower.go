package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *idf) Lower(b *lower.Builder) {
	lowerScale(b, t.weights)
}
