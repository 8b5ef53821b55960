package transform

import "github.com/pageleap/pageleap/engine/frame"

// idf weighs each term's count with the rarity of the term.
//
// Spark: ml/feature/IDF.scala, transform of mllib/feature/IDF.scala. Sparse stays
// sparse, with the same indices, even where the weight is 0. A vector of another
// size than the model's is refused. (Spark takes shorter ones.)
type idf struct{ weights []float64 }

func readIDF(s *Source) (Transformer, error) {
	return &idf{weights: s.Vector("idf")}, s.Err()
}

func (t *idf) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, len(t.weights))}}
}

func (t *idf) Outputs() []Port {
	// MLeap does not say of what size.
	return []Port{{Name: "output", Type: frame.Type{Kind: frame.Tensor, Base: frame.Double, Dims: []int{}, Nullable: true}}}
}

func (t *idf) Transform(in, out []*frame.Value) error {
	scale(out[0], in[0], t.weights)
	return nil
}
