package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestPolynomialExpansion(t *testing.T) {
	tr := readNode(t, nodeOf("polynomial_expansion", "", attrInt("degree", 3), attrInt("input_size", 0)))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		{dense(2, 3), "[2 4 8 3 6 12 9 18 27]"},
		{dense(0, 3), "[0 0 0 3 0 0 9 0 27]"},
		{dense(nan, 0), "[NaN NaN NaN 0 0 0 0 0 0]"},
		{dense(0, nan), "[0 0 0 NaN NaN NaN NaN NaN NaN]"},
		{dense(inf, 0), "[+Inf +Inf +Inf 0 0 0 0 0 0]"},
		{dense(1e-200, 1e-200), "[1e-200 0 0 1e-200 0 0 0 0 0]"},
		{dense(), "[]"},
		{sparse(3, 0, 2, 2, 5), "19:[0=2 1=4 2=8 9=5 10=10 11=20 15=25 16=50 18=125]"},
		{sparse(3, 0, 0, 2, 5), "19:[9=5 15=25 18=125]"},
		{sparse(3, 1, nan), "19:[3=NaN 6=NaN 8=NaN]"},
		{sparse(3), "19:[]"},
		{sparse(10000), "limit exceeded at 0"},
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	wantNoAllocs(t, tr, dense(2, 3))
	wantNoAllocs(t, tr, sparse(3, 0, 2, 2, 5))
	sized := readNode(t, nodeOf("polynomial_expansion", "", attrInt("degree", 2), attrInt("input_size", 4)))
	if in, out := sized.Inputs()[0].Type.String(), sized.Outputs()[0].Type.String(); in != "tensor<double>[4]" || out != "tensor<double>[14]?" {
		t.Errorf("types are %s and %s", in, out)
	}
	readFault(t, nodeOf("polynomial_expansion", "", attrInt("degree", 0), attrInt("input_size", 4)))
	readFault(t, nodeOf("polynomial_expansion", "", attrInt("degree", 40), attrInt("input_size", 1000)))
	readFault(t, nodeOf("polynomial_expansion", "", attrInt("degree", 1<<62), attrInt("input_size", 1000)))
}
