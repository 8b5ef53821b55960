package fit

import (
	"cmp"
	"math"
	"slices"

	"github.com/pageleap/pageleap/engine/visit/markov"
	"github.com/pageleap/pageleap/engine/visit/metrics"
)

// row is a prefix of a visit as the layer sees it: the values that are not 0.
type row struct {
	at    []int32
	x     []float64
	buy   bool
	fold  int8
	step  int32 // number of events
	plain float64
}

// columns are the places of the layer's weights in a row.
type columns struct {
	steps, ratios, states int
	top                   []int // the states that have weights of their own
	place                 []int // of each state in top, or -1
}

func (c *columns) bias() int        { return 0 }
func (c *columns) shared() int      { return c.steps }
func (c *columns) own(step int) int { return c.steps + c.ratios + step*c.ratios }
func (c *columns) counts() int      { return c.own(c.steps) }
func (c *columns) dwell() int       { return c.counts() + len(c.top) }
func (c *columns) last() int        { return c.dwell() + len(c.top) }
func (c *columns) whole() int       { return c.last() + len(c.top) }
func (c *columns) size() int        { return c.whole() + markov.Wholes }

// weightedStates is how many states have weights of their own: the most
// frequent ones.
const weightedStates = 40

// layer fits m's layer, and leaves m without one where it does not help.
func (f *fitter) layer(m *markov.Model) error {
	used := 0
	for used < len(steps) && f.longestOver(steps[used]) {
		used++
	}
	if used == 0 {
		return nil // too few visits to learn from
	}
	c := f.columns(used, m.Ratios())
	rows, err := f.rows(c)
	if err != nil {
		return err
	}
	t := newTrial(f, c, rows)
	plain := func(_ int, r *row) float64 { return r.plain }
	f.report.PlainLoss, f.report.Plain = t.judge(plain)
	f.report.LayerLoss = math.Inf(1)
	penalty, without := 0.0, make([]bool, c.ratios)
	penalties := []float64{300, 100, 30, 10, 3}
	trials := len(penalties) + len(f.tracks) // with the last fit of all
	for i, p := range penalties {
		f.o.progress("weighing", i, trials)
		if t.better(p, without, f.report.LayerLoss) {
			penalty = p
		}
	}
	if f.report.LayerLoss >= f.report.PlainLoss {
		return nil
	}
	f.report.Layer = true
	// A track whose loss nobody would notice is dropped.
	const noticed = 1e-4 // nats a prefix
	for i := range f.tracks[1:] {
		f.o.progress("weighing", len(penalties)+i, trials)
		j := f.order + 1 + i
		without[j] = true
		without[j] = t.better(penalty, without, f.report.LayerLoss+noticed)
	}
	f.o.progress("weighing", trials-1, trials)
	w := logistic(rows, -1, t.w[0], c.prior(f.order), c.penalties(penalty, without, f.revisit()))
	shift := 0.0
	if f.o.Prior > 0 {
		share := float64(f.d.Buys()) / float64(f.d.Visits())
		shift = math.Log(f.o.Prior/(1-f.o.Prior)) - math.Log(share/(1-share))
	}
	l := &markov.Layer{Steps: steps[:c.steps], Counts: make([]float64, c.states), Dwell: make([]float64, c.states), Last: make([]float64, c.states)}
	for b := range c.steps {
		l.Bias = append(l.Bias, w[b]+shift)
		for j := range c.ratios {
			if !without[j] {
				l.Ratios = append(l.Ratios, w[c.shared()+j]+w[c.own(b)+j])
			}
		}
	}
	for k, s := range c.top {
		l.Counts[s], l.Dwell[s], l.Last[s] = w[c.counts()+k], w[c.dwell()+k], w[c.last()+k]
	}
	l.Whole = append(l.Whole, w[c.whole():c.size()]...)
	if r := f.revisit(); r < 0 || without[r] {
		l.Whole[2], l.Whole[3] = 0, 0
	}
	m.Layer = l
	f.drop(m, without[f.order+1:])
	return nil
}

// revisit is the ratio of the track of that name, or -1.
func (f *fitter) revisit() int {
	for i, t := range f.tracks {
		if t.name == Revisit {
			return f.order + i
		}
	}
	return -1
}

// drop takes tracks out of the model.
func (f *fitter) drop(m *markov.Model, without []bool) {
	kept := f.tracks[:1]
	for i, t := range f.tracks[1:] {
		if !without[i] {
			kept = append(kept, t)
			continue
		}
		switch t.name {
		case Position:
			m.Position = nil
		case Dwell:
			m.Dwell, m.DwellEdges = nil, nil
		case Revisit:
			m.Revisit, m.KeyFrom = nil, markov.NoColumn
		case Mark:
			m.Mark, m.MarkFrom, m.Marks = nil, markov.NoColumn, nil
		}
	}
	f.tracks = kept
}

// columns are the columns of a layer with so many steps and ratios.
func (f *fitter) columns(steps, ratios int) *columns {
	c := &columns{steps: steps, ratios: ratios, states: f.report.States, place: make([]int, f.report.States)}
	count := make([]int, c.states)
	for _, s := range f.d.state {
		if s >= 0 {
			count[s]++
		}
	}
	for s := range c.place {
		c.place[s] = -1
		c.top = append(c.top, s)
	}
	slices.SortStableFunc(c.top, func(a, b int) int { return cmp.Compare(count[b], count[a]) })
	c.top = c.top[:min(len(c.top), weightedStates)]
	for k, s := range c.top {
		c.place[s] = k
	}
	return c
}

// trial judges layers by rows that they were not fitted to: one fold's, or all
// folds' in turn where there are few.
type trial struct {
	f     *fitter
	c     *columns
	rows  []row
	folds int
	w     [][]float64 // of each fold, the best so far
}

func newTrial(f *fitter, c *columns, rows []row) *trial {
	const few = 30_000
	t := &trial{f: f, c: c, rows: rows, folds: 1}
	if len(rows) <= few {
		t.folds = f.o.Folds
	}
	for range t.folds {
		t.w = append(t.w, c.prior(f.order))
	}
	return t
}

// better fits a layer under a penalty, and keeps and reports it if its loss is
// below another.
func (t *trial) better(penalty float64, without []bool, than float64) bool {
	w := make([][]float64, t.folds)
	for fold := range w {
		w[fold] = logistic(t.rows, fold, t.w[fold], t.c.prior(t.f.order), t.c.penalties(penalty, without, t.f.revisit()))
	}
	loss, q := t.judge(func(fold int, r *row) float64 { return dot(r, w[fold]) })
	if loss >= than {
		return false
	}
	t.w = w
	t.f.report.LayerLoss, t.f.report.Weighed = loss, q
	return true
}

// judge is the mean loss over the rows held out, and the AUCs at the prefixes
// that reports name.
func (t *trial) judge(score func(fold int, r *row) float64) (loss float64, q []Quality) {
	at := map[int32][]metrics.Scored{}
	n := 0
	for i := range t.rows {
		r := &t.rows[i]
		if int(r.fold) >= t.folds {
			continue
		}
		z := score(int(r.fold), r)
		at[r.step] = append(at[r.step], metrics.Scored{Score: z, True: r.buy})
		loss += rowLoss(r, z)
		n++
	}
	for _, k := range []int{3, 6, 10} {
		if auc := metrics.AUC(at[int32(k)]); auc == auc {
			q = append(q, Quality{Prefix: k, Visits: len(at[int32(k)]), AUC: auc})
		}
	}
	return loss / float64(max(n, 1)), q
}

// longestOver says whether enough visits of both kinds have n events.
func (f *fitter) longestOver(n int) bool {
	const enough = 20
	var of [2]int
	for i, buy := range f.d.buy {
		if f.d.start[i+1]-f.d.start[i] >= n {
			k := 0
			if buy {
				k = 1
			}
			if of[k]++; of[0] >= enough && of[1] >= enough {
				return true
			}
		}
	}
	return false
}

// rows are prefixes of the visits, as long as each of the steps, and what the
// tables fitted without the visit's own fold say about them.
func (f *fitter) rows(c *columns) ([]row, error) {
	prefixes := 0
	for i := range f.d.buy {
		n := f.d.start[i+1] - f.d.start[i]
		for _, s := range steps[:c.steps] {
			if s <= n {
				prefixes++
			}
		}
	}
	every := max(1, (prefixes+f.o.Rows-1)/f.o.Rows)
	var rows []row
	for fold := range f.o.Folds {
		m, err := f.model(fold)
		if err != nil {
			return nil, err
		}
		m.Layer = &markov.Layer{Steps: steps[:c.steps], Bias: make([]float64, c.steps), Ratios: make([]float64, c.steps*c.ratios),
			Counts: make([]float64, c.states), Dwell: make([]float64, c.states)}
		plain := *m
		plain.Layer = nil
		var v markov.Visit
		for i, buy := range f.d.buy {
			if f.fold(i) != fold || i%every != 0 {
				continue
			}
			m.Start(&v)
			next := 0
			for e := f.d.start[i]; e < f.d.start[i+1] && next < c.steps; e++ {
				v.Step(f.step(e))
				if v.Events() == steps[next] {
					r := c.row(&v, next)
					r.buy, r.fold = buy, int8(fold)
					r.plain = math.Log(m.Prior/(1-m.Prior)) + v.Ratios()[f.order]
					rows = append(rows, r)
					next++
				}
			}
		}
	}
	return rows, nil
}

func (c *columns) row(v *markov.Visit, step int) row {
	r := row{step: int32(v.Events())}
	put := func(at int, x float64) {
		if x != 0 {
			r.at = append(r.at, int32(at))
			r.x = append(r.x, x)
		}
	}
	put(c.bias()+step, 1)
	for j, x := range v.Ratios() {
		put(c.shared()+j, x)
	}
	for j, x := range v.Ratios() {
		put(c.own(step)+j, x)
	}
	for k, s := range c.top {
		put(c.counts()+k, math.Log1p(v.Counts()[s]))
	}
	for k, s := range c.top {
		put(c.dwell()+k, math.Log1p(v.Times()[s]))
	}
	if s := v.Last(); s >= 0 && c.place[s] >= 0 {
		put(c.last()+c.place[s], 1)
	}
	for k, x := range v.Whole() {
		put(c.whole()+k, x)
	}
	return r
}

// prior are the weights that a penalty draws to: those of the plain chain.
func (c *columns) prior(order int) []float64 {
	w := make([]float64, c.size())
	w[c.shared()+order] = 1
	return w
}

// penalties are how hard each weight is drawn: the biases hardly, those of
// ratios that are to be done without as hard as can be. Nobody knows what was
// seen before who does without the ratio revisit.
func (c *columns) penalties(p float64, without []bool, revisit int) []float64 {
	const wall = 1e9
	v := make([]float64, c.size())
	for i := range v {
		switch {
		case i < c.shared():
			v[i] = 0.01
		case i >= c.own(0) && i < c.counts():
			v[i] = 2 * p
		default:
			v[i] = p
		}
	}
	for j, w := range without {
		if w {
			v[c.shared()+j] = wall
			for b := range c.steps {
				v[c.own(b)+j] = wall
			}
			if j == revisit {
				v[c.whole()+2], v[c.whole()+3] = wall, wall
			}
		}
	}
	return v
}

func dot(r *row, w []float64) (z float64) {
	for k, at := range r.at {
		z += w[at] * r.x[k]
	}
	return z
}

// rowLoss is the log loss of a row whose log-odds are z.
func rowLoss(r *row, z float64) float64 {
	if r.buy {
		z = -z
	}
	return log1pexp(z)
}

// log1pexp is ln(1 + e^z).
func log1pexp(z float64) float64 {
	if z > 0 {
		return z + math.Log1p(math.Exp(-z))
	}
	return math.Log1p(math.Exp(z))
}

// logistic fits weights by Newton's method: least log loss in all, and half the
// penalty of each weight's squared distance from its prior. It starts from w and
// leaves out one fold's rows (-1: none).
func logistic(rows []row, without int, w, prior, penalty []float64) []float64 {
	n := len(w)
	w = slices.Clone(w)
	objective := func(w []float64) float64 {
		sum := 0.0
		for i := range rows {
			if r := &rows[i]; int(r.fold) != without {
				sum += rowLoss(r, dot(r, w))
			}
		}
		for i := range w {
			d := w[i] - prior[i]
			sum += penalty[i] * d * d / 2
		}
		return sum
	}
	now := objective(w)
	h := make([]float64, n*n)
	g := make([]float64, n)
	for range 30 {
		clear(h)
		for i := range g {
			g[i] = penalty[i] * (w[i] - prior[i])
			h[i*n+i] = penalty[i]
		}
		for i := range rows {
			r := &rows[i]
			if int(r.fold) == without {
				continue
			}
			p := 1 / (1 + math.Exp(-dot(r, w)))
			e, v := p, p*(1-p)
			if r.buy {
				e--
			}
			for a, at := range r.at {
				g[at] += e * r.x[a]
				vx := v * r.x[a]
				line := h[int(at)*n:]
				for b, bt := range r.at[:a+1] {
					line[bt] += vx * r.x[b]
				}
			}
		}
		step := solve(h, g, n)
		next, size := now, 1.0
		trial := make([]float64, n)
		for ; size > 1e-6; size /= 2 {
			for i := range w {
				trial[i] = w[i] - size*step[i]
			}
			if next = objective(trial); next < now {
				break
			}
		}
		if next >= now {
			break
		}
		copy(w, trial)
		if now-next < 1e-7*now {
			break
		}
		now = next
	}
	return w
}

// solve solves h·x = g for a positive definite h, of which the lower triangle
// is given and overwritten (Cholesky).
func solve(h, g []float64, n int) []float64 {
	for j := range n {
		for k := range j {
			h[j*n+j] -= h[j*n+k] * h[j*n+k]
		}
		h[j*n+j] = math.Sqrt(math.Max(h[j*n+j], 1e-12))
		for i := j + 1; i < n; i++ {
			s := h[i*n+j]
			for k := range j {
				s -= h[i*n+k] * h[j*n+k]
			}
			h[i*n+j] = s / h[j*n+j]
		}
	}
	x := slices.Clone(g)
	for i := range n {
		for k := range i {
			x[i] -= h[i*n+k] * x[k]
		}
		x[i] /= h[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= h[k*n+i] * x[k]
		}
		x[i] /= h[i*n+i]
	}
	return x
}
