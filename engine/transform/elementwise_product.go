package transform

import "github.com/pageleap/pageleap/engine/frame"

// elementwiseProduct multiplies a vector with a fixed one, element by element.
//
// Spark: ml/feature/ElementwiseProduct.scala. A sparse vector stays sparse: what
// it leaves out is 0 even where the factor is NaN or infinite.
type elementwiseProduct struct {
	scaling []float64
}

func readElementwiseProduct(s *Source) (Transformer, error) {
	return &elementwiseProduct{scaling: s.Vector("scaling_vec")}, s.Err()
}

func (t *elementwiseProduct) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, len(t.scaling))}}
}

func (t *elementwiseProduct) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, len(t.scaling)).OrNull()}}
}

func (t *elementwiseProduct) Transform(in, out []*frame.Value) error {
	scale(out[0], in[0], t.scaling)
	return nil
}
