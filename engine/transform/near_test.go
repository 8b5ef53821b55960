package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// wantNear checks what a transformer answers, all its outputs' numbers in one
// list, to within a relative 1e-13. A nil list wants an error about a value out
// of range.
func wantNear(t *testing.T, tr Transformer, in *frame.Value, want ...float64) {
	t.Helper()
	if want == nil {
		if got := row(tr, in); got != "value out of range at 0" {
			t.Errorf("%v: %s", in.Nums, got)
		}
		return
	}
	out, err := apply(tr, in)
	if err != nil {
		t.Errorf("%v: %v", in.Nums, err)
		return
	}
	var got []float64
	for i, p := range tr.Outputs() {
		switch {
		case p.Name == "":
		case p.Type.Kind == frame.Scalar:
			got = append(got, out[i].Num)
		default:
			got = append(got, out[i].Nums...)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v: %v, not %v", in.Nums, got, want)
		return
	}
	for i, g := range got {
		if w := want[i]; g != w && !(math.Abs(g-w) <= 1e-13*math.Abs(w)) && !(g != g && w != w) {
			t.Errorf("%v: number %d of %v is not %v", in.Nums, i, got, w)
		}
	}
}
