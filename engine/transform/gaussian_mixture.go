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
// equal probabilities.
type gaussianMixture struct {
	features int
	weights  []float64
	parts    []gaussian
}

// gaussian is a normal distribution in the directions in which it varies.
type gaussian struct {
	mean  []float64 // of the features in each direction
	roots []float64 // a row a direction: its unit vector over its deviation
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
		t.parts = append(t.parts, newGaussian(means[i].Floats, covs[i].Floats))
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

func newGaussian(mean, cov []float64) gaussian {
	n := len(mean)
	values, vectors := symmetricEigen(cov, n)
	least := 0.0
	for _, v := range values {
		least = max(least, v)
	}
	least *= 0x1p-52 * float64(n)
	var g gaussian
	logs := 0.0
	for i, v := range values {
		if v > least {
			logs += fmath.Log(v)
			row := vectors[i*n : (i+1)*n]
			multiply(row, math.Sqrt(1/v))
			g.roots = append(g.roots, row...)
			g.mean = append(g.mean, dotFrom(0, mean, row))
		}
	}
	g.base = -0.5 * (float64(n)*fmath.Log(2*math.Pi) + logs)
	return g
}

// density is the probability density at v.
func (g *gaussian) density(v *frame.Value, features int) float64 {
	sum := 0.0
	for i, m := range g.mean {
		d := m - dotRow(v, g.roots[i*features:(i+1)*features])
		sum += float64(d * d)
	}
	return fmath.Exp(g.base - 0.5*sum)
}

func (t *gaussianMixture) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.features)}}
}

func (t *gaussianMixture) Outputs() []Port {
	return []Port{
		{Name: "prediction", Type: frame.ScalarOf(frame.Int)},
		{Name: "probability", Type: frame.TensorOf(frame.Double, len(t.parts)).OrNull()},
	}
}

func (t *gaussianMixture) Holds() []Fact {
	return []Fact{{"distributions", len(t.parts)}, {"features", t.features}}
}

func (t *gaussianMixture) Transform(in, out []*frame.Value) error {
	probability := out[1].Dense(len(t.parts))
	sum := 0.0
	for i := range t.parts {
		p := 0x1p-52 + float64(t.weights[i]*t.parts[i].density(in[0], t.features))
		probability[i] = p
		sum += p
	}
	for i := range probability {
		probability[i] /= sum
	}
	out[0].SetNum(float64(argmax(probability)))
	return nil
}
