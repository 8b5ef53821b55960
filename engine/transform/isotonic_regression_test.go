package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
)

func steps(more ...bundle.Attribute) *bundle.Node {
	return nodeOf("isotonic_regression", "features:f > prediction:p", append(more, attrBool("isotonic", true),
		attrFloats("boundaries", 0, 1, 1, 1, 2, 4), attrFloats("predictions", 0, 1, 5, 6, 7, 7.5))...)
}

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestIsotonicRegression(t *testing.T) {
	number, vector := readNode(t, steps()), readNode(t, steps(attrInt("feature_index", 1)))
	for x, want := range map[float64]float64{
		-1:           0,
		negativeZero: 0,
		0:            0,
		0.3:          0.3,
		1:            5,
		1.7:          6.7,
		2:            7,
		3.9:          7.475,
		4:            7.5,
		5:            7.5,
		nan:          7.5,
		inf:          7.5,
		-inf:         0,
	} {
		wantNear(t, number, num(x), want)
		wantNear(t, vector, dense(7, x), want)
		wantNear(t, vector, sparse(2, 1, x), want)
	}
	wantNear(t, vector, sparse(2), 0)
	if got := row(vector, dense(1)); got != "wrong vector size at 0" {
		t.Error(got)
	}
	wantNoAllocs(t, number, num(0.3))
	wantNoAllocs(t, vector, dense(0, 0.3))
}

func TestIsotonicRegressionFaults(t *testing.T) {
	points := func(boundaries, predictions []float64) *bundle.Node {
		return nodeOf("isotonic_regression", ">", attrFloats("boundaries", boundaries...), attrFloats("predictions", predictions...))
	}
	for name, n := range map[string]*bundle.Node{
		"empty":    points(nil, nil),
		"lengths":  points([]float64{1, 2}, []float64{1}),
		"order":    points([]float64{2, 1}, []float64{1, 2}),
		"negative": steps(attrInt("feature_index", -1)),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}

// java.util.Arrays.binarySearch
func TestSearchDoubles(t *testing.T) {
	for _, c := range []struct {
		x     float64
		at    int
		found bool
	}{
		{-1, 0, false}, {negativeZero, 0, true}, {0, 1, true}, {0.5, 2, false}, {1, 2, true}, {nan, 3, true}, {inf, 3, false},
	} {
		if at, found := searchDoubles([]float64{negativeZero, 0, 1, nan}, c.x); at != c.at || found != c.found {
			t.Errorf("%v: %d %v", c.x, at, found)
		}
	}
}
