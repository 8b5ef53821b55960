package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestWordFilter(t *testing.T) {
	tr := readNode(t, nodeOf("word_filter", "input:a > output:b", attrInt("length", 3)))
	in := terms("the|quick|fo x|fox1|naïve|日本語語|日本語|𐐀𐐀𐐀|a\u0301bcd||Stop")
	wantRows(t, tr, map[*frame.Value]string{in: `["quick" "naïve" "日本語語" "Stop"]`, terms(""): `[]`})
	wantNoAllocs(t, tr, in)
	// The empty word has nothing but letters.
	all := readNode(t, nodeOf("word_filter", "input:a > output:b", attrInt("length", -1)))
	wantRows(t, all, map[*frame.Value]string{terms("a||1"): `["a" ""]`})
	wantFaults(t, map[string]*bundle.Node{"length": nodeOf("word_filter", "")})
}
