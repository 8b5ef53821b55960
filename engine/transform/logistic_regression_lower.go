package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *binaryRegression) Lower(b *lower.Builder) {
	_, raw := b.Dense(0, 2)
	_, probability := b.Dense(1, 2)
	out := b.Number(2)
	b.Call("margin", b.In(0), b.Doubles(t.coefficients), t.intercept, out)
	b.Call("bothSides", out, raw)
	if t.spark {
		b.Call("logisticRest", raw, probability)
	} else {
		b.Call("logistic", raw, probability)
	}
	if t.byProbability {
		b.Call("aboveThreshold", probability+8, t.threshold, out)
	} else {
		b.Call("aboveThreshold", raw+8, t.rawThreshold, out)
	}
}

func (t *multinomialRegression) Lower(b *lower.Builder) {
	_, raw := b.Dense(0, t.classes)
	_, probability := b.Dense(1, t.classes)
	if b.SIMD {
		b.Call("marginsAbreast", b.In(0), b.Columns(t.coefficients, t.features), lower.Fours(t.classes), b.DoublesInFours(t.intercepts), raw)
	} else {
		b.Call("margins", b.In(0), b.Doubles(t.coefficients), t.features, t.classes, b.Doubles(t.intercepts), raw)
	}
	b.Call("softmax", raw, probability, t.classes)
	t.lowerPrediction(b, raw, probability, b.Number(2))
}
