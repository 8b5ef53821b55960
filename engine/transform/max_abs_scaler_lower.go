package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *maxAbsScaler) Lower(b *lower.Builder) {
	lowerScale(b, t.scale)
}
