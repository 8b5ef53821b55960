package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The answers are Spark 4.1.2's.
func TestVectorIndexer(t *testing.T) {
	for _, c := range []struct {
		in                *frame.Value
		keep, skip, error string
	}{
		{dense(1, negativeZero, 9), "[0 0 9]", "[0 0 9]", "[0 0 9]"},
		{dense(0, 0, 9), "[2 0 9]", "dropped", "unseen category at 0"},
		{dense(nan, 7, 9), "[2 3 9]", "dropped", "unseen category at 0"},
		{sparse(3), "3:[]", "3:[]", "3:[]"},
		{sparse(3, 0, 0, 1, 3), "3:[0=2 1=2]", "dropped", "unseen category at 0"},
		{sparse(3, 0, 5, 1, 5, 2, 5), "3:[0=2 1=3 2=5]", "dropped", "unseen category at 0"},
		{sparse(3, 1, 3, 2, nan), "3:[1=2 2=NaN]", "3:[1=2 2=NaN]", "3:[1=2 2=NaN]"},
	} {
		for invalid, want := range map[string]string{"keep": c.keep, "skip": c.skip, "error": c.error} {
			tr := readNode(t, nodeOf("vector_indexer", "", attrInt("num_features", 3), attrString("handle_invalid", invalid), attrInts("keys", 1, 0),
				attrFloats("key_0_keys", 1, 2), attrInts("key_0_values", 0, 1),
				attrFloats("key_1_keys", 0, -1, 3), attrInts("key_1_values", 0, 1, 2)))
			if got := row(tr, c.in); got != want {
				t.Errorf("%s: got %s, want %s", invalid, got, want)
			}
			if invalid == "keep" {
				wantNoAllocs(t, tr, c.in)
			}
		}
	}
}

func TestVectorIndexerForms(t *testing.T) {
	// Without handle_invalid, as MLeap wrote before it knew it. A category that
	// reads as NaN is never found, but counts.
	old := readNode(t, nodeOf("vector_indexer", "", attrInt("num_features", 1), attrInts("keys", 0), attrFloats("key_0_keys", nan, 4), attrInts("key_0_values", 0, 1)))
	if got := row(old, dense(4)) + " " + row(old, dense(nan)) + " " + row(old, dense(5)); got != "[1] unseen category at 0 unseen category at 0" {
		t.Error(got)
	}
	keep := readNode(t, nodeOf("vector_indexer", "", attrInt("num_features", 1), attrString("handle_invalid", "keep"), attrInts("keys", 0), attrFloats("key_0_keys", nan, 4), attrInts("key_0_values", 0, 1)))
	if got := row(keep, dense(nan)); got != "[2]" {
		t.Error(got)
	}
	none := readNode(t, nodeOf("vector_indexer", "", attrInt("num_features", 2), attrInts("keys")))
	if got := row(none, dense(4, nan)); got != "[4 NaN]" {
		t.Error(got)
	}
	readFault(t, nodeOf("vector_indexer", "", attrInt("num_features", 1), attrInts("keys", 1), attrFloats("key_1_keys"), attrInts("key_1_values")))
	readFault(t, nodeOf("vector_indexer", "", attrInt("num_features", 1), attrInts("keys", 0), attrFloats("key_0_keys", 1), attrInts("key_0_values")))
	readFault(t, nodeOf("vector_indexer", "", attrInt("num_features", 1), attrInts("keys", 0, 0), attrFloats("key_0_keys"), attrInts("key_0_values")))
	readFault(t, nodeOf("vector_indexer", "", attrInt("num_features", 1), attrInts("keys", 0)))
}
