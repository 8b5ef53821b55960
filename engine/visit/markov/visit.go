package markov

import (
	"github.com/pageleap/pageleap/engine/internal/fmath"
	"github.com/pageleap/pageleap/engine/visit"
)

// Visit is how far one visit has come. Adding an event costs the same however
// many came before: the tracks' contexts are short, and sums are kept. A Visit
// is for one goroutine; Start makes it ready for another visit and keeps its
// memory.
type Visit struct {
	m        *Model
	events   int
	context  [MaxDepth + 1]int // states, the newest first; the start is one
	lastMark int
	ts       int64 // of the last event, and no less than any before
	seconds  float64
	dwell    float64 // of the last page that was left, in seconds
	repeats  int
	distinct int
	weighed  float64 // the layer's Counts and Dwell so far

	sums    []float64 // of the ratios
	counts  []float64 // of each state; none where the layer does not ask
	times   []float64 // seconds on each state
	mix     []float64
	scratch []float64
	nums    []float64 // all of these
	seen    Seen
}

// Start begins a visit.
func (m *Model) Start(v *Visit) {
	ratios, n, counted := m.Ratios(), m.states(), 0
	if m.Layer != nil && len(m.Layer.Counts)+len(m.Layer.Dwell) > 0 {
		counted = n
	}
	size := ratios + 2*counted
	all := size + 2*(n+1)
	nums := v.nums
	if cap(nums) < all {
		nums = make([]float64, all)
	}
	nums = nums[:all]
	clear(nums[:size])
	seen := v.seen
	seen.Reset()
	*v = Visit{m: m, nums: nums, sums: nums[:ratios], counts: nums[ratios : ratios+counted], times: nums[ratios+counted : size],
		mix: nums[size : size+n+1], scratch: nums[size+n+1:], lastMark: len(m.Marks), seen: seen}
	v.context[0] = startSymbol(n)
}

// Add adds the next event. One whose time is before that of the event before it
// counts as at the same time. It may cut the event's texts.
func (v *Visit) Add(e *visit.Event) {
	m := v.m
	e.Bound()
	revisits, mark := -1, -1
	if m.Revisit != nil {
		if key := m.KeyFrom.Of(e); key != "" {
			revisits = v.seen.Add(key)
		}
	}
	if m.Mark != nil {
		mark = m.MarkSymbol(m.MarkFrom.Of(e))
	}
	v.Step(m.Mapper.State(m.StateFrom.Of(e)), e.TS, revisits, mark)
}

// MarkSymbol is the symbol of a mark, or -1.
func (m *Model) MarkSymbol(mark string) int {
	for i, s := range m.Marks { // there are few
		if s == mark {
			return i
		}
	}
	return -1
}

// Step adds the next event by its symbols, of which any may be unknown (-1).
// revisits is how often its page or item was seen before.
func (v *Visit) Step(state int, ts int64, revisits, mark int) {
	o := v.Observe(state, ts, revisits, mark)
	m := v.m
	k := m.Order + 1
	m.Chain.AddRatios(v.sums[:k], o.Context[:o.Depth], state)
	if m.Position != nil {
		h := o.PositionContext()
		v.sums[k] += m.Position.Ratio(h[:], state)
		k++
	}
	if m.Dwell != nil {
		h := o.DwellContext()
		v.sums[k] += m.Dwell.Ratio(h[:], o.Dwell)
		k++
	}
	if m.Revisit != nil {
		h := o.RevisitContext()
		v.sums[k] += m.Revisit.Ratio(h[:], o.Revisits)
		k++
	}
	if m.Mark != nil {
		h := o.MarkContext()
		v.sums[k] += m.Mark.Ratio(h[:], mark)
	}
}

// Observation is what an event adds to each track: a symbol, -1 where there is
// none, and the context that it comes after.
type Observation struct {
	Context  [MaxDepth]int // the states before, newest first
	Depth    int           // how many of them there are, at most the model's order
	Before   int           // the state before, whatever the order is
	State    int
	Position int
	Dwell    int // on the page before
	Revisits int
	Mark     int
	LastMark int
}

// PositionContext and the like are the contexts of the tracks, the newest
// symbol first.
func (o *Observation) PositionContext() [2]int { return [2]int{o.Before, o.Position} }
func (o *Observation) DwellContext() [2]int    { return [2]int{o.Before, o.State} }
func (o *Observation) RevisitContext() [2]int  { return [2]int{o.State, o.Position} }
func (o *Observation) MarkContext() [2]int     { return [2]int{o.State, o.LastMark} }

// Observe takes the next event in without weighing it, which is what counting
// wants; Step does both.
func (v *Visit) Observe(state int, ts int64, revisits, mark int) Observation {
	m := v.m
	o := v.observation(state)
	o.Revisits, o.Mark = min(revisits, maxRevisits), mark
	if v.events > 0 {
		dwell := max(ts-v.ts, 0)
		o.Dwell = above(m.DwellEdges, dwell)
		v.leave(o.Before, dwell)
	}
	v.events++
	v.ts = max(v.ts, ts)
	v.lastMark = mark
	if revisits > 0 {
		v.repeats++
	} else if revisits == 0 {
		v.distinct++
	}
	if state >= 0 && len(v.counts) > 0 {
		n := v.counts[state]
		v.counts[state]++
		if w := m.Layer.Counts; len(w) > 0 {
			v.weighed += float64(w[state] * (fmath.Log(n+2) - fmath.Log(n+1)))
		}
	}
	copy(v.context[1:], v.context[:MaxDepth])
	v.context[0] = state
	return o
}

// End is what the end of the visit adds.
func (v *Visit) End() Observation { return v.observation(endSymbol(v.m.states())) }

func (v *Visit) observation(state int) Observation {
	o := Observation{Before: v.context[0], State: state, Position: reached(v.m.Positions, v.events+1), Dwell: -1, Revisits: -1, Mark: -1, LastMark: v.lastMark}
	o.Depth = min(v.m.Order, v.events+1)
	copy(o.Context[:o.Depth], v.context[:])
	return o
}

// leave counts how long the page before was looked at.
func (v *Visit) leave(before int, dwell int64) {
	m := v.m
	if m.Longest > 0 {
		dwell = min(dwell, m.Longest)
	}
	v.dwell = float64(dwell) / 1000
	v.seconds += v.dwell
	if before >= 0 && len(v.times) > 0 {
		t := v.times[before]
		v.times[before] = t + v.dwell
		if w := m.Layer.Dwell; len(w) > 0 {
			v.weighed += float64(w[before] * (fmath.Log(1+t+v.dwell) - fmath.Log(1+t)))
		}
	}
}

// Events is how many there were.
func (v *Visit) Events() int { return v.events }

// Ratios are the sums so far of ln Pbuy/Pdefer: those of the chain with
// contexts of 0 states, of 1 and so on up to the model's order, then those of
// position, dwell, revisit and mark, as far as the model has them.
func (v *Visit) Ratios() []float64 { return v.sums }

// Last is the state of the last event, -1 where it is unknown or there is none.
func (v *Visit) Last() int {
	if v.events == 0 {
		return -1
	}
	return v.context[0]
}

// Counts and Times are how often each state was seen, and for how many seconds;
// empty where the layer weighs neither.
func (v *Visit) Counts() []float64 { return v.counts }
func (v *Visit) Times() []float64  { return v.times }

// Whole is what Layer.Whole weighs.
func (v *Visit) Whole() [Wholes]float64 {
	return [Wholes]float64{fmath.Log(1 + v.seconds), fmath.Log(1 + v.dwell), fmath.Log(1 + float64(v.distinct)), fmath.Log(1 + float64(v.repeats))}
}

// LogOdds is ln odds(buy) of the visit so far. With no events it is the
// prior's.
func (v *Visit) LogOdds() float64 {
	m := v.m
	l := m.Layer
	switch {
	case !m.Labelled():
		return 0
	case v.events == 0:
		return logit(m.Prior)
	case l == nil:
		return logit(m.Prior) + v.sums[m.Order]
	}
	b := reached(l.Steps, v.events) - 1
	z := l.Bias[b]
	for i, w := range l.Ratios[b*len(v.sums) : (b+1)*len(v.sums)] {
		z += float64(w * v.sums[i])
	}
	z += v.weighed
	if last := v.Last(); last >= 0 && len(l.Last) > 0 {
		z += l.Last[last]
	}
	if len(l.Whole) > 0 {
		whole := v.Whole()
		for i, w := range l.Whole {
			z += float64(w * whole[i])
		}
	}
	return z
}

// Probability is P(buy). With no events it is the prior.
func (v *Visit) Probability() float64 {
	if v.events == 0 {
		return v.m.Prior
	}
	return Sigmoid(v.LogOdds())
}

// Absorption is the probability that a visitor who is on this page ends up
// buying; see the function Absorption.
func (v *Visit) Absorption() float64 {
	a := v.m.Absorption
	if a == nil {
		return 0
	}
	n := v.m.states()
	switch last := v.context[0]; {
	case v.events == 0:
		return a[n]
	case last < 0:
		return a[n+1]
	default:
		return a[last]
	}
}

// Next is the most probable next states, likeliest first, with their
// probabilities, given that there is a next page at all: those of both chains,
// weighed with the probability that the visit is of their class. It fills
// states and probabilities, which are equally long, and gives how many there
// are. Of equal probabilities the state that comes first is first.
func (v *Visit) Next(states []int, probabilities []float64) int {
	m := v.m
	n := m.states()
	p := v.mix
	m.Chain.Mix(p, v.scratch, v.context[:min(m.Order, v.events+1)], v.Probability())
	stays := 0.0 // 1 - P(end) would lose digits where the end is nearly certain
	for _, x := range p[:n] {
		stays += x
	}
	count := min(len(states), n)
	for i := range count {
		best := 0
		for x := range n {
			if p[x] > p[best] {
				best = x
			}
		}
		states[i], probabilities[i] = best, p[best]/stays
		p[best] = -1
	}
	return count
}

// StateName is the name of a state.
func (m *Model) StateName(state int) string { return m.Mapper.states[state] }
