package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// polynomialExpansion makes all products of up to "degree" of a vector's
// elements, without the constant 1.
//
// Spark: ml/feature/PolynomialExpansion.scala. Of (x, y) the products of degree 2
// are (x, x·x, y, x·y, y·y): those without the last element, then those with its
// first power, and so on. A power that is 0 ends its branch, so that 0·NaN is 0
// there. Sparse vectors stay sparse, and an entry that is 0 adds none.
type polynomialExpansion struct {
	degree int
	size   int
}

func readPolynomialExpansion(s *Source) (Transformer, error) {
	t := &polynomialExpansion{degree: s.Int("degree"), size: s.IntOr("input_size", 0)}
	if t.degree < 1 || t.degree > math.MaxInt32 {
		s.Fail("degree", "is "+strconv.Itoa(t.degree)+", not 1 or more")
	} else if monomials(t.size, t.degree) < 0 {
		s.Fail("degree", "is "+strconv.Itoa(t.degree)+", which makes too many products of "+strconv.Itoa(t.size)+" elements: an op may make "+strconv.Itoa(mostElements))
	}
	return t, s.Err()
}

func (t *polynomialExpansion) Inputs() []Port {
	return []Port{{Name: "input", Type: vectorOf(t.size)}}
}

func (t *polynomialExpansion) Outputs() []Port {
	size := 0
	if t.size > 0 {
		size = monomials(t.size, t.degree) - 1
	}
	return []Port{{Name: "output", Type: vectorOf(size).OrNull()}}
}

func (t *polynomialExpansion) Transform(in, out []*frame.Value) error {
	v := in[0]
	n := v.Size()
	size := monomials(n, t.degree) - 1
	switch {
	case size < 0:
		return Bad(0, frame.ErrLimit, "vector of "+strconv.Itoa(n)+" elements, which has too many products of degree "+strconv.Itoa(t.degree)+
			": an op may make "+strconv.Itoa(mostElements), "")
	case v.Sparse:
		out[0].StartSparse(size)
		expandSparse(out[0], v.Indices, v.Nums, n, t.degree, 1, -1)
	default:
		expandDense(out[0].Zeros(size), v.Nums, t.degree, 1, -1)
	}
	return nil
}

// expandDense writes the products of by and the elements of v from position at
// of d on (the first, by itself, has position -1 at the start and is left out),
// and gives the position after them.
func expandDense(d, v []float64, degree int, by float64, at int) int {
	end := at + monomials(len(v), degree)
	switch last := len(v) - 1; {
	case by == 0:
	case degree == 0 || last < 0:
		if at >= 0 {
			d[at] = by
		}
	default:
		for i := 0; i <= degree && by != 0; i++ {
			at = expandDense(d, v[:last], degree-i, by, at)
			by *= v[last]
		}
	}
	return end
}

// expandSparse does the same for the first n elements of a sparse vector.
func expandSparse(out *frame.Value, indices []int32, v []float64, n, degree int, by float64, at int) int {
	end := at + monomials(n, degree)
	switch last := len(v) - 1; {
	case by == 0:
	case degree == 0 || last < 0:
		if at >= 0 {
			out.Put(at, by)
		}
	default:
		for i := 0; i <= degree && by != 0; i++ {
			at = expandSparse(out, indices[:last], v[:last], int(indices[last]), degree-i, by, at)
			by *= v[last]
		}
	}
	return end
}

// monomials is how many products of up to degree of n elements there are, 1
// among them: n + degree over degree. It is negative where they are more than
// mostElements, and 1.
func monomials(n, degree int) int {
	small, count := min(n, degree), 1
	for i := 1; i <= small; i++ {
		count = count * (n + degree - small + i) / i
		if count > mostElements+1 {
			return -1
		}
	}
	return count
}
