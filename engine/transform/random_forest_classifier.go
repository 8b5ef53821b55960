package transform

import "github.com/pageleap/pageleap/engine/frame"

// randomForestClassifier lets trees vote.
//
// Spark: ml/classification/RandomForestClassifier.scala: each tree's vote is
// its leaf's class counts divided by their sum; raw prediction is the votes
// added up in the order of the trees, starting from 0 (predictRaw), and
// probability the same divided by its sum. A leaf of zeros has no vote. Weights
// of trees are ignored, in MLeap too.
type randomForestClassifier struct {
	trees // the leaves' values are votes
	classifier
}

func readRandomForestClassifier(s *Source) (Transformer, error) {
	t := &randomForestClassifier{classifier: readClassifier(s, s.Int("num_classes"))}
	if s.Err() == nil && t.classes < 1 {
		s.Fail("num_classes", "is below 1")
	}
	var err error
	if t.trees, err = readForest(s, "decision_tree_classifier", t.classes); err != nil {
		return nil, err
	}
	if err := t.checkCounts(s); err != nil {
		return nil, err
	}
	for values := t.forest.Values; len(values) > 0; values = values[t.classes:] {
		normalize(values[:t.classes])
	}
	return t, nil
}

func (t *randomForestClassifier) Outputs() []Port {
	return append(t.classifier.ports(), t.trees.ports()...)
}

func (t *randomForestClassifier) Transform(in, out []*frame.Value) error {
	leaves, _, err := t.leaves(in[0], out)
	if err != nil {
		return err
	}
	raw := out[0].Dense(t.classes)
	if len(raw) == 2 {
		raw[0], raw[1] = 0, 0
	} else {
		clear(raw)
	}
	t.forest.Sum(leaves, raw)
	return t.shares(raw, out)
}

func (t *randomForestClassifier) AfterBlock() Transformer {
	c := *t
	c.walked = true
	return &c
}
