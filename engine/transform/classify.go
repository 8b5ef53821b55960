package transform

import (
	"math"
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// classifier is what probabilistic classifiers have in common: how a prediction
// follows from raw scores and probabilities.
//
// Spark: ml/classification/ProbabilisticClassifier.scala. Without thresholds
// the prediction is the class of the highest raw score; with them it is the
// class of the highest probability/threshold.
//
// MLeap takes the highest probability where both columns are there. Dividing
// can make two raw scores one probability, so that a near tie may come out
// otherwise than in Spark. Spark itself goes by the probability only in a model
// that writes no raw scores.
type classifier struct {
	classes       int
	thresholds    []float64 // one a class, or nil
	byProbability bool      // the node has an output for the probability and none for the raw scores
}

// readClassifier reads the optional "thresholds" of a model with so many
// classes; faults are left in s.
func readClassifier(s *Source, classes int) classifier {
	c := classifier{classes: classes}
	c.byProbability = writes(s, "probability") && !writes(s, "raw_prediction")
	if s.Err() != nil || !s.Has("thresholds") {
		return c
	}
	given := s.Floats("thresholds")
	if len(given) != classes {
		s.Fail("thresholds", "has "+strconv.Itoa(len(given))+" values for "+strconv.Itoa(classes)+" classes")
		return c
	}
	c.thresholds = make([]float64, classes)
	for i, t := range given {
		if t < 0 {
			s.Fail("thresholds", "has a negative value, "+strconv.FormatFloat(t, 'g', -1, 64))
		}
		// Spark allows no NaN here: this one is an Infinity that JSON could not hold.
		if math.IsNaN(t) {
			t = math.Inf(1)
		}
		c.thresholds[i] = t
	}
	return c
}

// writes says whether the node binds this output to a column.
func writes(s *Source, port string) bool {
	return s.Node != nil && slices.ContainsFunc(s.Node.Outputs, func(o bundle.Socket) bool { return o.Port == port })
}

// ports are the outputs of every probabilistic classifier in MLeap.
func (c *classifier) ports() []Port {
	return []Port{
		{Name: "raw_prediction", Type: frame.TensorOf(frame.Double, c.classes).OrNull()},
		{Name: "probability", Type: frame.TensorOf(frame.Double, c.classes).OrNull()},
		{Name: "prediction", Type: frame.ScalarOf(frame.Double)},
	}
}

// predict is the predicted class. Of quotients, 0/0 is never the highest:
// a class of threshold 0 wins only where it has any probability. (MLeap lets it
// win always; Spark did so until version 2.)
func (c *classifier) predict(raw, probability []float64) float64 {
	if c.thresholds == nil {
		if c.byProbability {
			raw = probability
		}
		return float64(argmax(raw))
	}
	best, highest := 0, math.Inf(-1)
	for i, p := range probability {
		if q := p / c.thresholds[i]; q > highest {
			best, highest = i, q
		}
	}
	return float64(best)
}

// argmax is the index of the greatest element, the first of equals. NaN is
// greater than nothing, and in the first place nothing is greater than NaN
// (DenseVector.argmax).
func argmax(v []float64) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}

// shares makes of class counts, the raw scores, out's probabilities and prediction.
// It goes with few calls, which are what takes time in WebAssembly.
func (c *classifier) shares(raw []float64, out []*frame.Value) error {
	probability, sum := out[1].Dense(c.classes), raw[0]
	for _, x := range raw[1:] {
		sum += x
	}
	if !(sum > 0) {
		return noCounts()
	}
	best := 0
	for i, x := range raw {
		probability[i] = x / sum
		if x > raw[best] {
			best = i
		}
	}
	p := out[2]
	p.Null, p.Num = false, float64(best)
	if c.thresholds != nil || c.byProbability {
		p.Num = c.predict(raw, probability)
	}
	return nil
}

// normalize divides counts by their sum. It is false, and leaves v as it was,
// where the sum is not above 0, which Spark refuses (MLeap gives zeros).
func normalize(v []float64) bool {
	if len(v) == 0 {
		return false
	}
	sum := v[0]
	for _, x := range v[1:] {
		sum += x
	}
	if !(sum > 0) {
		return false
	}
	for i := range v {
		v[i] /= sum
	}
	return true
}
