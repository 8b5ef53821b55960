package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// selector keeps the features that a test chose, in ascending order.
//
// Spark: ml/feature/Selector.scala (SelectorModel), for ChiSqSelector and for
// VarianceThresholdSelector and UnivariateFeatureSelector, which MLeap does not
// have: "variance_threshold_selector" and "univariate_feature_selector" have
// chi_sq_selector's attributes. A sparse vector stays sparse and keeps zeros
// that it has as entries. A vector that is too short is refused, where Spark lets
// a sparse one pass. Spark before 3 exported the indices unsorted, and sorted
// them to transform (MLeap does not).
//
//	filter_indices  list of long, the positions that are kept
//	input_size      int, how many features there are (optional)
type selector struct {
	size    int
	indices []int
	need    int // 1 + the highest index
}

func readSelector(s *Source) (Transformer, error) {
	t := &selector{size: s.IntOr("input_size", 0), indices: s.Ints("filter_indices")}
	slices.Sort(t.indices)
	for i, j := range t.indices {
		if j < 0 || t.size > 0 && j >= t.size {
			s.Fail("filter_indices", "has "+strconv.Itoa(j)+", which is no position among "+strconv.Itoa(t.size)+" features")
		}
		if i > 0 && j == t.indices[i-1] {
			s.Fail("filter_indices", "has "+strconv.Itoa(j)+" twice")
		}
		t.need = j + 1
	}
	return t, s.Err()
}

func (t *selector) Inputs() []Port { return []Port{{Name: "input", Type: vectorOf(t.size)}} }

func (t *selector) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, len(t.indices)).OrNull()}}
}

func (t *selector) Transform(in, out []*frame.Value) error {
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
		if j, ok := slices.BinarySearch(v.Indices, int32(i)); ok {
			out[0].Put(k, v.Nums[j])
		}
	}
	return nil
}
