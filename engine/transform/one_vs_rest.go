package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// oneVsRest asks one binary classifier a class whether the row is of it, and
// predicts the class of the highest score, the first of equals.
//
// Spark: ml/classification/OneVsRest.scala (OneVsRestModel.transform). A
// sub-model's score is its raw score for 1, whatever its kind. MLeap goes by
// the probability for 1 instead, or in place of both by the class itself where
// a sub-model has no probabilities, such as a linear SVC; so it predicts other
// classes than Spark does.
//
// Where the node has an output for the probability, the model is that of
// MLeap's extension to Spark (mleap-spark-extension ml/mleap/classification/
// OneVsRest.scala), and goes by the probability for 1 in Spark too, or by the
// raw score where there is none.
type oneVsRest struct {
	models        []subClassifier
	features      int
	scratch       int // cells that the models need for their outputs
	byProbability bool
}

// subClassifier is a sub-model with its outputs' places.
type subClassifier struct {
	Transformer
	outputs          int
	raw, probability int // probability is raw where the model has none
}

func readOneVsRest(s *Source) (Transformer, error) {
	t := &oneVsRest{features: s.Int("num_features")}
	classes := s.Int("num_classes")
	if s.Err() == nil && classes < 1 {
		s.Fail("num_classes", "is "+strconv.Itoa(classes))
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	if s.Node != nil {
		for _, o := range s.Node.Outputs {
			t.byProbability = t.byProbability || o.Port == "probability"
		}
	}
	for i := range classes {
		sub, err := s.Sub("model" + strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		m, err := sub.Read()
		if err != nil {
			return nil, err
		}
		c := subClassifier{Transformer: m, outputs: len(m.Outputs()), raw: -1, probability: -1}
		for j, p := range m.Outputs() {
			switch p.Name {
			case "raw_prediction":
				c.raw = j
				if p.Type.Size() < 2 {
					return nil, sub.Malformed("is a sub-model of one_vs_rest, but knows fewer than two classes")
				}
			case "probability":
				c.probability = j
			}
		}
		in := m.Inputs()
		if c.raw < 0 || len(in) != 1 || in[0].Type.Kind != frame.Tensor {
			return nil, sub.Malformed("is a sub-model of one_vs_rest, but no classifier of vectors")
		}
		if n := in[0].Type.Size(); n >= 0 && n != t.features {
			return nil, sub.Malformed("takes vectors of " + strconv.Itoa(n) + " elements, but one_vs_rest of " + strconv.Itoa(t.features))
		}
		if c.probability < 0 {
			c.probability = c.raw
		}
		t.models = append(t.models, c)
		t.scratch = max(t.scratch, c.outputs)
	}
	return t, nil
}

func (t *oneVsRest) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.features)}}
}

// Outputs end in the cells that the sub-models write, one after the other.
func (t *oneVsRest) Outputs() []Port {
	ports := []Port{
		{Name: "probability", Type: frame.ScalarOf(frame.Double).OrNull()},
		{Name: "raw_prediction", Type: frame.TensorOf(frame.Double, len(t.models)).OrNull()},
		{Name: "prediction", Type: frame.ScalarOf(frame.Double).OrNull()},
	}
	for range t.scratch {
		ports = append(ports, Port{Type: frame.TensorOf(frame.Double)})
	}
	return ports
}

func (t *oneVsRest) Holds() []Fact { return []Fact{{"models", len(t.models)}} }

func (t *oneVsRest) Transform(in, out []*frame.Value) error {
	raw, cells := out[1].Dense(len(t.models)), out[3:]
	best, highest, probability := 0, 0.0, 0.0
	for i := range t.models {
		m := &t.models[i]
		if err := m.Transform(in, cells[:m.outputs]); err != nil {
			return err
		}
		raw[i] = cells[m.raw].At(1)
		p := cells[m.probability].At(1)
		score := raw[i]
		if t.byProbability {
			score = p
		}
		if i == 0 || score > highest {
			best, highest, probability = i, score, p
		}
	}
	out[0].SetNum(probability)
	out[2].SetNum(float64(best))
	return nil
}
