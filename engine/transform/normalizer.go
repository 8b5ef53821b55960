package transform

import (
	"math"

	"github.com/pageleap/pageleap/engine/frame"
)

// normalizer divides a vector by its p-norm.
//
// Spark: ml/feature/Normalizer.scala, and norm in mllib-local:
// ml/linalg/Vectors.scala. A vector whose norm is 0 is answered as it is; sparse
// stays sparse; NaN makes every entry NaN, but for p = Infinity, where NaN is
// passed over in finding the greatest.
//
// p must be at least 1. JSON bundles write an infinite p as null, which reads as
// NaN: Spark lets no p be NaN, so it can only have been Infinity. (MLeap fails on
// every row.)
type normalizer struct {
	p    float64
	size int
}

func readNormalizer(s *Source) (Transformer, error) {
	t := &normalizer{p: s.Float("p_norm"), size: s.IntOr("input_size", 0)}
	if math.IsNaN(t.p) {
		t.p = math.Inf(1)
	}
	if t.p < 1 {
		s.Fail("p_norm", "is "+show(t.p)+", not 1 or more")
	}
	return t, s.Err()
}

func (t *normalizer) Inputs() []Port { return []Port{{Name: "input", Type: vectorOf(t.size)}} }

func (t *normalizer) Outputs() []Port {
	return []Port{{Name: "output", Type: vectorOf(t.size).OrNull()}}
}

func (t *normalizer) Transform(in, out []*frame.Value) error {
	out[0].Copy(in[0])
	d := out[0].Nums
	if n := norm(d, t.p); n != 0 {
		for i := range d {
			d[i] /= n
		}
	}
	return nil
}

func norm(v []float64, p float64) float64 {
	sum := 0.0
	switch {
	case p == 1:
		for _, x := range v {
			sum += math.Abs(x)
		}
		return sum
	case p == 2:
		for _, x := range v {
			sum += float64(x * x)
		}
		return math.Sqrt(sum)
	case math.IsInf(p, 1):
		highest := 0.0
		for _, x := range v {
			if a := math.Abs(x); a > highest {
				highest = a
			}
		}
		return highest
	}
	for _, x := range v {
		sum += javaPow(math.Abs(x), p)
	}
	return javaPow(sum, 1/p)
}
