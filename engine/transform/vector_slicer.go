package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// vectorSlicer takes the elements at "indices", and after them those at
// "named_indices", in the order given.
//
// Spark: ml/feature/VectorSlicer.scala. A sparse vector stays sparse and loses
// zeros that it has as entries (SparseVector.slice). A vector that is too short
// is refused, where Spark lets a sparse one pass. Spark looks "names" up in the
// column's metadata, which the exporter has done: named_indices are their
// positions.
type vectorSlicer struct {
	size    int
	indices []int
	need    int // 1 + the highest index
}

func readVectorSlicer(s *Source) (Transformer, error) {
	named := s.Ints("named_indices")
	if n := len(s.Strings("names")); n != len(named) {
		s.Fail("named_indices", "has "+strconv.Itoa(len(named))+" positions for "+strconv.Itoa(n)+" names")
	}
	t := &vectorSlicer{size: s.IntOr("input_size", 0), indices: append(s.Ints("indices"), named...)}
	for _, i := range t.indices {
		if i < 0 || t.size > 0 && i >= t.size {
			s.Fail("indices", "or named_indices has "+strconv.Itoa(i)+", which is no position among "+strconv.Itoa(t.size)+" features")
		}
		t.need = max(t.need, i+1)
	}
	return t, s.Err()
}

func (t *vectorSlicer) Inputs() []Port { return []Port{{Name: "input", Type: vectorOf(t.size)}} }

func (t *vectorSlicer) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, len(t.indices)).OrNull()}}
}

func (t *vectorSlicer) Transform(in, out []*frame.Value) error {
	v := in[0]
	if v.Size() < t.need {
		return tooShort(0, v, t.need)
	}
	if !v.Sparse {
		pick(out[0].Dense(len(t.indices)), v, t.indices)
		return nil
	}
	out[0].StartSparse(len(t.indices))
	for k, i := range t.indices {
		if x := v.At(i); x != 0 {
			out[0].Put(k, x)
		}
	}
	return nil
}
