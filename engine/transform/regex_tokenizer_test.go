package transform

import (
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func regexTokenizerNode(pattern string, gaps bool, minLength int64, lower bool) *bundle.Node {
	return nodeOf("regex_tokenizer", "input:a > output:b", attrString("regex", pattern),
		attrBool("match_gaps", gaps), attrInt("token_min_length", minLength), attrBool("lowercase_text", lower))
}

func TestRegexTokenizer(t *testing.T) {
	for _, c := range []struct {
		pattern   string
		gaps      bool
		minLength int64
		text      string
		want      string
	}{
		{`\s`, true, 1, "  Hello  World ", `["hello" "world"]`},
		{`\s`, true, 0, "  Hello  World ", `["" "" "hello" "" "world"]`},
		{`\s`, true, 1, "", `[]`},
		{`\s`, true, 0, "", `[""]`},
		{`\s`, true, 0, "   ", `[]`},
		{`\s`, true, 1, "A\u00a0B\u2003C\vD\u0085E\x1cF", `["a\u00a0b\u2003c" "d\u0085e\x1cf"]`},
		{`\s`, true, 1, "İI Σ ΑΣ", `["i̇i" "σ" "ας"]`},
		{`\w+`, false, 2, "I am the Walrus", `["am" "the" "walrus"]`},
		// Empty matches; halves of characters.
		{``, true, 1, "ab", `["a" "b"]`},
		{``, true, 1, "a😀b", `["a" "?" "?" "b"]`},
		{``, true, 2, "a😀b", `[]`},
		{``, false, 0, "ab", `["" "" ""]`},
		{``, false, 0, "a😀b", `["" "" "" "" ""]`},
		{`x*`, true, 1, "😀😀", `["?" "?" "?" "?"]`},
		{`\b`, true, 2, "a😀b", `["😀"]`},
		{`\b`, false, 0, "ab", `["" ""]`},
		{`.`, true, 0, "ab", `[]`},
		{`.`, false, 2, "a😀b", `["😀"]`},
		{`[^a]`, false, 1, "a😀b", `["😀" "b"]`},
	} {
		if got := row(readNode(t, regexTokenizerNode(c.pattern, c.gaps, c.minLength, true)), str(c.text)); got != c.want {
			t.Errorf("/%s/, gaps %v, %d or longer, on %q: got %s, want %s", c.pattern, c.gaps, c.minLength, c.text, got, c.want)
		}
	}
	asItIs := readNode(t, nodeOf("regex_tokenizer", "input:a > output:b", attrString("regex", ","),
		attrBool("match_gaps", true), attrDefault("token_min_length"), attrDefault("lowercase_text")))
	wantRows(t, asItIs, map[*frame.Value]string{
		str("A,b,,C,,"): `["A" "b" "" "C"]`,
		str(",A"):       `["" "A"]`,
	})
	wantNoAllocs(t, asItIs, str("A,b,,C,,"))
}

func TestRegexTokenizerFaults(t *testing.T) {
	err := readFault(t, regexTokenizerNode(`(a)\1`, true, 1, true))
	for _, part := range []string{`attribute "regex"`, `"(a)\\1"`, "a back-reference"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v: does not say %s", err, part)
		}
	}
	wantFaults(t, map[string]*bundle.Node{
		"match_gaps": nodeOf("regex_tokenizer", "", attrString("regex", ",")),
	})
	hard := readNode(t, regexTokenizerNode(`(?:a|a)*b`, true, 1, true))
	if got := row(hard, str(strings.Repeat("a", 200))); got != "unacceptable value at 0" {
		t.Errorf("got %s", got)
	}
}
