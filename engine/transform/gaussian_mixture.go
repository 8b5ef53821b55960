package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// gaussianMixture gives each normal distribution's probability to have made the
// vector, and the most probable one, the first of equals.
//
// Spark: ml/clustering/GaussianMixture.scala (computeProbabilities),
// mllib-local ml/stat/distribution/MultivariateGaussian.scala. The density goes
// by the pseudo-inverse of the covariance: directions whose variance is below
// 2^-52 times the greatest one times the number of features count for nothing.
// 2^-52 is added to each weighted density, so that a vector far from all gets
// equal probabilities. A sparse vector is made dense first, as MLeap does: Spark
// adds up its products with other roundings.
type gaussianMixture struct {
	features int
	weights  []float64
	parts    []gaussian
}

// gaussian is a normal distribution by its directions.
type gaussian struct {
	mean  []float64 // a direction: of the features' projection
	roots []float64 // a row a direction: less its unit vector over its deviation, or zeros
	base  float64   // log density at the mean
}

func readGaussianMixture(s *Source) (Transformer, error) {
	t := &gaussianMixture{weights: s.Floats("weights")}
	means, covs := s.Tensors("means"), s.Tensors("covs")
	if s.Err() != nil {
		return nil, s.Err()
	}
	if len(t.weights) == 0 || len(means) != len(t.weights) || len(covs) != len(t.weights) {
		return nil, s.Malformed("has " + strconv.Itoa(len(t.weights)) + " weights, " + strconv.Itoa(len(means)) +
			" means and " + strconv.Itoa(len(covs)) + " covariances")
	}
	t.features = len(means[0].Floats)
	for i := range means {
		if !fits(&means[i], t.features) || !fits(&covs[i], t.features*t.features) {
			return nil, s.Malformed("the mean or covariance of distribution " + strconv.Itoa(i) + " is not finite, or not of " + strconv.Itoa(t.features) + " features")
		}
		g, ok := newGaussian(means[i].Floats, covs[i].Floats)
		if !ok {
			return nil, s.Malformed("the covariance of distribution " + strconv.Itoa(i) + " has no eigenvalues that can be found")
		}
		t.parts = append(t.parts, g)
	}
	return t, nil
}

// fits says whether a tensor has n elements, all of them finite.
func fits(t *bundle.Tensor, n int) bool {
	for _, x := range t.Floats {
		if x-x != 0 {
			return false
		}
	}
	return len(t.Floats) == n
}

func newGaussian(mean, cov []float64) (g gaussian, ok bool) {
	n := len(mean)
	values, vectors, ok := symmetricEigen(cov, n)
	if !ok {
		return g, false
	}
	least, logs := 0.0, 0.0
	if n > 0 {
		least = float64(0x1p-52*values[n-1]) * float64(n)
	}
	at := frame.Value{Nums: mean}
	g.mean = make([]float64, n)
	for i, v := range values {
		row, root := vectors[i*n:(i+1)*n], 0.0
		if v > least {
			logs += fmath.Log(v)
			root = math.Sqrt(1 / v)
		}
		multiply(row, root)
		g.mean[i] = addRow(0, &at, row)
		multiply(row, -1)
	}
	g.roots = vectors
	g.base = -0.5 * (float64(float64(n)*fmath.Log(2*math.Pi)) + logs)
	return g, true
}

// density is the probability density at v, a dense vector. apart is for its
// distances from the mean, a direction each.
func (g *gaussian) density(v *frame.Value, apart []float64) float64 {
	n := len(apart)
	for i := range apart {
		apart[i] = addRow(g.mean[i], v, g.roots[i*n:(i+1)*n])
	}
	return fmath.Exp(g.base - float64(0.5*dot(apart, apart)))
}

func (t *gaussianMixture) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.features)}}
}

// Outputs end in scratch space: a dense copy of the vector, and its distances
// from a mean.
func (t *gaussianMixture) Outputs() []Port {
	features := frame.TensorOf(frame.Double, t.features)
	return []Port{
		{Name: "prediction", Type: frame.ScalarOf(frame.Int)},
		{Name: "probability", Type: frame.TensorOf(frame.Double, len(t.parts)).OrNull()},
		{Type: features}, {Type: features},
	}
}

func (t *gaussianMixture) Holds() []Fact {
	return []Fact{{"distributions", len(t.parts)}, {"features", t.features}}
}

func (t *gaussianMixture) Transform(in, out []*frame.Value) error {
	v := in[0]
	if v.Sparse {
		expand(v, out[2])
		v = out[2]
	}
	probability, apart := out[1].Dense(len(t.parts)), out[3].Dense(t.features)
	sum := 0.0
	for i := range t.parts {
		p := 0x1p-52 + float64(t.weights[i]*t.parts[i].density(v, apart))
		probability[i] = p
		sum += p
	}
	for i := range probability {
		probability[i] /= sum
	}
	out[0].SetNum(float64(argmax(probability)))
	return nil
}
