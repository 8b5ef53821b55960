package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestSelector(t *testing.T) {
	for _, op := range []string{"chi_sq_selector", "variance_threshold_selector", "univariate_feature_selector"} {
		tr := readNode(t, nodeOf(op, "", attrInts("filter_indices", 2, 0, 3), attrInt("input_size", 4)))
		for _, c := range []struct {
			in   *frame.Value
			want string
		}{
			{dense(1, 2, 3, 4), "[1 3 4]"},
			// Spark 4.1.2: zeros that are entries stay so.
			{sparse(4, 0, 0, 1, 5, 3, 7), "3:[0=0 2=7]"},
			{sparse(4, 2, 3), "3:[1=3]"},
			{sparse(4), "3:[]"},
			{dense(1, 2, 3), "wrong vector size at 0"},
			{sparse(1, 0, 4), "wrong vector size at 0"},
		} {
			if got := row(tr, c.in); got != c.want {
				t.Errorf("%s: got %s, want %s", op, got, c.want)
			}
		}
		wantNoAllocs(t, tr, dense(1, 2, 3, 4))
		wantNoAllocs(t, tr, sparse(4, 0, 1, 3, 7))
	}
	anySize := readNode(t, nodeOf("variance_threshold_selector", "", attrInts("filter_indices", 1)))
	if got := row(anySize, dense(1, 2)) + row(anySize, dense(1, 2, 3)); got != "[2][2]" {
		t.Error(got)
	}
	readFault(t, nodeOf("chi_sq_selector", "", attrInts("filter_indices", 0, 4), attrInt("input_size", 4)))
	readFault(t, nodeOf("chi_sq_selector", "", attrInts("filter_indices", -1), attrInt("input_size", 4)))
	readFault(t, nodeOf("chi_sq_selector", "", attrInts("filter_indices", 1, 1), attrInt("input_size", 4)))
	readFault(t, nodeOf("chi_sq_selector", "", attrInt("input_size", 4)))
}
