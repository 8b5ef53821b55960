package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// multinomialLabeler lists the probabilities that reach a threshold, and beside
// them their classes' labels, in the order of the classes.
//
// MLeap: core/feature/MultinomialLabelerModel.scala. The comparison is >=, NaN
// never passes, what a sparse vector leaves out counts as 0.
type multinomialLabeler struct {
	threshold float64
	labels    []string
}

func readMultinomialLabeler(s *Source) (Transformer, error) {
	return &multinomialLabeler{threshold: s.Float("threshold"), labels: s.Strings("labels")}, s.Err()
}

func (t *multinomialLabeler) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double)}}
}

func (t *multinomialLabeler) Outputs() []Port {
	return []Port{
		{Name: "probabilities", Type: frame.ListOf(frame.Double).OrNull()},
		{Name: "labels", Type: frame.ListOf(frame.String).OrNull()},
	}
}

func (t *multinomialLabeler) Transform(in, out []*frame.Value) error {
	v, probabilities, labels := in[0], out[0], out[1]
	probabilities.Reset()
	labels.Reset()
	for i := range v.Size() {
		p := v.At(i)
		if !(p >= t.threshold) {
			continue
		}
		if i >= len(t.labels) {
			return Bad(0, ErrShape, "vector of "+strconv.Itoa(v.Size())+" elements for "+strconv.Itoa(len(t.labels))+" labels", "")
		}
		probabilities.Nums = append(probabilities.Nums, p)
		labels.Strs = append(labels.Strs, t.labels[i])
	}
	return nil
}
