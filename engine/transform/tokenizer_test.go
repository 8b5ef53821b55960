package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

func TestTokenizer(t *testing.T) {
	tr := readNode(t, nodeOf("tokenizer", "input:a > output:b"))
	wantRows(t, tr, map[*frame.Value]string{
		str("Hello World"):                    `["hello" "world"]`,
		str("  Hello  World "):                `["" "" "hello" "" "world"]`,
		str(""):                               `[""]`,
		str("   "):                            `[]`,
		str("a"):                              `["a"]`,
		str(" a"):                             `["" "a"]`,
		str("a\tb\nc\vd\fe\rf"):               `["a" "b" "c" "d" "e" "f"]`,
		str("A\u00a0B\u2003C\vD\u0085E\x1cF"): `["a\u00a0b\u2003c" "d\u0085e\x1cf"]`,
		str("İI Σ ΑΣ"):                        `["i̇i" "σ" "ας"]`,
	})
	if n := allocs(t, tr, str("lower already")); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if n := allocs(t, tr, str("Not Lower")); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
