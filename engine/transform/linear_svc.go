package transform

import "github.com/pageleap/pageleap/engine/frame"

// linearSVC tells two classes apart by the side of a hyperplane.
//
// Spark: ml/classification/LinearSVC.scala (LinearSVCModel). The class is 1
// where the margin is above the threshold, not where it equals it; a NaN margin
// gives 0.
type linearSVC struct {
	linear
	threshold float64
}

func readLinearSVC(s *Source) (Transformer, error) {
	t := &linearSVC{readLinear(s), s.FloatOr("threshold", 0)}
	wantBinary(s)
	return t, s.Err()
}

func (t *linearSVC) Outputs() []Port {
	return []Port{
		{Name: "raw_prediction", Type: frame.TensorOf(frame.Double, 2).OrNull()},
		{Name: "prediction", Type: frame.ScalarOf(frame.Double)},
	}
}

func (t *linearSVC) Transform(in, out []*frame.Value) error {
	m := t.margin(in[0])
	raw := out[0].Dense(2)
	raw[0], raw[1] = -m, m
	class := 0.0
	if m > t.threshold {
		class = 1
	}
	out[1].SetNum(class)
	return nil
}
