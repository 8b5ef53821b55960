package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *markovChain) Lower(b *lower.Builder) {
	m := t.model
	l := m.Lower(b)
	var lists []uint32
	for i, c := range t.columns {
		base := frame.Basic(frame.String)
		if i == t.ts {
			base = frame.Long
		}
		lists = append(lists, lowerList(b, i, base, int(c.EventCell()), t.inputs[0].Name)...)
	}
	at, ts := b.Words(lists), lower.Addr(0)
	if t.ts >= 0 {
		ts = b.In(t.ts)
	}
	b.CallRow("chainRow", l.Model, l.Row, at, at+uint32(4*len(lists)), b.Room(8*lower.CellBytes), b.In(0), ts)
	b.CallEvent("chainEvent", l.Model, l.Visit)
	b.CallReset("resetChain", l.Model, l.Visit)
	b.CallVisit("beginChain", l.Model, l.Visit)

	next := 0
	if m.Labelled() {
		_, both := b.Dense(0, 2)
		m.LowerOdds(b, t.threshold, both, b.Number(1), b.Number(2))
		if m.Absorption == nil {
			b.Number(3) // 0
		} else {
			b.Call("chainAbsorption", b.Doubles(m.Absorption), b.Number(3))
		}
		next = 4
	}
	count := min(t.next, len(m.Mapper.States()))
	pages, pagesAt := b.List(next, count)
	chances, chancesAt := b.List(next+1, count)
	m.LowerNext(b, count, pages, pagesAt, chances, chancesAt)
}
