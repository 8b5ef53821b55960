package engine

import (
	"errors"
	"slices"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
	"github.com/pageleap/pageleap/engine/visit"
)

// Visit scores a visit while it goes on: an event is added in a time that does
// not depend on how many there were, where the lists of a Row grow with them.
// Both give the same answer.
//
//	v, err := model.NewVisit()
//	err = v.Add(visit.Event{Event: visit.ViewItem, TS: now, Item: "123", Price: 59.9, Quantity: 1})
//	err = v.Score()
//	p := v.Output(model.Outputs().Index("probability")).Nums
//
// Inputs that are not of the events are set with Input, as in a Row.
type Visit struct {
	*Row
	ops []transform.Incremental
}

// NewVisit makes working memory for one visit at a time. It is an error if no
// op of the model takes events, or if one reads the events that does not take
// them one by one.
func (m *Model) NewVisit() (*Visit, error) {
	r, err := m.NewRow()
	if err != nil {
		return nil, err
	}
	v := &Visit{Row: r}
	var events []*frame.Value // the columns that are the events
	for i := range r.steps {
		s := &r.steps[i]
		op, ok := s.t.(transform.Incremental)
		if !ok {
			continue
		}
		v.ops = append(v.ops, op)
		s.t = live{op}
		ports := r.plan.steps[i].ports
		var checks []check
		for _, c := range s.checks {
			if ports[c.port].Type.Kind != frame.List {
				checks = append(checks, c)
			}
		}
		s.checks = checks
		for k, p := range ports {
			if p.Type.Kind == frame.List && s.in[k] != nil {
				events = append(events, s.in[k])
			}
		}
	}
	if len(v.ops) == 0 {
		return nil, errors.New("no op of the model takes events")
	}
	for i := range r.steps {
		if _, ok := r.steps[i].t.(live); ok {
			continue
		}
		for _, in := range r.steps[i].in {
			if slices.Contains(events, in) {
				return nil, errors.New(r.plan.steps[i].Path + " reads the list of events, which is not there while a visit goes on")
			}
		}
	}
	v.Reset()
	return v, nil
}

// live runs an op on the events that were added to it.
type live struct{ transform.Incremental }

func (l live) Transform(in, out []*frame.Value) error { return l.Result(in, out) }

// Reset starts another visit.
func (v *Visit) Reset() {
	for _, op := range v.ops {
		op.Reset()
	}
}

// Add adds an event. Its texts are kept and must not change. An event that is
// before the last one counts as being at its time.
func (v *Visit) Add(e visit.Event) error {
	for _, op := range v.ops {
		if err := op.Add(&e); err != nil {
			return err
		}
	}
	return nil
}
