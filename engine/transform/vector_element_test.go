package transform

import (
	"errors"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestVectorElement(t *testing.T) {
	tr := readNode(t, nodeOf("vector_element", "input:probability>output:buy", attrInt("index", 1)))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		{dense(0.25, 0.75), "0.75"},
		{dense(0.25, nan, 1), "NaN"},
		{sparse(4, 1, 0.5), "0.5"},
		{sparse(4, 2, 0.5), "0"}, // a zero that is left out
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("element 1 of %+v: got %s, want %s", c.in, got, c.want)
		}
		wantNoAllocs(t, tr, c.in)
	}
	for _, short := range []*frame.Value{dense(), dense(1), sparse(1)} {
		if _, err := apply(tr, short); !errors.Is(err, ErrShape) {
			t.Errorf("%+v: %v", short, err)
		}
	}
	if in, out := tr.Inputs()[0], tr.Outputs()[0]; in.Type.Nullable || out.Type.Nullable || out.Type.Base != frame.Double {
		t.Errorf("ports are %+v and %+v", in, out)
	}
	readFault(t, nodeOf("vector_element", ""))
	readFault(t, nodeOf("vector_element", "", attrInt("index", -1)))
	readFault(t, nodeOf("vector_element", "", attrInt("index", 2), attrInt("input_size", 2)))
}
