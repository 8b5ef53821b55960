package markov

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// Counts is how often each symbol came after each context, in visits that
// ended in buying and in those that did not. Contexts are a tree: each is its
// parent and one older symbol; the first is empty. They are sorted by depth,
// then by parent, then by that symbol; the symbols of a context ascend.
type Counts struct {
	Parent []int // of each context; the first has -1
	Oldest []int // the symbol that the parent lacks; the first has -1
	Size   []int // how many cells each context has
	Symbol []int // of each cell, context after context
	Buy    []int // of each cell; empty where there are no labels
	Defer  []int // of each cell
}

// Smoothing says how far counts are trusted; see Table.
type Smoothing struct {
	Strength float64 // how many symbols what is known of shorter contexts is worth
	Discount float64 // what is taken off each cell, from 0 to less than 1
	Share    float64 // how many symbols the shorter context's ratio is worth in a cell
}

// Table is two fitted distributions of a symbol given what came before it, one
// of the visits that end in buying and one of the others.
//
// For a context h of c(h) symbols in t(h) cells, whose cell of the symbol x has
// the count c(h,x), and for h' = h without its oldest symbol:
//
//	P(x|h) = (1 - δ)·w(x)/Σw + δ·P(x|h'),    δ = (Strength + Discount·t(h)) / (c(h) + Strength)
//
// for each class, with w(x) = (c(h,x) - Discount)·s for buy and
// (c(h,x) - Discount)·(1 - s) for defer. The empty context's parent gives all
// symbols the same probability. This is interpolated back-off; a Discount of 0
// is a Dirichlet prior, a Strength of 0 absolute discounting.
//
// s is the share of buying among the cell's symbols. A share that is counted
// from few symbols is noise, and the ratio of two chains, which decides between
// buy and defer, would be made of it. So the share is drawn towards the one that
// the shorter context expects:
//
//	s = (buy(h,x) + Share·q) / (c(h,x) + Share)
//	odds(q) = odds(S(h)) · Pbuy(x|h') / Pdefer(x|h')
//	S(h) = (buy(h) + Share·S(h')) / (c(h) + Share)
//
// The empty context's S is (buy + 1/2)/(c + 1). Where x was never seen after h
// both classes have the same δ, so the ratio is the one after h'.
type Table struct {
	symbols  int
	children []int // of context i: from children[i] to children[i+1]
	oldest   []int
	start    []int // cells of context i: from start[i] to start[i+1]
	symbol   []int
	buy      []float64 // P(x|h) of each cell; nil where there are no labels
	deferred []float64
	ratio    []float64 // ln Pbuy/Pdefer
	backoff  []float64 // δ of each context

	// What it is made of, which a compiled module holds instead.
	counts    *Counts
	smoothing Smoothing
}

// NewTable fits a table over symbols 0 to symbols-1. Counts that do not hold
// together are an error.
func NewTable(c *Counts, symbols int, s Smoothing) (*Table, error) {
	if err := c.check(symbols); err != nil {
		return nil, err
	}
	if !(s.Strength >= 0 && s.Discount >= 0 && s.Discount < 1 && s.Share > 0) || s.Strength+s.Discount == 0 {
		return nil, Error("strength, discount and share are not above 0, from 0 to less than 1, and above 0")
	}
	n := len(c.Parent)
	t := &Table{symbols: symbols, children: make([]int, n+1), oldest: c.Oldest, start: make([]int, n+1), symbol: c.Symbol,
		deferred: make([]float64, len(c.Symbol)), backoff: make([]float64, n), counts: c, smoothing: s}
	labelled := len(c.Buy) > 0
	if labelled {
		t.buy, t.ratio = make([]float64, len(c.Symbol)), make([]float64, len(c.Symbol))
	}
	next := 1
	for i := range n {
		t.start[i+1] = t.start[i] + c.Size[i]
		for t.children[i] = next; next < n && c.Parent[next] == i; next++ {
		}
	}
	t.children[n] = n
	share := make([]float64, n)
	for i := range n {
		t.fit(i, c, s, share)
	}
	// Absurd smoothing can make ratios that are no numbers.
	f := &checker{}
	f.finite("a ratio", t.ratio)
	f.finite("a probability", t.deferred)
	return t, f.err
}

// fit computes the cells of context i; its parent's are done.
func (t *Table) fit(i int, c *Counts, s Smoothing, share []float64) {
	lo, hi := t.start[i], t.start[i+1]
	var all, buy float64
	for k := lo; k < hi; k++ {
		all += float64(c.count(k))
		if t.buy != nil {
			buy += float64(c.Buy[k])
		}
	}
	parent := c.Parent[i]
	if parent < 0 {
		share[i] = (buy + 0.5) / (all + 1)
	} else {
		share[i] = (buy + float64(s.Share*share[parent])) / (all + s.Share)
	}
	if hi == lo {
		t.backoff[i] = 1
		return
	}
	delta := (s.Strength + float64(s.Discount*float64(hi-lo))) / (all + s.Strength)
	t.backoff[i] = delta
	// The weights of both classes first, in the places of the probabilities.
	odds := share[i] / (1 - share[i])
	var buys, defers float64
	for k := lo; k < hi; k++ {
		n := float64(c.count(k))
		w := n - s.Discount
		if t.buy == nil {
			t.deferred[k] = w
			defers += w
			continue
		}
		pb, pd := t.cell(parent, t.symbol[k])
		o := odds * (pb / pd)
		q := o / (1 + o)
		b := (float64(c.Buy[k]) + float64(s.Share*q)) / (n + s.Share)
		t.buy[k], t.deferred[k] = w*b, w*(1-b)
		buys += t.buy[k]
		defers += t.deferred[k]
	}
	for k := lo; k < hi; k++ {
		pb, pd := t.cell(parent, t.symbol[k])
		t.deferred[k] = float64((1-delta)*(t.deferred[k]/defers)) + float64(delta*pd)
		if t.buy != nil {
			t.buy[k] = float64((1-delta)*(t.buy[k]/buys)) + float64(delta*pb)
			t.ratio[k] = fmath.Log(t.buy[k] / t.deferred[k])
		}
	}
}

func (c *Counts) count(k int) int {
	if len(c.Buy) == 0 {
		return c.Defer[k]
	}
	return c.Buy[k] + c.Defer[k]
}

// cell is both probabilities of x after context i: those of its cell, or what
// its parent gives, less what the context keeps for what it has seen. Of
// context -1 all symbols have the same.
func (t *Table) cell(i, x int) (buy, deferred float64) {
	if i < 0 {
		p := 1 / float64(t.symbols)
		return p, p
	}
	if k, ok := t.find(i, x); ok {
		if t.buy == nil {
			return t.deferred[k], t.deferred[k]
		}
		return t.buy[k], t.deferred[k]
	}
	buy, deferred = t.cell(t.parent(i), x)
	return t.backoff[i] * buy, t.backoff[i] * deferred
}

// parent finds the parent of a context by whose children it is among.
func (t *Table) parent(i int) int {
	if i == 0 {
		return -1
	}
	lo, hi := 0, i // the last context whose children start at i or before
	for lo < hi {
		mid := int(uint(lo+hi+1) >> 1)
		if t.children[mid] <= i {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo
}

// find is the cell of x in context i.
func (t *Table) find(i, x int) (k int, ok bool) {
	k = search(t.symbol, t.start[i], t.start[i+1], x)
	return k, k < t.start[i+1] && t.symbol[k] == x
}

// child is the context that has one older symbol, or -1.
func (t *Table) child(i, symbol int) int {
	hi := t.children[i+1]
	k := search(t.oldest, t.children[i], hi, symbol)
	if k < hi && t.oldest[k] == symbol {
		return k
	}
	return -1
}

// search is where in the ascending a[lo:hi] x is or would be.
func search(a []int, lo, hi, x int) int {
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if a[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Contexts and Cells are the table's size.
func (t *Table) Contexts() int { return len(t.backoff) }
func (t *Table) Cells() int    { return len(t.symbol) }

// AddRatios adds ln Pbuy(x|h)/Pdefer(x|h) to sums[d] for each h that is the
// newest d symbols of context, whose newest symbol comes first. A symbol that is
// unknown (negative) tells nothing.
func (t *Table) AddRatios(sums []float64, context []int, x int) {
	if x < 0 || t.buy == nil {
		return
	}
	r := 0.0
	for d, i := 0, 0; d < len(sums); d++ {
		if i >= 0 {
			if k, ok := t.find(i, x); ok {
				r = t.ratio[k]
			}
			if d < len(context) {
				i = t.child(i, context[d])
			} else {
				i = -1
			}
		}
		sums[d] += r
	}
}

// Ratio is ln Pbuy(x|context)/Pdefer(x|context).
func (t *Table) Ratio(context []int, x int) float64 {
	if x < 0 || t.buy == nil {
		return 0
	}
	r := 0.0
	for d, i := 0, 0; i >= 0; d++ {
		if k, ok := t.find(i, x); ok {
			r = t.ratio[k]
		}
		if d == len(context) {
			break
		}
		i = t.child(i, context[d])
	}
	return r
}

// Probabilities fills buy and deferred, which are equally long, with both
// classes' P(x|h), for each h that is the newest 0, 1 and so on symbols of
// context, as far as context goes; what comes after that repeats the last.
func (t *Table) Probabilities(context []int, x int, buy, deferred []float64) {
	b := 1 / float64(t.symbols)
	n := b
	for d, i := 0, 0; d < len(buy); d++ {
		if i >= 0 {
			if k, ok := t.find(i, x); ok {
				n = t.deferred[k]
				if b = n; t.buy != nil {
					b = t.buy[k]
				}
			} else {
				b *= t.backoff[i]
				n *= t.backoff[i]
			}
			if d < len(context) {
				i = t.child(i, context[d])
			} else {
				i = -1
			}
		}
		buy[d], deferred[d] = b, n
	}
}

// Mix fills p with share·Pbuy(x|context) + (1-share)·Pdefer(x|context) for each
// x; scratch is as long as p. Without labels share is not used.
func (t *Table) Mix(p, scratch []float64, context []int, share float64) {
	buy, deferred := p, scratch
	for x := range buy {
		buy[x] = 1 / float64(t.symbols)
		deferred[x] = buy[x]
	}
	for d, i := 0, 0; i >= 0; d++ {
		for x := range buy {
			buy[x] *= t.backoff[i]
			deferred[x] *= t.backoff[i]
		}
		for k := t.start[i]; k < t.start[i+1]; k++ {
			deferred[t.symbol[k]] = t.deferred[k]
			if t.buy != nil {
				buy[t.symbol[k]] = t.buy[k]
			}
		}
		if d == len(context) {
			break
		}
		i = t.child(i, context[d])
	}
	if t.buy == nil {
		copy(p, deferred)
		return
	}
	for x := range p {
		p[x] = float64(share*buy[x]) + float64((1-share)*deferred[x])
	}
}

func (c *Counts) check(symbols int) error {
	n, cells := len(c.Parent), len(c.Symbol)
	f := &checker{}
	f.that(n > 0 && c.Parent[0] == -1, "there is no empty context")
	f.count("symbols", len(c.Oldest), n)
	f.count("sizes", len(c.Size), n)
	f.count("defer", len(c.Defer), cells)
	f.some("buy", len(c.Buy), cells)
	if f.err != nil {
		return f.err
	}
	depth := make([]int, n)
	for i := 1; i < n; i++ {
		p, before := c.Parent[i], c.Parent[i-1]
		if p < 0 || p >= i || p < before || p == before && c.Oldest[i] <= c.Oldest[i-1] || depth[p] == MaxDepth {
			return at("context", i, "is out of order or too long")
		}
		depth[i] = depth[p] + 1
	}
	k := 0
	for i, size := range c.Size {
		if size < 0 || size > cells-k {
			return at("context", i, "has more cells than there are")
		}
		for end, last := k+size, -1; k < end; k++ {
			x := c.Symbol[k]
			if x <= last || x >= symbols {
				return at("cell", k, "has a symbol that is out of order or unknown")
			}
			last = x
			if c.Defer[k] < 0 || len(c.Buy) > 0 && c.Buy[k] < 0 || c.count(k) <= 0 {
				return at("cell", k, "has a count that is not above 0")
			}
		}
	}
	f.that(k == cells, "some cells have no context")
	return f.err
}

func at(what string, i int, is string) error { return Error(what + " " + strconv.Itoa(i) + " " + is) }

// MaxDepth is the most symbols of a context.
const MaxDepth = 8

// Error is a model that does not hold together.
type Error string

func (e Error) Error() string { return string(e) }
