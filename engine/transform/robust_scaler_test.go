package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestRobustScaler(t *testing.T) {
	in := []*frame.Value{dense(1, 2, 3), dense(nan, inf, negativeZero), sparse(3, 0, 0, 1, 2), sparse(3)}
	for _, c := range []struct {
		centring, scaling bool
		want              []string
	}{
		{true, true, []string{"[0 0 0.30000000000000004]", "[NaN NaN -0]", "[-0.5 0 0]", "[-0.5 -0 0]"}},
		{true, false, []string{"[0 1 3]", "[NaN +Inf -0]", "[-1 1 0]", "[-1 -1 0]"}},
		{false, true, []string{"[0.5 0 0.30000000000000004]", "[NaN NaN -0]", "3:[0=0 1=0]", "3:[]"}},
		{false, false, []string{"[1 2 3]", "[NaN +Inf -0]", "3:[0=0 1=2]", "3:[]"}},
	} {
		tr := readNode(t, nodeOf("robust_scaler", "", attrVector("median", 1, 1, 0), attrVector("range", 2, 0, 10),
			attrBool("with_centering", c.centring), attrBool("with_scaling", c.scaling)))
		for i, want := range c.want {
			if got := row(tr, in[i]); got != want {
				t.Errorf("centring %v, scaling %v: got %s, want %s", c.centring, c.scaling, got, want)
			}
			wantNoAllocs(t, tr, in[i])
		}
		if got := tr.Inputs()[0].Type.String() + tr.Outputs()[0].Type.String(); got != "tensor<double>[3]tensor<double>[3]?" {
			t.Error(got)
		}
	}
	readFault(t, nodeOf("robust_scaler", "", attrVector("median", 1), attrVector("range", 2, 0), attrBool("with_centering", true), attrBool("with_scaling", true)))
}
