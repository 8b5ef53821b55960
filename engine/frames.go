package engine

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// Result is a frame that went through a pipeline.
type Result struct {
	Frame   *frame.Frame
	Dropped []int // rows of the input that handle_invalid = skip left out
}

// Transform runs the pipeline over a frame and gives the frame with the
// pipeline's columns added. Input columns are shared, not copied, unless rows
// were dropped. One bad row fails the frame, as in MLeap: the error is a
// *RowError that names it. A result beyond frame.Limits.Output is refused with
// frame.ErrLimit.
func (m *Model) Transform(f *frame.Frame) (*Result, error) {
	p, err := m.Bind(f.Schema())
	if err != nil {
		return nil, err
	}
	return p.Transform(f)
}

// Transform runs the plan over a frame of the schema that it was bound to.
func (p *Plan) Transform(f *frame.Frame) (*Result, error) { return p.NewRow().Transform(f) }

// Transform runs the row's plan over a frame in the row's own memory, which
// saves whoever transforms many small frames from making it each time. The
// row's inputs are null afterwards.
func (r *Row) Transform(f *frame.Frame) (*Result, error) {
	p := r.plan
	defer r.forget()
	out := frame.New(p.outputs)
	cells := make([]*frame.Value, len(p.outSlot))
	res := &Result{}
	var kept []int
	size := 0
	block := r.Block(f.Len())
	for from := 0; from < f.Len(); from += len(block.Rows) {
		rows := block.Rows[:min(len(block.Rows), f.Len()-from)]
		for i, row := range rows {
			for k := range p.inputs {
				f.Columns[k].Get(from+i, &row.cells[k])
			}
		}
		for i, err := range block.Score(from, len(rows)) {
			switch err {
			case nil:
				for k, slot := range p.outSlot {
					cells[k] = &rows[i].cells[slot]
					size += cells[k].Bytes()
				}
				if size > p.most {
					return nil, frame.TooMuch(p.most)
				}
				out.Append(cells)
				kept = append(kept, from+i)
			case transform.Drop:
				res.Dropped = append(res.Dropped, from+i)
			default:
				return nil, err
			}
		}
	}
	// The frame that comes out: carried columns and new ones, in the plan's order.
	columns := make([]frame.Column, 0, len(p.columns))
	next := 0
	for _, c := range p.columns {
		switch {
		case !p.carries(c):
			columns = append(columns, out.Columns[next])
			next++
		case res.Dropped == nil:
			columns = append(columns, f.Columns[c.slot])
		default:
			columns = append(columns, f.Columns[c.slot].Pick(kept))
		}
	}
	res.Frame = frame.Of(columns, len(kept))
	return res, nil
}

// forget lets go of a frame that the row's inputs are views of.
func (r *Row) forget() {
	for i := range r.plan.inputs {
		r.cells[i] = frame.Value{Null: true}
	}
	if r.many != nil {
		for _, row := range r.many.Rows {
			row.forget()
		}
	}
}
