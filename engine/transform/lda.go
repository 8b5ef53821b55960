package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// lda gives the mix of topics that most probably made a document, which comes
// as counts of terms. A document without terms gets zeros.
//
// Spark: mllib/clustering/LDAOptimizer.scala
// (OnlineLDAOptimizer.variationalTopicInference), LDAUtils.scala. The inference
// goes on until the mix moves by 0.001 a topic at most, from a random start:
// answers hang on it in the third digit. Spark draws the start from a seed, which
// models that Spark itself saved have in the attribute seed. MLeap's bundles do
// not; its start is always the same (mleap-core
// core/clustering/optimization/OnlineLDAOptimizer.scala), and is ours.
type lda struct {
	topics int
	terms  int
	alpha  []float64 // a topic: the concentration of documents' mixes
	start  []float64 // a topic: where inference sets out from
	beta   []float64 // a row a term: exp of its expected log probability under each topic
}

func readLDA(s *Source) (Transformer, error) {
	t := &lda{alpha: s.Floats("docConcentration")}
	counts, terms, topics := s.Matrix("topicMatrix")
	if s.Err() != nil {
		return nil, s.Err()
	}
	t.terms, t.topics = terms, topics
	if n := s.IntOr("vocabSize", terms); n != terms || topics < 1 || len(counts) != terms*topics {
		s.Fail("topicMatrix", "is "+strconv.Itoa(terms)+" by "+strconv.Itoa(topics)+" for a vocabulary of "+strconv.Itoa(n))
	}
	if len(t.alpha) != topics {
		s.Fail("docConcentration", "has "+strconv.Itoa(len(t.alpha))+" values for "+strconv.Itoa(topics)+" topics")
	}
	for _, x := range counts {
		if !(x >= 0) || math.IsInf(x, 1) {
			s.Fail("topicMatrix", "has an element of "+show(x))
		}
	}
	for _, x := range t.alpha {
		if !(x > 0) || math.IsInf(x, 1) {
			s.Fail("docConcentration", "has a value of "+show(x))
		}
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	t.beta = make([]float64, len(counts))
	for topic := range topics {
		// Whatever the tensor's shape makes believe, a topic's terms lie together.
		column := counts[topic*terms : (topic+1)*terms]
		total := 0.0
		for _, x := range column {
			total += x
		}
		base := digamma(total)
		for term, x := range column {
			t.beta[term*topics+topic] = fmath.Exp(digamma(x) - base)
		}
	}
	shape := s.FloatOr("gamma_shape", 100)
	if !(shape > 1) || math.IsInf(shape, 1) {
		s.Fail("gamma_shape", "is "+show(shape)+", not above 1")
		return nil, s.Err()
	}
	r := newTwister(0)
	if s.Has("seed") {
		r = newTwisterOf(s.Int("seed"))
	}
	t.start = gammaSamples(r, topics, shape)
	return t, s.Err()
}

func (t *lda) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.terms)}}
}

// Outputs end in scratch space: the mix's expectation and the sums over terms,
// a topic each.
func (t *lda) Outputs() []Port {
	topics := frame.TensorOf(frame.Double, t.topics)
	return []Port{{Name: "prediction", Type: topics.OrNull()}, {Type: topics}, {Type: topics}}
}

func (t *lda) Holds() []Fact { return []Fact{{"topics", t.topics}, {"terms", t.terms}} }

func (t *lda) Transform(in, out []*frame.Value) error {
	doc := in[0]
	empty := true
	for _, x := range doc.Nums {
		if !(x >= 0) || math.IsInf(x, 1) {
			return Bad(0, ErrRange, "count of terms "+show(x), "counts are 0 or more")
		}
		empty = empty && x == 0
	}
	gamma := out[0].Dense(t.topics)
	if empty {
		clear(gamma)
		return nil
	}
	theta, next := out[1].Dense(t.topics), out[2].Dense(t.topics)
	copy(gamma, t.start)
	expectation(gamma, theta)
	// It takes tens of rounds, unless counts are so large that adding them
	// rounds to steps above the limit.
	for round := 0; ; round++ {
		if round == 100000 {
			return Bad(0, ErrRange, "the topics of this document do not settle", "its counts are too large")
		}
		t.gather(doc, theta, next)
		change := 0.0
		for i := range gamma {
			x := float64(theta[i]*next[i]) + t.alpha[i]
			change += math.Abs(x - gamma[i])
			gamma[i] = x
		}
		if !(change/float64(t.topics) > 1e-3) {
			break
		}
		expectation(gamma, theta)
	}
	sum := 0.0
	for _, x := range gamma {
		sum += math.Abs(x)
	}
	for i := range gamma {
		gamma[i] /= sum
	}
	return nil
}

// gather sums up, for each topic, how much the document's terms speak for it
// given the mix theta.
func (t *lda) gather(doc *frame.Value, theta, sums []float64) {
	clear(sums)
	for k, count := range doc.Nums {
		if count == 0 {
			continue
		}
		term := k
		if doc.Sparse {
			term = int(doc.Indices[k])
		}
		beta := t.beta[term*t.topics : (term+1)*t.topics]
		share := count / (dotFrom(0, beta, theta) + 1e-100)
		for i, b := range beta {
			sums[i] += float64(b * share)
		}
	}
}

// expectation sets out to exp of a Dirichlet distribution's expected log.
func expectation(gamma, out []float64) {
	sum := 0.0
	for _, x := range gamma {
		sum += x
	}
	base := digamma(sum)
	for i, x := range gamma {
		out[i] = fmath.Exp(digamma(x) - base)
	}
}

// digamma is the derivative of the log of the gamma function at x >= 0.
//
// commons-math 3.6.1: special/Gamma.java. Its series has the wrong sign in the
// terms of x^-4 and x^-6; so has this one.
func digamma(x float64) float64 {
	switch {
	case x != x:
		return x
	case x <= 1e-5:
		return -0.57721566490153286 - 1/x
	case x >= 49:
		r := 1 / (x * x)
		return fmath.Log(x) - 0.5/x - float64(r*(1.0/12+float64(r*(1.0/120-r/252))))
	}
	return digamma(x+1) - 1/x
}

// gammaSamples draws n numbers from the gamma distribution of that shape and of
// mean 1 as breeze 2.1 does (stats/distributions/Gamma.scala). The generator
// starts anew for each document.
func gammaSamples(r *twister, n int, shape float64) []float64 {
	d := shape - 1.0/3.0
	c := 1 / math.Sqrt(9*d)
	out := make([]float64, n)
	for i := range out {
		for out[i] == 0 {
			x, v := 0.0, 0.0
			for v <= 0 {
				x = r.gaussian()
				v = 1 + float64(c*x)
			}
			v = v * v * v
			square := x * x
			u := r.double()
			if u < 1-0.0331*(square*square) || fmath.Log(u) < 0.5*square+d*(1-v+fmath.Log(v)) {
				out[i] = 1 / shape * d * v
			}
		}
	}
	return out
}

// twister is the Mersenne twister MT19937, with the numbers that commons-math
// 3.6.1 makes of its bits (random/MersenneTwister.java,
// BitsStreamGenerator.java).
type twister struct {
	state [624]uint32
	next  int
	spare float64 // the other one of a pair of gaussians, or NaN
}

func newTwister(seed uint32) *twister {
	r := &twister{next: 624, spare: math.NaN()}
	r.state[0] = seed
	for i := uint32(1); i < 624; i++ {
		seed = 1812433253*(seed^seed>>30) + i
		r.state[i] = seed
	}
	return r
}

// newTwisterOf starts from a seed of 64 bits, as setSeed(long) does.
func newTwisterOf(seed int) *twister {
	r := newTwister(19650218)
	s, key := &r.state, [2]uint32{uint32(uint64(seed) >> 32), uint32(seed)}
	i, j := 1, 0
	step := func(times uint32, add func() uint32) {
		s[i] = (s[i] ^ (s[i-1]^s[i-1]>>30)*times) + add()
		if i++; i == len(s) {
			s[0] = s[len(s)-1]
			i = 1
		}
	}
	for range s {
		step(1664525, func() uint32 { return key[j] + uint32(j) })
		j = (j + 1) % len(key)
	}
	for range len(s) - 1 {
		step(1566083941, func() uint32 { return -uint32(i) })
	}
	s[0] = 1 << 31
	return r
}

func (r *twister) bits(n uint) uint32 {
	if r.next == len(r.state) {
		for i := range r.state {
			y := r.state[i]&0x80000000 | r.state[(i+1)%624]&0x7fffffff
			r.state[i] = r.state[(i+397)%624] ^ y>>1 ^ y&1*0x9908b0df
		}
		r.next = 0
	}
	y := r.state[r.next]
	r.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	y ^= y >> 18
	return y >> (32 - n)
}

// double is uniform in [0, 1).
func (r *twister) double() float64 {
	high := uint64(r.bits(26)) << 26
	return float64(high|uint64(r.bits(26))) * 0x1p-52
}

// gaussian is normal: Box and Muller's transform, which makes two at a time.
func (r *twister) gaussian() float64 {
	if x := r.spare; x == x {
		r.spare = math.NaN()
		return x
	}
	alpha := 2 * math.Pi * r.double()
	radius := math.Sqrt(-2 * fmath.Log(r.double()))
	r.spare = radius * math.Sin(alpha)
	return radius * math.Cos(alpha)
}
