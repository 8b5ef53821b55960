package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// gbtClassifier tells two classes apart by the sign of a weighted sum of the
// trees' values, the margin.
//
// Spark: ml/classification/GBTClassifier.scala: raw prediction is -margin and
// margin, probability of class 1 is 1 - p of class 0, which is
// 1/(1 + exp(-2·margin)) of its raw prediction (mllib/tree/loss/LogLoss.scala,
// computeProbability). Without thresholds the class is 1 where margin > 0.
type gbtClassifier struct {
	boosted
	classifier
}

func readGBTClassifier(s *Source) (Transformer, error) {
	if n := s.IntOr("num_classes", 2); n != 2 {
		s.Fail("num_classes", "is "+strconv.Itoa(n)+": boosted trees tell two classes apart")
	}
	if s.Has("lossType") {
		if loss := s.String("lossType"); loss != "logistic" {
			s.Fail("lossType", "is "+strconv.Quote(loss)+`, not "logistic"`)
		}
	}
	t := &gbtClassifier{classifier: readClassifier(s, 2)}
	var err error
	if t.boosted, err = readBoosted(s); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *gbtClassifier) Outputs() []Port { return append(t.classifier.ports(), t.trees.ports()...) }

func (t *gbtClassifier) Transform(in, out []*frame.Value) error {
	margin, err := t.sum(in[0], out)
	if err != nil {
		return err
	}
	raw, probability := out[0].Dense(2), out[1].Dense(2)
	raw[0], raw[1] = -margin, margin
	probability[0] = 1 / (1 + fmath.Exp(-2*raw[0]))
	probability[1] = 1 - probability[0]
	out[2].SetNum(t.predict(raw, probability))
	return nil
}

func (t *gbtClassifier) AfterBlock() Transformer {
	c := *t
	c.walked = true
	return &c
}
