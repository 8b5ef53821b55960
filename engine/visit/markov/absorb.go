package markov

// Absorption is the probability that a visit ends in buying rather than not,
// given the page that the visitor is on: a chain of order 1 over all visits
// whose ends, buying and not, it never leaves. The result has a value for each
// state, then one for the start of a visit, then one for a page that is unknown.
//
// t is of both classes, over symbols of which the last is the end of a visit:
// its count in the class buy is how often buying came next. The probabilities
// of a step are
//
//	P(x|h) = (1-δ)·(c(h,x) - Discount)/Σ + δ·P(x|h')
//
// with δ as in Table, the two ends being symbols of their own. From the unknown
// page the next one is that of the empty context.
//
// The system is solved by the elimination of Grassmann, Taksar and Heyman
// (1985), which adds and multiplies what is not negative and subtracts nothing,
// so that no digits are lost: a state is taken out by giving what enters it to
// where it leads.
func Absorption(c *Counts, states int, s Smoothing) ([]float64, error) {
	if err := c.check(states + 1); err != nil {
		return nil, err
	}
	steps := newSteps(c, states, s)
	n, width := states, states+2
	buyAt, endAt := states, states+1
	p := make([]float64, n*width)
	for i := range n {
		steps.row(i, p[i*width:(i+1)*width])
	}
	out := make([]float64, n) // what leaves a state when those after it are taken out
	for k := n - 1; k >= 0; k-- {
		row := p[k*width : (k+1)*width]
		sum := row[buyAt] + row[endAt]
		for j := range k {
			sum += row[j]
		}
		out[k] = sum
		for i := range k {
			from := p[i*width : (i+1)*width]
			f := from[k] / sum
			if f == 0 {
				continue
			}
			for j := range k {
				from[j] += float64(f * row[j])
			}
			from[buyAt] += float64(f * row[buyAt])
			from[endAt] += float64(f * row[endAt])
		}
	}
	a := make([]float64, states+2)
	for k := range n {
		row := p[k*width : (k+1)*width]
		sum := row[buyAt]
		for j := range k {
			sum += float64(row[j] * a[j])
		}
		a[k] = sum / out[k]
	}
	row := make([]float64, width)
	for i, symbol := range []int{startSymbol(states), -1} {
		steps.row(symbol, row)
		sum := row[buyAt]
		for j := range n {
			sum += float64(row[j] * a[j])
		}
		a[states+i] = sum
	}
	return a, nil
}

// steps are the transitions of a chain of order 1 over all visits.
type steps struct {
	c      *Counts
	states int
	s      Smoothing
	start  []int
	base   []float64
}

func newSteps(c *Counts, states int, s Smoothing) *steps {
	st := &steps{c: c, states: states, s: s, start: make([]int, len(c.Size)+1)}
	for i, size := range c.Size {
		st.start[i+1] = st.start[i] + size
	}
	st.base = make([]float64, states+2)
	for x := range st.base {
		st.base[x] = 1 / float64(len(st.base))
	}
	first := make([]float64, states+2)
	st.fill(0, st.base, first)
	st.base = first
	return st
}

// row fills p with the probabilities of what comes after a symbol: the states,
// buying, the end without.
func (st *steps) row(symbol int, p []float64) {
	for i := 1; i < len(st.c.Parent) && st.c.Parent[i] == 0; i++ {
		if st.c.Oldest[i] == symbol {
			st.fill(i, st.base, p)
			return
		}
	}
	copy(p, st.base)
}

func (st *steps) fill(context int, base, p []float64) {
	var all, cells float64
	clear(p)
	add := func(x, n int) {
		if n > 0 {
			p[x] = float64(n) - st.s.Discount
			all += float64(n)
			cells++
		}
	}
	for k := st.start[context]; k < st.start[context+1]; k++ {
		switch x := st.c.Symbol[k]; {
		case x < st.states:
			add(x, st.c.count(k))
		case len(st.c.Buy) > 0:
			add(st.states, st.c.Buy[k])
			add(st.states+1, st.c.Defer[k])
		default:
			add(st.states+1, st.c.Defer[k])
		}
	}
	if cells == 0 {
		copy(p, base)
		return
	}
	delta := (st.s.Strength + float64(st.s.Discount*cells)) / (all + st.s.Strength)
	weight := all - float64(st.s.Discount*cells)
	for x := range p {
		p[x] = float64((1-delta)*(p[x]/weight)) + float64(delta*base[x])
	}
}
