package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestVectorSizeHint(t *testing.T) {
	in := []*frame.Value{dense(1, 2), dense(1), sparse(2, 0, 1), sparse(3), null()}
	for invalid, want := range map[string][]string{
		"error":      {"[1 2]", "wrong vector size at 0", "2:[0=1]", "wrong vector size at 0", "null value at 0"},
		"skip":       {"[1 2]", "dropped", "2:[0=1]", "dropped", "dropped"},
		"optimistic": {"[1 2]", "[1]", "2:[0=1]", "3:[]", "null"},
	} {
		tr := readNode(t, nodeOf("vector_size_hint", "", attrInt("size", 2), attrString("handle_invalid", invalid)))
		for i := range in {
			if got := row(tr, in[i]); got != want[i] {
				t.Errorf("%s: got %s, want %s", invalid, got, want[i])
			}
		}
		wantNoAllocs(t, tr, in[0])
	}
	readFault(t, nodeOf("vector_size_hint", "", attrInt("size", 2), attrString("handle_invalid", "keep")))
	readFault(t, nodeOf("vector_size_hint", "", attrInt("size", -2), attrString("handle_invalid", "skip")))
}
