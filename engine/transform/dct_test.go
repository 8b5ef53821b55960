package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestDCT(t *testing.T) {
	for _, c := range []struct {
		inverse bool
		in      *frame.Value
		want    []float64
	}{
		{false, dense(1), []float64{1}},
		{false, dense(1, 2), []float64{2.1213203435596424, -0.7071067811865476}},
		{false, dense(1, 2, 4), []float64{4.041451884327381, -2.121320343559643, 0.40824829046386296}},
		{false, sparse(5, 1, 2, 4, -1), []float64{0.4472135954999579, 1.3449970239279148, -0.9025462887714021, -0.8312538755549069, -1.2187740547882402}},
		{true, dense(1), []float64{1}},
		{true, dense(1, 2), []float64{2.121320343559643, -0.7071067811865477}},
		{true, dense(1, 2, 4), []float64{3.6245569934181727, -2.688636054521278, 0.796129868671983}},
		{true, dense(1, 1, 1, 1, 1), []float64{2.1275693661542356, -0.48964610623395066, 0.4472135954999581, -0.030140265139228718, 0.18107138721877547}},
		{true, sparse(5, 1, 2, 4, -1), []float64{1.0075624024302365, 1.2551633425220619, -0.632455532033676, -0.23182879531867615, -1.3984414175999462}},
	} {
		for _, size := range []int64{int64(c.in.Size()), 0} { // with a table of cosines and without
			tr := readNode(t, nodeOf("dct", "", attrBool("inverse", c.inverse), attrInt("input_size", size)))
			out, err := apply(tr, c.in)
			if err != nil {
				t.Fatal(err)
			}
			for i, x := range out[0].Nums {
				if math.Abs(x-c.want[i]) > 1e-15*math.Max(1, math.Abs(c.want[i])) {
					t.Errorf("%v of %v, inverse %v: got %v, want %v", i, c.in, c.inverse, x, c.want[i])
				}
			}
			wantNoAllocs(t, tr, c.in)
		}
	}
}

// What is transformed comes back, whatever the size.
func TestDCTInverse(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 8, 15, 64, 101, 500} {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64((i*7919)%101) - 50
		}
		forward := readNode(t, nodeOf("dct", "", attrBool("inverse", false), attrInt("input_size", int64(n))))
		back := readNode(t, nodeOf("dct", "", attrBool("inverse", true), attrInt("input_size", int64(n))))
		out, err := apply(forward, dense(x...))
		if err != nil {
			t.Fatal(err)
		}
		again, err := apply(back, out[0])
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			if math.Abs(again[0].Nums[i]-x[i]) > 2e-13 {
				t.Errorf("size %d: element %d comes back as %v, not %v", n, i, again[0].Nums[i], x[i])
			}
		}
	}
	empty := readNode(t, nodeOf("dct", "", attrBool("inverse", false), attrInt("input_size", 0)))
	if got := row(empty, dense()); got != "wrong vector size at 0" {
		t.Error(got)
	}
}
