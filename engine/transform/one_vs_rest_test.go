package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// rest is a one-vs-rest node of these models.
func rest(outputs string, features int64, models ...*bundle.Node) *bundle.Node {
	n := nodeOf("one_vs_rest", "features:f > "+outputs, attrInt("num_classes", int64(len(models))), attrInt("num_features", features))
	for i, m := range models {
		n.Model.Subs = append(n.Model.Subs, bundle.Sub{Dir: "model" + string(rune('0'+i)), Model: m.Model})
	}
	return n
}

func machine(a, b, intercept float64) *bundle.Node {
	return nodeOf("linear_svc", ">", attrInt("num_classes", 2), attrVector("coefficients", a, b), attrFloat("intercept", intercept), attrDefault("threshold"))
}

func logistic(a, b, intercept float64) *bundle.Node {
	return nodeOf("logistic_regression", ">", attrInt("num_classes", 2), attrVector("coefficients", a, b), attrFloat("intercept", intercept), attrFloat("threshold", 0.5))
}

func bayesian(theta ...float64) *bundle.Node {
	return nodeOf("naive_bayes", ">", attrInt("num_classes", 2), attrInt("num_features", 2), attrString("model_type", "multinomial"),
		attrVector("pi", -0.7, -0.7), attrTensor("theta", theta, 2, 2))
}

// scores are the raw scores and the class.
func scores(t *testing.T, tr Transformer, in *frame.Value, want ...float64) {
	t.Helper()
	out, err := apply(tr, in)
	if err != nil {
		t.Fatal(err)
	}
	got := append(append([]float64(nil), out[1].Nums...), out[2].Num)
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("%v: %v, not %v", in.Nums, got, want)
		}
	}
}

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestOneVsRest(t *testing.T) {
	tr := readNode(t, rest("raw_prediction:r prediction:c", 2, machine(1, 0, 0.5), machine(0, 1, -0.25), machine(-1, -1, 0.5)))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 2), []float64{1.5, 1.75, -2.5, 1}},
		{dense(0, 0), []float64{0.5, -0.25, 0.5, 0}},
		{dense(800, 900), []float64{800.5, 899.75, -1699.5, 1}},
		{sparse(2, 1, 0.25), []float64{0.5, 0, 0.25, 0}},
	} {
		scores(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))

	tr = readNode(t, rest("raw_prediction:r prediction:c", 2, logistic(1, 0, 0.5), logistic(0, 1, -0.25), logistic(-1, -1, 0.5)))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 2), []float64{1.5, 1.75, -2.5, 1}},
		{dense(0, 0), []float64{0.5, -0.25, 0.5, 0}},
		{dense(800, 900), []float64{800.5, 899.75, -1699.5, 1}},
		{sparse(2, 1, 0.25), []float64{0.5, 0, 0.25, 0}},
	} {
		scores(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))

	tr = readNode(t, rest("raw_prediction:r prediction:c", 2, bayesian(-0.5, -1, -1, -0.5), bayesian(-0.5, -1, -1, -0.5), bayesian(-0.2, -0.9, -3, -0.6)))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 2), []float64{-2.7, -2.7, -2.8, 0}},
		{dense(0, 0), []float64{-0.7, -0.7, -0.7, 0}},
		{dense(800, 900), []float64{-1250.7, -1250.7, -1260.7, 0}},
		{sparse(2, 1, 0.25), []float64{-0.825, -0.825, -0.85, 0}},
	} {
		scores(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))
}

// MLeap's extension goes by the probability, in which near ties become ties.
func TestOneVsRestByProbability(t *testing.T) {
	models := []*bundle.Node{logistic(1, 0, 0.5), logistic(0, 1, -0.25)}
	raw := readNode(t, rest("raw_prediction:r prediction:c", 2, models...))
	scores(t, raw, dense(800, 900), 800.5, 899.75, 1)
	prob := readNode(t, rest("probability:p prediction:c", 2, models...))
	scores(t, prob, dense(800, 900), 800.5, 899.75, 0)
	out, _ := apply(prob, dense(800, 900))
	if out[0].Num != 1 {
		t.Errorf("probability %v", out[0].Num)
	}
	// A model without probabilities scores with its margin.
	both := readNode(t, rest("probability:p prediction:c", 2, logistic(1, 0, 0.5), machine(0, 1, -0.25)))
	scores(t, both, dense(800, 2), 800.5, 1.75, 1)
}

func TestOneVsRestFaults(t *testing.T) {
	missing := rest("prediction:c", 2, machine(1, 1, 1), machine(1, 1, 1))
	missing.Model.Subs = missing.Model.Subs[:1]
	if _, err := NewSource(missing, Table).Read(); err == nil {
		t.Error("a missing model was not missed")
	}
	three := nodeOf("naive_bayes", ">", attrInt("num_classes", 1), attrInt("num_features", 2), attrString("model_type", "multinomial"),
		attrVector("pi", 1), attrTensor("theta", []float64{1, 2}, 1, 2))
	for name, n := range map[string]*bundle.Node{
		"none":           rest("prediction:c", 2),
		"size":           rest("prediction:c", 3, machine(1, 1, 1)),
		"one class":      rest("prediction:c", 2, three),
		"no classifier":  rest("prediction:c", 2, nodeOf("linear_regression", ">", attrVector("coefficients", 1, 2), attrDefault("intercept"))),
		"faulty model":   rest("prediction:c", 2, nodeOf("linear_svc", ">")),
		"not of vectors": rest("prediction:c", 2, nodeOf("string_indexer", "input:s > output:i", attrStrings("labels", "a"))),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
