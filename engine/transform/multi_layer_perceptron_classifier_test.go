package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func perceptron(layers []int64, weights ...float64) *bundle.Node {
	return nodeOf("multi_layer_perceptron_classifier", "features:f > raw_prediction:r probability:p prediction:c",
		attrInts("layers", layers...), attrVector("weights", weights...))
}

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestPerceptron(t *testing.T) {
	tr := readNode(t, perceptron([]int64{2, 2, 3}, 0.5, -0.25, 1.5, 2, 0.1, -0.2, 1, -1, 0.5, 0.75, -2, 0.25, 0.3, 0, -0.3))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, -2), []float64{0.3918305108568641, -0.10626020146176696, -0.25552771363205823, 0.46923759609797033, 0.28515090442141255, 0.24561149948061703, 0}},
		{dense(0, 0), []float64{1.1626036894945817, -1.4253111928539843, 0.07503109441135053, 0.7081098595345872, 0.053233312124593105, 0.23865682834081975, 0}},
		{sparse(2, 1, 0.3), []float64{1.3831513360951397, -1.8315109112357049, 0.16673971053351339, 0.7482451602531007, 0.03005618403409182, 0.22169865571280736, 0}},
		{dense(10000, 1), []float64{1.3, -1, 0.2, 0.6977734404023221, 0.06995795831521953, 0.2322686012824583, 0}},
		{dense(nan, 0), []float64{nan, nan, nan, nan, nan, nan, 0}},
		{dense(inf, 1), []float64{1.3, -1, 0.2, 0.6977734404023221, 0.06995795831521953, 0.2322686012824583, 0}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))
	wantNoAllocs(t, tr, sparse(2, 1, 2))

	tr = readNode(t, perceptron([]int64{2, 2}, 0.5, -0.25, 1.5, 2, 0.1, -0.2))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, -2), []float64{-2.4, -4.45, 0.8859476187202091, 0.11405238127979081, 0}},
		{dense(0, 0), []float64{0.1, -0.2, 0.574442516811659, 0.425557483188341, 0}},
		{sparse(2, 1, 0.3), []float64{0.5499999999999999, 0.39999999999999997, 0.5374298453437496, 0.46257015465625045, 0}},
		{dense(10000, 1), []float64{5001.6, -2498.2, 1, 0, 0}},
		{dense(nan, 0), []float64{nan, nan, nan, nan, 0}},
		{dense(inf, 1), []float64{inf, -inf, nan, nan, 0}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))
	wantNoAllocs(t, tr, sparse(2, 1, 2))

	tr = readNode(t, perceptron([]int64{2, 1, 2, 2}, 0.5, -0.25, 1.5, 2, 0.1, -0.2, 1, -1, 0.5, 0.75, -2, 0.25, 0.3))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, -2), []float64{-0.027031903140828817, -0.7783426380678178, 0.6794642346535956, 0.3205357653464044, 0}},
		{dense(0, 0), []float64{0.00241750025346138, -0.7898016824425067, 0.6883076334066439, 0.3116923665933561, 0}},
		{sparse(2, 1, 0.3), []float64{0.005838006297886417, -0.7911599302263035, 0.6893319446746656, 0.31066805532533437, 0}},
		{dense(10000, 1), []float64{-0.04545385590317402, -0.7714457436404791, 0.6739251044334473, 0.3260748955665526, 0}},
		{dense(nan, 0), []float64{nan, nan, nan, nan, 0}},
		{dense(inf, 1), []float64{-0.04545385590317402, -0.7714457436404791, 0.6739251044334473, 0.3260748955665526, 0}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))
	wantNoAllocs(t, tr, sparse(2, 1, 2))
}

func TestPerceptronFaults(t *testing.T) {
	for name, n := range map[string]*bundle.Node{
		"one layer":    perceptron([]int64{2}),
		"no layer":     perceptron(nil),
		"empty layer":  perceptron([]int64{2, 0}),
		"huge layers":  perceptron([]int64{1 << 31, 1 << 31, 1 << 31}),
		"few weights":  perceptron([]int64{2, 2}, 1, 2, 3),
		"many weights": perceptron([]int64{1, 1}, 1, 2, 3),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
