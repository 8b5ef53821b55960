package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func mixture(weights []float64, means, covs bundle.Attribute) *bundle.Node {
	return nodeOf("gaussian_mixture", "features:f > prediction:p probability:q", attrFloats("weights", weights...), means, covs)
}

// The second distribution varies in one direction only.
// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestGaussianMixture(t *testing.T) {
	tr := readNode(t, mixture([]float64{0.25, 0.75}, centers("means", []float64{0, 0}, []float64{3, -1}),
		centers("covs", []float64{2, 0.5, 0.5, 1}, []float64{1, 1, 1, 1})))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(0, 0), []float64{1, 0.37008630275901083, 0.6299136972409891}},
		{dense(3, -1), []float64{1, 0.006484424991809933, 0.9935155750081901}},
		{dense(2, 1), []float64{1, 0.11408232061111022, 0.8859176793888898}},
		{sparse(2, 0, 4), []float64{1, 0.0060401067955324775, 0.9939598932044675}},
		{dense(1000, 1000), []float64{0, 0.5, 0.5}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))
	wantNoAllocs(t, tr, sparse(2, 1, 2))
}

func TestGaussianMixtureFaults(t *testing.T) {
	mean, cov := []float64{0, 0}, []float64{1, 0, 0, 1}
	for name, n := range map[string]*bundle.Node{
		"none":       mixture(nil, centers("means"), centers("covs")),
		"counts":     mixture([]float64{1}, centers("means", mean, mean), centers("covs", cov)),
		"means":      mixture([]float64{1, 1}, centers("means", mean, []float64{1}), centers("covs", cov, cov)),
		"covariance": mixture([]float64{1}, centers("means", mean), centers("covs", mean)),
		"NaN":        mixture([]float64{1}, centers("means", mean), centers("covs", []float64{nan, 0, 0, 1})),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
