package transform

import (
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestStringIndexer(t *testing.T) {
	indexer := func(invalid string) Transformer {
		return readNode(t, nodeOf("string_indexer", "input0:s input1:u > output0:so output1:uo",
			attrInt("labels_length", 2), attrString("handle_invalid", invalid),
			attrStrings("labels_array_0", "a", "b", "c"), attrStrings("labels_array_1", "y", "x")))
	}
	for _, c := range []struct {
		invalid string
		s, u    *frame.Value
		want    string
	}{
		{"error", str("a"), str("x"), "0 1"},
		{"error", str("c"), str("y"), "2 0"},
		{"error", str("q"), str("y"), "unseen category at 0"},
		{"error", str("a"), str("A"), "unseen category at 1"},
		{"error", str("a"), null(), "null value at 1"},
		{"keep", str("q"), str(""), "3 2"},
		{"keep", null(), null(), "3 2"},
		{"skip", str("b"), str("x"), "1 1"},
		{"skip", str("b"), str("q"), "dropped"},
		{"skip", null(), str("x"), "dropped"},
	} {
		if got := row(indexer(c.invalid), c.s, c.u); got != c.want {
			t.Errorf("%s: %+v, %+v: got %s, want %s", c.invalid, c.s, c.u, got, c.want)
		}
	}
	wantNoAllocs(t, indexer("keep"), str("c"), null())
}

func TestStringIndexerForms(t *testing.T) {
	// One column, the list named labels and no handle_invalid.
	old := readNode(t, nodeOf("string_indexer", "input:s > output:so",
		attrStrings("labels", "a", "b"), attrBool("nullable_input", false)))
	if in, out := old.Inputs()[0].Name, old.Outputs()[0].Name; in != "input" || out != "output" {
		t.Errorf("ports are %s and %s", in, out)
	}
	if got := row(old, str("b")) + ", " + row(old, str("c")); got != "1, unseen category at 0" {
		t.Error(got)
	}
	// MLeap's runtime writes labels_length 1 for two columns.
	both := readNode(t, nodeOf("string_indexer", "input0:s input1:u > output0:so output1:uo",
		attrInt("labels_length", 1), attrStrings("labels_array_0", "a"), attrStrings("labels_array_1", "b")))
	if got := row(both, str("a"), str("b")); got != "0 0" {
		t.Error(got)
	}
	// A label twice has its last position; the list's length counts both.
	twice := readNode(t, nodeOf("string_indexer", "input:s > output:so", attrInt("labels_length", 1),
		attrStrings("labels_array_0", "a", "b", "a"), attrString("handle_invalid", "keep")))
	if got := row(twice, str("a")) + " " + row(twice, str("z")); got != "2 3" {
		t.Error(got)
	}
}

func TestStringIndexerFaults(t *testing.T) {
	for want, n := range map[string]error{
		"labels":         readFault(t, nodeOf("string_indexer", "")),
		"labels_length":  readFault(t, nodeOf("string_indexer", "", attrInt("labels_length", -1))),
		"labels_array_1": readFault(t, nodeOf("string_indexer", "", attrInt("labels_length", 1<<31), attrStrings("labels_array_0", "a"))),
		"handle_invalid": readFault(t, nodeOf("string_indexer", "", attrStrings("labels", "a"), attrString("handle_invalid", "drop"))),
	} {
		if !strings.Contains(n.Error(), `attribute "`+want+`"`) {
			t.Errorf("%v: does not name %s", n, want)
		}
	}
}
