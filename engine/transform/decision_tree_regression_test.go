package transform

import "testing"

func TestDecisionTreeRegression(t *testing.T) {
	n := treeNode(t, "decision_tree_regression", "features:x > prediction:y", "0<=1; [-0.5]; 1 in 1,3/4; [2 7]; [null]", attrInt("num_features", 2))
	tr := readNode(t, n)
	for _, c := range []struct {
		want string
		x    []float64
	}{
		{"-0.5", []float64{1, 0}},
		{"2", []float64{2, 3}}, // the first of two values
		{"NaN", []float64{2, 0}},
	} {
		if got := row(tr, dense(c.x...)); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
	wantNoAllocs(t, tr, sparse(2, 1, 3))
	facts := map[string]int{}
	for _, f := range tr.(Holder).Holds() {
		facts[f.Name] = f.Value
	}
	if facts["trees"] != 1 || facts["nodes"] != 5 || facts["depth"] != 2 || facts["features"] != 2 || facts["bytes"] < 5*4 {
		t.Errorf("holds %v", facts)
	}
}
