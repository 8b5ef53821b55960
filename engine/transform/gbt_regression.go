package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// gbtRegression gives the weighted sum of the trees' values.
//
// Spark: ml/regression/GBTRegressor.scala (predict): BLAS ddot of the trees'
// values and their weights.
type gbtRegression struct{ boosted }

func readGBTRegression(s *Source) (Transformer, error) {
	b, err := readBoosted(s)
	if err != nil {
		return nil, err
	}
	return &gbtRegression{b}, nil
}

func (t *gbtRegression) Outputs() []Port { return t.regressionPorts() }

func (t *gbtRegression) Transform(in, out []*frame.Value) error {
	sum, err := t.sum(in[0], out)
	if err != nil {
		return err
	}
	out[0].SetNum(sum)
	return nil
}

// boosted is gradient-boosted trees: a forest of regressions with weights.
type boosted struct {
	trees
	weights []float64 // one a tree
}

func readBoosted(s *Source) (b boosted, err error) {
	if b.trees, err = readForest(s, "decision_tree_regression", 1); err != nil {
		return b, err
	}
	n := len(b.forest.Trees)
	b.weights = s.Floats("tree_weights")
	if s.Err() == nil && len(b.weights) != n {
		s.Fail("tree_weights", "has "+strconv.Itoa(len(b.weights))+" values for "+strconv.Itoa(n)+" trees")
	}
	return b, s.Err()
}

// sum is the weighted sum of the trees' values.
func (b *boosted) sum(features *frame.Value, out []*frame.Value) (float64, error) {
	leaves, values, err := b.leaves(features, out)
	if err != nil {
		return 0, err
	}
	for i, leaf := range leaves {
		values[i] = b.forest.Values[leaf]
	}
	return dot(values, b.weights), nil
}

func (t *gbtRegression) AfterBlock() Transformer {
	c := *t
	c.walked = true
	return &c
}
