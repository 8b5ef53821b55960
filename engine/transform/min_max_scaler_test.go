package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestMinMaxScaler(t *testing.T) {
	lo, hi := attrVector("min", 1, 3, -2), attrVector("max", 4, 3, 5)
	tr := readNode(t, nodeOf("min_max_scaler", "", lo, hi, attrFloat("minValue", -1), attrFloat("maxValue", 2)))
	nan := math.NaN()
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		{dense(1, 3, 5), "[-1 0.5 2]"},
		{dense(9, math.Inf(1), -9), "[7 0.5 -4]"}, // outside the range; constant feature
		{dense(nan, nan, math.Inf(1)), "[NaN NaN +Inf]"},
		{sparse(3), "[-2 0.5 -0.1428571428571429]"},
		{sparse(3, 0, 4, 1, nan), "[2 NaN -0.1428571428571429]"},
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
	// The range is [0, 1] where the bundle does not say.
	if got := row(readNode(t, nodeOf("min_max_scaler", "", lo, hi)), dense(1, 3, 5)); got != "[0 0.5 1]" {
		t.Error(got)
	}
	readFault(t, nodeOf("min_max_scaler", "", lo, attrVector("max", 1)))
	readFault(t, nodeOf("min_max_scaler", "", lo))
}
