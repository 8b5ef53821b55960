package main

import (
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
)

// eventColumns fills cells with the events of a visit: one for each column that
// a model reads. They are lists called as the parts of an event.
type eventColumns struct{ schema frame.Schema }

// columnsOf says how a model's inputs are filled from events. An input that
// events cannot tell is null, and an error where it may not be.
func columnsOf(m *engine.Model) (*eventColumns, error) {
	lists := 0
	for _, f := range m.Inputs() {
		if visit.Column(new(frame.Value), f.Name, f.Type, nil) {
			lists++
		} else if !f.Type.Nullable {
			return nil, fmt.Errorf("the bundle reads column %q (%s), which events do not have; it should read lists called event, ts, page, page_type, item, category, price or quantity", f.Name, f.Type)
		}
	}
	if lists == 0 {
		return nil, fmt.Errorf("the bundle reads no events; %q is what it reads", m.Inputs().Names())
	}
	return &eventColumns{m.Inputs()}, nil
}

// fill writes events to the cells, one for each column.
func (c *eventColumns) fill(cell func(i int) *frame.Value, events []visit.Event) {
	for i, f := range c.schema {
		visit.Column(cell(i), f.Name, f.Type, events)
	}
}

// frame is visits as a frame, a row each.
func (c *eventColumns) frame(visits [][]visit.Event) *frame.Frame {
	f := frame.New(c.schema)
	cells := make([]*frame.Value, len(c.schema))
	for i := range cells {
		cells[i] = new(frame.Value)
	}
	for _, events := range visits {
		c.fill(func(i int) *frame.Value { return cells[i] }, events)
		f.Append(cells)
	}
	return f
}

// heldOut says whether a visit is among the share that training leaves out and
// eval takes. Its id alone decides, and all parts of a visit that was split go
// together.
func heldOut(id string, share float64) bool {
	if share <= 0 {
		return false
	}
	id, _, _ = strings.Cut(id, "~")
	h := fnv.New64a()
	h.Write([]byte(id))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11)/(1<<53) < share
}
