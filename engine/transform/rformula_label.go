package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// rformulaLabel is what a fitted RFormula does about its label
// (ml/feature/RFormula.scala, RFormulaModel.transformLabel), which MLeap does
// not have: where the frame has the column "label", which a page that is being
// scored has not, "output" becomes that column as a double. Nothing happens
// where "output" is there already.
//
// A label that is text was indexed in training: with "labels" this op does what
// RFormula's StringIndexer does then ("handle_invalid" as there), which takes
// no part either where the column is missing.
type rformulaLabel struct {
	label, output string
	indexer       *stringIndexer // nil: a number
}

func readRFormulaLabel(s *Source) (Transformer, error) {
	r := &rformulaLabel{label: s.String("label"), output: s.String("output")}
	if s.Has("labels") {
		r.indexer = &stringIndexer{invalid: readInvalid(s, invalidError)}
		r.indexer.add(s, "labels", 1)
	}
	return r, s.Err()
}

func (r *rformulaLabel) Inputs() []Port                         { return nil }
func (r *rformulaLabel) Outputs() []Port                        { return nil }
func (r *rformulaLabel) Transform(in, out []*frame.Value) error { return nil }

// Resolve finds out whether there is a label.
func (r *rformulaLabel) Resolve(columns frame.Schema) (Transformer, error) {
	l := &boundLabel{indexer: r.indexer}
	for _, f := range columns {
		l.columns = append(l.columns, Column{Name: f.Name, From: f.Name})
	}
	at := columns.Index(r.label)
	if at < 0 || columns.Index(r.output) >= 0 {
		return l, nil
	}
	t := columns[at].Type
	out := frame.ScalarOf(frame.Double)
	switch {
	case r.indexer != nil:
		t = frame.ScalarOf(frame.String).OrNull()
	case t.Kind != frame.Scalar || t.Base >= frame.String:
		return nil, &bundle.Error{Kind: bundle.ErrMalformed, Msg: "rformula_label: column " + strconv.Quote(r.label) + " is " + t.String() + ", and a label is a number"}
	default:
		out.Nullable = t.Nullable
		t = frame.ScalarOf(frame.Double)
		t.Nullable = out.Nullable
	}
	l.inputs = []Port{{Name: r.label, Type: t}}
	l.outputs = []Port{{Name: r.output, Type: out}}
	l.columns = append(l.columns, Column{Name: r.output})
	return l, nil
}

// boundLabel is a rformulaLabel for the columns of a frame.
type boundLabel struct {
	indexer         *stringIndexer
	inputs, outputs []Port
	columns         []Column
}

func (l *boundLabel) Inputs() []Port    { return l.inputs }
func (l *boundLabel) Outputs() []Port   { return l.outputs }
func (l *boundLabel) Columns() []Column { return l.columns }

func (l *boundLabel) Transform(in, out []*frame.Value) error {
	switch {
	case l.outputs == nil:
	case l.indexer != nil:
		return l.indexer.Transform(in, out)
	case in[0].Null:
		out[0].SetNull()
	default:
		out[0].SetNum(in[0].Num)
	}
	return nil
}
