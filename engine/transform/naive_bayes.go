package transform

import (
	"math"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// naiveBayes scores each class by its prior and its features' likelihoods.
//
// Spark: ml/classification/NaiveBayes.scala (NaiveBayesModel). Negative and NaN
// features are refused by the multinomial and complement kinds, all but 0 and 1
// by the Bernoulli kind; MLeap lets the first pass, and cannot load the
// complement and Gaussian kinds at all.
type naiveBayes struct {
	classifier
	kind        bayesKind
	features    int
	prior       []float64 // a class; the Bernoulli's holds the likelihood of no feature at all too
	theta       []float64 // a row a class: weights, or the Gaussian's means
	variance    []float64 // the Gaussian's, likewise
	logVariance []float64 // a class: the sum over its row
}

type bayesKind uint8

const (
	multinomialBayes bayesKind = iota
	bernoulliBayes
	complementBayes
	gaussianBayes
)

func readNaiveBayes(s *Source) (Transformer, error) {
	t := &naiveBayes{features: s.Int("num_features"), prior: s.Vector("pi")}
	t.classifier = readClassifier(s, len(t.prior))
	t.theta = t.readRows(s, "theta")
	kind := s.String("model_type")
	if n := s.Int("num_classes"); n != t.classes || n == 0 {
		s.Fail("num_classes", "is "+strconv.Itoa(n)+", but pi has "+strconv.Itoa(t.classes)+" elements")
	}
	switch strings.ToLower(kind) {
	case "multinomial":
		t.kind = multinomialBayes
	case "bernoulli":
		t.kind = bernoulliBayes
	case "complement":
		t.kind = complementBayes
	case "gaussian":
		t.kind = gaussianBayes
		t.variance = t.readRows(s, "sigma")
	default:
		s.Fail("model_type", "is "+strconv.Quote(kind)+`, not "multinomial", "bernoulli", "complement" or "gaussian"`)
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	switch t.kind {
	case bernoulliBayes:
		t.prepareBernoulli()
	case gaussianBayes:
		t.prepareGaussian()
	}
	return t, nil
}

// readRows reads a matrix of classes by features. Whatever the tensor's shape
// makes believe, bundles hold its elements column by column.
func (t *naiveBayes) readRows(s *Source, name string) []float64 {
	columns, classes, features := s.Matrix(name)
	if s.Err() != nil {
		return nil
	}
	if classes != t.classes || features != t.features || len(columns) != classes*features {
		s.Fail(name, "is "+strconv.Itoa(classes)+" by "+strconv.Itoa(features)+", but there are "+
			strconv.Itoa(t.classes)+" classes and "+strconv.Itoa(t.features)+" features")
		return nil
	}
	rows := make([]float64, len(columns))
	for i := range classes {
		for j := range features {
			rows[i*features+j] = columns[j*classes+i]
		}
	}
	return rows
}

// row is a class's part of a matrix.
func (t *naiveBayes) row(rows []float64, class int) []float64 {
	return rows[class*t.features : (class+1)*t.features]
}

// prepareBernoulli starts each class from the likelihood that no feature is 1,
// and makes theta what each 1 adds to it.
func (t *naiveBayes) prepareBernoulli() {
	prior := make([]float64, t.classes)
	for i := range prior {
		none := 0.0
		for j, v := range t.row(t.theta, i) {
			absent := math.Log1p(-fmath.Exp(v))
			none += absent
			t.theta[i*t.features+j] = v - absent
		}
		prior[i] = none + t.prior[i]
	}
	t.prior = prior
}

func (t *naiveBayes) prepareGaussian() {
	t.logVariance = make([]float64, t.classes)
	for i := range t.logVariance {
		for _, v := range t.row(t.variance, i) {
			t.logVariance[i] += fmath.Log(v)
		}
	}
}

func (t *naiveBayes) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.features)}}
}

func (t *naiveBayes) Outputs() []Port { return t.ports() }

func (t *naiveBayes) Holds() []Fact {
	return []Fact{{"classes", t.classes}, {"features", t.features}}
}

func (t *naiveBayes) Transform(in, out []*frame.Value) error {
	if err := t.check(in[0]); err != nil {
		return err
	}
	raw, probability := out[0].Dense(t.classes), out[1].Dense(t.classes)
	for i := range raw {
		row := t.row(t.theta, i)
		switch t.kind {
		case gaussianBayes:
			raw[i] = t.prior[i] - (deviation(in[0], row, t.row(t.variance, i))+t.logVariance[i])/2
		case complementBayes:
			raw[i] = dotRow(in[0], row)
		default:
			raw[i] = dotRow(in[0], row) + t.prior[i]
		}
	}
	copy(probability, raw)
	if t.kind == complementBayes {
		// The scores less the logarithm of their exponentials' sum.
		highest := greatest(raw)
		total := fmath.Log(expFrom(probability, highest)) + highest
		for i := range raw {
			raw[i] -= total
		}
		copy(probability, raw)
	}
	softmax(probability)
	out[2].SetNum(t.predict(raw, probability))
	return nil
}

// check refuses the features that the model's kind cannot count.
func (t *naiveBayes) check(v *frame.Value) error {
	switch t.kind {
	case gaussianBayes:
	case bernoulliBayes:
		for _, x := range v.Nums {
			if x != 0 && x != 1 {
				return Bad(0, ErrRange, "feature value "+show(x), "a bernoulli model takes 0 and 1 only")
			}
		}
	default:
		for _, x := range v.Nums {
			if !(x >= 0) {
				return Bad(0, ErrRange, "feature value "+show(x), "this model takes no negative features")
			}
		}
	}
	return nil
}

// deviation is the sum of squared distances from the means, each in terms of
// its variance. Elements that a sparse vector leaves out count as 0.
func deviation(v *frame.Value, mean, variance []float64) float64 {
	sum, k := 0.0, 0
	for j := range mean {
		x := 0.0
		switch {
		case !v.Sparse:
			x = v.Nums[j]
		case k < len(v.Indices) && int(v.Indices[k]) == j:
			x = v.Nums[k]
			k++
		}
		d := x - mean[j]
		sum += d * d / variance[j]
	}
	return sum
}

// greatest is java.lang.Math.max over all elements: NaN if there is one.
func greatest(v []float64) float64 {
	m := v[0]
	for _, x := range v[1:] {
		m = max(m, x)
	}
	return m
}
