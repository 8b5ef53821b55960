package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func bayes(kind string, more ...bundle.Attribute) *bundle.Node {
	return nodeOf("naive_bayes", "features:f > raw_prediction:r probability:p prediction:c", append(more,
		attrInt("num_features", 3), attrInt("num_classes", 2), attrString("model_type", kind), attrVector("pi", -1.1, -0.4),
		attrTensor("theta", []float64{-0.3, -1.4, -1.7, -0.5, -2.2, -1.1}, 2, 3))...)
}

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestMultinomialBayes(t *testing.T) {
	tr := readNode(t, bayes("multinomial"))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 0, 2), []float64{-5.800000000000001, -4, 0.1418510649004877, 0.8581489350995123, 1}},
		{dense(0, 0, 0), []float64{-1.1, -0.4, 0.3318122278318339, 0.6681877721681662, 1}},
		{sparse(3, 1, 3), []float64{-6.199999999999999, -1.9, 0.01338691782766479, 0.9866130821723351, 1}},
		{dense(-1, 0, 0), nil},
		{dense(nan, 0, 0), nil},
		{dense(negativeZero, 1, 1), []float64{-5, -2, 0.04742587317756679, 0.9525741268224334, 1}},
		{dense(0, 1000, 2000), []float64{-6101.1, -2700.4, 0, 1, 1}},
		{dense(1, 0, 1), []float64{-3.6, -2.9, 0.33181222783183384, 0.6681877721681662, 1}},
		{sparse(3, 1, 1), []float64{-2.8, -0.9, 0.13010847436299786, 0.8698915256370021, 1}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(0, 1, 1))
	wantNoAllocs(t, tr, sparse(3, 1, 1))
}

func TestComplementBayes(t *testing.T) {
	tr := readNode(t, bayes("complement"))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 0, 2), []float64{-1.3873353251154308, -0.2873353251154307, 0.24973989440488242, 0.7502601055951177, 1}},
		{dense(0, 0, 0), []float64{-0.6931471805599453, -0.6931471805599453, 0.5, 0.5, 0}},
		{sparse(3, 1, 3), []float64{-3.626957093008208, -0.026957093008208144, 0.02659699357686586, 0.973403006423134, 1}},
		{dense(-1, 0, 0), nil},
		{dense(nan, 0, 0), nil},
		{dense(negativeZero, 1, 1), []float64{-2.395545464597963, -0.09554546459796298, 0.09112296101485615, 0.9088770389851438, 1}},
		{dense(0, 1000, 2000), []float64{-3400, 0, 0, 1, 1}},
		{dense(1, 0, 1), []float64{-0.6931471805599454, -0.6931471805599454, 0.5, 0.5, 0}},
		{sparse(3, 1, 1), []float64{-1.4632824673380314, -0.2632824673380313, 0.23147521650098235, 0.7685247834990178, 1}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(0, 1, 1))
	wantNoAllocs(t, tr, sparse(3, 1, 1))
}

func TestBernoulliBayes(t *testing.T) {
	tr := readNode(t, bayes("bernoulli"))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 0, 2), nil},
		{dense(0, 0, 0), []float64{-2.769391157295151, -2.020679057418406, 0.32110199254875166, 0.6788980074512483, 1}},
		{sparse(3, 1, 3), nil},
		{dense(-1, 0, 0), nil},
		{dense(nan, 0, 0), nil},
		{dense(negativeZero, 1, 1), []float64{-6.350225612814847, -2.2831549539229274, 0.016839076280217285, 0.9831609237197828, 1}},
		{dense(0, 1000, 2000), nil},
		{dense(1, 0, 1), []float64{-3.8017288956674453, -3.8327521295671887, 0.5077551864924323, 0.49224481350756766, 0}},
		{sparse(3, 1, 1), []float64{-4.267662261627706, -1.5879269278512174, 0.06417977061770457, 0.9358202293822955, 1}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(0, 1, 1))
	wantNoAllocs(t, tr, sparse(3, 1, 1))
}

func TestGaussianBayes(t *testing.T) {
	tr := readNode(t, bayes("gaussian", attrTensor("sigma", []float64{0.5, 0.25, 1, 3, 2, 1.5}, 2, 3)))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 0, 2), []float64{-8.645, -15.223891517828191, 0.9986125391681994, 0.0013874608318006439, 0}},
		{dense(0, 0, 0), []float64{-3.845, -4.823891517828192, 0.7268882138868806, 0.27311178611311937, 0}},
		{sparse(3, 1, 3), []float64{-13.445000000000002, -6.823891517828192, 0.0013301819393659803, 0.998669818060634, 1}},
		{dense(-1, 0, 0), []float64{-4.245, -1.2238915178281917, 0.04648132098416249, 0.9535186790158375, 1}},
		{dense(nan, 0, 0), []float64{nan, nan, nan, nan, 0}},
		{dense(negativeZero, 1, 1), []float64{-7.395000000000001, -6.223891517828192, 0.23665467935771303, 0.763345320642287, 1}},
		{dense(0, 1000, 2000), []float64{-1503903.8450000002, -1501638.1572248507, 0, 1, 1}},
		{dense(1, 0, 1), []float64{-6.795, -13.490558184494859, 0.9987651352293406, 0.0012348647706593773, 0}},
		{sparse(3, 1, 1), []float64{-6.045, -5.1572248511615255, 0.2915691719026644, 0.7084308280973356, 1}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(0, 1, 1))
	wantNoAllocs(t, tr, sparse(3, 1, 1))
}

func TestNaiveBayesThresholds(t *testing.T) {
	tr := readNode(t, bayes("multinomial", attrFloats("thresholds", 0.01, 0.99)))
	wantNear(t, tr, dense(1, 0, 2), -5.800000000000001, -4, 0.14185106490048771, 0.8581489350995123, 0)
}

func TestNaiveBayesFaults(t *testing.T) {
	for name, n := range map[string]*bundle.Node{
		"kind":           bayes("poisson"),
		"gaussian alone": bayes("gaussian"),
		"sigma's size":   bayes("gaussian", attrTensor("sigma", nil, 0, 0)),
		"thresholds":     bayes("multinomial", attrFloats("thresholds", 1)),
		"classes": nodeOf("naive_bayes", ">", attrInt("num_features", 1), attrInt("num_classes", 3), attrString("model_type", "multinomial"),
			attrVector("pi", 1, 2), attrTensor("theta", []float64{1, 2}, 2, 1)),
		"theta's size": nodeOf("naive_bayes", ">", attrInt("num_features", 2), attrInt("num_classes", 2), attrString("model_type", "multinomial"),
			attrVector("pi", 1, 2), attrTensor("theta", []float64{1, 2}, 2, 1)),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
