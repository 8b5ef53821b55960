package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// readLogisticRegression reads either of two ops that go by one name.
func readLogisticRegression(s *Source) (Transformer, error) {
	// A multinomial model of two classes exists only among those that Spark itself
	// saved.
	if s.Int("num_classes") > 2 || s.Has("coefficient_matrix") && s.Spark() > 0 {
		return readMultinomialRegression(s)
	}
	return readBinaryRegression(s)
}

// binaryRegression is logistic regression with two classes.
//
// Spark: ml/classification/LogisticRegression.scala (LogisticRegressionModel).
// The raw scores are -m and m of the margin m, the probabilities 1/(1 + exp(-raw))
// of each, as in MLeap; Spark takes the second from 1, which is the same but for
// rounding, and is done in models that Spark itself saved. Class 1 needs a raw
// score above log(t/(1-t)) for the threshold t, or in a model that writes no raw
// scores a probability above t.
type binaryRegression struct {
	classifier
	coefficients []float64
	intercept    float64
	threshold    float64
	rawThreshold float64
	spark        bool
}

func readBinaryRegression(s *Source) (Transformer, error) {
	t := &binaryRegression{
		classifier:   classifier{classes: 2, byProbability: true},
		coefficients: s.Vector("coefficients"),
		intercept:    s.Float("intercept"),
		threshold:    s.FloatOr("threshold", 0.5),
		spark:        s.Spark() > 0,
	}
	if s.Has("thresholds") && !s.Has("threshold") {
		// Spark's getThreshold.
		if p := readClassifier(s, 2).thresholds; p != nil {
			t.threshold = 1 / (1 + p[0]/p[1])
		}
	}
	if !(t.threshold >= 0 && t.threshold <= 1) {
		s.Fail("threshold", "is "+strconv.FormatFloat(t.threshold, 'g', -1, 64)+", not in [0, 1]")
	}
	t.rawThreshold = fmath.Log(t.threshold / (1 - t.threshold)) // ∓Infinity at 0 and 1
	if s.Node != nil {
		for _, o := range s.Node.Outputs {
			t.byProbability = t.byProbability && o.Port != "raw_prediction"
		}
	}
	return t, s.Err()
}

func (t *binaryRegression) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, len(t.coefficients))}}
}

func (t *binaryRegression) Outputs() []Port { return t.ports() }

func (t *binaryRegression) Holds() []Fact { return []Fact{{"coefficients", len(t.coefficients)}} }

func (t *binaryRegression) Transform(in, out []*frame.Value) error {
	m := dotVector(in[0], t.coefficients) + t.intercept
	raw, probability := out[0].Dense(2), out[1].Dense(2)
	raw[0], raw[1] = -m, m
	probability[0] = 1 / (1 + fmath.Exp(m))
	probability[1] = 1 / (1 + fmath.Exp(-m))
	if t.spark {
		probability[1] = 1 - probability[0]
	}
	prediction := 0.0
	if t.byProbability && probability[1] > t.threshold || !t.byProbability && m > t.rawThreshold {
		prediction = 1
	}
	out[2].SetNum(prediction)
	return nil
}

// multinomialRegression is logistic regression with a margin for each of more
// than two classes.
//
// Spark: ml/classification/LogisticRegression.scala and ml/impl/Utils.scala
// (softmax). Margins are taken less the highest one before exp (MLeap does so
// only if that is above 0, and gives NaN where all are below -745); the first
// margin of +Infinity has the probability 1. The matrix lies column by column in
// the bundle, whatever its tensor says.
type multinomialRegression struct {
	classifier
	features     int
	coefficients []float64 // row by row, a row for each class
	intercepts   []float64
}

func readMultinomialRegression(s *Source) (Transformer, error) {
	columns, classes, features := s.Matrix("coefficient_matrix")
	t := &multinomialRegression{features: features, intercepts: s.Vector("intercept_vector")}
	if n := s.Int("num_classes"); s.Err() == nil && (n != classes || n != len(t.intercepts)) {
		s.Fail("num_classes", "is "+strconv.Itoa(n)+", with "+strconv.Itoa(classes)+" rows of coefficients and "+strconv.Itoa(len(t.intercepts))+" intercepts")
	}
	t.classifier = readClassifier(s, classes)
	if s.Err() != nil {
		return nil, s.Err()
	}
	t.coefficients = make([]float64, len(columns))
	for i := range classes {
		for j := range features {
			t.coefficients[i*features+j] = columns[j*classes+i]
		}
	}
	return t, nil
}

func (t *multinomialRegression) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.features)}}
}

func (t *multinomialRegression) Outputs() []Port { return t.ports() }

func (t *multinomialRegression) Holds() []Fact {
	return []Fact{{"classes", t.classes}, {"coefficients", len(t.coefficients)}}
}

func (t *multinomialRegression) Transform(in, out []*frame.Value) error {
	raw, probability := out[0].Dense(t.classes), out[1].Dense(t.classes)
	for i := range raw {
		raw[i] = addRow(t.intercepts[i], in[0], t.coefficients[i*t.features:(i+1)*t.features])
	}
	copy(probability, raw)
	softmax(probability)
	out[2].SetNum(t.predict(raw, probability))
	return nil
}
