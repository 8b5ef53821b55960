package transform

import "github.com/pageleap/pageleap/engine/frame"

// maxAbsScaler divides each feature by the greatest absolute value it was
// fitted on.
//
// Spark: ml/feature/MaxAbsScaler.scala. It multiplies by 1/maxAbs, or by 1 where
// maxAbs is 0, and does not bound the answer (MLeap divides, and clamps to
// [-1, 1]). A sparse vector stays sparse.
type maxAbsScaler struct {
	scale []float64
}

func readMaxAbsScaler(s *Source) (Transformer, error) {
	maxAbs := s.Vector("maxAbs")
	t := &maxAbsScaler{scale: make([]float64, len(maxAbs))}
	for i, x := range maxAbs {
		t.scale[i] = 1
		if x != 0 {
			t.scale[i] = 1 / x
		}
	}
	return t, s.Err()
}

func (t *maxAbsScaler) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, len(t.scale))}}
}

func (t *maxAbsScaler) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, len(t.scale)).OrNull()}}
}

func (t *maxAbsScaler) Transform(in, out []*frame.Value) error {
	scale(out[0], in[0], t.scale)
	return nil
}
