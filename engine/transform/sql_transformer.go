package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/sql"
)

// sqlTransformer is Spark's SQLTransformer (ml/feature/SQLTransformer.scala),
// which MLeap does not have: "SELECT … FROM __THIS__ [WHERE …]". The columns
// that the statement gives are all that there are after it. What it can hold,
// and how it is worked out, is told in package sql.
//
// The attributes are "statement"; "ansi", whether overflow, division by zero
// and text that is no number are errors rather than null (Spark 4's way unless
// it is told otherwise, and so what is taken where the attribute is missing;
// Spark 3's was null); and "input_columns" and "input_types", for columns whose
// types nothing else tells before a frame comes. Those that are not in the frame
// are none that * stands for.
type sqlTransformer struct {
	query *sql.Query
	ansi  bool
	typed frame.Schema
}

func readSQLTransformer(s *Source) (Transformer, error) {
	statement := s.String("statement")
	t := &sqlTransformer{ansi: s.BoolOr("ansi", true)}
	if s.Has("input_columns") {
		names, types := s.Strings("input_columns"), s.Basics("input_types")
		if len(names) != len(types) {
			s.Fail("input_types", "has "+strconv.Itoa(len(types))+" types for "+strconv.Itoa(len(names))+" columns")
			return nil, s.Err()
		}
		for i, name := range names {
			t.typed = append(t.typed, frame.Field{Name: name, Type: frame.ScalarOf(types[i]).OrNull()})
		}
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	var err error
	if t.query, err = sql.Parse(statement); err != nil {
		s.Fail("statement", "cannot be run: "+err.Error())
		return nil, s.Err()
	}
	t.query.Steps = s.Limits.Steps
	return t, nil
}

// Inputs and Outputs are not known before Resolve.
func (t *sqlTransformer) Inputs() []Port                         { return nil }
func (t *sqlTransformer) Outputs() []Port                        { return nil }
func (t *sqlTransformer) Transform(in, out []*frame.Value) error { return nil }

// Resolve settles the statement's types.
func (t *sqlTransformer) Resolve(columns frame.Schema) (Transformer, error) {
	there := len(columns)
	for _, f := range t.typed {
		if columns.Index(f.Name) < 0 {
			columns = append(columns[:len(columns):len(columns)], f)
		}
	}
	b, err := t.query.Bind(columns, there, t.ansi)
	if err != nil {
		return nil, &bundle.Error{Kind: bundle.ErrAttribute, Msg: `sql_transformer: attribute "statement" cannot be run: ` + err.Error()}
	}
	s := &boundSQL{b: b}
	for _, i := range b.Inputs {
		s.inputs = append(s.inputs, Port{Name: columns[i].Name, Type: columns[i].Type})
	}
	for i := range b.Outputs {
		o := &b.Outputs[i]
		if o.Column >= 0 {
			s.columns = append(s.columns, Column{Name: o.Name, From: columns[o.Column].Name})
			continue
		}
		s.columns = append(s.columns, Column{Name: o.Name})
		s.outputs = append(s.outputs, Port{Name: o.Name, Type: o.Type})
		s.computed = append(s.computed, o)
	}
	return s, nil
}

// boundSQL is a statement bound to the types of its columns.
type boundSQL struct {
	b        *sql.Bound
	inputs   []Port
	outputs  []Port
	columns  []Column
	computed []*sql.Output
}

func (s *boundSQL) Inputs() []Port    { return s.inputs }
func (s *boundSQL) Outputs() []Port   { return s.outputs }
func (s *boundSQL) Columns() []Column { return s.columns }

func (s *boundSQL) Transform(in, out []*frame.Value) error {
	keep, err := s.b.Where(in)
	for i, o := range s.computed {
		if !keep || err != nil {
			break
		}
		err = s.b.Eval(o, in, out[i])
	}
	if err != nil {
		return s.fault(err)
	}
	if !keep {
		return Drop
	}
	return nil
}

// fault is a row's error, which is not one column's.
func (s *boundSQL) fault(err error) error {
	f := err.(*sql.Fault)
	kind := ErrValue
	if f.Kind == sql.ErrRange {
		kind = ErrRange
	}
	return Bad(len(s.inputs), kind, f.Msg, f.Hint)
}
