package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestLinearSVC(t *testing.T) {
	tr := readNode(t, nodeOf("linear_svc", "features:f > raw_prediction:r prediction:c", attrInt("num_classes", 2),
		attrVector("coefficients", 0.5, -1.25, 2), attrFloat("intercept", 0.125), attrFloat("threshold", 0.625)))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 2, 3), []float64{-4.125, 4.125, 1}},
		{dense(1, 0, 0), []float64{-0.625, 0.625, 0}},
		{sparse(3, 2, 0.3), []float64{-0.725, 0.725, 1}},
		{dense(0, 0, 0), []float64{-0.125, 0.125, 0}},
		{dense(nan, 0, 0), []float64{nan, nan, 0}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2, 3))
}

func TestLinearSVCFaults(t *testing.T) {
	for name, n := range map[string]*bundle.Node{
		"classes":         nodeOf("linear_svc", ">", attrInt("num_classes", 3), attrVector("coefficients", 1), attrFloat("intercept", 1)),
		"no coefficients": nodeOf("linear_svc", ">", attrInt("num_classes", 2), attrFloat("intercept", 1)),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
