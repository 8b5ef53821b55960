package transform

import "testing"

func TestSklearnPolynomials(t *testing.T) {
	tr := readNode(t, nodeOf("sklearn_polynomial_expansion", "", attrString("combinations", "[1,x0,x1,x0^2,x0 x1,x1^2,x0^10 x1^3]")))
	if got := row(tr, dense(2, 3)); got != "[1 2 3 4 6 9 27648]" {
		t.Error(got)
	}
	if got := row(tr, sparse(2, 0, -1.5)); got != "[1 -1.5 0 2.25 -0 0 0]" {
		t.Error(got)
	}
	if in, out := tr.Inputs()[0].Type.String(), tr.Outputs()[0].Type.String(); in != "tensor<double>[2]" || out != "tensor<double>[7]?" {
		t.Errorf("types are %s and %s", in, out)
	}
	wantNoAllocs(t, tr, dense(2, 3))
	odd := readNode(t, nodeOf("sklearn_polynomial_expansion", "", attrString("combinations", "x, x1^,xx0^0,,")))
	if got := row(odd, dense(nan, 3)); got != "[1 3 1]" {
		t.Error(got)
	}
	readFault(t, nodeOf("sklearn_polynomial_expansion", "", attrString("combinations", "x99999999999999999999")))
	readFault(t, nodeOf("sklearn_polynomial_expansion", "", attrString("combinations", "x1^99999999999999999999")))
	readFault(t, nodeOf("sklearn_polynomial_expansion", ""))
}
