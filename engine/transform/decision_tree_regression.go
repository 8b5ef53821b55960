package transform

import "github.com/pageleap/pageleap/engine/frame"

// decisionTreeRegression gives the value of a leaf.
//
// Spark: ml/regression/DecisionTreeRegressor.scala (predict). The variance
// column that Spark can write isn't in bundles.
type decisionTreeRegression struct{ trees }

func readDecisionTreeRegression(s *Source) (Transformer, error) {
	trees, err := readTree(s, 1)
	if err != nil {
		return nil, err
	}
	return &decisionTreeRegression{trees}, nil
}

func (t *decisionTreeRegression) Outputs() []Port { return regressionPorts() }

func (t *decisionTreeRegression) Transform(in, out []*frame.Value) error {
	leaves, _, err := t.leaves(in[0], out[1])
	if err != nil {
		return err
	}
	out[0].SetNum(t.forest.Values[leaves[0]])
	return nil
}

// regressionPorts are the outputs of all regressions by trees.
func regressionPorts() []Port {
	return []Port{{Name: "prediction", Type: frame.ScalarOf(frame.Double)}, scratchPort}
}
