package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The true values are those of Java11BLAS and of Spark's loop over a sparse
// vector, on Java 17.
func TestDot(t *testing.T) {
	x := []float64{0.1, 0.7, -1.3, 2.9, 1e16, 3.3, -1e16, 0.3, 1.7, -0.9, 0.2}
	y := []float64{1.1, -0.3, 0.7, 0.11, 1, 0.1, 1.0000000000000002, 7.7, 0.013, 5.1, 1e-3}
	sparse := frame.Value{Dims: []int{11}, Sparse: true}
	for i, v := range x {
		sparse.Put(i, v)
	}
	dense := frame.Value{Dims: []int{11}, Nums: x}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"dot", dot(x, y), -5.938699999999999},
		{"row", dotRow(&dense, y), -4.478146049250313},
		{"sparse", dotVector(&sparse, y), -4.257699999999999},
		{"sparse row", dotRow(&sparse, y), -4.257699999999999},
		{"dense", dotVector(&dense, y), -5.938699999999999},
		{"added row", addRow(0.25, &dense, y), -4.567699999999999},
		{"added sparse row", addRow(0.25, &sparse, y), -4.257699999999999 + 0.25},
		{"empty", dot(nil, nil), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, not %v", c.name, c.got, c.want)
		}
	}
}
