package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestNormalizer(t *testing.T) {
	vectors := []*frame.Value{
		dense(3, -4, 0), dense(0, negativeZero, 0), dense(nan, 1, 2), dense(inf, 1, -inf), dense(1e200, 1e200), dense(),
		sparse(3), sparse(3, 0, 0, 2, -2), sparse(3, 1, nan),
	}
	for _, c := range []struct {
		p    float64
		want []string
	}{
		{1, []string{"[0.42857142857142855 -0.5714285714285714 0]", "[0 -0 0]", "[NaN NaN NaN]", "[NaN 0 NaN]", "[0.5 0.5]", "[]", "3:[]", "3:[0=0 2=-1]", "3:[1=NaN]"}},
		{2, []string{"[0.6 -0.8 0]", "[0 -0 0]", "[NaN NaN NaN]", "[NaN 0 NaN]", "[0 0]", "[]", "3:[]", "3:[0=0 2=-1]", "3:[1=NaN]"}},
		{3, []string{"[0.6669717773118556 -0.8892957030824742 0]", "[0 -0 0]", "[NaN NaN NaN]", "[NaN 0 NaN]", "[0 0]", "[]", "3:[]", "3:[0=0 2=-1]", "3:[1=NaN]"}},
		{inf, []string{"[0.75 -1 0]", "[0 -0 0]", "[NaN 0.5 1]", "[NaN 0 NaN]", "[1 1]", "[]", "3:[]", "3:[0=0 2=-1]", "3:[1=NaN]"}},
		// What a JSON bundle has for an infinite p.
		{nan, []string{"[0.75 -1 0]"}},
	} {
		tr := readNode(t, nodeOf("normalizer", "", attrFloat("p_norm", c.p), attrInt("input_size", 3)))
		for i, want := range c.want {
			if got := row(tr, vectors[i]); got != want {
				t.Errorf("p %v: got %s, want %s", c.p, got, want)
			}
			wantNoAllocs(t, tr, vectors[i])
		}
	}
	readFault(t, nodeOf("normalizer", "", attrFloat("p_norm", 0.5), attrInt("input_size", 3)))
	readFault(t, nodeOf("normalizer", "", attrDefault("p_norm"), attrInt("input_size", 3)))
}
