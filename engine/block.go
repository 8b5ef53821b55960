package engine

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// Block is working memory for rows that are scored together: many where the
// model is so large that this is faster, else one. Set the inputs of some of Rows
// from the first on, Score as many, and read their outputs.
type Block struct {
	Rows []*Row
	errs []error

	// Where there are many: the step that takes them together, and its cells.
	step    int
	model   transform.Blocker
	in, out [][]*frame.Value
}

const (
	blockRows  = 256
	fewRows    = 128     // for which more is not worth its memory
	blockCells = 1 << 12 // numbers and texts of a row at the most
)

// Block is for n rows, and has as many at the most. It is the row's own, as the
// row itself is part of a block of one.
func (r *Row) Block(n int) *Block {
	if n >= fewRows {
		if r.many == nil {
			r.many = r.plan.newBlock()
		}
		if r.many != nil {
			return r.many
		}
	}
	if r.one == nil {
		r.one = &Block{Rows: []*Row{r}, errs: make([]error, 1)}
	}
	return r.one
}

// newBlock makes room for many rows. It is nil where the plan has no use for that,
// or where what rows take is not known.
func (p *Plan) newBlock() *Block {
	b := &Block{}
	room := -1 // the model's own
	for i := range p.steps {
		s := &p.steps[i]
		if m, ok := s.Transformer.(transform.Blocker); ok && m.Blocks() {
			b.step, b.model, room = i, m, s.Out[len(s.Out)-1]
		}
	}
	cells := 0
	for i, t := range p.slots {
		switch {
		case i == room || t.Kind == frame.Scalar:
			cells++
		case t.Kind == frame.Tensor && t.Size() >= 0:
			cells += t.Size()
		default:
			return nil
		}
	}
	if b.model == nil || cells > blockCells {
		return nil
	}
	for range blockRows {
		r := p.NewRow()
		r.steps[b.step].t = b.model.AfterBlock()
		b.Rows = append(b.Rows, r)
	}
	b.errs = make([]error, blockRows)
	return b
}

// Score runs the plan for the first n of Rows, which are a frame's from there on,
// and gives for each what Row.Score would, a *RowError with the row's number in
// the frame. The errors hold until the next call.
func (b *Block) Score(from, n int) []error {
	errs := b.errs[:n]
	if b.model == nil {
		errs[0] = b.Rows[0].Score()
	} else {
		b.score(errs)
	}
	for i, err := range errs {
		if e, ok := err.(*RowError); ok {
			e.Row = from + i
		}
	}
	return errs
}

// score is Score for as many rows as there are errs.
func (b *Block) score(errs []error) {
	rows := b.Rows[:len(errs)]
	b.in, b.out = b.in[:0], b.out[:0]
	for i, r := range rows {
		s := &r.steps[b.step]
		if errs[i] = r.run(0, b.step); errs[i] == nil {
			b.in, b.out = append(b.in, s.in), append(b.out, s.out)
		}
	}
	b.model.Block(b.in, b.out)
	for i, r := range rows {
		if errs[i] == nil {
			errs[i] = r.run(b.step, len(r.steps))
		}
	}
}

// run is Score for some of the steps.
func (r *Row) run(from, to int) error {
	steps, first := r.steps, r.first
	r.steps, r.first = steps[from:to], from
	err := r.Score()
	r.steps, r.first = steps, first
	return err
}
