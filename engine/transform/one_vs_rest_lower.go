package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
)

func (t *oneVsRest) Lower(b *lower.Builder) {
	n := len(t.models)
	probability := b.Number(0)
	_, raw := b.Dense(1, n)
	scores, probabilities := raw, b.Room(8*n)
	if t.byProbability {
		scores = probabilities
	}
	for i, m := range t.models {
		l, ok := m.Transformer.(lower.Lowerer)
		if !ok {
			b.Refuse("one of its classifiers has no compiled form")
			return
		}
		cells := b.Part(l, m.outputs)
		b.Call("keepSecond", cells[m.raw], raw+uint32(8*i))
		b.Call("keepSecond", cells[m.probability], probabilities+uint32(8*i))
	}
	b.Call("predictBest", scores, probabilities, n, probability, b.Number(2))
}
