package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestCountVectorizer(t *testing.T) {
	words := attrStrings("vocabulary", "a", "b", "c")
	long, short, none := terms("a|b|a|c|x"), terms("a"), terms("")
	for _, c := range []struct {
		minTF  float64
		binary bool
		want   [3]string
	}{
		{1, false, [3]string{"3:[0=2 1=1 2=1]", "3:[0=1]", "3:[]"}},
		{2, false, [3]string{"3:[0=2]", "3:[]", "3:[]"}},
		{0.4, false, [3]string{"3:[0=2]", "3:[0=1]", "3:[]"}},
		{0.4, true, [3]string{"3:[0=1]", "3:[0=1]", "3:[]"}},
		{0.2, false, [3]string{"3:[0=2 1=1 2=1]", "3:[0=1]", "3:[]"}},
		{0, false, [3]string{"3:[0=2 1=1 2=1]", "3:[0=1]", "3:[]"}},
	} {
		tr := readNode(t, nodeOf("count_vectorizer", "input:a > output:b", words, attrFloat("min_tf", c.minTF), attrBool("binary", c.binary)))
		wantRows(t, tr, map[*frame.Value]string{long: c.want[0], short: c.want[1], none: c.want[2]})
		wantNoAllocs(t, tr, long)
	}
	wantFaults(t, map[string]*bundle.Node{
		"vocabulary": nodeOf("count_vectorizer", "", attrStrings("vocabulary", "a", "b", "a"), attrFloat("min_tf", 1), attrDefault("binary")),
		"min_tf":     nodeOf("count_vectorizer", "", words, attrDefault("binary")),
	})
}
