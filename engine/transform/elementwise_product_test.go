package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestElementwiseProduct(t *testing.T) {
	tr := readNode(t, nodeOf("elementwise_product", "", attrVector("scaling_vec", 2, nan, inf, 0)))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		{dense(1, 0, 0, -1), "[2 NaN NaN -0]"},
		{sparse(4, 0, 3, 2, 0), "4:[0=6 2=NaN]"},
		{sparse(4), "4:[]"},
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
	if got := tr.Outputs()[0].Type.String(); got != "tensor<double>[4]?" {
		t.Error(got)
	}
	readFault(t, nodeOf("elementwise_product", "", attrTensor("scaling_vec", []float64{1, 2}, 2, 1)))
}
