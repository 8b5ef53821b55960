package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestStopWordsRemover(t *testing.T) {
	words := attrStrings("stop_words", "i", "THE", "ΤΗΣ")
	in := terms("I|ı|İ|i|i\u0307|ΤΗΣ|της|τησ|The|THE|x")
	folded := readNode(t, nodeOf("stopwords_remover", "input:a > output:b", words, attrDefault("case_sensitive")))
	exact := readNode(t, nodeOf("stopwords_remover", "input:a > output:b", words, attrBool("case_sensitive", true)))
	wantRows(t, folded, map[*frame.Value]string{in: `["ı" "İ" "i̇" "τησ" "x"]`, terms(""): `[]`})
	wantRows(t, exact, map[*frame.Value]string{in: `["I" "ı" "İ" "i̇" "της" "τησ" "The" "x"]`})
	wantNoAllocs(t, exact, in)
	wantNoAllocs(t, folded, terms("lower|case|words"))

	turkish := readNode(t, nodeOf("stopwords_remover", "input:a > output:b", attrStrings("stop_words", "i", "kış"), attrDefault("case_sensitive"), attrString("locale", "tr")))
	wantRows(t, turkish, map[*frame.Value]string{
		terms("I|ı|İ|i|i\u0307|I\u0307|KIŞ|kış|KİŞ"): `["I" "ı" "i̇" "KİŞ"]`,
	})

	two := readNode(t, nodeOf("stopwords_remover", "input0:a input1:b > output0:c output1:d", words, attrDefault("case_sensitive")))
	if got := row(two, terms("the|a"), terms("I")); got != `["a"] []` {
		t.Errorf("two columns: %s", got)
	}
	one := readNode(t, nodeOf("stopwords_remover", "input0:a > output0:c", words, attrDefault("case_sensitive")))
	if one.Inputs()[0].Name != "input0" || one.Outputs()[0].Name != "output0" {
		t.Errorf("ports %v, %v", one.Inputs(), one.Outputs())
	}
	wantFaults(t, map[string]*bundle.Node{
		"stop_words":     nodeOf("stopwords_remover", "", attrBool("case_sensitive", true)),
		"locale":         nodeOf("stopwords_remover", "", words, attrDefault("case_sensitive"), attrString("locale", "lt")),
		"case_sensitive": nodeOf("stopwords_remover", "", words),
	})
}
