package transform

import "github.com/pageleap/pageleap/engine/frame"

// supportVectorMachine is the linear machine of MLeap's extension to Spark.
//
// MLeap: mleap-core core/classification/SupportVectorMachineModel.scala. Its
// "probability" is the raw score over again, so a class with a threshold wins
// by score/threshold.
type supportVectorMachine struct {
	linear
	classifier classifier
}

func readSupportVectorMachine(s *Source) (Transformer, error) {
	t := &supportVectorMachine{readLinear(s), readClassifier(s, 2)}
	wantBinary(s)
	return t, s.Err()
}

func (t *supportVectorMachine) Outputs() []Port { return t.classifier.ports() }

func (t *supportVectorMachine) Transform(in, out []*frame.Value) error {
	m := t.margin(in[0])
	raw, probability := out[0].Dense(2), out[1].Dense(2)
	raw[0], raw[1] = -m, m
	probability[0], probability[1] = -m, m
	out[2].SetNum(t.classifier.predict(raw, probability))
	return nil
}
