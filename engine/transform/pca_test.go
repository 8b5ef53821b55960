package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestPCA(t *testing.T) {
	// Column by column: the components are (1, -1, 2) and (0, -3, 1).
	tr := readNode(t, nodeOf("pca", "", attrTensor("principal_components", []float64{1, -1, 2, 0, -3, 1}, 3, 2)))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		{dense(2, 1, 0), "[1 -3]"},
		{dense(negativeZero, negativeZero, 0), "[0 0]"},
		{dense(nan, 0, 0), "[NaN NaN]"},
		{sparse(3, 0, nan), "[NaN NaN]"},
		{sparse(3, 0, 0, 1, 5), "[-5 -15]"},
		{sparse(3, 1, inf), "[-Inf -Inf]"},
		{sparse(3), "[0 0]"},
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
	if in, out := tr.Inputs()[0].Type.String(), tr.Outputs()[0].Type.String(); in != "tensor<double>[3]" || out != "tensor<double>[]?" {
		t.Errorf("types are %s and %s", in, out)
	}
	readFault(t, nodeOf("pca", "", attrTensor("principal_components", []float64{1, -1, 2}, 3, 2)))
	readFault(t, nodeOf("pca", "", attrVector("principal_components", 1, 2)))
}
