package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func topics(alpha []float64, terms, k int, counts ...float64) *bundle.Node {
	return nodeOf("lda_local_model_op", "features:f > prediction:p", attrInt("vocabSize", 4), attrFloats("docConcentration", alpha...),
		attrFloat("topicConcentration", 0.3), attrTensor("topicMatrix", counts, terms, k))
}

// The true values are MLeap 0.25.2's.
func TestLDA(t *testing.T) {
	tr := readNode(t, topics([]float64{0.3, 0.5, 0.1}, 4, 3, 1.5, 0.2, 7, 30, 0.0001, 12, 3.3, 0.7, 55, 1, 0.05, 49.5))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(1, 0, 2, 0), []float64{0.0908860841773726, 0.6281712722958471, 0.2809426435267803}},
		{sparse(4, 1, 3), []float64{0.07692444579373353, 0.8974344739230572, 0.025641080283209244}},
		{dense(0, 0, 0, 0), []float64{0, 0, 0}},
		{sparse(4), []float64{0, 0, 0}},
		{dense(1, 1, 1, 1), []float64{0.10216538390765884, 0.5058492808769656, 0.3919853352153756}},
		{dense(100, 0, 0, 2000), []float64{0.9327328730257404, 0.00023963288898029602, 0.06702749408527935}},
		{sparse(4, 0, 0, 2, 0.5), []float64{0.24158457569200326, 0.6869868528794241, 0.07142857142857266}},
		{dense(1e6, 2e6, 1e-3, 0), []float64{1.0053540461109497e-07, 0.6642483129437999, 0.3357515865207954}},
		{dense(-1, 0, 0, 0), nil},
		{dense(nan, 0, 0, 0), nil},
		{dense(inf, 0, 0, 0), nil},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 0, 2, 0))
	wantNoAllocs(t, tr, sparse(4, 1, 3))
}

func TestLDAFaults(t *testing.T) {
	for name, n := range map[string]*bundle.Node{
		"vocabulary":    topics([]float64{1}, 3, 1, 1, 2, 3),
		"concentration": topics([]float64{1, 1}, 4, 1, 1, 2, 3, 4),
		"zero alpha":    topics([]float64{0}, 4, 1, 1, 2, 3, 4),
		"NaN":           topics([]float64{1}, 4, 1, 1, 2, 3, nan),
		"no topics":     topics(nil, 4, 0),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}

// The true values are commons-math 3.6.1's, wrong signs included.
func TestDigamma(t *testing.T) {
	for x, want := range map[float64]float64{
		0: -inf, 1e-9: -1000000000.5772156, 1e-5: -100000.57721566489, 1e-3: -1000.5755719347006, 0.5: -1.963510028796937,
		1: -0.5772156677920679, 2.5: 0.7031566378697297, 48.9: 3.8795175965152686, 49: 3.8815815072720508,
		1e3: 6.907255195648795, 1e300: 690.7755278982137,
	} {
		if got := digamma(x); got != want && !(math.Abs(got-want) <= 1e-15*math.Abs(want)) {
			t.Errorf("%v: %v, not %v", x, got, want)
		}
	}
	if got := digamma(nan); got == got {
		t.Errorf("NaN: %v", got)
	}
}

// The true values are those of commons-math 3.6.1 and breeze 2.1.
func TestTwister(t *testing.T) {
	r := newTwister(0)
	for i, want := range []float64{0.5488135008937807, 0.7151893652121089, 0.6027633824638368} {
		if got := r.double(); got != want {
			t.Errorf("double %d: %v, not %v", i, got, want)
		}
	}
	for i, want := range []float64{-1.2588290143245453, -0.3647219577595696, -0.7822793522518446} {
		if got := r.gaussian(); math.Abs(got-want) > 1e-15 {
			t.Errorf("gaussian %d: %v, not %v", i, got, want)
		}
	}
	for range 700 {
		r.bits(32)
	}
	if got := r.double(); got != 0.1288605678928607 {
		t.Errorf("later on: %v", got)
	}
	for i, want := range []float64{0.9207522951297558, 0.972190296609509, 0.9161292703613801, 1.0403694214760428, 1.1374633601481037} {
		if got := gammaSamples(newTwister(0), 5, 100)[i]; math.Abs(got-want) > 1e-15 {
			t.Errorf("gamma %d: %v, not %v", i, got, want)
		}
	}
}
