package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// vectorIndexer replaces the values of a vector's categorical features with
// their indices; other features pass.
//
// Spark: ml/feature/VectorIndexer.scala (transformFunc). -0.0 is 0.0, NaN is
// never a known value. A value that is not known is refused, or drops the row,
// or gets the next index, as handle_invalid says ("error" where it is left out;
// MLeap fails at "skip"). A sparse vector stays sparse: zeros that it leaves out
// stay so, known or not, for Spark always maps a known 0 to index 0.
type vectorIndexer struct {
	size      int
	features  []categories // by ascending feature
	onUnknown invalid
}

// categories are the known values of one feature, ascending.
type categories struct {
	feature int
	count   int // of all values, those that can never come among them
	values  []category
}

type category struct{ value, index float64 }

func readVectorIndexer(s *Source) (Transformer, error) {
	t := &vectorIndexer{size: s.Int("num_features"), onUnknown: readInvalid(s, invalidError)}
	for _, f := range s.Ints("keys") {
		name := "key_" + strconv.Itoa(f)
		values, indices := s.Floats(name+"_keys"), s.Ints(name+"_values")
		if len(values) != len(indices) {
			s.Fail(name+"_values", "has "+strconv.Itoa(len(indices))+" indices for "+strconv.Itoa(len(values))+" values")
			break
		}
		if f < 0 || f >= t.size {
			s.Fail("keys", "has "+strconv.Itoa(f)+", which is none of "+strconv.Itoa(t.size)+" features")
			break
		}
		c := categories{feature: f, count: len(values)}
		for i, v := range values {
			if v == v {
				c.values = append(c.values, category{v, float64(indices[i])})
			}
		}
		slices.SortFunc(c.values, compareCategories)
		t.features = append(t.features, c)
	}
	slices.SortFunc(t.features, func(a, b categories) int { return a.feature - b.feature })
	for i := range t.features {
		if i > 0 && t.features[i].feature == t.features[i-1].feature {
			s.Fail("keys", "has "+strconv.Itoa(t.features[i].feature)+" twice")
		}
	}
	return t, s.Err()
}

func compareCategories(a, b category) int {
	switch {
	case a.value < b.value:
		return -1
	case a.value > b.value:
		return 1
	}
	return 0
}

func (t *vectorIndexer) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, t.size)}}
}

func (t *vectorIndexer) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.TensorOf(frame.Double, t.size).OrNull()}}
}

func (t *vectorIndexer) Transform(in, out []*frame.Value) error {
	v := in[0]
	out[0].Copy(v)
	d := out[0].Nums
	drop := false
	for i := range t.features {
		f := &t.features[i]
		k, entry := f.feature, true
		if v.Sparse {
			k, entry = slices.BinarySearch(v.Indices, int32(f.feature))
		}
		if !entry {
			continue
		}
		c, known := slices.BinarySearchFunc(f.values, category{value: d[k]}, compareCategories)
		switch {
		case known && d[k] == d[k]: // NaN compares as equal to anything
			d[k] = f.values[c].index
		case t.onUnknown == invalidKeep:
			d[k] = float64(f.count)
		case t.onUnknown == invalidSkip:
			drop = true
		default:
			return Bad(0, ErrUnseen, "unseen category "+show(d[k])+" of feature "+strconv.Itoa(f.feature),
				`handle_invalid is "error"; "keep" would index it`)
		}
	}
	if drop {
		return Drop
	}
	return nil
}

func (t *vectorIndexer) Holds() []Fact { return []Fact{{"categorical features", len(t.features)}} }
