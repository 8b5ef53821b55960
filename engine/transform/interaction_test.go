package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's, not yet compressed: the second input has one
// feature of three categories and one of two, which counts as a number here
// only where the bundle says 1.
func TestInteraction(t *testing.T) {
	tr := readNode(t, nodeOf("interaction", "", attrInt("num_inputs", 3),
		attrShapes("input_shapes", scalarShape, vectorShape(2), vectorShape(2)),
		attrInts("num_features0", 1), attrInts("num_features1", 3, 1), attrInts("num_features2", 1, 1)))
	v, w := dense(0, 1), dense(5, 7)
	for _, c := range []struct {
		in   []*frame.Value
		want string
	}{
		{[]*frame.Value{num(2), v, w}, "8:[0=10 1=14 6=10 7=14]"},
		{[]*frame.Value{num(2), sparse(2), w}, "8:[]"},
		{[]*frame.Value{num(2), sparse(2, 1, 1), sparse(2, 1, 4)}, "8:[7=8]"},
		{[]*frame.Value{num(2), sparse(2, 0, 0, 1, 1), sparse(2, 1, 0)}, "8:[1=0 7=0]"},
		{[]*frame.Value{num(0), dense(2, 1), dense(0, 7)}, "8:[4=0 5=0 6=0 7=0]"},
		{[]*frame.Value{num(2), dense(negativeZero, 1), dense(nan, inf)}, "8:[0=NaN 1=+Inf 6=NaN 7=+Inf]"},
		{[]*frame.Value{num(2), dense(3, 1), w}, "value out of range at 1"},
		{[]*frame.Value{num(2), dense(0.5, 1), w}, "value out of range at 1"},
		{[]*frame.Value{num(2), dense(-1, 1), w}, "value out of range at 1"},
		{[]*frame.Value{num(2), dense(nan, 1), w}, "value out of range at 1"},
	} {
		if got := row(tr, c.in...); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	wantNoAllocs(t, tr, num(2), v, w)

	scalar := readNode(t, nodeOf("interaction", "", attrInt("num_inputs", 2), attrShapes("input_shapes", scalarShape, scalarShape),
		attrInts("num_features0", 3), attrInts("num_features1", 2)))
	if got := row(scalar, num(2), num(1)) + " " + row(scalar, num(2), num(2)); got != "6:[5=1] value out of range at 1" {
		t.Error(got)
	}
	for _, bad := range [][]bundle.Attribute{
		{attrInt("num_inputs", 2), attrShapes("input_shapes", scalarShape), attrInts("num_features0", 1)},
		{attrInt("num_inputs", 0), attrShapes("input_shapes")},
		{attrInt("num_inputs", 1), attrShapes("input_shapes", scalarShape), attrInts("num_features0", 1, 1)},
		{attrInt("num_inputs", 1), attrShapes("input_shapes", vectorShape(1)), attrInts("num_features0", 0)},
		{attrInt("num_inputs", 1), attrShapes("input_shapes", vectorShape(2)), attrInts("num_features0", 1<<30, 1<<30)},
		{attrInt("num_inputs", 1), attrShapes("input_shapes", scalarShape)},
		{attrInt("num_inputs", 1), attrShapes("input_shapes", bundle.DataShape{Kind: frame.List}), attrInts("num_features0", 1)},
	} {
		readFault(t, nodeOf("interaction", "", bad...))
	}
}
