package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// dct is the discrete cosine transform DCT-II of a vector, scaled to be unitary,
// or its inverse, the DCT-III.
//
// Spark: ml/feature/DCT.scala, with JTransforms' DoubleDCT_1D. Sparse vectors are
// spread, the answer is dense, any size but 0 is allowed. JTransforms goes by
// fast Fourier transforms, this by the definition: both are within a few units
// in the last place of the vector's norm of the true answer.
type dct struct {
	inverse bool
	size    int
	cosines []float64 // of π·m/(2·size) for m below 4·size
}

func readDCT(s *Source) (Transformer, error) {
	t := &dct{inverse: s.Bool("inverse"), size: s.IntOr("input_size", 0)}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if t.size > 0 && t.size <= maxCosines {
		t.cosines = make([]float64, 4*t.size)
		for m := range t.cosines {
			t.cosines[m] = quarterCosine(m, t.size)
		}
	}
	return t, nil
}

// mostCosines is how many cosines a transform may take: those of a dense vector of
// 16,384 elements.
const mostCosines = 1 << 28

// maxCosines is the greatest size for which a table is kept.
const maxCosines = 1 << 12

// quarterCosine is cos(π·m/(2n)) for 0 <= m < 4n, from angles of at most π/4.
func quarterCosine(m, n int) float64 {
	if m > 2*n {
		m = 4*n - m
	}
	sign := 1.0
	if m > n {
		m, sign = 2*n-m, -1
	}
	if 2*m > n {
		return sign * math.Sin(math.Pi*float64(n-m)/float64(2*n))
	}
	return sign * math.Cos(math.Pi*float64(m)/float64(2*n))
}

func (t *dct) Inputs() []Port { return []Port{{Name: "input", Type: vectorOf(t.size)}} }

func (t *dct) Outputs() []Port {
	return []Port{{Name: "output", Type: vectorOf(t.size).OrNull()}}
}

func (t *dct) Transform(in, out []*frame.Value) error {
	v := in[0]
	n := v.Size()
	if n == 0 {
		return Bad(0, ErrShape, "empty vector, which has no cosine transform", "")
	}
	if steps := n * len(v.Nums); n > mostElements || steps > mostCosines {
		return Bad(0, frame.ErrLimit, "vector of "+strconv.Itoa(n)+" elements, "+strconv.Itoa(len(v.Nums))+
			" of them stored, whose product is above the "+strconv.Itoa(mostCosines)+" that a cosine transform may take", "")
	}
	first, other := math.Sqrt(1/float64(n)), math.Sqrt(2/float64(n))
	d := out[0].Dense(n)
	for i := range d {
		sum := 0.0
		for k, x := range v.Nums {
			j := k
			if v.Sparse {
				j = int(v.Indices[k])
			}
			// The matrix of the inverse is this one transposed.
			if t.inverse {
				scale := other
				if j == 0 {
					scale = first
				}
				sum += float64(scale * x * t.cosine((2*i+1)*j, n))
			} else {
				sum += float64(x * t.cosine((2*j+1)*i, n))
			}
		}
		if !t.inverse {
			if i == 0 {
				sum *= first
			} else {
				sum *= other
			}
		}
		d[i] = sum
	}
	return nil
}

// cosine is cos(π·m/(2n)).
func (t *dct) cosine(m, n int) float64 {
	m %= 4 * n
	if len(t.cosines) == 4*n {
		return t.cosines[m]
	}
	return quarterCosine(m, n)
}
