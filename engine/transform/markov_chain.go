package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/markov"
)

// markovChain scores the events of a visit by the chains that `pageleap train
// markov` fitted, and says where the visitor probably goes next.
//
// pageleap's own; package markov defines it. Its inputs are lists that run side
// by side and are called as the parts of an event: the one that states are made
// of, and as far as the model reads them ts, the one that tells items or pages
// apart, and marks. No events give the prior. What is unknown or "" adds nothing.
// Where the model reads ts, events that are out of order are sorted by it, those
// of the same time keep their order. A model fitted without labels has only the
// outputs for the next page.
type markovChain struct {
	model     *markov.Model
	columns   []markov.Column // of the inputs
	inputs    []Port
	outputs   []Port
	threshold float64
	next      int
	facts     []Fact
	ts        int           // the port of the times, -1 if there is none
	memory    *markovMemory // nil until NewState
}

// markovMemory is what one goroutine works in.
type markovMemory struct {
	visit   markov.Visit
	order   timeOrder
	next    [mostNext]int
	chances [mostNext]float64
}

// mostNext is the most next pages that a model may name.
const mostNext = 100

func readMarkovChain(s *Source) (Transformer, error) {
	r := markovReader{s}
	m := &markov.Model{Order: s.Int("order"), Longest: int64(s.IntOr("longest_dwell", 0)), Positions: r.ints("positions"), Marks: r.strings("marks"),
		StateFrom: r.column("state_from"), KeyFrom: r.column("key_from"), MarkFrom: r.column("mark_from")}
	t := &markovChain{model: m, next: s.IntOr("next_n", 0)}
	if t.next < 0 || t.next > mostNext {
		s.Fail("next_n", "is not between 0 and "+strconv.Itoa(mostNext))
	}
	for _, e := range r.ints("dwell_edges") {
		m.DwellEdges = append(m.DwellEdges, int64(e))
	}
	var err error
	m.Mapper, err = markov.NewMapper(r.strings("states"), r.strings("patterns"), r.ints("pattern_states"), s.IntOr("other", -1), s.BoolOr("cut_query", false))
	if s.Err() != nil {
		return nil, s.Err()
	}
	if err != nil {
		return nil, s.Malformed(err.Error())
	}
	n := len(m.Mapper.States())
	t.facts = []Fact{{"states", n}, {"order", m.Order}}
	for _, k := range [...]struct {
		name    string
		to      **markov.Table
		symbols int
	}{{"chain", &m.Chain, markov.ChainSymbols(n)}, {"position", &m.Position, markov.ChainSymbols(n)}, {"dwell", &m.Dwell, markov.DwellSymbols(m.DwellEdges)},
		{"revisit", &m.Revisit, markov.RevisitSymbols()}, {"mark", &m.Mark, len(m.Marks)}} {
		if s.Err() == nil && (k.name == "chain" || s.Has(k.name+"_cells")) {
			*k.to = t.table(r, k.name, k.symbols)
		}
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	if m.Labelled() {
		m.Prior, t.threshold = s.Float("prior"), s.FloatOr("threshold", 0.5)
		m.Absorption = s.Vector("absorption")
		if s.Has("layer_steps") {
			ratios, _, _ := s.Matrix("layer_ratios")
			m.Layer = &markov.Layer{Steps: s.Ints("layer_steps"), Bias: s.Floats("layer_bias"), Ratios: ratios, Counts: s.Floats("layer_counts"),
				Dwell: s.Floats("layer_dwell"), Last: s.Floats("layer_last"), Whole: s.Floats("layer_whole")}
		}
		if !(t.threshold >= 0 && t.threshold <= 1) {
			s.Fail("threshold", "is not in [0, 1]")
		}
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	if err := m.Check(); err != nil {
		return nil, s.Malformed(err.Error())
	}
	t.ports()
	return t, nil
}

// markovReader reads attributes that may be left out.
type markovReader struct{ *Source }

func (r markovReader) ints(name string) []int {
	if !r.Has(name) {
		return nil
	}
	return r.Ints(name)
}

func (r markovReader) strings(name string) []string {
	if !r.Has(name) {
		return nil
	}
	return r.Strings(name)
}

func (r markovReader) column(name string) markov.Column {
	return markov.ParseColumn(r.StringOr(name, ""))
}

// table reads the table of a track.
func (t *markovChain) table(r markovReader, track string, symbols int) *markov.Table {
	c := &markov.Counts{Parent: r.ints(track + "_parents"), Oldest: r.ints(track + "_symbols"), Size: r.ints(track + "_sizes"),
		Symbol: r.ints(track + "_cells"), Buy: r.ints(track + "_buy"), Defer: r.ints(track + "_defer")}
	smoothing := markov.Smoothing{Strength: r.Float(track + "_strength"), Discount: r.Float(track + "_discount"), Share: r.Float(track + "_share")}
	table, err := markov.NewTable(c, symbols, smoothing)
	if err != nil {
		r.Fail(track+"_cells", "does not hold a chain: "+err.Error())
		return nil
	}
	t.facts = append(t.facts, Fact{track + " contexts", table.Contexts()}, Fact{track + " cells", table.Cells()})
	return table
}

func (t *markovChain) ports() {
	texts := frame.ListOf(frame.String)
	t.ts = -1
	t.columns = t.model.Columns()
	for i, c := range t.columns {
		p := Port{Name: c.String(), Type: texts}
		switch {
		case c == markov.TS:
			t.ts = i
			p.Type = frame.ListOf(frame.Long)
		case i > 0:
			p.Type.Nullable = true
		}
		t.inputs = append(t.inputs, p)
	}
	double := frame.ScalarOf(frame.Double)
	if t.model.Labelled() {
		t.outputs = []Port{{Name: "probability", Type: frame.TensorOf(frame.Double, 2)}, {Name: "log_odds", Type: double},
			{Name: "prediction", Type: double}, {Name: "absorption", Type: double}}
	}
	t.outputs = append(t.outputs, Port{Name: "next_pages", Type: texts}, Port{Name: "next_probabilities", Type: frame.ListOf(frame.Double)})
}

func (t *markovChain) Inputs() []Port  { return t.inputs }
func (t *markovChain) Outputs() []Port { return t.outputs }
func (t *markovChain) Holds() []Fact   { return t.facts }

// Markov is the model itself, for whoever wants to know more than its outputs.
func (t *markovChain) Markov() *markov.Model { return t.model }

// NewState is t with memory of its own.
func (t *markovChain) NewState() Transformer {
	with := *t
	with.memory = &markovMemory{}
	with.Reset()
	return &with
}

var _ Incremental = (*markovChain)(nil)

// Reset starts another visit.
func (t *markovChain) Reset() { t.model.Start(&t.memory.visit) }

// Add adds an event.
func (t *markovChain) Add(e *visit.Event) error {
	t.memory.visit.Add(e)
	return nil
}

func (t *markovChain) Transform(in, out []*frame.Value) error {
	if t.memory == nil {
		return t.NewState().Transform(in, out)
	}
	n := len(in[0].Strs)
	for i, v := range in {
		if got := len(v.Strs) + len(v.Longs); !v.Null && got != n {
			return Bad(i, ErrShape, "a list of "+strconv.Itoa(got)+" for "+strconv.Itoa(n)+" events", "each list has one element an event, as "+t.inputs[0].Name+" has")
		}
	}
	var order []int32
	if t.ts >= 0 {
		order = t.memory.order.sorted(in[t.ts].Longs)
	}
	t.Reset()
	var e visit.Event
	for i := range n {
		if order != nil {
			i = int(order[i])
		}
		for k, v := range in {
			if v.Null {
				continue
			}
			if k == t.ts {
				e.TS = v.Longs[i]
			} else {
				*t.columns[k].In(&e) = v.Strs[i]
			}
		}
		t.memory.visit.Add(&e)
	}
	return t.Result(in, out)
}

// Result writes what the events so far tell.
func (t *markovChain) Result(_, out []*frame.Value) error {
	m, v := t.model, &t.memory.visit
	if m.Labelled() {
		p := v.Probability()
		both := out[0].Dense(2)
		both[0], both[1] = 1-p, p
		out[1].SetNum(v.LogOdds())
		prediction := 0.0
		if p > t.threshold {
			prediction = 1
		}
		out[2].SetNum(prediction)
		out[3].SetNum(v.Absorption())
		out = out[4:]
	}
	pages, probabilities := out[0], out[1]
	pages.Null, probabilities.Null = false, false
	n := v.Next(t.memory.next[:t.next], t.memory.chances[:t.next])
	pages.Strs = pages.Strs[:0]
	for _, state := range t.memory.next[:n] {
		pages.Strs = append(pages.Strs, m.Mapper.States()[state])
	}
	probabilities.Nums = append(probabilities.Nums[:0], t.memory.chances[:n]...)
	return nil
}
