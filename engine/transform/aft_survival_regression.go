package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// aftSurvivalRegression predicts the scale of a lifetime's Weibull
// distribution, and quantiles of the lifetime.
//
// Spark: ml/regression/AFTSurvivalRegression.scala
// (AFTSurvivalRegressionModel). The quantile of probability q is the prediction
// times exp(log(-log1p(-q)) * scale); MLeap divides by 1/scale and takes
// log(1-q), which differs in the last bits.
type aftSurvivalRegression struct {
	linear
	quantiles []float64 // of a lifetime whose prediction is 1
}

func readAFTSurvivalRegression(s *Source) (Transformer, error) {
	t := &aftSurvivalRegression{linear: readLinear(s)}
	scale := s.Float("scale")
	for _, q := range s.Floats("quantile_probabilities") {
		if !(q > 0 && q < 1) {
			s.Fail("quantile_probabilities", "has a value that is not between 0 and 1")
		}
		t.quantiles = append(t.quantiles, fmath.Exp(fmath.Log(-math.Log1p(-q))*scale))
	}
	return t, s.Err()
}

func (t *aftSurvivalRegression) Outputs() []Port {
	return []Port{
		{Name: "prediction", Type: frame.ScalarOf(frame.Double)},
		{Name: "quantiles", Type: frame.TensorOf(frame.Double, len(t.quantiles)).OrNull()},
	}
}

func (t *aftSurvivalRegression) Transform(in, out []*frame.Value) error {
	lambda := fmath.Exp(t.margin(in[0]))
	out[0].SetNum(lambda)
	quantiles := out[1].Dense(len(t.quantiles))
	for i, q := range t.quantiles {
		quantiles[i] = lambda * q
	}
	return nil
}
