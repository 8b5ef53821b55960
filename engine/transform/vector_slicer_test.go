package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestVectorSlicer(t *testing.T) {
	tr := readNode(t, nodeOf("vector_slicer", "", attrInts("indices", 3, 0), attrStrings("names", "c"), attrInts("named_indices", 2)))
	for _, c := range []struct {
		in   *frame.Value
		want string
	}{
		// Spark 4.1.2 on indices 3, 0, 2.
		{dense(1, 2, 3, 4), "[4 1 3]"},
		{sparse(4, 0, 1, 2, 0, 3, 5), "3:[0=5 1=1]"},
		{sparse(4), "3:[]"},
		{dense(1), "wrong vector size at 0"},
		{sparse(2, 0, 1), "wrong vector size at 0"},
	} {
		if got := row(tr, c.in); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	wantNoAllocs(t, tr, dense(1, 2, 3, 4))
	wantNoAllocs(t, tr, sparse(4, 0, 1, 3, 5))
	readFault(t, nodeOf("vector_slicer", "", attrInts("indices", 4), attrStrings("names"), attrInts("named_indices"), attrInt("input_size", 4)))
	readFault(t, nodeOf("vector_slicer", "", attrInts("indices", -1), attrStrings("names"), attrInts("named_indices")))
	readFault(t, nodeOf("vector_slicer", "", attrInts("indices", 1), attrStrings("names", "a", "b"), attrInts("named_indices", 3)))
}
