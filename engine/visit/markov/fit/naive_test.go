package fit

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/markov"
	"github.com/pageleap/pageleap/engine/visit/synth"
)

// naive is the chain's definition, word for word, from the visits themselves:
// contexts are texts, and sums go over all that was seen.
type naive struct {
	known   map[string]float64 // probabilities that were asked for before
	smooth  markov.Smoothing
	symbols int
	buy     map[string]map[string]float64
	all     map[string]map[string]float64
}

func newNaive(visits [][]string, buys []bool, order, symbols int, s markov.Smoothing) *naive {
	n := &naive{map[string]float64{}, s, symbols, map[string]map[string]float64{}, map[string]map[string]float64{}}
	for i, v := range visits {
		path := append(append([]string{"^"}, v...), "$")
		for at := 1; at < len(path); at++ {
			for k := 0; k <= order && k <= at; k++ {
				h := strings.Join(path[at-k:at], " ")
				if n.all[h] == nil {
					n.all[h], n.buy[h] = map[string]float64{}, map[string]float64{}
				}
				n.all[h][path[at]]++
				if buys[i] {
					n.buy[h][path[at]]++
				}
			}
		}
	}
	return n
}

func total(m map[string]float64) (sum float64) {
	for _, x := range m {
		sum += x
	}
	return sum
}

// shorter is a context without its oldest symbol.
func shorter(h string) string {
	_, rest, _ := strings.Cut(h, " ")
	return rest
}

func (n *naive) share(h string) float64 {
	if h == "" {
		return (total(n.buy[h]) + 0.5) / (total(n.all[h]) + 1)
	}
	return (total(n.buy[h]) + n.smooth.Share*n.share(shorter(h))) / (total(n.all[h]) + n.smooth.Share)
}

func (n *naive) kept(h string) bool {
	return h == "" || total(n.all[h]) >= least && n.kept(shorter(h))
}

// probability is P(x|h) of the class.
func (n *naive) probability(h, x string, buy bool) float64 {
	key := h + "|" + x + strconv.FormatBool(buy)
	p, ok := n.known[key]
	if !ok {
		p = n.compute(h, x, buy)
		n.known[key] = p
	}
	return p
}

func (n *naive) compute(h, x string, buy bool) float64 {
	for !n.kept(h) {
		h = shorter(h)
	}
	up := func(x string, buy bool) float64 {
		if h == "" {
			return 1 / float64(n.symbols)
		}
		return n.probability(shorter(h), x, buy)
	}
	c := total(n.all[h])
	delta := (n.smooth.Strength + n.smooth.Discount*float64(len(n.all[h]))) / (c + n.smooth.Strength)
	weight := func(x string) float64 {
		cell := n.all[h][x]
		if cell == 0 {
			return 0
		}
		s := n.share(h)
		odds := s / (1 - s) * up(x, true) / up(x, false)
		q := odds / (1 + odds)
		share := (n.buy[h][x] + n.smooth.Share*q) / (cell + n.smooth.Share)
		if !buy {
			share = 1 - share
		}
		return (cell - n.smooth.Discount) * share
	}
	sum := 0.0
	for y := range n.all[h] {
		sum += weight(y)
	}
	return (1-delta)*weight(x)/sum + delta*up(x, buy)
}

func (n *naive) ratio(path []string, order int) (llr float64) {
	path = append([]string{"^"}, path...)
	for at := 1; at < len(path); at++ {
		h := strings.Join(path[max(0, at-order):at], " ")
		llr += math.Log(n.probability(h, path[at], true)) - math.Log(n.probability(h, path[at], false))
	}
	return llr
}

func close12(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(a), math.Abs(b)) }

// sample is made-up visits as the fitter and as the naive computation take them.
func sample(t *testing.T, o *Options, n int, seed uint64) (d *Data, paths [][]string, buys []bool) {
	t.Helper()
	d = NewData(o)
	err := synth.Each(synth.Options{Visits: n, Seed: seed}, func(v *visit.Visit, _ bool) error {
		kept := visit.Visit{ID: v.ID, Events: append([]visit.Event(nil), v.Events...)}
		d.Add(&kept)
		events, buy, _ := o.Outcome(&kept)
		var path []string
		for i := range events {
			path = append(path, events[i].PageType)
		}
		paths, buys = append(paths, path), append(buys, buy)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, paths, buys
}

// The ratios and probabilities that a fitted model gives are those of the
// definition, for chains of any order.
func TestNaive(t *testing.T) {
	for order := range 4 {
		o := DefaultOptions()
		o.Label, o.Order, o.Plain, o.StateFrom = visit.Purchase, order, true, markov.PageType
		d, paths, buys := sample(t, &o, 400, 7)
		r, err := Fit(d)
		if err != nil {
			t.Fatal(err)
		}
		m := r.Model
		states := len(m.Mapper.States())
		n := newNaive(paths, buys, order, states+1, r.Config.Smoothing[Chain])
		var v markov.Visit
		next, p := make([]int, states), make([]float64, states)
		for i := 0; i < len(paths); i += 5 {
			path := paths[i]
			if len(path) > 12 {
				path = path[:12]
			}
			if i%10 == 0 && len(path) > 3 {
				path[2] = "help" // such as never was there
			}
			m.Start(&v)
			for _, s := range path {
				v.Add(&visit.Event{PageType: s})
			}
			want := n.ratio(path, order)
			if got := v.Ratios()[order]; !close12(got, want) {
				t.Fatalf("order %d, %v: ratio %v, want %v", order, path, got, want)
			}
			if got, want := v.LogOdds(), math.Log(m.Prior/(1-m.Prior))+want; !close12(got, want) {
				t.Errorf("order %d, %v: log-odds %v, want %v", order, path, got, want)
			}
			// The next page's probabilities are those of both chains, mixed.
			full := append([]string{"^"}, path...)
			h := strings.Join(full[max(0, len(full)-order):], " ")
			ends := v.Probability()*n.probability(h, "$", true) + (1-v.Probability())*n.probability(h, "$", false)
			sum := 0.0
			for k := range v.Next(next, p) {
				x := m.Mapper.States()[next[k]]
				want := (v.Probability()*n.probability(h, x, true) + (1-v.Probability())*n.probability(h, x, false)) / (1 - ends)
				if !close12(p[k], want) {
					t.Errorf("order %d, %v: next %s %v, want %v", order, path, x, p[k], want)
				}
				if k > 0 && p[k] > p[k-1] {
					t.Errorf("the next pages are not in order: %v", p)
				}
				sum += p[k]
			}
			if !close12(sum, 1) {
				t.Errorf("the next pages' probabilities add up to %v", sum)
			}
		}
	}
}

// naiveAbsorption solves the linear system (I - Q)·a = r by Gauss's elimination
// with pivots, from probabilities that it counts itself.
func naiveAbsorption(paths [][]string, buys []bool, states []string, s markov.Smoothing) map[string]float64 {
	ends := append(append([]string{}, states...), "buy", "end")
	counts := map[string]map[string]float64{"": {}}
	add := func(h, x string) {
		if counts[h] == nil {
			counts[h] = map[string]float64{}
		}
		counts[h][x]++
		counts[""][x]++
	}
	for i, p := range paths {
		if len(p) == 0 {
			continue
		}
		last := "^"
		for _, x := range p {
			add(last, x)
			last = x
		}
		if buys[i] {
			add(last, "buy")
		} else {
			add(last, "end")
		}
	}
	var step func(h, x string) float64
	step = func(h, x string) float64 {
		up := 1 / float64(len(ends))
		if h != "" {
			up = step("", x)
		}
		c, cells := total(counts[h]), float64(len(counts[h]))
		if c < least && h != "" {
			return up
		}
		delta := (s.Strength + s.Discount*cells) / (c + s.Strength)
		w := 0.0
		if n := counts[h][x]; n > 0 {
			w = (n - s.Discount) / (c - s.Discount*cells)
		}
		return (1-delta)*w + delta*up
	}
	n := len(states)
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n+1)
		for j := range n {
			a[i][j] = -step(states[i], states[j])
		}
		a[i][i]++
		a[i][n] = step(states[i], "buy")
	}
	for k := range n {
		best := k
		for i := k; i < n; i++ {
			if math.Abs(a[i][k]) > math.Abs(a[best][k]) {
				best = i
			}
		}
		a[k], a[best] = a[best], a[k]
		for i := range n {
			if i != k {
				f := a[i][k] / a[k][k]
				for j := k; j <= n; j++ {
					a[i][j] -= f * a[k][j]
				}
			}
		}
	}
	out := map[string]float64{}
	for i, s := range states {
		out[s] = a[i][n] / a[i][i]
	}
	for _, h := range []string{"^", ""} {
		p := step(h, "buy")
		for i, s := range states {
			p += step(h, s) * (a[i][n] / a[i][i])
		}
		out[h] = p
	}
	return out
}

func TestAbsorption(t *testing.T) {
	for seed, visits := range []int{30, 400, 3000} {
		o := DefaultOptions()
		o.Label, o.Plain, o.StateFrom = visit.Purchase, true, markov.PageType
		d, paths, buys := sample(t, &o, visits, uint64(seed)+3)
		r, err := Fit(d)
		if err != nil {
			t.Fatal(err)
		}
		m := r.Model
		states := m.Mapper.States()
		want := naiveAbsorption(paths, buys, states, r.Config.Smoothing[Chain])
		for i, name := range append(append([]string{}, states...), "^", "") {
			if got := m.Absorption[i]; !close12(got, want[name]) {
				t.Errorf("%d visits: from %q %v, want %v", visits, name, got, want[name])
			}
		}
		var v markov.Visit
		m.Start(&v)
		if got := v.Absorption(); got != m.Absorption[len(states)] {
			t.Errorf("before the first page %v", got)
		}
		v.Add(&visit.Event{PageType: "never seen"})
		if got := v.Absorption(); got != m.Absorption[len(states)+1] {
			t.Errorf("on a page that is unknown %v", got)
		}
		v.Add(&visit.Event{PageType: states[0]})
		if got := v.Absorption(); got != m.Absorption[0] {
			t.Errorf("on a page %v", got)
		}
	}
}

// Elimination keeps its digits where a visit hardly ever ends and Gauss's does
// not: a chain in which the end is one step in a billion.
func TestAbsorptionKeepsDigits(t *testing.T) {
	// Two pages that lead to each other; page 0 ends in buying three times, page
	// 1 in nothing once.
	const n = 1_000_000_000
	c := &markov.Counts{Parent: []int{-1, 0, 0}, Oldest: []int{-1, 0, 1}, Size: []int{3, 2, 2},
		Symbol: []int{0, 1, 2, 1, 2, 0, 2}, Buy: []int{0, 0, 3, 0, 3, 0, 0}, Defer: []int{n, n, 1, n, 0, n, 1}}
	a, err := markov.Absorption(c, 2, markov.Smoothing{Strength: 1e-30, Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	// a0 = (3 + n·a1)/(n+3), a1 = n·a0/(n+1)
	want := 3 * (n + 1.0) / (4*n + 3.0)
	if math.Abs(a[0]/want-1) > 1e-15 {
		t.Errorf("%v, want %v", a[0], want)
	}
}

// Absorption of a chain without smoothing is, from the start, the share of
// visits that ended in buying: what flows in flows out.
func TestAbsorptionIsTheShare(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	o := DefaultOptions()
	o.Labels, o.StateFrom, o.Plain, o.Order = map[string]bool{}, markov.Page, true, 1
	d := NewData(&o)
	buys := 0
	for i := range 500 {
		v := visit.Visit{ID: strconv.Itoa(i)}
		for range 1 + r.IntN(9) {
			v.Events = append(v.Events, visit.Event{Page: strconv.Itoa(r.IntN(5))})
		}
		o.Labels[v.ID] = r.IntN(3) == 0
		if o.Labels[v.ID] {
			buys++
		}
		d.Add(&v)
	}
	f := &fitter{d: d, o: &o}
	if err := f.prepare(); err != nil {
		t.Fatal(err)
	}
	f.count()
	a, err := markov.Absorption(f.tracks[0].count.tree(-1, 1, true), 5, markov.Smoothing{Strength: 1e-30, Share: 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := float64(buys) / 500; !close12(a[5], want) {
		t.Errorf("from the start %v, want %v", a[5], want)
	}
}
