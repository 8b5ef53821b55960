package transform

import (
	"math"
	"testing"
)

func TestLinearRegression(t *testing.T) {
	tr := readNode(t, nodeOf("linear_regression", "", attrVector("coefficients", 2, -1, 0.5), attrFloat("intercept", 10)))
	for want, got := range map[string]string{
		"10.5":                    row(tr, dense(1, 2, 1)),
		"9":                       row(tr, sparse(3, 1, 1)),
		"10":                      row(tr, sparse(3)),
		"NaN":                     row(tr, dense(math.NaN(), 0, 0)),
		"+Inf":                    row(tr, sparse(3, 0, math.Inf(1))),
		"tensor<double>[3]double": tr.Inputs()[0].Type.String() + tr.Outputs()[0].Type.String(),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	wantNoAllocs(t, tr, dense(1, 2, 1))
	// An intercept of 0 is left out.
	if got := row(readNode(t, nodeOf("linear_regression", "", attrVector("coefficients", 2), attrDefault("intercept"))), dense(3)); got != "6" {
		t.Error(got)
	}
	readFault(t, nodeOf("linear_regression", "", attrVector("coefficients", 2)))
	readFault(t, nodeOf("linear_regression", "", attrFloats("coefficients", 2), attrFloat("intercept", 0)))
}
