package main

// tolerances are the ops whose answers are not bit-equal to the JVM's, with the
// relative difference that is allowed and the reason. Every other op is exact:
// trees, indexers, encoders, assemblers, selectors, tokenizers, hashing,
// scalers. This is the one place that says so.
var tolerances = map[string]struct {
	relative float64
	reason   string
}{
	"aft_survival_regression":           {1e-12, "exp, pow"},
	"als":                               {1e-6, "single precision, summed by BLAS in no fixed order"},
	"bisecting_k_means":                 {1e-12, "BLAS"},
	"dct":                               {1e-12, "JTransforms' FFT sums in another order"},
	"gaussian_mixture":                  {1e-12, "exp, log, eigenvalues"},
	"gbt_classifier":                    {1e-12, "exp"},
	"generalized_linear_regression":     {1e-12, "exp, log, pow, the normal distribution"},
	"k_means":                           {1e-12, "BLAS"},
	"lda_local_model_op":                {1e-12, "digamma, exp, log"},
	"linear_regression":                 {1e-12, "BLAS"},
	"linear_svc":                        {1e-12, "BLAS"},
	"logistic_regression":               {1e-12, "exp, BLAS"},
	"math_binary":                       {1e-12, "pow, log"},
	"math_unary":                        {1e-12, "exp, log, sin, cos"},
	"max_abs_scaler":                    {1e-12, "Spark multiplies by the reciprocal where MLeap divides"},
	"multi_layer_perceptron_classifier": {1e-12, "exp, BLAS"},
	"naive_bayes":                       {1e-12, "exp, log, BLAS"},
	"normalizer":                        {1e-12, "pow"},
	"one_vs_rest":                       {1e-12, "its models'"},
	"pca":                               {1e-12, "BLAS"},
	"support_vector_machine":            {1e-12, "exp, BLAS"},
	"xgboost.classifier":                {1e-6, "single precision exp"},
	"xgboost.regression":                {1e-6, "single precision exp"},
}

// tolerance is the largest that an op of the case's bundle is allowed.
func (c *Case) tolerance() float64 {
	t := 0.0
	for _, op := range c.Ops {
		t = max(t, tolerances[op].relative)
	}
	return t
}
