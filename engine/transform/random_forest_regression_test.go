package transform

import "testing"

func TestRandomForestRegression(t *testing.T) {
	tr := readNode(t, forestNode(t, "random_forest_regression", "features:x > prediction:y", "decision_tree_regression",
		[]string{"[0.1]", "0<=1; [0.2]; [0.7]", "[0.3]"}, attrInt("num_features", 1), attrFloats("tree_weights", 1, 9, 1)))
	if got := row(tr, dense(1)); got != "0.20000000000000004" { // ((0.1 + 0.2) + 0.3) / 3
		t.Error(got)
	}
	wantNoAllocs(t, tr, dense(2))
	// The sum starts from the first value, not from 0.
	tr = readNode(t, forestNode(t, "random_forest_regression", "features:x > prediction:y", "decision_tree_regression",
		[]string{"[-0.0]"}, attrInt("num_features", 1)))
	if got := row(tr, dense(1)); got != "-0" {
		t.Error(got)
	}
}
