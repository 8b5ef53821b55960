package fit

import (
	"slices"

	"github.com/pageleap/pageleap/engine/visit"
	"github.com/pageleap/pageleap/engine/visit/markov"
)

// Data is visits in the form that fitting wants: numbers, end to end.
type Data struct {
	start   []int // of each visit's events, and the end of the last
	buy     []bool
	state   []int32 // numbers of texts until the states are chosen
	ts      []int64
	event   []int16
	kind    []int16
	item    []int8 // how often the item was seen before, at most 127; -1: none
	page    []int8
	states  names
	events  names
	kinds   names
	seen    markov.Seen
	o       *Options
	first   []visit.Visit // until it is decided what states are made of
	Empty   int           // visits with no event before the label
	Unknown int           // visits that the labels do not name
	LastTS  int64
}

// names numbers texts in the order in which they come.
type names struct {
	index map[string]int
	list  []string
	max   int
}

// number is a text's number, or -1 where there are too many.
func (n *names) number(s string) int {
	if i, ok := n.index[s]; ok {
		return i
	}
	if len(n.list) >= n.max {
		return -1
	}
	if n.index == nil {
		n.index = map[string]int{}
	}
	n.index[s] = len(n.list)
	n.list = append(n.list, s)
	return len(n.list) - 1
}

const (
	maxMarks = 64      // more different marks than that are no marks
	maxNames = 1 << 22 // of pages, so that memory is bounded
)

// NewData takes visits for fitting under these options.
func NewData(o *Options) *Data {
	return &Data{start: []int{0}, o: o, states: names{max: maxNames}, events: names{max: maxMarks + 1}, kinds: names{max: maxMarks + 1}}
}

// Visits is how many visits it holds, Events how many events, Buys how many
// visits end in buying.
func (d *Data) Visits() int { return len(d.buy) }
func (d *Data) Events() int { return len(d.state) }
func (d *Data) Buys() (n int) {
	for _, b := range d.buy {
		if b {
			n++
		}
	}
	return n
}

// firstVisits decide what states are made of where options leave it open.
const firstVisits = 2000

// Add adds a visit, cut before its first event of the name o.Label, or labelled
// by o.Labels. The data keeps v where options leave open what states are made
// of.
func (d *Data) Add(v *visit.Visit) {
	if d.o.StateFrom != Auto {
		d.add(v)
		return
	}
	d.first = append(d.first, *v)
	if len(d.first) == firstVisits {
		d.decide()
	}
}

func (d *Data) decide() {
	d.o.StateFrom = markov.PageType
	for _, c := range []markov.Column{markov.PageType, markov.Name, markov.Category, markov.Page} {
		kinds := map[string]bool{}
		for i := range d.first {
			events, _, _ := d.o.Outcome(&d.first[i])
			for k := range events {
				kinds[c.Of(&events[k])] = true
			}
		}
		if len(kinds) > 1 {
			d.o.StateFrom = c
			break
		}
	}
	for i := range d.first {
		d.add(&d.first[i])
	}
	d.first = nil
}

func (d *Data) add(v *visit.Visit) {
	events, buy, known := d.o.Outcome(v)
	if !known {
		d.Unknown++
		return
	}
	if len(events) == 0 {
		d.Empty++
	}
	d.seen.Reset()
	for i := range events {
		e := &events[i]
		d.state = append(d.state, int32(d.states.number(d.o.stateText(e))))
		d.ts = append(d.ts, e.TS)
		d.event = append(d.event, int16(d.events.number(e.Event)))
		d.kind = append(d.kind, int16(d.kinds.number(e.PageType)))
		d.item = append(d.item, d.revisits(e.Item))
		d.LastTS = max(d.LastTS, e.TS)
	}
	d.seen.Reset()
	for i := range events {
		d.page = append(d.page, d.revisits(events[i].Page))
	}
	d.start = append(d.start, len(d.state))
	d.buy = append(d.buy, buy)
}

func (d *Data) revisits(key string) int8 {
	if key == "" {
		return -1
	}
	return int8(min(d.seen.Add(key), 127))
}

func (o *Options) stateText(e *visit.Event) string {
	s := o.StateFrom.Of(e)
	if o.cuts() {
		s = markov.CutQuery(s)
	}
	for i, p := range o.Rules.Patterns {
		if markov.Match(p, s) {
			return o.Rules.States[i]
		}
	}
	return s
}

// chooseStates numbers the states anew: those that rules name, and of the rest
// the most frequent ones; what is left is other.
func (d *Data) chooseStates() (*markov.Mapper, error) {
	o := d.o
	count := make([]int, len(d.states.list))
	for _, s := range d.state {
		if s >= 0 {
			count[s]++
		}
	}
	var states []string
	var targets []int
	for _, to := range o.Rules.States {
		i := slices.Index(states, to)
		if i < 0 {
			i = len(states)
			states = append(states, to)
		}
		targets = append(targets, i)
	}
	ruled := len(states)
	var rest []int
	for i, s := range d.states.list {
		if !slices.Contains(states[:ruled], s) && count[i] >= o.MinCount {
			rest = append(rest, i)
		}
	}
	slices.SortStableFunc(rest, func(a, b int) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return compareStrings(d.states.list[a], d.states.list[b])
	})
	kept := rest[:min(len(rest), o.Top)]
	for _, i := range kept {
		states = append(states, d.states.list[i])
	}
	all := 0
	for _, s := range states {
		if i, ok := d.states.index[s]; ok {
			all += count[i]
		}
	}
	other := -1
	if all < len(d.state) {
		if other = slices.Index(states, o.Rules.Other); other < 0 {
			other = len(states)
			states = append(states, o.Rules.Other)
		}
	}
	m, err := markov.NewMapper(states, o.Rules.Patterns, targets, other, o.cuts())
	if err != nil {
		return nil, err
	}
	to := make([]int32, len(d.states.list))
	for i := range to {
		to[i] = int32(other)
	}
	for k, s := range states {
		if i, ok := d.states.index[s]; ok {
			to[i] = int32(k)
		}
	}
	for i, s := range d.state {
		if s >= 0 {
			d.state[i] = to[s]
		} else {
			d.state[i] = int32(other)
		}
	}
	return m, nil
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// dwellEdges are the borders between groups of about equally many dwells.
func (d *Data) dwellEdges() []int64 {
	var dwells []int64
	step := max(1, len(d.ts)/1_000_000)
	for v := range d.buy {
		for i := d.start[v] + 1; i < d.start[v+1]; i++ {
			if i%step == 0 {
				dwells = append(dwells, max(d.ts[i]-d.ts[i-1], 0))
			}
		}
	}
	slices.Sort(dwells)
	var edges []int64
	for i := 1; i < dwellGroups && len(dwells) > 0; i++ {
		e := dwells[i*len(dwells)/dwellGroups]
		if e < dwells[len(dwells)-1] && (len(edges) == 0 || e > edges[len(edges)-1]) {
			edges = append(edges, e)
		}
	}
	return edges
}

const dwellGroups = 10

// marks chooses the column that events are told apart by beside their state:
// one with a few different values, that the state does not tell.
func (d *Data) marks() (column markov.Column, list []string, symbols []int16) {
	for _, c := range []struct {
		column  markov.Column
		n       *names
		symbols []int16
	}{{markov.Name, &d.events, d.event}, {markov.PageType, &d.kinds, d.kind}} {
		if c.column == d.o.StateFrom || len(c.n.list) < 2 || len(c.n.list) > maxMarks {
			continue
		}
		// A mark that is always the same for a state says nothing.
		first := map[int32]int16{}
		for i, s := range d.state {
			f, ok := first[s]
			if !ok {
				first[s] = c.symbols[i]
			} else if f != c.symbols[i] {
				return c.column, c.n.list, c.symbols
			}
		}
	}
	return markov.NoColumn, nil, nil
}

// keys chooses the column by which an event that was there before is known
// again: the item where events have one, or else the page.
func (d *Data) keys() (column markov.Column, revisits []int8) {
	for _, c := range []struct {
		column   markov.Column
		revisits []int8
	}{{markov.Item, d.item}, {markov.Page, d.page}} {
		known, again := 0, 0
		for _, n := range c.revisits {
			if n >= 0 {
				known++
			}
			if n > 0 {
				again++
			}
		}
		if known*20 >= len(c.revisits) && again > 0 {
			return c.column, c.revisits
		}
	}
	return markov.NoColumn, nil
}
