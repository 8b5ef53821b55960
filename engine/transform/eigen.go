package transform

import "math"

// symmetricEigen gives the eigenvalues of a symmetric matrix of n rows in
// ascending order, and for each an eigenvector of length 1: vectors has one a
// row. Only the lower triangle of the matrix, column by column, is read. It is
// false where the iteration does not converge.
//
// LAPACK 3.1's dsyev, step by step and in its order of operations, for that is
// what breeze (linalg/eigen.scala, eigSym) runs on: where the directions of a
// covariance differ in scale, another algorithm's eigenvectors differ from its
// own by more than rounding, and so do the densities. breeze gives dsyev so
// little room that it works in single columns at every size. It scales no
// matrix here, which dsyev does with one whose elements are all beyond 1e±146.
func symmetricEigen(matrix []float64, n int) (values, vectors []float64, ok bool) {
	z := append([]float64(nil), matrix...)
	d, e, tau := make([]float64, n), make([]float64, n), make([]float64, n)
	if n > 0 {
		tridiagonalize(z, n, d, e, tau)
		collect(z, n, tau)
		ok = diagonalize(d, e[:n-1], z)
	}
	return d, z, ok || n == 0
}

// tridiagonalize makes the matrix a tridiagonal with the diagonals d and e, and
// leaves the reflections that do so below a's diagonal and in tau (dsytd2).
func tridiagonalize(a []float64, n int, d, e, tau []float64) {
	for i := range n - 1 {
		v := a[i*n+i+1 : i*n+n]
		beta, t := reflection(v[0], v[1:])
		e[i] = beta
		if t != 0 {
			v[0] = 1
			w := tau[i : n-1]
			symmetricTimes(a, n, i+1, t, v, w)
			by := -0.5 * t * sumOfProducts(w, v)
			for k := range w {
				w[k] += float64(by * v[k])
			}
			for j := range v {
				if v[j] != 0 || w[j] != 0 {
					column := a[(i+1+j)*n+i+1:]
					for k := j; k < len(v); k++ {
						column[k] = column[k] - float64(v[k]*w[j]) - float64(w[k]*v[j])
					}
				}
			}
			v[0] = beta
		}
		d[i], tau[i] = a[i*n+i], t
	}
	d[n-1] = a[n*n-1]
}

// reflection is the Householder reflection that turns the vector of alpha and x
// into (beta, 0 …): t and what it leaves in x (dlarfg).
func reflection(alpha float64, x []float64) (beta, t float64) {
	length := scaledNorm(x)
	if length == 0 {
		return alpha, 0
	}
	beta = -signed(hypotenuse(alpha, length), alpha)
	by := 1 / (alpha - beta)
	for i := range x {
		x[i] *= by
	}
	return beta, (beta - alpha) / beta
}

// symmetricTimes sets w to t·A·v, A being the part of the symmetric a that
// starts with row and column from (dsymv).
func symmetricTimes(a []float64, n, from int, t float64, v, w []float64) {
	clear(w)
	for j := range v {
		column := a[(from+j)*n+from:]
		x, sum := t*v[j], 0.0
		w[j] += float64(x * column[j])
		for k := j + 1; k < len(v); k++ {
			w[k] += float64(x * column[k])
			sum += float64(column[k] * v[k])
		}
		w[j] += float64(t * sum)
	}
}

// collect multiplies the reflections that tridiagonalize left in z together
// (dorgtr, dorg2r).
func collect(z []float64, n int, tau []float64) {
	for j := n - 1; j > 0; j-- {
		z[j*n] = 0
		copy(z[j*n+j+1:j*n+n], z[(j-1)*n+j+1:(j-1)*n+n])
	}
	clear(z[1:n])
	z[0] = 1
	for i := n - 1; i > 0; i-- {
		v := z[i*n+i : i*n+n]
		v[0] = 1
		for j := i + 1; j < n && tau[i-1] != 0; j++ {
			column := z[j*n+i : j*n+n]
			if by := -tau[i-1] * sumOfProducts(column, v); by != 0 {
				for k := range column {
					column[k] += float64(v[k] * by)
				}
			}
		}
		for k := range v[1:] {
			v[1+k] *= -tau[i-1]
		}
		v[0] = 1 - tau[i-1]
		clear(z[i*n+1 : i*n+i])
	}
}

// diagonalize makes the tridiagonal matrix of d and e diagonal, turns the
// columns of z along, and sorts (dsteqr). It is false where that takes more
// than 30 steps a row.
func diagonalize(d, e, z []float64) bool {
	n := len(d)
	steps := 30 * n
	for start := 0; start < n; {
		// A block ends where the matrix falls apart.
		end := start
		for ; end < n-1 && e[end] != 0; end++ {
			if math.Abs(e[end]) <= float64(math.Sqrt(math.Abs(d[end]))*math.Sqrt(math.Abs(d[end+1])))*epsilon {
				e[end] = 0
				break
			}
		}
		b := block{d, e, z}
		if math.Abs(d[end]) < math.Abs(d[start]) {
			steps = b.diagonalize(end, start, -1, steps)
		} else {
			steps = b.diagonalize(start, end, 1, steps)
		}
		if steps == 0 {
			return false
		}
		start = end + 1
	}
	for i := range n {
		least := i
		for j := i + 1; j < n; j++ {
			if d[j] < d[least] {
				least = j
			}
		}
		d[i], d[least] = d[least], d[i]
		for k := range n {
			z[i*n+k], z[least*n+k] = z[least*n+k], z[i*n+k]
		}
	}
	return true
}

// epsilon is half the distance from 1 to the next double.
const epsilon = 0x1p-53

// block is a part of a tridiagonal matrix that does not fall apart: QL steps go
// up its diagonal, QR steps go down.
type block struct {
	d, e, z []float64
}

// off is where e couples rows i and i + way.
func off(i, way int) int { return min(i, i+way) }

// diagonalize finds the eigenvalues from row at to row to, way being 1 or -1,
// in so many steps at most, and gives those that are left.
func (b *block) diagonalize(at, to, way, steps int) int {
	d, e := b.d, b.e
	for (to-at)*way >= 0 {
		m := at
		for ; m != to; m += way {
			x := math.Abs(e[off(m, way)])
			if float64(x*x) <= float64(epsilon*epsilon*math.Abs(d[m])*math.Abs(d[m+way]))+0x1p-1022 {
				e[off(m, way)] = 0
				break
			}
		}
		switch m {
		case at:
			at += way
		case at + way:
			i := off(at, way)
			var turn rotation
			d[i], d[i+1], turn = pair(d[i], e[i], d[i+1])
			b.turn(i, turn)
			e[i] = 0
			at += 2 * way
		default:
			if steps == 0 {
				return 0
			}
			steps--
			b.step(at, m, way)
		}
	}
	return steps
}

// step is one implicit QL or QR step on rows at to m.
func (b *block) step(at, m, way int) {
	d, e := b.d, b.e
	first := off(at, way)
	g := (d[at+way] - d[at]) / (2 * e[first])
	g = d[m] - d[at] + e[first]/(g+signed(hypotenuse(g, 1), g))
	turn, p := rotation{1, 1}, 0.0
	for i := m - way; ; i -= way {
		o := off(i, way)
		x, y := turn.sin*e[o], turn.cos*e[o]
		var r float64
		turn, r = givens(g, x)
		if i != m-way {
			e[off(i+way, way)] = r
		}
		g = d[i+way] - p
		r = float64((d[i]-g)*turn.sin) + float64(2*turn.cos*y)
		p = turn.sin * r
		d[i+way] = g + p
		g = float64(turn.cos*r) - y
		b.turn(o, rotation{turn.cos, -float64(way) * turn.sin})
		if i == at {
			break
		}
	}
	d[at] -= p
	e[first] = g
}

// rotation turns two axes by an angle.
type rotation struct{ cos, sin float64 }

// turn rotates columns i and i+1 of z (dlasr).
func (b *block) turn(i int, by rotation) {
	if by.cos == 1 && by.sin == 0 {
		return
	}
	n := len(b.d)
	left, right := b.z[i*n:(i+1)*n], b.z[(i+1)*n:(i+2)*n]
	for k, r := range right {
		l := left[k]
		right[k] = float64(by.cos*r) - float64(by.sin*l)
		left[k] = float64(by.sin*r) + float64(by.cos*l)
	}
}

// givens is the rotation that turns (f, g) into (r, 0) (dlartg).
func givens(f, g float64) (turn rotation, r float64) {
	switch {
	case g == 0:
		return rotation{1, 0}, f
	case f == 0:
		return rotation{0, 1}, g
	}
	x, y, unit := f, g, 1.0
	for max(math.Abs(x), math.Abs(y)) <= 0x1p-484 {
		x, y, unit = x*0x1p484, y*0x1p484, unit*0x1p-484
	}
	r = math.Sqrt(float64(x*x) + float64(y*y))
	turn = rotation{x / r, y / r}
	if math.Abs(f) > math.Abs(g) && turn.cos < 0 {
		return rotation{-turn.cos, -turn.sin}, -r * unit
	}
	return turn, r * unit
}

// pair is the eigenvalues of the matrix (a b, b c), the larger in absolute
// value first, and the rotation that makes it diagonal (dlaev2).
func pair(a, b, c float64) (first, second float64, turn rotation) {
	sum, diff, twice := a+c, a-c, b+b
	larger, smaller := c, a
	if math.Abs(a) > math.Abs(c) {
		larger, smaller = a, c
	}
	root := 0.0
	switch u, v := math.Abs(diff), math.Abs(twice); {
	case u > v:
		root = u * math.Sqrt(1+float64((v/u)*(v/u)))
	case u < v:
		root = v * math.Sqrt(1+float64((u/v)*(u/v)))
	default:
		root = v * math.Sqrt2
	}
	sign := 1.0
	if sum < 0 {
		sign = -1
	}
	if sum == 0 {
		first, second = 0.5*root, -0.5*root
	} else {
		first = 0.5 * (sum + sign*root)
		second = float64(larger/first*smaller) - float64(b/first*b)
	}
	other := 1.0
	if diff < 0 {
		other = -1
	}
	cos := diff + other*root
	switch {
	case math.Abs(cos) > math.Abs(twice):
		t := -twice / cos
		turn.sin = 1 / math.Sqrt(1+float64(t*t))
		turn.cos = t * turn.sin
	case twice == 0:
		turn.cos = 1
	default:
		t := -cos / twice
		turn.cos = 1 / math.Sqrt(1+float64(t*t))
		turn.sin = t * turn.cos
	}
	if sign == other {
		turn = rotation{-turn.sin, turn.cos}
	}
	return first, second, turn
}

// signed is x >= 0 with the sign of like, that of -0.0 being +.
func signed(x, like float64) float64 {
	if like < 0 {
		return -x
	}
	return x
}

// hypotenuse is the square root of x² + y² (dlapy2).
func hypotenuse(x, y float64) float64 {
	w, z := max(math.Abs(x), math.Abs(y)), min(math.Abs(x), math.Abs(y))
	if z == 0 {
		return w
	}
	return w * math.Sqrt(1+float64((z/w)*(z/w)))
}

// scaledNorm is a vector's length, worked out so that squares cannot overflow
// (dnrm2).
func scaledNorm(v []float64) float64 {
	if len(v) == 1 {
		return math.Abs(v[0])
	}
	most, sum := 0.0, 1.0
	for _, x := range v {
		if x == 0 {
			continue
		}
		x = math.Abs(x)
		if most < x {
			sum = 1 + float64(sum*float64((most/x)*(most/x)))
			most = x
		} else {
			sum += float64((x / most) * (x / most))
		}
	}
	return most * math.Sqrt(sum)
}

// sumOfProducts is x·y, one element after the other, each rounded twice (ddot).
func sumOfProducts(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += float64(x[i] * y[i])
	}
	return sum
}
