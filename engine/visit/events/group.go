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

	open  map[string]int // place in first, by id
	first []pending      // in the order of their first events
	held  int            // events in first
	seq   int64          // events so far
	spill *spill         // where they are if they are too many
}

// pending is a visit that may not be over.
type pending struct {
	seq    int64 // of its first event
	events []visit.Event
}

// add adds events. With grouped the visits before them are over.
func (g *grouper) add(events []visit.Event, grouped bool) error {
	if g.open == nil {
		g.open = make(map[string]int)
	}
	for i := range events {
		g.seq++
		if g.spill != nil {
			if err := g.spill.add(&events[i], g.seq); err != nil {
				return err
			}
			continue
		}
		id := events[i].Visit
		k, ok := g.open[id]
		if !ok {
			if grouped && len(g.first) > 0 {
				if err := g.flush(); err != nil {
					return err
				}
			}
			k = len(g.first)
			g.open[id] = k
			g.first = append(g.first, pending{seq: g.seq})
		}
		p := &g.first[k]
		if len(p.events) == MaxVisit {
			g.report.Surplus++
			continue
		}
		p.events = append(p.events, events[i])
		if g.held++; g.held > g.o.Held && !grouped {
			if err := g.overflow(); err != nil {
				return err
			}
		}
	}
	return nil
}

// overflow puts what is held on disk, and all that comes.
func (g *grouper) overflow() (err error) {
	if g.spill, err = newSpill(); err != nil {
		return err
	}
	for _, p := range g.first {
		for i := range p.events {
			if err := g.spill.add(&p.events[i], p.seq); err != nil {
				return err
			}
		}
	}
	g.first, g.open, g.held = nil, nil, 0
	return nil
}

// finish gives what is left.
func (g *grouper) finish() error {
	if g.spill != nil {
		return g.spill.visits(g.report, g.give)
	}
	return g.flush()
}

func (g *grouper) close() {
	if g.spill != nil {
		g.spill.close()
	}
}

// flush gives the visits that are held.
func (g *grouper) flush() error {
	for _, p := range g.first {
		if err := g.give(p.events); err != nil {
			return err
		}
	}
	clear(g.first)
	g.first, g.held = g.first[:0], 0
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
