package transform

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// fmClassifier tells two classes apart by a factorization machine.
//
// Spark: ml/classification/FMClassifier.scala, which MLeap does not have. The raw
// scores are -raw and raw, the probability of class 1 is 1/(1 + exp(-raw)). Its
// attributes are those of factorization, and the "thresholds" that all
// classifiers may have.
type fmClassifier struct {
	factorization
	classifier
}

func readFMClassifier(s *Source) (Transformer, error) {
	return &fmClassifier{readFactorization(s), readClassifier(s, 2)}, s.Err()
}

func (t *fmClassifier) Outputs() []Port { return t.ports() }

func (t *fmClassifier) Transform(in, out []*frame.Value) error {
	x := t.raw(in[0])
	raw, probability := out[0].Dense(2), out[1].Dense(2)
	raw[0], raw[1] = -x, x
	probability[1] = 1 / (1 + fmath.Exp(-x))
	probability[0] = 1 - probability[1]
	out[2].SetNum(t.predict(raw, probability))
	return nil
}
