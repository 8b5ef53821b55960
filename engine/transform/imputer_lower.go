package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *imputer) Lower(b *lower.Builder) {
	b.Call("impute", b.In(0), t.missing, t.surrogate, false, b.Number(0))
}

func (t *sparkImputer) Lower(b *lower.Builder) {
	for i, c := range t.columns {
		x := c.surrogate
		switch c.base {
		case frame.Long:
			b.Call("imputeLong", b.In(i), t.missing, x, b.Long(i))
			continue
		case frame.Double:
		case frame.Float:
			x = float64(float32(x)) // the others are floats
		default:
			x = math.Trunc(x)
		}
		b.Call("impute", b.In(i), t.missing, x, c.base < frame.Float, b.Number(i))
	}
}
