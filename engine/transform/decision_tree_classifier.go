package transform

import "github.com/pageleap/pageleap/engine/frame"

// decisionTreeClassifier gives the class counts of a leaf.
//
// Spark: ml/classification/DecisionTreeClassifier.scala: raw prediction is the
// leaf's counts (predictRaw), probability the same divided by their sum
// (raw2probabilityInPlace). A model that writes neither column predicts the
// class with the highest count and heeds no thresholds (predict); MLeap heeds
// them then too.
type decisionTreeClassifier struct {
	trees
	classifier
}

func readDecisionTreeClassifier(s *Source) (Transformer, error) {
	t := &decisionTreeClassifier{classifier: readClassifier(s, s.Int("num_classes"))}
	if s.Err() == nil && t.classes < 1 {
		s.Fail("num_classes", "is below 1")
	}
	if s.Node != nil && !writes(s, "raw_prediction") && !writes(s, "probability") {
		t.thresholds = nil
	}
	var err error
	if t.trees, err = readTree(s, t.classes); err != nil {
		return nil, err
	}
	return t, t.checkCounts(s)
}

func (t *decisionTreeClassifier) Outputs() []Port {
	return append(t.classifier.ports(), t.trees.ports()...)
}

func (t *decisionTreeClassifier) Transform(in, out []*frame.Value) error {
	leaves, _, err := t.leaves(in[0], out)
	if err != nil {
		return err
	}
	raw := out[0].Dense(t.classes)
	copy(raw, t.forest.Values[int(leaves[0])*t.classes:])
	return t.shares(raw, out)
}
