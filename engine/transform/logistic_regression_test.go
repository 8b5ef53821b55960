package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func binaryNode(outputs string, attrs ...bundle.Attribute) *bundle.Node {
	return nodeOf("logistic_regression", "features:f > prediction:p "+outputs, append(attrs,
		attrInt("num_classes", 2), attrVector("coefficients", 1, -2), attrDefault("intercept"))...)
}

func TestLogisticRegressionBinary(t *testing.T) {
	const all = "raw_prediction:r probability:q"
	for _, c := range []struct {
		outputs string
		attrs   []bundle.Attribute
		in      *frame.Value
		want    string
	}{
		{all, nil, dense(0, 0), "[-0 0] [0.5 0.5] 0"}, // 0.5 is not above 0.5
		{all, nil, dense(3, 1), "[-1 1] [0.2689414213699951 0.7310585786300049] 1"},
		{all, nil, sparse(2, 1, 1), "[2 -2] [0.8807970779778823 0.11920292202211755] 0"},
		{all, nil, dense(math.Inf(1), 0), "[-Inf +Inf] [0 1] 1"},
		{all, nil, dense(math.NaN(), 0), "[NaN NaN] [NaN NaN] 0"},
		{all, nil, dense(0, 20), "[40 -40] [1 4.248354255291589e-18] 0"},
		{all, []bundle.Attribute{attrFloat("threshold", 0.8)}, dense(3, 1), "[-1 1] [0.2689414213699951 0.7310585786300049] 0"},
		{all, []bundle.Attribute{attrDefault("threshold")}, dense(-900, 0), "[900 -900] [1 0] 1"},
		{"probability:q", []bundle.Attribute{attrDefault("threshold")}, dense(-900, 0), "[900 -900] [1 0] 0"}, // 0 is not above 0
		{all, []bundle.Attribute{attrFloat("threshold", 1)}, dense(900, 0), "[-900 900] [0 1] 0"},
		{all, []bundle.Attribute{attrFloats("thresholds", 0.2, 0.8)}, dense(1, 0), "[-1 1] [0.2689414213699951 0.7310585786300049] 0"},
		{all, []bundle.Attribute{attrFloats("thresholds", 0.8, 0.2)}, dense(-1, 0), "[1 -1] [0.7310585786300049 0.2689414213699951] 1"},
	} {
		tr := readNode(t, binaryNode(c.outputs, c.attrs...))
		if got := row(tr, c.in); got != c.want {
			t.Errorf("%v: got %s, want %s", c.attrs, got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
	for _, threshold := range []float64{-0.1, 1.1, math.NaN()} {
		readFault(t, binaryNode("", attrFloat("threshold", threshold)))
	}
	readFault(t, binaryNode("", attrFloats("thresholds", 1, 1, 1)))
	readFault(t, nodeOf("logistic_regression", "", attrInt("num_classes", 2)))
	readFault(t, nodeOf("logistic_regression", ""))
}

func TestLogisticRegressionMultinomial(t *testing.T) {
	node := func(attrs ...bundle.Attribute) *bundle.Node {
		return nodeOf("logistic_regression", "features:f > raw_prediction:r probability:q prediction:p", append(attrs,
			attrInt("num_classes", 3),
			// rows (1, 4), (2, 5), (3, 6), column by column
			attrTensor("coefficient_matrix", []float64{1, 2, 3, 4, 5, 6}, 3, 2))...)
	}
	intercepts := attrVector("intercept_vector", 0, 0.5, -20)
	tr := readNode(t, node(intercepts))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		{dense(1, 10), "[41 52.5 43] [1.0129232796944186e-05 0.9999150252978274 7.484546937574882e-05] 1"},
		{sparse(2, 1, 10), "[40 50.5 40] [2.753493292117569e-05 0.9999449301341575 2.753493292117569e-05] 1"},
		{dense(math.Inf(1), 0), "[+Inf +Inf +Inf] [1 0 0] 0"},
		// Below where exp gives 0, as in Spark.
		{dense(-1000, 0), "[-1000 -1999.5 -3020] [1 0 0] 0"},
		{dense(math.NaN(), 0), "[NaN NaN NaN] [NaN NaN NaN] 0"},
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
	// By probability/threshold the third class comes out highest.
	if got := row(readNode(t, node(intercepts, attrFloats("thresholds", 1, 1e6, 1))), dense(1, 10)); got[len(got)-1] != '2' {
		t.Error(got)
	}
	readFault(t, node(attrVector("intercept_vector", 0, 0)))
	readFault(t, node(intercepts, attrFloats("thresholds", 1, 1)))
	readFault(t, node())
}
