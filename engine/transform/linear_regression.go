package transform

import "github.com/pageleap/pageleap/engine/frame"

// linearRegression is the features' product with the coefficients, plus the
// intercept.
//
// Spark: ml/regression/LinearRegression.scala (LinearRegressionModel.predict).
type linearRegression struct{ linear }

func readLinearRegression(s *Source) (Transformer, error) {
	t := &linearRegression{readLinear(s)}
	return t, s.Err()
}

func (t *linearRegression) Outputs() []Port {
	return []Port{{Name: "prediction", Type: frame.ScalarOf(frame.Double)}}
}

func (t *linearRegression) Transform(in, out []*frame.Value) error {
	out[0].SetNum(t.margin(in[0]))
	return nil
}
