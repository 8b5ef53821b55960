package markov

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/visit"
)

// naive is a table as README.md defines it, word for word: contexts are texts,
// newest symbol first, and every probability is worked out anew. Of a context
// it has how often each symbol came, in both classes.
type naive struct {
	cells    map[string]map[int][2]float64
	symbols  int
	labelled bool
	smooth   Smoothing
}

func context(symbols ...int) string {
	var b strings.Builder
	for _, x := range symbols {
		fmt.Fprintf(&b, "%d ", x)
	}
	return b.String()
}

// shorter is a context without its oldest symbol.
func shorter(h string) string {
	return h[:strings.LastIndexByte(" "+strings.TrimSuffix(h, " "), ' ')]
}

// longest is the longest part of a history, newest first, that is a context.
func (n *naive) longest(history []int) string {
	h := ""
	for _, x := range history {
		longer := h + context(x)
		if n.cells[longer] == nil {
			break
		}
		h = longer
	}
	return h
}

// total is how many symbols came after h: all, and those of visits that bought.
func (n *naive) total(h string) (all, buy float64) {
	for _, c := range n.cells[h] {
		all += c[0] + c[1]
		buy += c[0]
	}
	return all, buy
}

func (n *naive) share(h string) float64 {
	all, buy := n.total(h)
	if h == "" {
		return (buy + 0.5) / (all + 1)
	}
	return (buy + n.smooth.Share*n.share(shorter(h))) / (all + n.smooth.Share)
}

// before is P(x|h'): of what comes before the empty context all is equally likely.
func (n *naive) before(h string, x int, buy bool) float64 {
	if h == "" {
		return 1 / float64(n.symbols)
	}
	return n.probability(shorter(h), x, buy)
}

func (n *naive) probability(h string, x int, buy bool) float64 {
	all, _ := n.total(h)
	if all == 0 {
		return n.before(h, x, buy)
	}
	delta := (n.smooth.Strength + n.smooth.Discount*float64(len(n.cells[h]))) / (all + n.smooth.Strength)
	weight := func(x int) float64 {
		c, ok := n.cells[h][x]
		if !ok {
			return 0
		}
		w := c[0] + c[1] - n.smooth.Discount
		if !n.labelled {
			return w
		}
		s := n.share(h)
		odds := s / (1 - s) * n.before(h, x, true) / n.before(h, x, false)
		q := odds / (1 + odds)
		s = (c[0] + n.smooth.Share*q) / (c[0] + c[1] + n.smooth.Share)
		if buy {
			return w * s
		}
		return w * (1 - s)
	}
	sum := 0.0
	for y := range n.symbols {
		sum += weight(y)
	}
	return (1-delta)*weight(x)/sum + delta*n.before(h, x, buy)
}

// ratio is what a symbol tells after a history; an unknown one tells nothing.
func (n *naive) ratio(history []int, x int) float64 {
	if n == nil || !n.labelled || x < 0 {
		return 0
	}
	h := n.longest(history)
	return math.Log(n.probability(h, x, true) / n.probability(h, x, false))
}

// counts are the table's as bundles hold them: sorted, parents first.
func (n *naive) counts() *Counts {
	var paths [][]int
	for h := range n.cells {
		var path []int
		for _, word := range strings.Fields(h) {
			var x int
			fmt.Sscan(word, &x)
			path = append(path, x)
		}
		paths = append(paths, path)
	}
	// By depth, and within one by the path, which puts siblings together in the order of their parents.
	slices.SortFunc(paths, func(a, b []int) int {
		if d := len(a) - len(b); d != 0 {
			return d
		}
		return slices.Compare(a, b)
	})
	c := &Counts{}
	places := map[string]int{}
	for i, path := range paths {
		h := context(path...)
		places[h] = i
		parent, oldest := -1, -1
		if h != "" {
			parent, oldest = places[shorter(h)], path[len(path)-1]
		}
		c.Parent, c.Oldest, c.Size = append(c.Parent, parent), append(c.Oldest, oldest), append(c.Size, len(n.cells[h]))
		for x := range n.symbols {
			if cell, ok := n.cells[h][x]; ok {
				c.Symbol = append(c.Symbol, x)
				if n.labelled {
					c.Buy = append(c.Buy, int(cell[0]))
				}
				c.Defer = append(c.Defer, int(cell[1]))
			}
		}
	}
	return c
}

// absorption solves a = buys + P·a by Gauss's elimination; see the function
// Absorption.
func (n *naive) absorption(states int) []float64 {
	step := func(h string) []float64 { // to each state, to buying, to the end without
		row := make([]float64, states+2)
		var fill func(h string)
		fill = func(h string) {
			if h == "" {
				for x := range row {
					row[x] = 1 / float64(len(row))
				}
			} else {
				fill("")
			}
			seen := make([]float64, len(row))
			for x, c := range n.cells[h] {
				if x < states {
					seen[x] = c[0] + c[1]
				} else {
					seen[states], seen[states+1] = c[0], c[1]
				}
			}
			var all, cells float64
			for _, c := range seen {
				if all += c; c > 0 {
					cells++
				}
			}
			if all == 0 {
				return
			}
			delta := (n.smooth.Strength + n.smooth.Discount*cells) / (all + n.smooth.Strength)
			for x, c := range seen {
				row[x] *= delta
				if c > 0 {
					row[x] += (1 - delta) * (c - n.smooth.Discount) / (all - n.smooth.Discount*cells)
				}
			}
		}
		fill(h)
		return row
	}
	known := func(symbol int) []float64 { return step(n.longest([]int{symbol})) }
	m := make([][]float64, states) // (I - P)·a = buys
	for i := range m {
		row := known(i)
		m[i] = append([]float64{}, row[:states+1]...)
		for j := range states {
			m[i][j] = -row[j]
		}
		m[i][i]++
	}
	for i := range m {
		best := i
		for k := i; k < states; k++ {
			if math.Abs(m[k][i]) > math.Abs(m[best][i]) {
				best = k
			}
		}
		m[i], m[best] = m[best], m[i]
		for k := range m {
			if k == i {
				continue
			}
			f := m[k][i] / m[i][i]
			for j := range m[k] {
				m[k][j] -= f * m[i][j]
			}
		}
	}
	a := make([]float64, states)
	for i := range a {
		a[i] = m[i][states] / m[i][i]
	}
	for _, row := range [][]float64{known(startSymbol(states)), step("")} {
		sum := row[states]
		for j := range states {
			sum += row[j] * a[j]
		}
		a = append(a, sum)
	}
	return a
}

// draws are choices that a fuzzer makes: none are left after its bytes.
type draws []byte

func (d *draws) below(n int) int {
	if len(*d) == 0 {
		return 0
	}
	x := int((*d)[0]) % n
	*d = (*d)[1:]
	return x
}

func (d *draws) number(of ...float64) float64 { return of[d.below(len(of))] }

// table draws a table of any counts. Contexts have up to depth symbols below the
// bound; each one's parents are there, though perhaps with nothing in them.
func (d *draws) table(symbols, bound, depth int, labelled bool) *naive {
	n := &naive{cells: map[string]map[int][2]float64{"": {}}, symbols: symbols, labelled: labelled,
		smooth: Smoothing{d.number(0.5, 0, 0.01, 1, 20), d.number(0.25, 0, 0.75), d.number(1, 0.1, 30)}}
	if n.smooth.Strength+n.smooth.Discount == 0 {
		n.smooth.Strength = 2
	}
	for range d.below(24) {
		h := ""
		for range d.below(depth + 1) {
			h += context(d.below(bound))
			if n.cells[h] == nil {
				n.cells[h] = map[int][2]float64{}
			}
		}
		c := [2]float64{0, float64(d.below(40))}
		if labelled {
			c[0] = float64(d.below(40))
		}
		if c[0]+c[1] > 0 {
			n.cells[h][d.below(symbols)] = c
		}
	}
	return n
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// FuzzChain holds models of random counts, and visits of random events, against
// the definition.
func FuzzChain(f *testing.F) {
	f.Add([]byte(""), []byte(""))
	f.Add([]byte("\x03\x02\x01\x01\x01\x01\x01\x00\x00\x00\x17two chains of order two, and four tracks beside them"), []byte("abcabdxeabcabdxeabcabdxeabcabdxe"))
	f.Add([]byte(strings.Repeat("any counts at all, whatever they were counted from. ", 12)), []byte(strings.Repeat("and visits of any length, with pauses ", 5)))
	f.Fuzz(func(t *testing.T, model, events []byte) {
		if len(model) > 2000 || len(events) > 300 {
			return
		}
		holdAgainstNaive(t, model, events)
	})
}

// The same with random bytes, which need no fuzzer.
func TestNaive(t *testing.T) {
	r := rand.NewChaCha8([32]byte{1})
	for range 400 {
		model, events := make([]byte, 600), make([]byte, 60)
		r.Read(model)
		r.Read(events)
		holdAgainstNaive(t, model, events)
	}
}

func holdAgainstNaive(t *testing.T, model, events draws) {
	d := &model
	names := []string{"a", "b", "c", "d", "e"}
	states := names[:1+d.below(5)]
	n, labelled := len(states), d.below(4) < 3
	m := &Model{StateFrom: Page, KeyFrom: Item, MarkFrom: Name, Order: d.below(4), Prior: d.number(0.1, 0.5, 0.9),
		Positions: []int{2, 4}, DwellEdges: []int64{1000, 60_000}, Marks: []string{"view", "add"}, Longest: int64(d.below(2)) * 90_000}
	other := d.below(2)*(1+d.below(n)) - 1
	var err error
	if m.Mapper, err = NewMapper(states, nil, nil, other, false); err != nil {
		t.Fatal(err)
	}
	var chain, position, dwell, revisit, mark *naive
	for _, k := range []struct {
		table                 **Table
		naive                 **naive
		symbols, bound, depth int
		wanted                bool
	}{
		{&m.Chain, &chain, n + 1, n + 2, max(m.Order, 1), true},
		{&m.Position, &position, n + 1, n + 2, 2, d.below(2) == 1},
		{&m.Dwell, &dwell, 3, n + 2, 2, d.below(2) == 1},
		{&m.Revisit, &revisit, 4, n, 2, d.below(2) == 1},
		{&m.Mark, &mark, 2, max(n, 3), 2, d.below(2) == 1},
	} {
		if !k.wanted {
			continue
		}
		*k.naive = d.table(k.symbols, k.bound, k.depth, labelled)
		if *k.table, err = NewTable((*k.naive).counts(), k.symbols, (*k.naive).smooth); err != nil {
			t.Fatal(err)
		}
	}
	if labelled {
		if m.Absorption, err = Absorption(chain.counts(), n, chain.smooth); err != nil {
			t.Fatal(err)
		}
		want := chain.absorption(n)
		for i, got := range m.Absorption {
			if math.Abs(got-want[i]) > 1e-7 {
				t.Fatalf("absorption %d of %v is %v, not %v", i, chain.cells, got, want[i])
			}
		}
		if d.below(2) == 1 {
			m.Layer = d.layer(n, m.Ratios())
		}
	}
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	var v Visit
	m.Start(&v)
	var list []visit.Event
	ts := int64(1_700_000_000_000)
	for {
		want := m.naiveScore(chain, position, dwell, revisit, mark, list)
		m.hold(t, &v, chain, want, list)
		if len(events) == 0 || len(list) == 40 {
			return
		}
		ts += int64(events.number(0, 500, 1000, 1001, 30_000, 60_001, 100_000, 2e9, -5000))
		e := visit.Event{TS: ts, Page: append(names, "", "elsewhere")[events.below(7)], Item: []string{"", "1", "2", "3"}[events.below(4)],
			Event: []string{"view", "add", "", "search"}[events.below(4)]}
		list = append(list, e)
		v.Add(&e)
	}
}

// layer draws a regression.
func (d *draws) layer(states, ratios int) *Layer {
	l := &Layer{Steps: []int{1, 2, 5}[:1+d.below(3)]}
	weights := func(n int) []float64 {
		w := make([]float64, n)
		for i := range w {
			w[i] = d.number(0.5, -1, 0, 2)
		}
		return w
	}
	some := func(n int) []float64 { return weights(n * d.below(2)) }
	l.Bias, l.Ratios = weights(len(l.Steps)), weights(len(l.Steps)*ratios)
	l.Counts, l.Dwell, l.Last, l.Whole = some(states), some(states), some(states), some(Wholes)
	return l
}

// score is what a visit tells, worked out from all of its events.
type score struct {
	state   int // of the last event
	history []int
	ratios  []float64
	odds    float64
}

func (m *Model) naiveScore(chain, position, dwell, revisit, mark *naive, list []visit.Event) score {
	n := m.states()
	state := func(e visit.Event) int {
		if i := slices.Index(m.Mapper.states, e.Page); i >= 0 {
			return i
		}
		return m.Mapper.other
	}
	s := score{state: -1, history: []int{startSymbol(n)}, ratios: make([]float64, m.Ratios())}
	var latest int64
	lastMark := len(m.Marks)
	seen := map[string]int{}
	counts, times := make([]float64, n), make([]float64, n)
	var seconds, lastDwell, distinct, repeats float64
	for i, e := range list {
		x, before := state(e), s.history[0]
		at := 0
		for _, p := range m.Positions {
			if p <= i+1 {
				at++
			}
		}
		for k := 0; k <= m.Order; k++ {
			s.ratios[k] += chain.ratio(s.history[:min(k, len(s.history))], x)
		}
		group, again, what := -1, -1, slices.Index(m.Marks, e.Event)
		if i > 0 {
			pause := max(0, e.TS-latest)
			group = 0
			for _, edge := range m.DwellEdges {
				if pause > edge {
					group++
				}
			}
			if m.Longest > 0 {
				pause = min(pause, m.Longest)
			}
			lastDwell = float64(pause) / 1000
			seconds += lastDwell
			if before >= 0 {
				times[before] += lastDwell
			}
		}
		latest = max(latest, e.TS)
		if e.Item != "" && revisit != nil {
			again = min(seen[e.Item], 3)
			if seen[e.Item]++; again == 0 {
				distinct++
			} else {
				repeats++
			}
		}
		k := m.Order + 1
		for _, track := range []struct {
			table   *naive
			history []int
			symbol  int
		}{{position, []int{before, at}, x}, {dwell, []int{before, x}, group}, {revisit, []int{x, at}, again}, {mark, []int{x, lastMark}, what}} {
			if track.table != nil {
				s.ratios[k] += track.table.ratio(track.history, track.symbol)
				k++
			}
		}
		if mark != nil {
			lastMark = what
		}
		if x >= 0 {
			counts[x]++
		}
		s.state = x
		s.history = append([]int{x}, s.history...)
	}
	s.odds = math.Log(m.Prior / (1 - m.Prior))
	switch l := m.Layer; {
	case len(list) == 0:
	case l == nil:
		s.odds += s.ratios[m.Order]
	default:
		b := -1
		for _, step := range l.Steps {
			if step <= len(list) {
				b++
			}
		}
		s.odds = l.Bias[b]
		for i, r := range s.ratios {
			s.odds += l.Ratios[b*len(s.ratios)+i] * r
		}
		for i := range n {
			if len(l.Counts) > 0 {
				s.odds += l.Counts[i] * math.Log(1+counts[i])
			}
			if len(l.Dwell) > 0 {
				s.odds += l.Dwell[i] * math.Log(1+times[i])
			}
		}
		if len(l.Last) > 0 && s.state >= 0 {
			s.odds += l.Last[s.state]
		}
		if len(l.Whole) > 0 {
			for i, x := range []float64{seconds, lastDwell, distinct, repeats} {
				s.odds += l.Whole[i] * math.Log(1+x)
			}
		}
	}
	return s
}

// hold compares a visit with its score.
func (m *Model) hold(t *testing.T, v *Visit, chain *naive, want score, list []visit.Event) {
	t.Helper()
	n := m.states()
	fault := func(what string, got, want any) {
		t.Helper()
		t.Fatalf("%s is %v, not %v, of %+v\nafter %+v", what, got, want, *m, list)
	}
	p := 0.0
	if m.Labelled() {
		p = 1 / (1 + math.Exp(-want.odds))
		for i, got := range v.Ratios() {
			if !near(got, want.ratios[i]) {
				fault(fmt.Sprint("ratio ", i), got, want.ratios[i])
			}
		}
		if got := v.LogOdds(); !near(got, want.odds) {
			fault("log odds", got, want.odds)
		}
		if got := v.Probability(); !near(got, p) {
			fault("probability", got, p)
		}
		at := n + 1
		if len(list) == 0 {
			at = n
		} else if want.state >= 0 {
			at = want.state
		}
		if got := v.Absorption(); got != m.Absorption[at] {
			fault("absorption", got, m.Absorption[at])
		}
	}
	h := chain.longest(want.history[:min(m.Order, len(want.history))])
	chance := func(x int) float64 {
		if !m.Labelled() {
			return chain.probability(h, x, false)
		}
		return p*chain.probability(h, x, true) + (1-p)*chain.probability(h, x, false)
	}
	states, chances := make([]int, n+1), make([]float64, n+1)
	if got := v.Next(states, chances); got != n {
		fault("the number of next states", got, n)
	}
	sum, stays := 0.0, 0.0
	for x := range n {
		stays += chance(x)
	}
	for i, x := range states[:n] {
		if sum += chances[i]; i > 0 && chances[i] > chances[i-1] || slices.Contains(states[:i], x) {
			fault("the order of next states", states[:n], chances[:n])
		}
		if want := chance(x) / stays; !near(chances[i], want) {
			fault(fmt.Sprint("the chance of state ", x), chances[i], want)
		}
	}
	if !near(sum, 1) {
		fault("the sum of the chances", sum, 1)
	}
}
