// Package markov scores the path that a visit takes: two chains with back-off, one
// of visits that end in buying and one of the others, and a regression over what
// they say. README.md defines it; package fit makes the numbers.
package markov

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// Model is everything that scores a visit: tables, and how their evidence is
// weighed. It is read only once made.
//
// A visit is read as up to five sequences side by side, its tracks, each with a
// Table of its own (nil where the model does without):
//
//	chain     the state of the page, given the Order states before it
//	position  the state, given the state before it and how far the visit is
//	dwell     how long the page before was looked at, given it and the new one
//	revisit   how often the page or item was seen before, given the state and how far the visit is
//	mark      what the event was (or any other short word), given the state and the mark before it
//
// A visit's first state comes after the start; its last is followed by the end,
// which counts when the tables are fitted: that a visit goes on is evidence too.
type Model struct {
	StateFrom Column // what states are made of
	KeyFrom   Column // what tells pages or items apart, for Revisit
	MarkFrom  Column // what marks are

	Mapper *Mapper
	Order  int     // of the chain, from 0
	Prior  float64 // P(buy) of a visit with no events

	Chain, Position, Dwell, Revisit, Mark *Table

	Positions  []int    // a track's position is how many of these are at most the number of events so far
	DwellEdges []int64  // in ms: a dwell's symbol is how many of these it is above
	Marks      []string // in order, a mark's symbol is its place; unknown ones tell nothing
	Longest    int64    // ms of a dwell that count, as a visitor who comes back later was not reading

	Absorption []float64 // see the function Absorption; nil where there are no labels
	Layer      *Layer    // nil: the plain chain of order Order decides
}

// Layer weighs the evidence of the tracks: ln odds(buy) is the sum of
//
//	Bias[b]               b being the place of the number of events among Steps
//	Ratios[b]·r           r being the ratios' sums so far, see Model.Ratios
//	Counts[s]·ln(1+n)     for each state s that was seen n times
//	Dwell[s]·ln(1+t)      for each state s that was looked at for t seconds in all
//	Last[s]               for the state of the last event
//	Whole·w               w being ln(1 + seconds of the visit), ln(1 + seconds of the last dwell),
//	                      ln(1 + different items or pages), ln(1 + events that were not the first on theirs)
//
// It is a logistic regression that train fits on prefixes of visits, each
// scored by tables fitted without it.
type Layer struct {
	Steps               []int // numbers of events, ascending: b is how many of them are at most the visit's, less 1
	Bias                []float64
	Ratios              []float64 // for each step, a row
	Counts, Dwell, Last []float64 // a value for each state; all may be empty
	Whole               []float64
}

// Wholes is how many values Layer.Whole weighs.
const Wholes = 4

// maxRevisits is the symbol of a page that was seen this often or more.
const maxRevisits = 3

func endSymbol(states int) int   { return states }
func startSymbol(states int) int { return states + 1 }

// ChainSymbols, DwellSymbols and so on are how many symbols the tracks have.
func ChainSymbols(states int) int    { return states + 1 }
func DwellSymbols(edges []int64) int { return len(edges) + 1 }
func RevisitSymbols() int            { return maxRevisits + 1 }
func (m *Model) states() int         { return len(m.Mapper.states) }
func (m *Model) tracks() [4]*Table   { return [4]*Table{m.Position, m.Dwell, m.Revisit, m.Mark} }
func (m *Model) Labelled() bool      { return m.Chain.buy != nil }
func (m *Model) Ratios() int         { return ratios(m.Order, m.tracks()) }

// Columns are the columns that the model reads, the states' first.
func (m *Model) Columns() []Column {
	columns := []Column{m.StateFrom}
	add := func(reads bool, c Column) {
		for _, known := range columns {
			reads = reads && known != c
		}
		if reads {
			columns = append(columns, c)
		}
	}
	add(m.ReadsTS(), TS)
	add(m.Revisit != nil, m.KeyFrom)
	add(m.Mark != nil, m.MarkFrom)
	return columns
}

// ReadsTS says whether the times of events matter.
func (m *Model) ReadsTS() bool {
	return m.Dwell != nil || m.Layer != nil && len(m.Layer.Dwell)+len(m.Layer.Whole) > 0
}

// ratios is how many sums of log-likelihood ratios a visit has: those of the
// chain with contexts of 0 to order symbols, then one for each other track.
func ratios(order int, tracks [4]*Table) int {
	n := order + 1
	for _, t := range tracks {
		if t != nil {
			n++
		}
	}
	return n
}

// Check says what does not hold together.
func (m *Model) Check() error {
	n := m.states()
	c := &checker{}
	c.that(m.StateFrom != NoColumn && m.StateFrom != TS && (m.Revisit == nil || m.KeyFrom != NoColumn) && (m.Mark == nil || m.MarkFrom != NoColumn), "a column is not known")
	c.that(m.Order >= 0 && m.Order <= MaxDepth, "the order is not between 0 and 8")
	c.that(!m.Labelled() || m.Prior > 0 && m.Prior < 1, "the prior is not between 0 and 1")
	c.that(m.Longest >= 0, "the longest dwell is below 0")
	c.ascend("positions", m.Positions)
	for i := 1; i < len(m.DwellEdges); i++ {
		c.that(m.DwellEdges[i] > m.DwellEdges[i-1], "dwell_edges do not ascend")
	}
	if m.Absorption != nil {
		c.count("absorption", len(m.Absorption), n+2)
		c.finite("absorption", m.Absorption)
	}
	if l := m.Layer; l != nil {
		steps := len(l.Steps)
		c.that(steps > 0 && l.Steps[0] == 1, "layer_steps do not start with 1")
		c.ascend("layer_steps", l.Steps)
		c.count("layer_bias", len(l.Bias), steps)
		c.count("layer_ratios", len(l.Ratios), steps*m.Ratios())
		c.some("layer_counts", len(l.Counts), n)
		c.some("layer_dwell", len(l.Dwell), n)
		c.some("layer_last", len(l.Last), n)
		c.some("layer_whole", len(l.Whole), Wholes)
		for _, x := range [...][]float64{l.Bias, l.Ratios, l.Counts, l.Dwell, l.Last, l.Whole} {
			c.finite("the layer", x)
		}
	}
	return c.err
}

// checker keeps the first fault.
type checker struct{ err error }

func (c *checker) that(ok bool, otherwise string) {
	if !ok && c.err == nil {
		c.err = Error(otherwise)
	}
}

// count checks how many values there are; some lets there be none.
func (c *checker) count(name string, got, want int) {
	if got != want {
		c.that(false, name+" has "+strconv.Itoa(got)+" values, not "+strconv.Itoa(want))
	}
}

func (c *checker) some(name string, got, want int) {
	if got > 0 {
		c.count(name, got, want)
	}
}

func (c *checker) finite(name string, x []float64) {
	for _, v := range x {
		if v-v != 0 {
			c.that(false, name+" has a number that is not finite")
		}
	}
}

func (c *checker) ascend(name string, x []int) {
	for i := 1; i < len(x); i++ {
		if x[i] <= x[i-1] {
			c.that(false, name+" do not ascend")
		}
	}
}

// above is how many of the ascending edges x is above.
func above(edges []int64, x int64) int {
	n := 0
	for n < len(edges) && x > edges[n] {
		n++
	}
	return n
}

// reached is how many of the ascending steps are at most n.
func reached(steps []int, n int) int {
	k := 0
	for k < len(steps) && steps[k] <= n {
		k++
	}
	return k
}

func logit(p float64) float64 { return fmath.Log(p / (1 - p)) }

// Sigmoid is the probability of log-odds.
func Sigmoid(z float64) float64 { return 1 / (1 + fmath.Exp(-z)) }
