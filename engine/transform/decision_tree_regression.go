package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// decisionTreeRegression gives the value of a leaf.
//
// Spark: ml/regression/DecisionTreeRegressor.scala (predict, predictVariance).
// The variance column that Spark can write isn't in MLeap's bundles; models that
// Spark itself saved may have leaf_variances, a list of double, one for each leaf
// from left to right, and the port variance.
type decisionTreeRegression struct {
	trees
	variances []float64
}

func readDecisionTreeRegression(s *Source) (Transformer, error) {
	trees, err := readTree(s, 1)
	if err != nil {
		return nil, err
	}
	t := &decisionTreeRegression{trees: trees}
	if s.Has("leaf_variances") {
		t.variances = s.Floats("leaf_variances")
		if n := len(trees.forest.Values); len(t.variances) != n {
			s.Fail("leaf_variances", "has "+strconv.Itoa(len(t.variances))+" values for "+strconv.Itoa(n)+" leaves")
		}
	}
	return t, s.Err()
}

func (t *decisionTreeRegression) Outputs() []Port {
	ports := t.regressionPorts()
	if t.variances == nil {
		return ports
	}
	variance := Port{Name: "variance", Type: frame.ScalarOf(frame.Double)}
	return append([]Port{ports[0], variance}, ports[1:]...)
}

func (t *decisionTreeRegression) Transform(in, out []*frame.Value) error {
	leaves, _, err := t.leaves(in[0], out)
	if err != nil {
		return err
	}
	out[0].SetNum(t.forest.Values[leaves[0]])
	if t.variances != nil {
		out[1].SetNum(t.variances[t.forest.Places[leaves[0]]])
	}
	return nil
}

// regressionPorts are the outputs of all regressions by trees.
func (t *trees) regressionPorts() []Port {
	return append([]Port{{Name: "prediction", Type: frame.ScalarOf(frame.Double)}}, t.ports()...)
}
