package transform

import "math"

// symmetricEigen gives the eigenvalues of a symmetric matrix of n rows, in no
// particular order, and for each an eigenvector of length 1: vectors has one a
// row.
//
// It is Jacobi's method: turn one pair of axes after the other so that what
// couples them vanishes, until rounding is all that is left. It finds small
// eigenvalues to as many digits as large ones.
func symmetricEigen(matrix []float64, n int) (values, vectors []float64) {
	a := append([]float64(nil), matrix...)
	vectors = make([]float64, n*n)
	for i := range n {
		vectors[i*n+i] = 1
	}
	const sweeps = 64 // ten do for matrices of a thousand rows
	for turned, sweep := true, 0; turned && sweep < sweeps; sweep++ {
		turned = false
		for p := range n {
			for q := p + 1; q < n; q++ {
				if math.Abs(a[p*n+q]) > 0x1p-54*math.Sqrt(math.Abs(a[p*n+p]))*math.Sqrt(math.Abs(a[q*n+q])) {
					turn(a, vectors, n, p, q)
					turned = true
				}
			}
		}
	}
	values = make([]float64, n)
	for i := range values {
		values[i] = a[i*n+i]
	}
	return values, vectors
}

// turn makes a[p][q] 0.
func turn(a, vectors []float64, n, p, q int) {
	apq := a[p*n+q]
	theta := (a[q*n+q] - a[p*n+p]) / (2 * apq)
	tan := 0.5 / theta
	if math.Abs(theta) < 1e150 {
		tan = math.Copysign(1/(math.Abs(theta)+math.Sqrt(theta*theta+1)), theta)
	}
	cos := 1 / math.Sqrt(tan*tan+1)
	sin := tan * cos
	a[p*n+p] -= tan * apq
	a[q*n+q] += tan * apq
	a[p*n+q], a[q*n+p] = 0, 0
	for k := range n {
		if k != p && k != q {
			kp, kq := a[k*n+p], a[k*n+q]
			a[k*n+p] = cos*kp - sin*kq
			a[k*n+q] = sin*kp + cos*kq
			a[p*n+k], a[q*n+k] = a[k*n+p], a[k*n+q]
		}
		vp, vq := vectors[p*n+k], vectors[q*n+k]
		vectors[p*n+k] = cos*vp - sin*vq
		vectors[q*n+k] = sin*vp + cos*vq
	}
}
