package engine

import (
	"errors"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// Row is the working memory of a plan for one row at a time: one cell a slot.
// Inputs keep their values from row to row until they are set again.
type Row struct {
	plan  *Plan
	cells []frame.Value
	steps []rowStep
	first int // of the plan's steps

	one, many *Block // what Block has given
}

type rowStep struct {
	t       transform.Transformer
	in, out []*frame.Value
	checks  []check
}

// check is what an input's value must be before its transformer sees it.
type check struct {
	v       *frame.Value
	port    int
	notNull bool
	size    int // of a vector; -1: any
}

// NewRow makes a row of the model's own inputs.
func (m *Model) NewRow() (*Row, error) {
	if m.plan == nil {
		return nil, m.noPlan
	}
	return m.plan.NewRow(), nil
}

// NewRow makes working memory for one row.
func (p *Plan) NewRow() *Row {
	r := &Row{plan: p, cells: make([]frame.Value, len(p.slots)), steps: make([]rowStep, len(p.steps))}
	for i := range p.inputs {
		r.cells[i].Null = true
	}
	for i := range p.steps {
		s, rs := &p.steps[i], &r.steps[i]
		rs.t = s.Transformer
		if st, ok := rs.t.(transform.Stateful); ok {
			rs.t = st.NewState()
		}
		for k, slot := range s.In {
			if slot < 0 {
				rs.in = append(rs.in, nil)
				continue
			}
			rs.in = append(rs.in, &r.cells[slot])
			c := check{v: &r.cells[slot], port: k, notNull: !s.ports[k].Type.Nullable, size: -1}
			if s.ports[k].Type.Kind == frame.Tensor {
				c.size = s.ports[k].Type.Size()
			}
			if c.notNull || c.size >= 0 {
				rs.checks = append(rs.checks, c)
			}
		}
		for _, slot := range s.Out {
			rs.out = append(rs.out, &r.cells[slot])
		}
	}
	return r
}

// Input is the cell of the plan's input i, to be written before Score. It is
// null at first.
func (r *Row) Input(i int) *frame.Value { return &r.cells[i] }

// Output is the cell of the plan's output i, as the last Score left it.
func (r *Row) Output(i int) *frame.Value { return &r.cells[r.plan.outSlot[i]] }

// AppendJSON appends the row of the whole frame that comes out, as the last Score
// left it, as it stands in a JSON leap frame.
func (r *Row) AppendJSON(b []byte) []byte {
	b = append(b, '[')
	for i, c := range r.plan.columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = frame.AppendValue(b, r.plan.slots[c.slot], &r.cells[c.slot])
	}
	return append(b, ']')
}

// Slot is any slot's cell.
func (r *Row) Slot(i int) *frame.Value { return &r.cells[i] }

// Score runs the plan. It returns transform.Drop for a row that a
// handle_invalid of "skip" leaves out, and a *RowError for a value that a
// transformer cannot take.
func (r *Row) Score() error {
	for i := range r.steps {
		s := &r.steps[i]
		for k := range s.checks {
			c := &s.checks[k]
			v := c.v
			if v.Null {
				if c.notNull {
					return r.error(i, transform.Bad(c.port, transform.ErrNull, "null", "this column must have a value in every row"))
				}
			} else if c.size >= 0 && (len(v.Dims) != 1 || v.Dims[0] != c.size) && v.Size() != c.size {
				return r.error(i, transform.Bad(c.port, transform.ErrShape, "a vector of "+strconv.Itoa(v.Size()), "the model was fitted on "+strconv.Itoa(c.size)))
			}
		}
		if err := s.t.Transform(s.in, s.out); err != nil {
			if err == transform.Drop {
				return err
			}
			return r.error(i, err)
		}
	}
	return nil
}

func (r *Row) error(step int, err error) error {
	s := &r.plan.steps[r.first+step]
	e := &RowError{Row: -1, Path: s.Path, Err: err}
	var in *transform.InputError
	if errors.As(err, &in) && in.Port < len(s.names) {
		e.Column = s.names[in.Port]
	}
	return e
}

// RowError is a value that a transformer cannot take: where, what, and what
// to do.
type RowError struct {
	Row    int    // in the frame, from 0; -1 on the row path
	Path   string // of the transformer in the bundle
	Column string
	Err    error // a *transform.InputError; errors.Is finds transform.ErrUnseen and its like
}

func (e *RowError) Error() string {
	s := e.Path + ": "
	if e.Row >= 0 {
		s = "row " + strconv.Itoa(e.Row) + ": " + s
	}
	in, ok := e.Err.(*transform.InputError)
	if !ok {
		return s + e.Err.Error()
	}
	s += in.Msg
	if e.Column != "" {
		s += " in column " + strconv.Quote(e.Column)
	}
	if in.Hint != "" {
		s += " (" + in.Hint + ")"
	}
	return s
}

func (e *RowError) Unwrap() error { return e.Err }

// stageError adds the place in the bundle to an error from binding.
func stageError(path string, err error) error { return &bindError{path, err} }

type bindError struct {
	path string
	err  error
}

func (e *bindError) Error() string { return e.path + ": " + e.err.Error() }
func (e *bindError) Unwrap() error { return e.err }
