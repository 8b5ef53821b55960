package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/pageleap/pageleap/engine/visit"
	"github.com/tetratelabs/wazero/api"
)

// Visit scores a visit while it goes on, event by event. Inputs of the model that
// are not of the events, and the outputs, are those of its Row. A compiled module
// has one visit at a time, and beginning another one ends it.
type Visit struct {
	*Row
	fn    struct{ event, add, reset api.Function }
	texts uint32 // the module's memory for an event's texts
	size  int
}

// ErrVisitOver is what errors.Is finds where another visit began in the same instance
// of a compiled module.
var ErrVisitOver = errors.New("another visit began, and a compiled module has one at a time; instantiate it again for each")

// NewVisit begins a visit. It is an error if the model takes no events.
func (m *Model) NewVisit(ctx context.Context, inputs int) (*Visit, error) {
	if err := m.live(ctx); err != nil {
		return nil, err
	}
	v := &Visit{}
	begin := m.in.mod.ExportedFunction("visit")
	for name, to := range map[string]*api.Function{"event": &v.fn.event, "add": &v.fn.add, "reset": &v.fn.reset} {
		*to = m.in.mod.ExportedFunction(name)
	}
	if begin == nil {
		return nil, fmt.Errorf("the module takes no events one by one: it has no export %q", "visit")
	}
	handle, err := m.in.call(ctx, begin, uint64(m.handle))
	if err != nil {
		return nil, err
	}
	if handle == 0 {
		return nil, m.in.lastError()
	}
	v.Row, err = (&Model{in: m.in, handle: handle, life: m.life}).Row(ctx, inputs)
	m.in.visit = v
	return v, err
}

// over is nil while the visit goes on.
func (v *Visit) over() error {
	switch in := v.m.in; {
	case v.gone():
		return fmt.Errorf("%w, and the visit is gone; begin another one", ErrTrapped)
	case in.rt.Bare() && in.visit != v:
		return ErrVisitOver
	}
	return nil
}

// Score is Row.Score of the events so far.
func (v *Visit) Score(ctx context.Context) error {
	if err := v.over(); err != nil {
		return err
	}
	return v.Row.Score(ctx)
}

// Add adds an event. What it has no text for is null.
func (v *Visit) Add(ctx context.Context, e *visit.Event) error {
	if err := v.over(); err != nil {
		return err
	}
	in := v.m.in
	cells, err := in.call(ctx, v.fn.event, uint64(v.m.handle))
	if err != nil {
		return err
	}
	texts := [...]string{0: e.Event, 2: e.Page, 3: e.PageType, 4: e.Item, 5: e.Category}
	n := 0
	for _, s := range texts {
		n += len(s)
	}
	if n > v.size || v.texts == 0 {
		if v.texts != 0 {
			in.free(ctx, v.texts)
		}
		if v.texts, err = in.call(ctx, in.fn.alloc, uint64(n)); err != nil {
			return err
		}
		v.size = n
	}
	at := v.texts
	for i, s := range texts {
		cell := cells + uint32(i)*cellSize
		tag := uint32(tagString)
		if s == "" && i != 0 {
			tag = tagNull
		}
		in.mem.WriteUint32Le(cell, tag)
		in.mem.WriteUint32Le(cell+4, uint32(len(s)))
		in.mem.WriteUint32Le(cell+8, at)
		in.mem.WriteString(at, s)
		at += uint32(len(s))
	}
	in.mem.WriteUint32Le(cells+cellSize, tagLong)
	in.mem.WriteUint64Le(cells+cellSize+8, uint64(e.TS))
	for i, x := range [...]float64{6: e.Price, 7: e.Quantity} {
		if i >= 6 {
			in.mem.WriteUint32Le(cells+uint32(i)*cellSize, tagNumber)
			in.mem.WriteFloat64Le(cells+uint32(i)*cellSize+8, x)
		}
	}
	return v.status(in.call(ctx, v.fn.add, uint64(v.m.handle)))
}

// Reset forgets the events: another visit begins.
func (v *Visit) Reset(ctx context.Context) error {
	if err := v.over(); err != nil {
		return err
	}
	return v.status(v.m.in.call(ctx, v.fn.reset, uint64(v.m.handle)))
}

func (v *Visit) status(status uint32, err error) error {
	if err == nil && status != 0 {
		err = v.m.in.lastError()
	}
	return err
}
