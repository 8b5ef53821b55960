package edge

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
)

// quick transforms JSON frames straight from text to text: of a call with one
// row, making frames takes far longer than scoring, and of one with many, still a
// quarter. It answers only what is as usual; whatever is not goes the general way
// from the start, and gets its answer or its error there.
type quick struct {
	head    []byte // of an answer, up to its rows; nil: not for this plan
	rowSize atomic.Int64
	rows    sync.Pool // of *quickRow
}

// quickRow is a row that is read, scored and written, again and again.
type quickRow struct {
	cells  *engine.Row
	plan   *plan
	most   int // bytes of an answer
	reader frame.RowReader
	out    []byte
	n      int
}

// init makes ready for a plan.
func (q *quick) init(p *engine.Plan) {
	out := p.Schema()
	for _, f := range slices.Concat(p.Inputs(), out) {
		if f.Type.Kind == frame.Map {
			return
		}
	}
	q.head = append(frame.AppendSchema([]byte(`{"schema":`), out), `,"rows":[`...)
}

// quick answers a JSON frame that is to come back whole as JSON; nil: it cannot.
func (x *exchange) quick() (a *Answer) {
	s, trial := x.Catalog.view.Load().find(x.name)
	if s == nil || trial != nil {
		return nil
	}
	p := s.plan.Load()
	if p == nil || p.quick.head == nil {
		return nil
	}
	defer func() {
		if recover() != nil { // it will again, where that is told
			a = nil
		}
	}()
	q := &p.quick
	r, _ := q.rows.Get().(*quickRow)
	if r == nil {
		r = &quickRow{cells: p.NewRow(), plan: p, most: x.config.Frames.Output}
	}
	r.n = 0
	r.out = append(make([]byte, 0, len(q.head)+int(q.rowSize.Load())), q.head...)
	o := x.frames()
	o.Last = &s.schema
	ok := r.reader.Read(x.Body, o, r)
	out, n := r.out, r.n
	r.forget()
	q.rows.Put(r)
	if !ok {
		return nil
	}
	out = append(out, "]}"...)
	if n > 0 {
		q.rowSize.Store(int64((len(out)-len(q.head))/n*5/4 + 3)) // most are about as long
	}
	x.event.Model, x.event.Version, x.event.Rows = s.Name, s.Version, n
	a = reply(http.StatusOK, typeJSON, out)
	return (&scored{Result: new(engine.Result), Served: s}).sign(a)
}

// forget keeps nothing of a request's.
func (r *quickRow) forget() {
	r.out = nil
	for i := range r.plan.Inputs() {
		*r.Cell(i) = frame.Value{Null: true}
	}
}

// Begin, Cell and Row make it a frame.Sink.
func (r *quickRow) Begin(s frame.Schema) bool {
	return slices.EqualFunc(s, r.plan.Inputs(), func(a, b frame.Field) bool { return a.Name == b.Name && a.Type.Equal(b.Type) })
}

func (r *quickRow) Cell(j int) *frame.Value { return r.cells.Input(j) }

func (r *quickRow) Row() bool {
	if r.cells.Score() != nil { // a row that is dropped among them
		return false
	}
	if r.n > 0 {
		r.out = append(r.out, ',')
	}
	r.n++
	r.out = r.cells.AppendJSON(r.out)
	return len(r.out) <= r.most
}
