package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestMultinomialLabeler(t *testing.T) {
	for _, c := range []struct {
		threshold float64
		in        *frame.Value
		want      string
	}{
		{0.25, dense(0.2, 0.5, 0.3), `[0.5 0.3] ["dog" "bird"]`},
		{0.25, dense(0.25, nan, 0.24), `[0.25] ["cat"]`},
		{0.25, sparse(3, 1, 1), `[1] ["dog"]`},
		{0, sparse(3, 1, 1), `[0 1 0] ["cat" "dog" "bird"]`},
		{0.25, dense(), `[] []`},
		{0.25, dense(1, 0, 0, 0), `[1] ["cat"]`},
		{0.25, dense(0, 0, 0, 1), "wrong vector size at 0"},
	} {
		tr := readNode(t, nodeOf("multinomial_labeler", "", attrFloat("threshold", c.threshold), attrStrings("labels", "cat", "dog", "bird")))
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	tr := readNode(t, nodeOf("multinomial_labeler", "", attrFloat("threshold", 0.25), attrStrings("labels", "cat", "dog")))
	wantNoAllocs(t, tr, dense(0.5, 0.5))
}
