package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestReverseStringIndexer(t *testing.T) {
	tr := readNode(t, nodeOf("reverse_string_indexer", "", attrStrings("labels", "x", "", "é")))
	for x, want := range map[float64]string{
		0: `"x"`, 1: `""`, 2: `"é"`, 1.7: `""`, -0.5: `"x"`, 2.999: `"é"`,
		3: "value out of range at 0", -1: "value out of range at 0", math.Inf(1): "value out of range at 0",
	} {
		if got := row(tr, num(x)); got != want {
			t.Errorf("%v: got %s, want %s", x, got, want)
		}
	}
	if got := row(tr, num(math.NaN())); got != "value out of range at 0" {
		t.Errorf("NaN: got %s", got)
	}
	wantNoAllocs(t, tr, num(2))
}

func TestReverseStringIndexerShapes(t *testing.T) {
	indexer := func(shape bundle.DataShape) *bundle.Node {
		a := bundle.Attribute{Name: "input_shape", Type: bundle.DataShapeValue, Shapes: []bundle.DataShape{shape}}
		return nodeOf("reverse_string_indexer", "", attrStrings("labels", "x", "y", "z"), a)
	}
	for _, c := range []struct {
		shape     bundle.DataShape
		in        *frame.Value
		typ, want string
	}{
		{bundle.DataShape{Kind: frame.List}, numList(2, 0, 2), "list<string>?", `["z" "x" "z"]`},
		{bundle.DataShape{Kind: frame.List}, numList(), "list<string>?", `[]`},
		{bundle.DataShape{Kind: frame.List}, numList(2, 3), "list<string>?", "value out of range at 0"},
		{vectorShape(2), dense(1, 0), "tensor<string>[2]?", `["y" "x"]`},
		{vectorShape(3), sparse(3, 1, 2), "tensor<string>[3]?", `3:["z"]`},
	} {
		tr := readNode(t, indexer(c.shape))
		if got := tr.Outputs()[0].Type.String(); got != c.typ {
			t.Errorf("declares %s, want %s", got, c.typ)
		}
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	readFault(t, indexer(bundle.DataShape{Kind: frame.Scalar, Nullable: true}))
	readFault(t, indexer(bundle.DataShape{Kind: frame.Map}))
	readFault(t, nodeOf("reverse_string_indexer", ""))
}
