package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
)

func TestRandomForestClassifier(t *testing.T) {
	two, features := attrInt("num_classes", 2), attrInt("num_features", 1)
	// The weights are ignored, and may be left out.
	trees := []string{"0<=1; [1 3]; [0 0]", "[3 1]", "0<=0; [0 5]; [0 0]"}
	for _, weights := range [][]float64{nil, {5, 1, 1}} {
		attrs := append([]bundle.Attribute{two, features}, attrFloats("tree_weights", weights...))
		if weights == nil {
			attrs = attrs[:2]
		}
		tr := readNode(t, forestNode(t, "random_forest_classifier", classifierSockets, "decision_tree_classifier", trees, attrs...))
		for _, c := range []struct {
			x    float64
			want string
		}{
			{0, "[1 2] [0.3333333333333333 0.6666666666666666] 1"},
			{1, "[1 1] [0.5 0.5] 0"},         // the last tree has no vote
			{2, "[0.75 0.25] [0.75 0.25] 0"}, // nor has the first
		} {
			if got := row(tr, dense(c.x)); got != c.want {
				t.Errorf("%v: %s, want %s", c.x, got, c.want)
			}
		}
		wantNoAllocs(t, tr, dense(1))
	}
	// Votes add up in the order of the trees: (0.1 + 0.2) + 0.3 is more than 0.6.
	tr := readNode(t, forestNode(t, "random_forest_classifier", classifierSockets, "decision_tree_classifier",
		[]string{"[1 9]", "[2 8]", "[3 7]"}, two, features))
	if got := row(tr, dense(0)); got != "[0.6000000000000001 2.4000000000000004] [0.2 0.8] 1" {
		t.Error(got)
	}
	tr = readNode(t, forestNode(t, "random_forest_classifier", classifierSockets, "decision_tree_classifier", []string{"[0 0]"}, two, features))
	if got := row(tr, dense(0)); got != "value out of range at 0" {
		t.Error(got)
	}
}
