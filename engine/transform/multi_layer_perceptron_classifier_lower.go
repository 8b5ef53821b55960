package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *multiLayerPerceptron) Lower(b *lower.Builder) {
	_, raw := b.Dense(0, t.classes)
	_, probability := b.Dense(1, t.classes)
	in, weights := b.In(0), t.weights
	for i, n := range t.layers[1:] {
		inputs, to := t.layers[i], raw
		top := i == len(t.layers)-2
		if !top {
			to = b.Room(8 * n)
		}
		size := n * (inputs + 1)
		b.Call("layer", in, b.Doubles(weights[:size]), inputs, n, to)
		weights = weights[size:]
		if !top {
			b.Call("sigmoid", to, n)
			in = b.DenseCell(to, n)
		}
	}
	b.Call("softmaxShare", raw, probability, t.classes)
	t.lowerPrediction(b, raw, probability, b.Number(2))
}
