package edge

import (
	"sync"
	"sync/atomic"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
)

// last is what a model's requests have in common: callers mostly send frames
// with the schema of the one before, and get such frames back. Reading, binding
// and writing a schema takes longer than scoring a row.
type last struct {
	plan    atomic.Pointer[plan]
	schema  frame.LastSchema // of frames that came in
	written atomic.Pointer[schemaText]
	rowSize atomic.Int64 // bytes of a row in the last answer
}

// plan is a model bound to the schema of the last frame.
type plan struct {
	*engine.Plan
	rows  sync.Pool // of *engine.Row
	quick quick
}

// schemaText is the schema of the last answer and how it stands there.
type schemaText struct {
	text   []byte
	schema frame.Schema
}

// transform runs the pipeline over a frame.
func (s *Served) transform(f *frame.Frame) (*engine.Result, error) {
	p := s.plan.Load()
	if p == nil || !sameColumns(f, p.Inputs()) {
		bound, err := s.Model.Bind(f.Schema())
		if err != nil {
			return nil, err
		}
		p = &plan{Plan: bound}
		p.quick.init(bound)
		s.plan.Store(p)
	}
	row, _ := p.rows.Get().(*engine.Row)
	if row == nil {
		row = p.NewRow()
	}
	res, err := row.Transform(f)
	p.rows.Put(row) // after a panic it is not put back
	return res, err
}

// sameColumns says whether a frame has these columns and no others.
func sameColumns(f *frame.Frame, s frame.Schema) bool {
	if len(f.Columns) != len(s) {
		return false
	}
	for i := range s {
		if c := &f.Columns[i]; c.Name != s[i].Name || !c.Type.Equal(s[i].Type) {
			return false
		}
	}
	return true
}

// readFrame reads a leap frame. s may be nil: nobody's.
func (s *Served) readFrame(format frame.Format, text []byte, o frame.ReadOptions) (*frame.Frame, error) {
	if s != nil {
		o.Last = &s.schema
	}
	return frame.Read(format, text, nil, o)
}

// appendFrame writes a leap frame of the model's.
func (s *Served) appendFrame(format frame.Format, f *frame.Frame) []byte {
	if format != frame.JSON {
		return frame.Append(nil, format, f)
	}
	w := s.written.Load()
	if w == nil || !sameColumns(f, w.schema) {
		schema := f.Schema()
		w = &schemaText{frame.AppendSchema(nil, schema), schema}
		s.written.Store(w)
	}
	const frameSize = len(`{"schema":,"rows":[]}`)
	size := frameSize + len(w.text)
	b := make([]byte, 0, size+f.Len()*int(s.rowSize.Load()))
	b = append(b, `{"schema":`...)
	b = append(b, w.text...)
	b = append(b, `,"rows":`...)
	b = append(frame.AppendRows(b, f), '}')
	if f.Len() > 0 {
		s.rowSize.Store(int64((len(b)-size)/f.Len()*5/4 + 1)) // most are about as long
	}
	return b
}
