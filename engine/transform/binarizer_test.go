package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

var nan, inf, negativeZero = math.NaN(), math.Inf(1), math.Copysign(0, -1)

func attrShape(name string, v bundle.DataShape) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.DataShapeValue, Shapes: []bundle.DataShape{v}}
}

// The answers are Spark 4.1.2's.
func TestBinarizerVector(t *testing.T) {
	mixed := dense(nan, -1, 0, negativeZero, 1)
	gaps := sparse(8, 0, -1, 3, 0, 5, nan)
	low := sparse(10, 0, -1, 1, -1, 2, -1, 3, -1, 4, -1, 5, -1, 6, -1, 7, -1, 8, -1)
	for _, c := range []struct {
		threshold float64
		in        *frame.Value
		want      string
	}{
		{-0.5, mixed, "[1 0 1 1 1]"},
		{-0.5, gaps, "[0 1 1 1 1 1 1 1]"},
		{-0.5, low, "10:[9=1]"},
		{-0.5, dense(), "[]"},
		{0, mixed, "5:[4=1]"},
		{0, gaps, "8:[]"},
		{0, low, "10:[]"},
		{0, dense(), "[]"},
		{0.5, sparse(8, 0, 2), "8:[0=1]"},
		{0.5, sparse(2, 0, 2), "[1 0]"},
		{0.5, dense(0.5, 1, inf, -inf), "[0 1 1 0]"},
	} {
		tr := readNode(t, nodeOf("binarizer", "", attrFloat("threshold", c.threshold), attrShape("input_shapes", bundle.DataShape{Kind: frame.Tensor})))
		if got := row(tr, c.in); got != c.want {
			t.Errorf("%v above %v: got %s, want %s", c.in.Nums, c.threshold, got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
}

func TestBinarizerScalar(t *testing.T) {
	tr := readNode(t, nodeOf("binarizer", "", attrFloat("threshold", -1), attrShape("input_shapes", scalarShape)))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{{null(), "0"}, {num(nan), "0"}, {num(0), "1"}, {num(-1), "0"}, {num(inf), "1"}} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.in, got, c.want)
		}
	}
	if in, out := tr.Inputs()[0], tr.Outputs()[0]; in.Name != "input" || out.Name != "output" || out.Type.Nullable {
		t.Errorf("ports are %+v and %+v", in, out)
	}
}

func TestBinarizerForms(t *testing.T) {
	several := readNode(t, nodeOf("binarizer", "", attrFloats("thresholds", 0, 0.5), attrShapes("input_shapes_list", scalarShape, vectorShape(2))))
	if got := row(several, num(0.25), dense(0.5, 0.75)); got != "1 [0 1]" {
		t.Error(got)
	}
	if in, out := several.Inputs()[1].Name, several.Outputs()[1].Name; in != "input1" || out != "output1" {
		t.Errorf("ports are %s and %s", in, out)
	}
	sklearn := readNode(t, nodeOf("sklearn_binarizer", "", attrDefault("threshold"), attrShapes("input_shapes", vectorShape(2))))
	if got := row(sklearn, dense(0, 1)); got != "[0 1]" {
		t.Error(got)
	}
	readFault(t, nodeOf("binarizer", "", attrFloats("thresholds", 0), attrFloat("threshold", 0), attrShapes("input_shapes_list", scalarShape)))
	readFault(t, nodeOf("binarizer", "", attrFloats("thresholds", 0, 1), attrShapes("input_shapes_list", scalarShape)))
	readFault(t, nodeOf("binarizer", "", attrShape("input_shapes", scalarShape)))
	readFault(t, nodeOf("binarizer", "", attrFloat("threshold", 0), attrShape("input_shapes", bundle.DataShape{Kind: frame.List})))
	readFault(t, nodeOf("sklearn_binarizer", "", attrFloat("threshold", 0), attrShapes("input_shapes")))
}
