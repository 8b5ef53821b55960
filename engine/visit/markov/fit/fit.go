package fit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/pageleap/pageleap/engine/visit/markov"
)

// Result is a fitted model and how it was chosen.
type Result struct {
	Model  *markov.Model
	Config Config
	Report Report
}

// Config is what a model was fitted to and with.
type Config struct {
	Counts    map[string]*markov.Counts // of the tracks, by name
	Smoothing map[string]markov.Smoothing
}

// Report is what was measured on visits held out of what it was measured of.
type Report struct {
	Visits, Buys, Events, Empty int
	States                      int
	Orders                      []float64 // the mean log-likelihood of an event under its own class's chain, by order
	Order                       int
	Layer                       bool
	Plain, Weighed              []Quality // by length of prefix
	PlainLoss, LayerLoss        float64   // mean log loss over prefixes held out
}

// Quality is how well prefixes of one length are told apart.
type Quality struct {
	Prefix, Visits int
	AUC            float64
}

// Track names, in the order of the model's ratios after the chain's own.
const (
	Chain    = "chain"
	Position = "position"
	Dwell    = "dwell"
	Revisit  = "revisit"
	Mark     = "mark"
)

// positions are where the contexts of position change, steps the numbers of
// events at which the layer's weights do.
var (
	positions = []int{2, 3, 4, 6, 9, 14, 25}
	steps     = []int{1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 23, 32, 50, 100}
)

// track is one sequence while it is being fitted.
type track struct {
	name    string
	depth   int
	symbols int
	count   *counter
	smooth  markov.Smoothing
}

// Fit fits a model to the data, whose states it chooses first.
func Fit(d *Data) (*Result, error) {
	if d.o.StateFrom == Auto {
		d.decide()
	}
	f := &fitter{d: d, o: d.o}
	if err := f.prepare(); err != nil {
		return nil, err
	}
	f.count()
	if err := f.choose(); err != nil {
		return nil, err
	}
	return f.finish()
}

type fitter struct {
	d        *Data
	o        *Options
	shape    markov.Model // with tables that are empty, for observing
	tracks   []*track
	revisits []int8
	symbols  []int16 // of the marks
	order    int
	report   Report
}

func (f *fitter) prepare() error {
	d, o := f.d, f.o
	f.report.Visits, f.report.Buys, f.report.Events, f.report.Empty = d.Visits(), d.Buys(), d.Events(), d.Empty
	if d.Events() == 0 {
		return errors.New("there are no events to learn from")
	}
	if o.labelled() {
		if n := d.Buys(); n == 0 || n == d.Visits() {
			return fmt.Errorf("%d of %d visits end in buying; there must be both kinds", n, d.Visits())
		}
	}
	mapper, err := d.chooseStates()
	if err != nil {
		return err
	}
	n := len(mapper.States())
	f.report.States = n
	maxOrder := o.MaxOrder
	if o.Order >= 0 {
		maxOrder = o.Order
	}
	f.shape = markov.Model{StateFrom: o.StateFrom, Mapper: mapper, Order: max(maxOrder, 1), Longest: o.Longest}
	f.tracks = []*track{{name: Chain, depth: max(maxOrder, 1), symbols: markov.ChainSymbols(n)}}
	if !o.labelled() || o.Plain {
		return nil
	}
	with := func(track string) bool { return !slices.Contains(o.Without, track) }
	add := func(name string, to **markov.Table, symbols int) {
		*to = &markov.Table{}
		f.tracks = append(f.tracks, &track{name: name, depth: 2, symbols: symbols})
	}
	f.shape.Positions = positions
	if with(Position) {
		add(Position, &f.shape.Position, markov.ChainSymbols(n))
	}
	if f.shape.DwellEdges = d.dwellEdges(); len(f.shape.DwellEdges) > 0 && with(Dwell) {
		add(Dwell, &f.shape.Dwell, markov.DwellSymbols(f.shape.DwellEdges))
	}
	if column, revisits := d.keys(); column != markov.NoColumn && with(Revisit) {
		f.shape.KeyFrom, f.revisits = column, revisits
		add(Revisit, &f.shape.Revisit, markov.RevisitSymbols())
	}
	if column, marks, symbols := d.marks(); column != markov.NoColumn && with(Mark) {
		f.shape.MarkFrom, f.shape.Marks, f.symbols = column, marks, symbols
		add(Mark, &f.shape.Mark, len(marks))
	}
	return nil
}

// fold is the part of the data that a visit is in.
func (f *fitter) fold(visit int) int {
	// Spread them whatever order they come in.
	return int(uint64(visit)*0x9e3779b97f4a7c15>>33) % f.o.Folds
}

// step is event i's symbols.
func (f *fitter) step(i int) (state int, ts int64, revisits, mark int) {
	revisits, mark = -1, -1
	if f.revisits != nil {
		revisits = int(f.revisits[i])
	}
	if f.symbols != nil {
		mark = int(f.symbols[i])
	}
	return int(f.d.state[i]), f.d.ts[i], revisits, mark
}

// observe calls yield with each thing that the visit adds to each track.
func (f *fitter) observe(v *markov.Visit, visit int, yield func(t *track, context []int, x int)) {
	f.shape.Start(v)
	each := func(o *markov.Observation) {
		for _, t := range f.tracks {
			switch t.name {
			case Chain:
				yield(t, o.Context[:o.Depth], o.State)
			case Position:
				h := o.PositionContext()
				yield(t, h[:], o.State)
			case Dwell:
				h := o.DwellContext()
				yield(t, h[:], o.Dwell)
			case Revisit:
				h := o.RevisitContext()
				yield(t, h[:], o.Revisits)
			case Mark:
				h := o.MarkContext()
				yield(t, h[:], o.Mark)
			}
		}
	}
	for i := f.d.start[visit]; i < f.d.start[visit+1]; i++ {
		o := v.Observe(f.step(i))
		each(&o)
	}
	if f.d.start[visit] < f.d.start[visit+1] {
		o := v.End()
		each(&o)
	}
}

// count counts all tracks, level by level of their contexts.
func (f *fitter) count() {
	deepest := 0
	for _, t := range f.tracks {
		t.count = newCounter(f.o.Folds, t.depth)
		deepest = max(deepest, t.depth)
	}
	var v markov.Visit
	for level := range deepest + 1 {
		f.o.progress("counting", level, deepest+1)
		if level > 0 {
			for _, t := range f.tracks {
				t.count.next()
			}
			for i := range f.d.buy {
				f.observe(&v, i, func(t *track, context []int, x int) {
					if level <= t.depth {
						t.count.find(context, x)
					}
				})
			}
			for _, t := range f.tracks {
				t.count.keep()
			}
		}
		for i, buy := range f.d.buy {
			fold := f.fold(i)
			f.observe(&v, i, func(t *track, context []int, x int) {
				if level <= t.depth {
					t.count.count(context, x, fold, buy)
				}
			})
		}
	}
}

// table fits a track's table to all folds but one (-1: all).
func (f *fitter) table(t *track, without, depth int, s markov.Smoothing) (*markov.Table, error) {
	return markov.NewTable(t.count.tree(without, depth, f.o.labelled()), t.symbols, s)
}

// observed is what a visit adds to a track.
type observed struct {
	context []int
	x       int
	buy     bool
}

// heldOut is the fold whose likelihood chooses among smoothings and orders.
const heldOut = 0

// held is what the held-out visits add to a track, or the first of it.
func (f *fitter) held(t *track) []observed {
	const most = 300_000
	var all []observed
	var v markov.Visit
	for i, buy := range f.d.buy {
		if f.fold(i) != heldOut || len(all) > most {
			continue
		}
		f.observe(&v, i, func(u *track, context []int, x int) {
			if u == t && x >= 0 {
				all = append(all, observed{append([]int(nil), context...), x, buy})
			}
		})
	}
	return all
}

// likelihoods are the mean log-likelihoods of what was held out, each under the
// chain of its own class, with contexts of 0, 1 and so on symbols.
func (f *fitter) likelihoods(t *track, c *markov.Counts, s markov.Smoothing, held []observed) ([]float64, error) {
	table, err := markov.NewTable(c, t.symbols, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	sums := make([]float64, t.depth+1)
	buy, deferred := make([]float64, t.depth+1), make([]float64, t.depth+1)
	for _, h := range held {
		table.Probabilities(h.context, h.x, buy, deferred)
		own := deferred
		if h.buy {
			own = buy
		}
		for d, p := range own {
			sums[d] += math.Log(p)
		}
	}
	for d := range sums {
		sums[d] /= float64(max(len(held), 1))
	}
	return sums, nil
}

// choose finds the smoothing of each track and the chain's order: those under
// which visits held out are likeliest.
func (f *fitter) choose() error {
	const tries = 48 // of each track
	for i, t := range f.tracks {
		held := f.held(t)
		counts := t.count.tree(heldOut, t.depth, f.o.labelled())
		best := make([]float64, t.depth+1) // for each order
		smooth := make([]markov.Smoothing, t.depth+1)
		for d := range best {
			best[d] = math.Inf(-1)
		}
		var failed error
		tried := 0
		try := func(strength, discount, share float64) {
			f.o.progress("choosing", i*tries+min(tried, tries), len(f.tracks)*tries)
			tried++
			s := markov.Smoothing{Strength: strength, Discount: discount, Share: share}
			sums, err := f.likelihoods(t, counts, s, held)
			if err != nil {
				failed = err
			}
			for d, x := range sums {
				if x > best[d] {
					best[d], smooth[d] = x, s
				}
			}
		}
		shares := []float64{3, 10, 30, 100, 300, 1000}
		if !f.o.labelled() {
			shares = shares[2:3] // there are none
		}
		for _, strength := range []float64{1, 10, 100} {
			for _, discount := range []float64{0, 0.5, 0.8} {
				try(strength, discount, shares[len(shares)/2])
			}
		}
		order := t.depth
		for range 3 {
			if t.name == Chain && f.o.Order < 0 {
				order = lowest(best)
			} else if t.name == Chain {
				order = f.o.Order
			}
			for _, x := range shares {
				try(smooth[order].Strength, smooth[order].Discount, x)
			}
			for _, x := range []float64{0.3, 3, 30, 300} {
				try(x, smooth[order].Discount, smooth[order].Share)
			}
			for _, x := range []float64{0.25, 0.65, 0.9} {
				try(smooth[order].Strength, x, smooth[order].Share)
			}
		}
		if t.name == Chain && f.o.Order < 0 {
			order = lowest(best)
		}
		if failed != nil {
			return failed
		}
		t.smooth = smooth[order]
		if t.name == Chain {
			f.order, f.report.Order, f.report.Orders = order, order, best
		}
	}
	return nil
}

// lowest is the lowest order whose likelihood is as good as the best one's, or
// less than worth worse: longer contexts must earn their place.
func lowest(likelihoods []float64) (order int) {
	const worth = 0.002 // nats an event
	for likelihoods[order] < slices.Max(likelihoods)-worth {
		order++
	}
	return order
}

// model is the model fitted to all folds but one, without a layer.
func (f *fitter) model(without int) (*markov.Model, error) {
	m := f.shape
	m.Order = f.order
	m.Prior = f.o.Prior
	if m.Prior == 0 {
		m.Prior = float64(f.d.Buys()) / float64(f.d.Visits())
	}
	for _, t := range f.tracks {
		depth := t.depth
		if t.name == Chain {
			depth = f.order
		}
		table, err := f.table(t, without, depth, t.smooth)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		switch t.name {
		case Chain:
			m.Chain = table
		case Position:
			m.Position = table
		case Dwell:
			m.Dwell = table
		case Revisit:
			m.Revisit = table
		case Mark:
			m.Mark = table
		}
	}
	return &m, nil
}

func (f *fitter) finish() (*Result, error) {
	m, err := f.model(-1)
	if err != nil {
		return nil, err
	}
	r := &Result{Model: m, Config: Config{
		Counts: map[string]*markov.Counts{}, Smoothing: map[string]markov.Smoothing{}}}
	if f.o.labelled() {
		if !f.o.Plain {
			if err := f.layer(m); err != nil {
				return nil, err
			}
		}
		chain := f.tracks[0]
		if m.Absorption, err = markov.Absorption(chain.count.tree(-1, 1, true), f.report.States, chain.smooth); err != nil {
			return nil, err
		}
	}
	if m.Layer == nil {
		m.Positions = nil
		f.drop(m, []bool{true, true, true, true})
	}
	for _, t := range f.tracks {
		depth := t.depth
		if t.name == Chain {
			depth = f.order
		}
		r.Config.Counts[t.name] = t.count.tree(-1, depth, f.o.labelled())
		r.Config.Smoothing[t.name] = t.smooth
	}
	r.Report = f.report
	return r, m.Check()
}
