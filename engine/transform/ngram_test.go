package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestNGram(t *testing.T) {
	three := readNode(t, nodeOf("ngram", "input:a > output:b", attrInt("n", 3)))
	wantRows(t, three, map[*frame.Value]string{
		terms("a||c|d"): `["a  c" " c d"]`,
		terms("a|b"):    `[]`,
		terms(""):       `[]`,
		terms("é|日|😀"):  `["é 日 😀"]`,
	})
	one := readNode(t, nodeOf("ngram", "input:a > output:b", attrInt("n", 1)))
	wantRows(t, one, map[*frame.Value]string{terms("a||b"): `["a" "" "b"]`, {Strs: []string{""}}: `[""]`})
	if n := allocs(t, three, terms("a|b|c|d|e")); n > 1 {
		t.Errorf("%v allocations", n)
	}
	wantFaults(t, map[string]*bundle.Node{
		"n":   nodeOf("ngram", "", attrInt("n", 0)),
		"n 2": nodeOf("ngram", "", attrInt("n", 1<<40)),
		"n 3": nodeOf("ngram", ""),
	})
}
