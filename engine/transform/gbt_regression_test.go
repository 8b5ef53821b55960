package transform

import "testing"

func TestGBTRegression(t *testing.T) {
	tr := readNode(t, forestNode(t, "gbt_regression", "features:x > prediction:y", "decision_tree_regression",
		[]string{"0<=1; [10]; [20]", "[0.7]", "[-3]"}, attrInt("num_features", 1), attrFloats("tree_weights", 1, 0.5, 0.25)))
	if got := row(tr, dense(2)); got != "19.6" {
		t.Error(got)
	}
	wantNoAllocs(t, tr, dense(2))
}
