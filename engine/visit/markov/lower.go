package markov

import (
	"math"
	"slices"

	"github.com/pageleap/pageleap/engine/compile/lower"
)

// Lowered is what a compiled module holds of a model: constants, and the memory
// of a row's visit and of the one that goes on. engine/compile/kernel/markov.go
// has the layout.
type Lowered struct {
	Model, Row, Visit lower.Addr
}

const (
	visitBytes = 216 // before the states' counts
	layerNone  = 0
)

// eventCells are where the columns are among the cells of an event.
var eventCells = [...]uint32{PageType: 72, Page: 48, Category: 120, Name: 0, Item: 96, TS: 24}

// EventCell is the place of a column among the cells of an event.
func (c Column) EventCell() uint32 { return eventCells[c] }

// Lower places the model and makes room for visits.
func (m *Model) Lower(b *lower.Builder) Lowered {
	n := m.states()
	model := []uint32{uint32(n), uint32(m.Order)}
	for _, t := range [...]struct {
		table *Table
		flag  string
	}{{m.Chain, ""}, {m.Position, "markovPosition"}, {m.Dwell, "markovDwell"}, {m.Revisit, "markovRevisit"}, {m.Mark, "markovMark"}} {
		at := lower.Addr(0)
		if t.table != nil {
			at = t.table.lower(b)
			if t.flag != "" {
				b.Need(t.flag)
			}
		}
		model = append(model, at)
	}
	if m.Labelled() {
		b.Need("markovRatios")
	}
	var positions []uint32
	for _, p := range m.Positions {
		positions = append(positions, small(p))
	}
	at := b.Words(positions)
	model = append(model, at, at+uint32(4*len(positions)))
	var edges []uint64
	for _, e := range append(slices.Clone(m.DwellEdges), m.Longest) {
		edges = append(edges, uint64(e))
	}
	at = b.Longs(edges)
	longest := at + uint32(8*len(m.DwellEdges))
	model = append(model, at, longest, longest)
	model = append(model, lowerNames(b, m.Marks)...)
	model = append(model, uint32(len(m.Marks)), m.StateFrom.EventCell(), m.KeyFrom.EventCell(), m.MarkFrom.EventCell())
	model = append(model, m.Mapper.lower(b)...)
	counts, times, counted := lower.Addr(0), lower.Addr(0), 0
	if l := m.Layer; l != nil && m.Labelled() {
		if len(l.Counts) > 0 {
			b.Need("markovCounts")
			counts, counted = b.Doubles(l.Counts), n
		}
		if len(l.Dwell) > 0 {
			times, counted = b.Doubles(l.Dwell), n
		}
		if len(l.Dwell)+len(l.Whole) > 0 {
			b.Need("markovTimes")
		}
	}
	model = append(model, counts, times, uint32(counted), uint32(m.Ratios()))
	size := visitBytes + 16*counted
	return Lowered{b.Words(model), b.Room(size), b.Room(size)}
}

// small is a number that is compared with counts of events.
func small(n int) uint32 { return uint32(min(max(n, 0), math.MaxUint32)) }

// lowerNames places names, sorted, with their numbers in the list; of equal ones
// the first counts.
func lowerNames(b *lower.Builder, list []string) []uint32 {
	number := map[string]uint32{}
	var names []string
	for i, s := range list {
		if _, twice := number[s]; !twice {
			number[s] = uint32(i)
			names = append(names, s)
		}
	}
	if names == nil {
		return make([]uint32, 4)
	}
	slices.Sort(names)
	var numbers []uint32
	for _, s := range names {
		numbers = append(numbers, number[s])
	}
	texts, offsets := b.TextList(names)
	return []uint32{texts, offsets, uint32(len(names)), b.Words(numbers)}
}

// lower gives the words of the names of states, the patterns, other and cut.
func (m *Mapper) lower(b *lower.Builder) []uint32 {
	words := lowerNames(b, m.states)
	var patterns []uint32
	for i, p := range m.patterns {
		b.Need("markovPatterns")
		patterns = append(patterns, b.Texts(p), uint32(len(p)), uint32(m.targets[i]))
	}
	at := b.Words(patterns)
	cut := uint32(0)
	if m.cut {
		b.Need("markovCut")
		cut = 1
	}
	return append(words, at, at+uint32(4*len(patterns)), uint32(int32(m.other)), cut)
}

// lower places a table: the counts that it is made of, and room for the rest.
func (t *Table) lower(b *lower.Builder) lower.Addr {
	c, contexts, cells := t.counts, len(t.backoff), len(t.symbol)
	var counts []byte
	put := func(n int) {
		u := uint64(n)
		for ; u >= 0x80; u >>= 7 {
			counts = append(counts, byte(u)|0x80)
		}
		counts = append(counts, byte(u))
	}
	for i := range contexts {
		put(t.children[i+1] - t.children[i])
	}
	for i, x := range c.Oldest {
		if x < -1 || x > math.MaxInt32-1 {
			b.Refuse("a context adds a symbol that is no number of 31 bits")
			x = i
		}
		put(x + 1)
	}
	for _, n := range c.Size {
		put(n)
	}
	for i := range contexts {
		last := -1
		for k := t.start[i]; k < t.start[i+1]; k++ {
			put(c.Symbol[k] - last - 1)
			last = c.Symbol[k]
		}
	}
	for _, n := range append(slices.Clone(c.Defer), c.Buy...) {
		if n >= 1<<52 {
			b.Refuse("a count is too large")
			break
		}
		put(n)
	}
	labelled := uint32(0)
	if t.buy != nil {
		labelled = 1
	}
	at := b.Words([]uint32{uint32(t.symbols), b.Room(32 * (contexts + 1)), b.Room(32 * cells), labelled})
	b.CallInit("unpackTable", at, b.Bytes(counts, 1), contexts, cells, t.smoothing.Strength, t.smoothing.Discount, t.smoothing.Share)
	return at
}

// LowerOdds calls what writes the evidence: two numbers, and the cells of
// numbers.
func (m *Model) LowerOdds(b *lower.Builder, threshold float64, both, odds, prediction lower.Addr) {
	layer := lower.Addr(layerNone)
	if l := m.Layer; l != nil {
		b.Need("markovLayer")
		var steps []uint32
		for _, s := range l.Steps {
			steps = append(steps, small(s))
		}
		at, last, whole := b.Words(steps), lower.Addr(0), lower.Addr(0)
		if len(l.Last) > 0 {
			last = b.Doubles(l.Last)
		}
		if len(l.Whole) > 0 {
			whole = b.Doubles(l.Whole)
		}
		layer = b.Words([]uint32{at, at + uint32(4*len(steps)), b.Doubles(l.Bias), b.Doubles(l.Ratios), last, whole})
	}
	b.Call("chainOdds", m.Prior, logit(m.Prior), threshold, layer, both, odds, prediction)
}

// LowerNext calls what writes the next pages, so many, to the cells and elements
// of two lists.
func (m *Model) LowerNext(b *lower.Builder, count int, pages, pagesAt, chances, chancesAt lower.Addr) {
	var names []uint32
	for _, s := range m.Mapper.states {
		names = append(names, b.Texts(s), uint32(len(s)))
	}
	n := m.states()
	b.Call("chainNext", count, b.Words(names), b.Room(16*(n+1)), pages, pagesAt, chances, chancesAt)
}
