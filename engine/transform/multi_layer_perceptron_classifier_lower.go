package transform

import (
	"slices"

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
			to = b.Room(8 * lower.Fours(n))
		}
		size := n * (inputs + 1)
		t.lowerLayer(b, in, weights[:size], inputs, n, to)
		weights = weights[size:]
		if !top {
			b.Call("sigmoid", to, n)
			in = b.DenseCell(to, n)
		}
	}
	b.Call("softmaxShare", raw, probability, t.classes)
	t.lowerPrediction(b, raw, probability, b.Number(2))
}

// lowerLayer makes the sums of a layer, whose rows of weights have their bias last.
func (t *multiLayerPerceptron) lowerLayer(b *lower.Builder, in lower.Addr, rows []float64, inputs, n int, to lower.Addr) {
	if !b.SIMD {
		b.Call("layer", in, b.Doubles(rows), inputs, n, to)
		return
	}
	var weights, biases []float64
	for row := range slices.Chunk(rows, inputs+1) {
		weights, biases = append(weights, row[:inputs]...), append(biases, row[inputs])
	}
	b.Call("layerAbreast", in, b.Columns(weights, inputs), lower.Fours(n), b.DoublesInFours(biases), to)
}
