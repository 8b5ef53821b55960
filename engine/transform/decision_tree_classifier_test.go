package transform

import "testing"

func TestDecisionTreeClassifier(t *testing.T) {
	const words = "0<=1; [1 3]; 1<=2; [2 2]; [0 0]"
	two, features := attrInt("num_classes", 2), attrInt("num_features", 2)
	tr := readNode(t, treeNode(t, "decision_tree_classifier", classifierSockets, words, two, features))
	for _, c := range []struct {
		want string
		x    []float64
	}{
		{"[1 3] [0.25 0.75] 1", []float64{1, 0}},
		{"[2 2] [0.5 0.5] 0", []float64{2, 2}},
		{"value out of range at 0", []float64{2, 3}}, // Spark can't normalize the 0-vector
	} {
		if got := row(tr, dense(c.x...)); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
	if got := row(tr, sparse(2, 0, 1.5)); got != "[2 2] [0.5 0.5] 0" {
		t.Error(got)
	}
	wantNoAllocs(t, tr, dense(2, 2))

	thresholds := attrFloats("thresholds", 0.25, 1)
	tr = readNode(t, treeNode(t, "decision_tree_classifier", classifierSockets, words, two, features, thresholds))
	if got := row(tr, dense(1, 0)); got != "[1 3] [0.25 0.75] 0" {
		t.Error(got)
	}
	// Without a column for scores or probabilities Spark heeds no thresholds.
	tr = readNode(t, treeNode(t, "decision_tree_classifier", "features:x > prediction:y", words, two, features, thresholds))
	if got := row(tr, dense(1, 0)); got != "[1 3] [0.25 0.75] 1" {
		t.Error(got)
	}
	// A single leaf, of one class, over no features.
	tr = readNode(t, treeNode(t, "decision_tree_classifier", classifierSockets, "[5]", attrInt("num_classes", 1), attrDefault("num_features")))
	if got := row(tr, dense()); got != "[5] [1] 0" {
		t.Error(got)
	}
}
