package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestAFTSurvivalRegression(t *testing.T) {
	tr := readNode(t, nodeOf("aft_survival_regression", "features:f > prediction:p quantiles:q", attrVector("coefficients", 0.5, -0.25),
		attrFloat("intercept", 1.5), attrFloat("scale", 0.7), attrFloats("quantile_probabilities", 0.01, 0.5, 0.999)))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 2), []float64{4.4816890703380645, 0.17904744386357774, 3.4675245582603695, 17.337145072071912}},
		{sparse(2, 1, 4), []float64{1.6487212707001282, 0.06586787359170818, 1.2756309967410773, 6.37797924062204}},
		{dense(3000, 0), []float64{inf, inf, inf, inf}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))
}

func TestAFTSurvivalRegressionFaults(t *testing.T) {
	for _, q := range []float64{0, 1, -1, nan} {
		n := nodeOf("aft_survival_regression", ">", attrVector("coefficients", 1), attrFloat("intercept", 1), attrFloat("scale", 1), attrFloats("quantile_probabilities", q))
		t.Log(readFault(t, n))
	}
}
