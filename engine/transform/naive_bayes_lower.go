package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *naiveBayes) Lower(b *lower.Builder) {
	_, raw := b.Dense(0, t.classes)
	_, probability := b.Dense(1, t.classes)
	in, n := b.In(0), t.classes
	switch t.kind {
	case gaussianBayes:
		b.Call("gaussian", in, b.Doubles(t.prior), b.Doubles(t.theta), b.Doubles(t.variance), b.Doubles(t.logVariance), t.features, n, raw)
	case bernoulliBayes:
		b.Call("checkBits", in, b.ErrorWith(0, lower.Range, "feature value ", "", "a bernoulli model takes 0 and 1 only"), b.Room(lower.NumberRoom))
	default:
		b.Call("checkCounts", in, b.ErrorWith(0, lower.Range, "feature value ", "", "this model takes no negative features"), b.Room(lower.NumberRoom))
	}
	if t.kind != gaussianBayes {
		lowerProject(b, in, t.theta, t.features, n, raw)
	}
	switch t.kind {
	case complementBayes:
		b.Call("lessTotal", raw, b.Room(8*n), n)
	case bernoulliBayes, multinomialBayes:
		b.Call("addEach", raw, b.Doubles(t.prior), n)
	}
	b.Call("softmax", raw, probability, n)
	t.lowerPrediction(b, raw, probability, b.Number(2))
}
