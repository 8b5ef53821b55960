package transform

import (
	"math"
	"slices"
	"testing"
)

func TestSymmetricEigen(t *testing.T) {
	for name, c := range map[string]struct {
		matrix, want []float64
		within       float64 // of each eigenvalue
	}{
		"empty":      {nil, nil, 0},
		"one":        {[]float64{-3}, []float64{-3}, 0},
		"diagonal":   {[]float64{2, 0, 0, 0, -1, 0, 0, 0, 0}, []float64{-1, 0, 2}, 0},
		"two":        {[]float64{2, 1, 1, 2}, []float64{1, 3}, 1e-15},
		"singular":   {[]float64{1, 1, 1, 1}, []float64{0, 2}, 1e-15},
		"zero":       {make([]float64, 4), []float64{0, 0}, 0},
		"indefinite": {[]float64{0, 1, 1, 0}, []float64{-1, 1}, 1e-15},
		"graded":     {[]float64{1e12, 1e3, 1e3, 1}, []float64{1 - 1e-6, 1e12}, 1e-12},
		"laplacian":  {[]float64{2, -1, 0, -1, 2, -1, 0, -1, 2}, []float64{2 - math.Sqrt2, 2, 2 + math.Sqrt2}, 1e-15},
	} {
		t.Run(name, func(t *testing.T) {
			n := int(math.Sqrt(float64(len(c.matrix))))
			values, vectors := symmetricEigen(c.matrix, n)
			sorted := slices.Sorted(slices.Values(values))
			for i, w := range c.want {
				if !(math.Abs(sorted[i]-w) <= c.within*math.Max(1, math.Abs(w))) {
					t.Errorf("eigenvalues %v, not %v", sorted, c.want)
				}
			}
			wantEigenvectors(t, c.matrix, values, vectors)
		})
	}
}

func TestSymmetricEigenLarge(t *testing.T) {
	const n = 60
	r := newTwister(1)
	matrix := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			matrix[i*n+j] = r.gaussian()
			matrix[j*n+i] = matrix[i*n+j]
		}
	}
	values, vectors := symmetricEigen(matrix, n)
	wantEigenvectors(t, matrix, values, vectors)
}

// wantEigenvectors checks that the matrix only stretches the vectors, which are
// of length 1 and at right angles to each other.
func wantEigenvectors(t *testing.T, matrix, values, vectors []float64) {
	t.Helper()
	n := len(values)
	norm := norm2(matrix)
	for i := range n {
		v := vectors[i*n : (i+1)*n]
		for k := range n {
			if got, want := dot(matrix[k*n:(k+1)*n], v), values[i]*v[k]; math.Abs(got-want) > 1e-13*norm {
				t.Errorf("element %d of eigenvector %d becomes %v, not %v", k, i, got, want)
			}
		}
		for j := range i + 1 {
			want := 0.0
			if j == i {
				want = 1
			}
			if got := dot(v, vectors[j*n:(j+1)*n]); math.Abs(got-want) > 1e-13 {
				t.Errorf("eigenvectors %d and %d: %v, not %v", i, j, got, want)
			}
		}
	}
}
