package transform

import (
	"math"
	"testing"
)

func TestDropMissing(t *testing.T) {
	tr := readNode(t, nodeOf("drop_missing", "input0:a input1:b >"))
	if n := len(tr.Outputs()); n != 0 {
		t.Errorf("%d outputs", n)
	}
	for _, c := range []struct {
		a, b string
		want string
	}{{"1", "2", ""}, {"null", "2", "dropped"}, {"1", "null", "dropped"}, {"1", "NaN", "dropped"}} {
		in := num(1)
		if c.a == "null" {
			in = null()
		}
		other := num(2)
		switch c.b {
		case "null":
			other = null()
		case "NaN":
			other = num(math.NaN())
		}
		if got := row(tr, in, other); got != c.want {
			t.Errorf("%s, %s: got %q, want %q", c.a, c.b, got, c.want)
		}
	}
}
