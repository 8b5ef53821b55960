package transform

import "github.com/pageleap/pageleap/engine/frame"

// linearRegression is the features' product with the coefficients, plus the
// intercept.
//
// Spark: ml/regression/LinearRegression.scala (LinearRegressionModel.predict).
type linearRegression struct {
	coefficients []float64
	intercept    float64
}

func readLinearRegression(s *Source) (Transformer, error) {
	t := &linearRegression{coefficients: s.Vector("coefficients"), intercept: s.Float("intercept")}
	return t, s.Err()
}

func (t *linearRegression) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, len(t.coefficients))}}
}

func (t *linearRegression) Outputs() []Port {
	return []Port{{Name: "prediction", Type: frame.ScalarOf(frame.Double)}}
}

func (t *linearRegression) Holds() []Fact { return []Fact{{"coefficients", len(t.coefficients)}} }

func (t *linearRegression) Transform(in, out []*frame.Value) error {
	out[0].SetNum(dotVector(in[0], t.coefficients) + t.intercept)
	return nil
}
