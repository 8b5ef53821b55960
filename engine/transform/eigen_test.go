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
			values, vectors, ok := symmetricEigen(c.matrix, n)
			if !ok {
				t.Fatal("no convergence")
			}
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
	values, vectors, ok := symmetricEigen(matrix, n)
	if !ok {
		t.Fatal("no convergence")
	}
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

// The true values are those of dsyev on the JVM (dev.ludovic.netlib 3.0.4, its
// F2jLAPACK): all digits, where another algorithm would differ in the ninth.
func TestSymmetricEigenDigits(t *testing.T) {
	values, vectors, ok := symmetricEigen([]float64{
		9.647571068445345e-12, 3.5731929389295725e-09, -2.0935982210267073e-06,
		3.5731929389295725e-09, 9.961742614390832e-06, -0.0013708695833582235,
		-2.0935982210267073e-06, -0.0013708695833582235, 6.476719033523989}, 3)
	if want := []float64{7.957819166223308e-12, 9.671583405631186e-06, 6.476719323684888}; !ok || !slices.Equal(values, want) {
		t.Errorf("eigenvalues %v, not %v", values, want)
	}
	if want := []float64{
		0.9999999476301829, -0.00032363492815337317, 2.5474886647536965e-07,
		0.00032363486698333424, 0.999999925229934, 0.00021166152158610434,
		-3.232499087591325e-07, -0.00021166142805592456, 0.9999999775996676}; !slices.Equal(vectors, want) {
		t.Errorf("eigenvectors %v, not %v", vectors, want)
	}
}
