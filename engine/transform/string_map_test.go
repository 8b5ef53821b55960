package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestStringMap(t *testing.T) {
	labels, values := attrStrings("labels", "a", "b", "a", ""), attrFloats("values", 1.5, -2, 3, 0)
	strict := readNode(t, nodeOf("string_map", "input:a > output:b", labels, values))
	wantRows(t, strict, map[*frame.Value]string{
		str("a"): "3", str("b"): "-2", str(""): "0", str("A"): "unseen category at 0", null(): "null value at 0",
	})
	keep := readNode(t, nodeOf("string_map", "input:a > output:b", labels, values, attrString("handle_invalid", "keep"), attrFloat("default_value", -1)))
	wantRows(t, keep, map[*frame.Value]string{str("b"): "-2", str("zz"): "-1", null(): "-1"})
	wantNoAllocs(t, keep, str("zz"))
	wantFaults(t, map[string]*bundle.Node{
		"values":           nodeOf("string_map", "", labels, attrFloats("values", 1)),
		"handle_invalid":   nodeOf("string_map", "", labels, values, attrString("handle_invalid", "skip")),
		"handle_invalid 2": nodeOf("string_map", "", labels, values, attrString("handle_invalid", "")),
	})
}
