package xgboost

import (
	"errors"
	"strconv"
)

// link is how an objective's margins become its outputs (src/objective).
type link uint8

const (
	identity link = iota
	logistic
	exponential
	hinge
	softmax // over all groups, which softprob gives and of which softmax gives the place of the greatest
)

var links = [...]struct {
	objective string
	link      link
}{
	{"binary:logistic", logistic},
	{"reg:logistic", logistic},
	{"binary:logitraw", identity},
	{"binary:hinge", hinge},
	{"multi:softprob", softmax},
	{"multi:softmax", softmax},
	{"reg:squarederror", identity},
	{"reg:linear", identity},
	{"reg:squaredlogerror", identity},
	{"reg:pseudohubererror", identity},
	{"reg:absoluteerror", identity},
	{"reg:quantileerror", identity},
	{"rank:pairwise", identity},
	{"rank:ndcg", identity},
	{"rank:map", identity},
	{"count:poisson", exponential},
	{"reg:gamma", exponential},
	{"reg:tweedie", exponential},
	{"survival:cox", exponential},
	{"survival:aft", exponential},
}

func linkOf(objective string) (link, error) {
	for i := range links {
		if links[i].objective == objective {
			return links[i].link, nil
		}
	}
	return 0, errors.New("unknown objective " + strconv.Quote(objective))
}

// output is PredTransform for one margin.
func (l link) output(x float32) float32 {
	switch l {
	case logistic: // common/math.h, Sigmoid
		x = -x
		if 88.7 < x {
			x = 88.7
		}
		return 1 / (float32(expf(x)+1) + 1e-16)
	case exponential:
		return expf(x)
	case hinge:
		if x > 0 {
			return 1
		}
		return 0
	}
	return x
}

// margin is ProbToMargin: the margin that base_score stands for.
func (l link) margin(b float32) (x float32, ok bool) {
	switch l {
	case logistic:
		return -logf(float32(1/b) - 1), b > 0 && b < 1
	case exponential:
		return logf(b), b > 0
	}
	return b, true
}

// Softmax says whether the one output of the model is the number of a class.
func (m *Model) Softmax() bool { return m.Objective == "multi:softmax" }

// Outputs turns margins into outputs, in place. They are as many as there are
// groups, but for multi:softmax, whose one output is the class.
func (m *Model) Outputs(margins []float64) []float64 {
	if m.link != softmax {
		for i, x := range margins {
			margins[i] = float64(m.link.output(float32(x)))
		}
		return margins
	}
	if m.Softmax() {
		best := 0
		for i, x := range margins {
			if x > margins[best] {
				best = i
			}
		}
		margins[0] = float64(best)
		return margins[:1]
	}
	// common/math.h, Softmax: fmaxf passes over NaN, and the sum is a float64.
	highest := float32(margins[0])
	for _, x := range margins[1:] {
		if x := float32(x); x > highest || highest != highest {
			highest = x
		}
	}
	sum := 0.0
	for i, x := range margins {
		e := float64(expf(float32(x) - highest))
		margins[i] = e
		sum += e
	}
	for i, e := range margins {
		margins[i] = float64(float32(e) / float32(sum))
	}
	return margins
}
