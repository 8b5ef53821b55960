package transform

import (
	"github.com/pageleap/pageleap/engine/compile/lower"
	"github.com/pageleap/pageleap/engine/frame"
)

func (t *sessionFeatures) Lower(b *lower.Builder) {
	s := t.features.Lower(b)
	var lists []uint32
	for i, p := range sessionPorts[:portPair] {
		if b.Bound(i) {
			lists = append(lists, lowerList(b, i, p.base, 24*i, "ts")...)
			if i == portTS {
				lists[len(lists)-1] = 0
			}
		}
	}
	at := b.Words(lists)
	const before, after = "the time ", " is not between 1970 and 2100 in milliseconds"
	b.CallRow("sessionRow", s.Model, s.Row, at, at+uint32(4*len(lists)), b.Room(8*lower.CellBytes), b.In(portTS), b.ErrorWith(portTS, lower.Range, before, after, ""))
	b.CallEvent("sessionEvent", s.Model, s.Visit, b.RawError("error\n"+before, after))
	b.CallReset("resetSession", s.Model, s.Visit)
	b.CallVisit("beginSession", s.Model, s.Visit)

	var pair, returning lower.Addr
	if b.Bound(portPair) {
		pair = b.In(portPair)
	}
	if b.Bound(portReturning) {
		returning = b.In(portReturning)
	}
	vector := lower.Addr(0)
	if t.vector {
		_, vector = b.Dense(0, len(t.names))
	}
	s.Results(pair, returning, func(i int) lower.Addr {
		switch {
		case t.vector:
			return vector + uint32(8*i) - 8 // where a cell's number is
		case t.features.IsText(i):
			return b.Text(i)
		}
		return b.Number(i)
	})
}

// lowerList is what kernel.fillEvent wants of a list: input i, which goes to the
// cell of an event at a place. Lists are as long as the one that is named.
func lowerList(b *lower.Builder, i int, base frame.Basic, at int, named string) []uint32 {
	tag := lower.Addr(lower.TagText)
	switch base {
	case frame.Long:
		tag = lower.TagLong
	case frame.Double:
		tag = lower.TagNumber
	}
	return []uint32{b.In(i), uint32(at), tag, b.ErrorWith(i, lower.Shape, "a list of ", " events", "each list has one element an event, as "+named+" has")}
}
