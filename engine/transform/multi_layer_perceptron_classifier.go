package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// multiLayerPerceptron is a feed-forward net: sigmoids between its layers, a
// softmax on top.
//
// Spark: ml/classification/MultilayerPerceptronClassifier.scala, ml/ann/
// Layer.scala and LossFunction.scala. The raw scores are the last layer's sums
// before the softmax. A model that writes neither these nor the probabilities
// predicts the class of the highest probability and heeds no thresholds (predict).
type multiLayerPerceptron struct {
	classifier
	layers  []int     // the size of each, that of the input first
	weights []float64 // for each pair of layers a row for every upper neuron, its bias last
	widest  int       // of the layers between input and output
}

func readMultiLayerPerceptron(s *Source) (Transformer, error) {
	t := &multiLayerPerceptron{layers: s.Ints("layers")}
	given := s.Vector("weights")
	if s.Err() != nil {
		return nil, s.Err()
	}
	if len(t.layers) < 2 {
		s.Fail("layers", "has fewer than 2 layers")
	}
	total := 0
	for i, n := range t.layers {
		if n < 1 || n > math.MaxInt32 {
			s.Fail("layers", "has a layer of "+strconv.Itoa(n)+" neurons")
			return nil, s.Err()
		}
		if i > 0 {
			total += n * (t.layers[i-1] + 1)
		}
		if total > len(given) {
			break
		}
		if i > 0 && i < len(t.layers)-1 {
			t.widest = max(t.widest, n)
		}
	}
	if total != len(given) {
		s.Fail("weights", "has "+strconv.Itoa(len(given))+" elements, which do not fit the layers")
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	t.classifier = readClassifier(s, t.layers[len(t.layers)-1])
	if s.Node != nil && !writes(s, "raw_prediction") && !writes(s, "probability") {
		t.thresholds, t.byProbability = nil, true
	}
	t.weights = make([]float64, 0, len(given))
	for i, n := range t.layers[1:] {
		// The bundle has a matrix column by column, then the biases.
		inputs := t.layers[i]
		for row := range n {
			for col := range inputs {
				t.weights = append(t.weights, given[col*n+row])
			}
			t.weights = append(t.weights, given[inputs*n+row])
		}
		given = given[(inputs+1)*n:]
	}
	return t, s.Err()
}

func (t *multiLayerPerceptron) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.layers[0])}}
}

// Outputs end in scratch space for two layers.
func (t *multiLayerPerceptron) Outputs() []Port {
	scratch := Port{Type: frame.TensorOf(frame.Double, t.widest)}
	return append(t.ports(), scratch, scratch)
}

func (t *multiLayerPerceptron) Holds() []Fact {
	return []Fact{{"layers", len(t.layers)}, {"weights", len(t.weights)}}
}

func (t *multiLayerPerceptron) Transform(in, out []*frame.Value) error {
	raw, probability := out[0].Dense(t.classes), out[1].Dense(t.classes)
	lower, upper := in[0], out[3]
	weights := t.weights
	for i, n := range t.layers[1:] {
		top := i == len(t.layers)-2
		sums := raw
		if !top {
			sums = upper.Dense(n)
		}
		inputs := t.layers[i]
		for row := range sums {
			w := weights[row*(inputs+1) : (row+1)*(inputs+1)]
			sums[row] = dotDensified(lower, w[:inputs]) + w[inputs]
			if !top {
				sums[row] = 1 / (1 + fmath.Exp(-sums[row]))
			}
		}
		weights = weights[n*(inputs+1):]
		lower, upper = upper, out[4-i%2]
	}
	copy(probability, raw)
	total := expFrom(probability, max(greatest(raw), -math.MaxFloat64))
	for i := range probability {
		probability[i] /= total
	}
	out[2].SetNum(t.predict(raw, probability))
	return nil
}
