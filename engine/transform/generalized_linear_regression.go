package transform

import (
	"math"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// generalizedLinearRegression predicts the mean that a link function ties to
// the weighted sum of the features, which is the link prediction.
//
// Spark: ml/regression/GeneralizedLinearRegression.scala
// (GeneralizedLinearRegressionModel and the families and links there). Each
// family keeps the mean within its range: a binomial's stays 1e-16 away from 0
// and 1, a Poisson's, gamma's and Tweedie's is 1e-16 at least, and infinities
// become the greatest finite numbers. NaN stays NaN.
//
// MLeap's bundles lose the model's offset column, so the offset is 0; models that
// Spark itself saved may have it on the port offset. MLeap's lose the
// powers of the Tweedie family as well, which MLeap cannot load: without the
// attributes variance_power and link_power, which we read, such a model is
// refused, for every guess would give other predictions than Spark's.
type generalizedLinearRegression struct {
	linear
	family glmFamily
	link   glmLink
	power  float64 // of the link, where that is powerLink
	offset bool    // there is a column of offsets
}

type glmFamily uint8

const (
	gaussianFamily glmFamily = iota
	binomialFamily
	positiveFamily // Poisson, gamma and Tweedie
)

type glmLink uint8

const (
	identityLink glmLink = iota
	logLink
	inverseLink
	logitLink
	probitLink
	cloglogLink
	sqrtLink
	powerLink
)

func readGeneralizedLinearRegression(s *Source) (Transformer, error) {
	t := &generalizedLinearRegression{linear: readLinear(s)}
	t.offset = reads(s, "offset")
	family := strings.ToLower(s.String("family"))
	if s.Err() != nil {
		return nil, s.Err()
	}
	switch family {
	case "gaussian":
		t.family, t.link = gaussianFamily, identityLink
	case "binomial":
		t.family, t.link = binomialFamily, logitLink
	case "poisson":
		t.family, t.link = positiveFamily, logLink
	case "gamma":
		t.family, t.link = positiveFamily, inverseLink
	case "tweedie":
		t.readTweedie(s)
		return t, s.Err()
	default:
		s.Fail("family", "is "+strconv.Quote(family)+`, not "gaussian", "binomial", "poisson", "gamma" or "tweedie"`)
	}
	switch link := strings.ToLower(s.StringOr("link", "")); link {
	case "": // the family's own
	case "identity":
		t.link = identityLink
	case "log":
		t.link = logLink
	case "inverse":
		t.link = inverseLink
	case "logit":
		t.link = logitLink
	case "probit":
		t.link = probitLink
	case "cloglog":
		t.link = cloglogLink
	case "sqrt":
		t.link = sqrtLink
	default:
		s.Fail("link", "is "+strconv.Quote(link)+`, not "identity", "log", "inverse", "logit", "probit", "cloglog" or "sqrt"`)
	}
	return t, s.Err()
}

// readTweedie reads the two powers. A variance power of 0, 1 or 2 makes the
// family a Gaussian, Poisson or gamma one; without a link power the link is the
// family's own.
func (t *generalizedLinearRegression) readTweedie(s *Source) {
	if !s.Has("variance_power") {
		s.Fail("family", `is "tweedie", but the bundle lacks its powers, which MLeap does not export; add variance_power and link_power to the model's attributes`)
		return
	}
	variance := s.Float("variance_power")
	t.family, t.link = positiveFamily, powerLink
	switch variance {
	case 0:
		t.family, t.link = gaussianFamily, identityLink
	case 1:
		t.link = logLink
	case 2:
		t.link = inverseLink
	}
	t.power = 1 - variance
	if !s.Has("link_power") {
		return
	}
	t.power = s.Float("link_power")
	switch t.power {
	case 0:
		t.link = logLink
	case 1:
		t.link = identityLink
	case -1:
		t.link = inverseLink
	case 0.5:
		t.link = sqrtLink
	default:
		t.link = powerLink
	}
}

func (t *generalizedLinearRegression) Inputs() []Port {
	ports := t.linear.Inputs()
	if t.offset {
		ports = append(ports, Port{Name: "offset", Type: frame.ScalarOf(frame.Double).OrNull()})
	}
	return ports
}

func (t *generalizedLinearRegression) Outputs() []Port {
	number := frame.Type{Base: frame.Double, Nullable: t.offset}
	return []Port{{Name: "prediction", Type: number}, {Name: "link_prediction", Type: number}}
}

func (t *generalizedLinearRegression) Transform(in, out []*frame.Value) error {
	eta := t.margin(in[0])
	if t.offset {
		if in[1].Null {
			out[0].SetNull()
			out[1].SetNull()
			return nil
		}
		eta += in[1].Num
	}
	out[0].SetNum(t.project(t.mean(eta)))
	out[1].SetNum(eta)
	return nil
}

// mean is the inverse of the link.
func (t *generalizedLinearRegression) mean(eta float64) float64 {
	switch t.link {
	case logLink:
		return fmath.Exp(eta)
	case inverseLink:
		return 1 / eta
	case logitLink:
		return 1 / (1 + fmath.Exp(-eta))
	case probitLink:
		return 0.5 * (1 + fmath.Erf(eta/math.Sqrt2))
	case cloglogLink:
		return 1 - fmath.Exp(-fmath.Exp(eta))
	case sqrtLink:
		return eta * eta
	case powerLink:
		return fmath.Pow(eta, 1/t.power)
	}
	return eta
}

// project keeps a mean in the family's range.
func (t *generalizedLinearRegression) project(mu float64) float64 {
	const tiny = 1e-16
	switch t.family {
	case binomialFamily:
		switch {
		case mu < tiny:
			return tiny
		case mu > 1-tiny:
			return 1 - tiny
		}
	case positiveFamily:
		switch {
		case mu < tiny:
			return tiny
		case math.IsInf(mu, 1):
			return math.MaxFloat64
		}
	default:
		switch {
		case math.IsInf(mu, -1):
			return -math.MaxFloat64
		case math.IsInf(mu, 1):
			return math.MaxFloat64
		}
	}
	return mu
}
