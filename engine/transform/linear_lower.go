package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

// lower writes the margin to a cell.
func (l *linear) lower(b *lower.Builder, out lower.Addr) {
	b.Call("margin", b.In(0), b.Doubles(l.coefficients), l.intercept, out)
}

func (t *linearRegression) Lower(b *lower.Builder) { t.lower(b, b.Number(0)) }

func (t *linearSVC) Lower(b *lower.Builder) {
	_, raw := b.Dense(0, 2)
	out := b.Number(1)
	t.lower(b, out)
	b.Call("bothSides", out, raw)
	b.Call("aboveThreshold", raw+8, t.threshold, out)
}

func (t *supportVectorMachine) Lower(b *lower.Builder) {
	_, raw := b.Dense(0, 2)
	_, probability := b.Dense(1, 2)
	out := b.Number(2)
	t.lower(b, out)
	b.Call("bothSides", out, raw)
	b.Call("bothSides", out, probability)
	t.classifier.lowerPrediction(b, raw, probability, out)
}
