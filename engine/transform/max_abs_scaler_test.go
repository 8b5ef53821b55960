package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestMaxAbsScaler(t *testing.T) {
	tr := readNode(t, nodeOf("max_abs_scaler", "", attrVector("maxAbs", 3, 0, 7)))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		{dense(6, 2, 3.5), "[2 2 0.5]"},
		{dense(nan, nan, inf), "[NaN NaN +Inf]"},
		{dense(negativeZero, negativeZero, 0), "[-0 -0 0]"},
		{sparse(3, 0, 0, 1, 5), "3:[0=0 1=5]"},
		{sparse(3), "3:[]"},
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
}
