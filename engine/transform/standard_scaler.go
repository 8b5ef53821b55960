package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// standardScaler subtracts the mean of each feature, divides by its standard
// deviation, or both, or neither.
//
// Spark: ml/feature/StandardScaler.scala (StandardScalerModel.getTransformFunc).
// It multiplies by 1/std, or by 0 where std is 0: a constant feature becomes
// ±0.0, and NaN where the value is NaN or infinite (with a mean MLeap gives 0.0
// even then). With a mean the result is dense; without one a sparse vector
// stays sparse, zeros that it holds included. With neither the vector passes as
// it is (MLeap writes such bundles and refuses to read them), and so does null in
// models that Spark itself saved.
type standardScaler struct {
	mean   []float64 // nil: not subtracted
	factor []float64 // 1/std; nil: not scaled
	dims   []int     // of the vector; nil: not known
	nulls  bool      // null passes
}

func readStandardScaler(s *Source) (Transformer, error) {
	t := &standardScaler{}
	if s.Has("mean") {
		t.mean = s.Vector("mean")
		t.dims = []int{len(t.mean)}
	}
	if s.Has("std") {
		std := s.Vector("std")
		if t.mean != nil && len(t.mean) != len(std) {
			s.Fail("std", "has "+strconv.Itoa(len(std))+" elements, and the mean "+strconv.Itoa(len(t.mean)))
		}
		t.dims = []int{len(std)}
		t.factor = make([]float64, len(std))
		for i, x := range std {
			if x != 0 {
				t.factor[i] = 1 / x
			}
		}
	}
	t.nulls = t.mean == nil && t.factor == nil && s.Spark() > 0
	return t, s.Err()
}

func (t *standardScaler) Inputs() []Port {
	in := frame.TensorOf(frame.Double, t.dims...)
	in.Nullable = t.nulls
	return []Port{{Name: "input", Type: in}}
}

func (t *standardScaler) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, t.dims...).OrNull()}}
}

func (t *standardScaler) Transform(in, out []*frame.Value) error {
	v, w := in[0], out[0]
	if t.mean == nil {
		w.Copy(v)
		switch {
		case t.factor == nil:
		case v.Sparse:
			for k, i := range v.Indices {
				w.Nums[k] *= t.factor[i]
			}
		default:
			for i := range w.Nums {
				w.Nums[i] *= t.factor[i]
			}
		}
		return nil
	}
	d := expand(v, w)
	for i := range d {
		d[i] -= t.mean[i]
	}
	if t.factor != nil {
		for i := range d {
			d[i] *= t.factor[i]
		}
	}
	return nil
}
