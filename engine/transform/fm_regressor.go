package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// factorization is a factorization machine: a linear model, and for each pair of
// features the product of both with the product of their factors.
//
// Spark: ml/regression/FMRegressor.scala (FactorizationMachines.getRawPrediction),
// which MLeap does not have. Features that are 0 are passed over in the pairs.
// "fm_regressor" and "fm_classifier" both have
//
//	intercept  double
//	linear     tensor of double, one a feature
//	factors    tensor of double, features × factors, row by row
type factorization struct {
	intercept float64
	linear    []float64
	factors   []float64
	each      int // factors of a feature
}

func readFactorization(s *Source) factorization {
	f := factorization{intercept: s.Float("intercept"), linear: s.Vector("linear")}
	values, rows, cols := s.Matrix("factors")
	if rows != len(f.linear) {
		s.Fail("factors", "has "+strconv.Itoa(rows)+" rows for "+strconv.Itoa(len(f.linear))+" features")
	}
	f.factors, f.each = values, cols
	return f
}

func (f *factorization) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, len(f.linear))}}
}

func (f *factorization) Holds() []Fact {
	return []Fact{{"features", len(f.linear)}, {"factors", f.each}}
}

func (f *factorization) raw(v *frame.Value) float64 {
	raw := f.intercept + dotVector(v, f.linear)
	for j := range f.each {
		sum, squares := 0.0, 0.0
		for k, x := range v.Nums {
			if x == 0 {
				continue
			}
			i := k
			if v.Sparse {
				i = int(v.Indices[k])
			}
			vx := f.factors[i*f.each+j] * x
			squares += float64(vx * vx)
			sum += vx
		}
		raw += float64(0.5 * (float64(sum*sum) - squares))
	}
	return raw
}

// fmRegressor predicts what a factorization machine says.
type fmRegressor struct{ factorization }

func readFMRegressor(s *Source) (Transformer, error) {
	return &fmRegressor{readFactorization(s)}, s.Err()
}

func (t *fmRegressor) Outputs() []Port {
	return []Port{{Name: "prediction", Type: frame.ScalarOf(frame.Double)}}
}

func (t *fmRegressor) Transform(in, out []*frame.Value) error {
	out[0].SetNum(t.raw(in[0]))
	return nil
}
