package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// xgboostClassifier is MLeap's op "xgboost.classifier", which reads the same
// bundles whether they are run with XGBoost4j or with XGBoost-Predictor
// (XGBoostClassificationModel.scala, XGBoostPredictorClassificationModel.scala).
//
// With two classes the booster's first output p gives the probabilities (1-p, p)
// and its margin m the raw scores (-m, m), whatever the objective; 1-p is
// rounded to float32. (xgboost4j-spark rounds it to a double.) With more, the
// outputs are taken as they are.
//
// The prediction is xgboost4j-spark's (XGBoostClassifier.scala): the first class
// of the highest probability, or of the highest probability/threshold where the
// bundle has thresholds, with 1-p in double; for multi:softmax it is the
// booster's own. (MLeap rounds p, so that 0.5 is class 1; knows no thresholds;
// and predicts class 0 always with multi:softmax, for which it gives the class
// itself as the one element of the probability, as is done here.)
type xgboostClassifier struct {
	booster
	classifier
}

func readXGBoostClassifier(s *Source) (Transformer, error) {
	classes := s.Int("num_classes")
	c := readClassifier(s, classes)
	b, err := readBooster(s)
	if err != nil {
		return nil, err
	}
	if classes < 2 || classes > 2 && classes != b.m.Groups {
		return nil, s.Malformed("num_classes is " + strconv.Itoa(classes) + ", and the booster gives " + strconv.Itoa(b.m.Groups) + " outputs")
	}
	return &xgboostClassifier{b, c}, nil
}

func (x *xgboostClassifier) Outputs() []Port { return append(x.ports(), x.explained()...) }

func (x *xgboostClassifier) Transform(in, out []*frame.Value) error {
	margins, err := x.run(in[0], out[3:])
	if err != nil {
		return err
	}
	raw := out[0].Dense(x.classes)
	if x.classes == 2 {
		raw[0], raw[1] = -margins[0], margins[0]
	} else {
		copy(raw, margins)
	}
	outputs := x.m.Outputs(margins)
	if x.m.Softmax() && x.classes > 2 {
		out[1].Dense(1)[0] = outputs[0]
		out[2].SetNum(outputs[0])
		return nil
	}
	probability := out[1].Dense(x.classes)
	if x.classes > 2 {
		copy(probability, outputs)
		out[2].SetNum(x.predict(probability, probability))
		return nil
	}
	p := outputs[0]
	probability[0], probability[1] = 1-p, p
	out[2].SetNum(x.predict(probability, probability))
	if x.m.Softmax() {
		out[2].SetNum(p)
	}
	probability[0] = float64(1 - float32(p))
	return nil
}
