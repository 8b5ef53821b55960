package transform

import "github.com/pageleap/pageleap/engine/frame"

// randomForestRegression gives the mean of the trees' values.
//
// Spark: ml/regression/RandomForestRegressor.scala (predict): the values added
// up in the order of the trees, starting from the first, divided by the number
// of trees. Weights of trees are ignored, in MLeap too.
type randomForestRegression struct{ trees }

func readRandomForestRegression(s *Source) (Transformer, error) {
	trees, err := readForest(s, "decision_tree_regression", 1)
	if err != nil {
		return nil, err
	}
	return &randomForestRegression{trees}, nil
}

func (t *randomForestRegression) Outputs() []Port { return t.regressionPorts() }

func (t *randomForestRegression) Transform(in, out []*frame.Value) error {
	leaves, _, err := t.leaves(in[0], out)
	if err != nil {
		return err
	}
	sum := [1]float64{t.forest.Values[leaves[0]]}
	t.forest.Sum(leaves[1:], sum[:])
	out[0].SetNum(sum[0] / float64(len(leaves)))
	return nil
}

func (t *randomForestRegression) AfterBlock() Transformer {
	c := *t
	c.walked = true
	return &c
}
