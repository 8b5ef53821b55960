package importer

import (
	"strings"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// readRFormula: ml/feature/RFormula.scala (RFormulaModel). It is a pipeline, and
// what becomes of the label after it.
func readRFormula(s *stage) {
	sub, err := s.stage(s.path("pipelineModel"), s.depth+1)
	if err != nil {
		s.keep(err)
		return
	}
	s.nodes = sub.nodes
	label := s.one().str("label")
	out := s.strOr("labelCol", "label")
	if label == "" || s.err != nil {
		return // a formula without one
	}
	n := s.node("rformula_label", strAttr("label", label), strAttr("output", out), s.spark())
	s.put(out, scalar(frame.Double))
	s.emit(n)
}

// readColumnPruner: ml/feature/RFormula.scala (ColumnPruner), which drops the
// columns that an RFormula made on its way.
func readColumnPruner(s *stage) {
	columns := s.one().strs("columnsToPrune")
	s.emit(s.node("column_pruner", strsAttr("columns_to_prune", columns), s.spark()))
	for _, c := range columns {
		delete(s.importing.columns, c)
	}
}

// readAttributeRewriter: ml/feature/RFormula.scala (VectorAttributeRewriter). It
// renames features, of which only later stages of the import know.
func readAttributeRewriter(s *stage) {
	r := s.one()
	c := s.importing.columns[r.str("vectorCol")]
	if c == nil {
		return
	}
	for _, p := range r.structs("prefixesToRewrite") {
		from, to := p.str("key"), p.str("value")
		for i := range c.attrs {
			c.attrs[i].name = strings.ReplaceAll(c.attrs[i].name, from, to)
		}
	}
}

// readSQL: ml/feature/SQLTransformer.scala. Spark does not save whether it ran
// in ANSI mode, which is on by default from version 4.
func readSQL(s *stage) {
	n := s.node("sql_transformer", strAttr("statement", s.str("statement")), boolAttr("ansi", s.meta.major >= 4), s.spark())
	var names []string
	types := bundle.Attribute{Name: "input_types", Kind: bundle.ListAttr, Type: bundle.BasicTypeValue}
	for _, f := range s.inputs {
		if f.Type.Kind == frame.Scalar {
			names = append(names, f.Name)
			types.Basics = append(types.Basics, f.Type.Base)
		}
	}
	if names != nil {
		set(n, strsAttr("input_columns", names), types)
	}
	s.emit(n)
}
