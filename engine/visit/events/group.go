package events

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/visit"
)

// grouper puts the events of a visit together.
type grouper struct {
	o      *Options
	report *Report
	yield  func(*visit.Visit) error

	open  map[string]int // place in visits, by id
	first []*pending     // in the order of their first events
}

// pending is a visit that may not be over.
type pending struct {
	events []visit.Event
}

// add adds events. With grouped the visits before them are over.
func (g *grouper) add(events []visit.Event, grouped bool) error {
	if g.open == nil {
		g.open = make(map[string]int)
	}
	for i := range events {
		id := events[i].Visit
		k, ok := g.open[id]
		if !ok {
			if grouped && len(g.first) > 0 {
				if err := g.finish(); err != nil {
					return err
				}
			}
			k = len(g.first)
			g.open[id] = k
			g.first = append(g.first, &pending{})
		}
		p := g.first[k]
		if len(p.events) == MaxVisit {
			g.report.Surplus++
			continue
		}
		p.events = append(p.events, events[i])
	}
	return nil
}

// finish gives the visits that are open.
func (g *grouper) finish() error {
	for _, p := range g.first {
		if err := g.give(p.events); err != nil {
			return err
		}
	}
	g.first = g.first[:0]
	clear(g.open)
	return nil
}

// give gives the visits of one id.
func (g *grouper) give(events []visit.Event) error {
	visit.Sort(events)
	id := events[0].Visit
	for k, n := range visit.Split(events, g.o.Gap.Milliseconds()) {
		v := &visit.Visit{ID: id, Events: events[:n:n]}
		if k > 0 {
			v.ID = id + "~" + strconv.Itoa(k+1)
			for i := range v.Events {
				v.Events[i].Visit = v.ID
			}
		}
		events = events[n:]
		g.report.Visits++
		if err := g.yield(v); err != nil {
			return err
		}
	}
	return nil
}
