package transform

import "testing"

func TestGBTClassifier(t *testing.T) {
	const tree = "0<=0; [0]; 0<=1; [-2]; 0<=2; [1e-20]; [null]"
	features, weights := attrInt("num_features", 1), attrFloats("tree_weights", 0.5)
	// num_classes may be left out: there are two.
	tr := readNode(t, forestNode(t, "gbt_classifier", classifierSockets, "decision_tree_regression", []string{tree}, features, weights))
	for _, c := range []struct {
		x    float64
		want string
	}{
		{0, "[-0 0] [0.5 0.5] 0"},
		{1, "[1 -1] [0.8807970779778823 0.11920292202211769] 0"},
		{2, "[-5e-21 5e-21] [0.5 0.5] 1"}, // by the margin, not the probability
		{3, "[NaN NaN] [NaN NaN] 0"},
	} {
		if got := row(tr, dense(c.x)); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
	wantNoAllocs(t, tr, dense(1))
	tr = readNode(t, forestNode(t, "gbt_classifier", classifierSockets, "decision_tree_regression", []string{tree},
		features, weights, attrFloats("thresholds", 0.95, 0.05)))
	if got := row(tr, dense(1)); got != "[1 -1] [0.8807970779778823 0.11920292202211769] 1" {
		t.Error(got)
	}
}
