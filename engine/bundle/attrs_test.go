package bundle

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestMatrix(t *testing.T) {
	for _, c := range []struct {
		dims []int
		n    int
		ok   bool
	}{
		{[]int{2, 3}, 6, true}, {[]int{0, 0}, 0, true},
		{[]int{2, 3}, 5, false}, {[]int{3, 2}, 7, false}, {[]int{-2, -3}, 6, false}, {[]int{0, 1 << 62}, 0, false},
		{[]int{1 << 62, 0}, 0, false}, {[]int{1 << 32, 1 << 32}, 0, false}, {[]int{6}, 6, false}, {[]int{1, 2, 3}, 6, false},
	} {
		m := &Model{Op: "pca", Attributes: []Attribute{{Name: "m", Kind: TensorAttr, Type: TensorValue,
			Tensors: []Tensor{{Base: frame.Double, Dims: c.dims, Floats: make([]float64, c.n)}}}}}
		a := m.Attrs()
		_, rows, cols := a.Matrix("m")
		if ok := a.Err() == nil; ok != c.ok || ok && (rows != c.dims[0] || cols != c.dims[1]) {
			t.Errorf("%d values in shape %v: %d×%d, %v", c.n, c.dims, rows, cols, a.Err())
		}
	}
}
