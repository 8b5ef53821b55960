package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *aftSurvivalRegression) Lower(b *lower.Builder) {
	out := b.Number(0)
	t.lower(b, out)
	b.Call("linkLog", out, out)
	_, quantiles := b.Dense(1, len(t.quantiles))
	b.Call("timesEach", out, b.Doubles(t.quantiles), len(t.quantiles), quantiles)
}
