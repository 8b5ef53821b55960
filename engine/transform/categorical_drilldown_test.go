package transform

import (
	"errors"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestCategoricalDrilldown(t *testing.T) {
	n := nodeOf("categorical_drilldown", "", attrStrings("labels", "up", "down"))
	sub := func(dir string, attrs ...bundle.Attribute) bundle.Sub {
		m := nodeOf("math_binary", "", attrs...).Model
		m.Path = n.Model.Path + "/" + dir
		return bundle.Sub{Dir: dir, Model: m}
	}
	n.Model.Subs = []bundle.Sub{sub("model0", attrString("operation", "add"), attrFloat("db", 10)), sub("model1", attrString("operation", "sub"), attrFloat("db", 1))}
	tr := readNode(t, n)
	if got := row(tr, str("up"), num(1), nil) + " " + row(tr, str("down"), num(1), nil) + " " + row(tr, str("side"), num(1), nil); got != "11 0 unseen category at 0" {
		t.Error(got)
	}
	got := ""
	for _, p := range append(tr.Inputs(), tr.Outputs()...) {
		got += p.Name + " " + p.Type.String() + ", "
	}
	if want := "label string, drilldown.input_a double?, drilldown.input_b double?, drilldown.output double, "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	wantNoAllocs(t, tr, str("down"), num(1), nil)

	// An inner model's error is about the outer one's input.
	logit := nodeOf("math_unary", "", attrString("operation", "logit")).Model
	n.Model.Subs = []bundle.Sub{{Dir: "model0", Model: logit}, {Dir: "model1", Model: logit}}
	if got := row(readNode(t, n), str("up"), num(7)); got != "value out of range at 1" {
		t.Error(got)
	}

	n.Model.Subs[1] = sub("model1", attrString("operation", "sub"), attrFloat("db", 1))
	readFault(t, n) // other ports
	n.Model.Subs = n.Model.Subs[:1]
	if _, err := NewSource(n, Table).Read(); err == nil {
		t.Error("read without model1")
	}
	readFault(t, nodeOf("categorical_drilldown", "", attrStrings("labels")))
	readFault(t, nodeOf("categorical_drilldown", ""))
}

type columnBound struct{ mathUnary }

func (c *columnBound) Resolve(frame.Schema) (Transformer, error) { return c, nil }

func readColumnBound(s *Source) (Transformer, error) { return &columnBound{}, nil }

// An op that asks for its column's type has none inside a drilldown.
func TestCategoricalDrilldownColumnBound(t *testing.T) {
	n := nodeOf("categorical_drilldown", "", attrStrings("labels", "up"))
	n.Model.Subs = []bundle.Sub{{Dir: "model0", Model: nodeOf("column_bound", "").Model}}
	ops := append([]Op{{"column_bound", readColumnBound}}, Table...)
	if _, err := NewSource(n, ops).Read(); !errors.Is(err, bundle.ErrMalformed) {
		t.Errorf("got %v", err)
	}
}
