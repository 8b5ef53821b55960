package transform

import "github.com/pageleap/pageleap/engine/frame"

// columnPruner is Spark's ColumnPruner, a stage of a fitted RFormula that MLeap
// does not have (ml/feature/RFormula.scala): it drops the columns named in
// "columns_to_prune", and takes no notice of names that there are not.
type columnPruner struct{ prune []string }

func readColumnPruner(s *Source) (Transformer, error) {
	c := &columnPruner{prune: s.Strings("columns_to_prune")}
	return c, s.Err()
}

func (c *columnPruner) Inputs() []Port                         { return nil }
func (c *columnPruner) Outputs() []Port                        { return nil }
func (c *columnPruner) Transform(in, out []*frame.Value) error { return nil }

// Resolve finds out which columns are left.
func (c *columnPruner) Resolve(columns frame.Schema) (Transformer, error) {
	p := &pruned{columnPruner: c}
next:
	for _, f := range columns {
		for _, name := range c.prune {
			if name == f.Name {
				continue next
			}
		}
		p.columns = append(p.columns, Column{Name: f.Name, From: f.Name})
	}
	return p, nil
}

// pruned is a columnPruner for the columns of a frame.
type pruned struct {
	*columnPruner
	columns []Column
}

func (p *pruned) Columns() []Column { return p.columns }
