package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
)

// mean is a model whose link prediction is its one feature.
func mean(attrs ...bundle.Attribute) *bundle.Node {
	return nodeOf("generalized_linear_regression", "features:f > prediction:p link_prediction:l",
		append(attrs, attrVector("coefficients", 1), attrDefault("intercept"))...)
}

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestFamiliesAndLinks(t *testing.T) {
	etas := []float64{-800, -40, -9, -5, -1e-9, 0, 0.3, 2, 5, 40, 800}
	for _, c := range []struct {
		family, link string
		want         []float64
	}{
		{"gaussian", "identity", []float64{-800, -40, -9, -5, -1e-09, 0, 0.3, 2, 5, 40, 800}},
		{"gaussian", "log", []float64{0, 4.248354255291589e-18, 0.00012340980408667956, 0.006737946999085467, 0.999999999, 1, 1.3498588075760032, 7.38905609893065, 148.4131591025766, 2.3538526683702e+17, 1.7976931348623157e+308}},
		{"gaussian", "inverse", []float64{-0.00125, -0.025, -0.1111111111111111, -0.2, -999999999.9999999, 1.7976931348623157e+308, 3.3333333333333335, 0.5, 0.2, 0.025, 0.00125}},
		{"binomial", "logit", []float64{1e-16, 1e-16, 0.00012339457598623172, 0.0066928509242848554, 0.49999999975, 0.5, 0.574442516811659, 0.8807970779778823, 0.9933071490757153, 0.9999999999999999, 0.9999999999999999}},
		{"binomial", "probit", []float64{1e-16, 1e-16, 1e-16, 2.8665157186802404e-07, 0.49999999960105773, 0.5, 0.6179114221889526, 0.9772498680518209, 0.9999997133484282, 0.9999999999999999, 0.9999999999999999}},
		{"binomial", "cloglog", []float64{1e-16, 1e-16, 0.0001234021894100934, 0.006715297932158526, 0.6321205584606783, 0.6321205588285577, 0.7407231340091724, 0.9993820210106689, 0.9999999999999999, 0.9999999999999999, 0.9999999999999999}},
		{"poisson", "log", []float64{1e-16, 1e-16, 0.00012340980408667956, 0.006737946999085467, 0.999999999, 1, 1.3498588075760032, 7.38905609893065, 148.4131591025766, 2.3538526683702e+17, 1.7976931348623157e+308}},
		{"poisson", "identity", []float64{1e-16, 1e-16, 1e-16, 1e-16, 1e-16, 1e-16, 0.3, 2, 5, 40, 800}},
		{"poisson", "sqrt", []float64{640000, 1600, 81, 25, 1e-16, 1e-16, 0.09, 4, 25, 1600, 640000}},
		{"gamma", "inverse", []float64{1e-16, 1e-16, 1e-16, 1e-16, 1e-16, 1.7976931348623157e+308, 3.3333333333333335, 0.5, 0.2, 0.025, 0.00125}},
		{"gamma", "identity", []float64{1e-16, 1e-16, 1e-16, 1e-16, 1e-16, 1e-16, 0.3, 2, 5, 40, 800}},
		{"gamma", "log", []float64{1e-16, 1e-16, 0.00012340980408667956, 0.006737946999085467, 0.999999999, 1, 1.3498588075760032, 7.38905609893065, 148.4131591025766, 2.3538526683702e+17, 1.7976931348623157e+308}},
	} {
		t.Run(c.family+" "+c.link, func(t *testing.T) {
			tr := readNode(t, mean(attrString("family", c.family), attrString("link", c.link)))
			for i, eta := range etas {
				wantNear(t, tr, dense(eta), c.want[i], eta)
			}
			wantNoAllocs(t, tr, dense(1))
		})
	}
}

func TestDefaultLinks(t *testing.T) {
	for family, want := range map[string]float64{"gaussian": 2, "binomial": 0.8807970779778823, "poisson": 7.38905609893065, "gamma": 0.5, "Gamma": 0.5} {
		wantNear(t, readNode(t, mean(attrString("family", family))), dense(2), want, 2)
	}
}

// The powers are no attributes of MLeap's.
// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestTweedie(t *testing.T) {
	etas := []float64{-5, 0, 0.3, 2, 800}
	for _, c := range []struct {
		variance, power float64 // NaN: there is none
		want            []float64
	}{
		{1.5, nan, []float64{0.04, 1.7976931348623157e+308, 11.111111111111112, 0.25, 1.5625e-06}},
		{0, nan, []float64{-5, 0, 0.3, 2, 800}},
		{1, nan, []float64{0.006737946999085467, 1, 1.3498588075760032, 7.38905609893065, 1.7976931348623157e+308}},
		{2, nan, []float64{1e-16, 1.7976931348623157e+308, 3.3333333333333335, 0.5, 0.00125}},
		{1.6, 0, []float64{0.006737946999085467, 1, 1.3498588075760032, 7.38905609893065, 1.7976931348623157e+308}},
		{1.6, 1, []float64{1e-16, 1e-16, 0.3, 2, 800}},
		{1.6, -1, []float64{1e-16, 1.7976931348623157e+308, 3.3333333333333335, 0.5, 0.00125}},
		{1.6, 0.5, []float64{25, 1e-16, 0.09, 4, 640000}},
		{1.6, -0.25, []float64{0.0016, 1.7976931348623157e+308, 123.45679012345681, 0.0625, 2.44140625e-12}},
		{0, 3, []float64{nan, 0, 0.6694329500821695, 1.2599210498948732, 9.283177667225557}},
	} {
		attrs := []bundle.Attribute{attrString("family", "tweedie"), attrFloat("variance_power", c.variance)}
		if c.power == c.power {
			attrs = append(attrs, attrFloat("link_power", c.power))
		}
		tr := readNode(t, mean(attrs...))
		for i, eta := range etas {
			wantNear(t, tr, dense(eta), c.want[i], eta)
		}
	}
}

func TestGeneralizedFaults(t *testing.T) {
	for name, n := range map[string]*bundle.Node{
		"no family":        mean(),
		"family":           mean(attrString("family", "beta")),
		"link":             mean(attrString("family", "gamma"), attrString("link", "power")),
		"no Tweedie power": mean(attrString("family", "tweedie")),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
