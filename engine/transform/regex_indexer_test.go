package transform

import (
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestRegexIndexer(t *testing.T) {
	attrs := []bundle.Attribute{attrStrings("regexes", "(?i)hello", "^wor.d$", `\d+`, "l"), attrInts("indices", 1, 2, 3, -4)}
	strict := readNode(t, nodeOf("regex_indexer", "input:a > output:b", attrs...))
	wantRows(t, strict, map[*frame.Value]string{
		str("say HELLO 1"): "1",
		str("world"):       "2",
		str("world\n"):     "2", // $ is also before the last line's end
		str("a world 7"):   "3",
		str("a world"):     "-4",
		str("nothing"):     "unseen category at 0",
	})
	zero := readNode(t, nodeOf("regex_indexer", "input:a > output:b", append(attrs, attrDefault("default_value"))...))
	wantRows(t, zero, map[*frame.Value]string{str("nothing"): "0", str(""): "0", str("9"): "3"})
	wantNoAllocs(t, zero, str("nothing"))

	wantFaults(t, map[string]*bundle.Node{
		"regexes":   nodeOf("regex_indexer", "", attrInts("indices", 1)),
		"regexes 2": nodeOf("regex_indexer", "", attrInts("indices", 1), attrStrings("regexes", `\G`)),
		"indices":   nodeOf("regex_indexer", "", attrInts("indices", 1), attrStrings("regexes", "a", "b")),
	})
	hard := readNode(t, nodeOf("regex_indexer", "input:a > output:b", attrStrings("regexes", `(?:a|a)*b`), attrInts("indices", 1)))
	if got := row(hard, str(strings.Repeat("a", 200))); got != "unacceptable value at 0" {
		t.Errorf("got %s", got)
	}
}
