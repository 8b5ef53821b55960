package transform

import (
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// What the tests of the ops on text share. The answers in them are Spark
// 4.1.2's on Java 17, those of ops that only MLeap has MLeap 0.25.2's.

// terms is a list of strings: "a|b", "" is none.
func terms(s string) *frame.Value {
	if s == "" {
		return &frame.Value{}
	}
	return &frame.Value{Strs: strings.Split(s, "|")}
}

func longs(x ...int64) *frame.Value { return &frame.Value{Longs: x} }

func attrBasics(name string, v ...frame.Basic) bundle.Attribute {
	return bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.BasicTypeValue, Basics: v}
}

func attrBasic(name string, v frame.Basic) bundle.Attribute {
	return bundle.Attribute{Name: name, Type: bundle.BasicTypeValue, Basics: []frame.Basic{v}}
}

// wantRows checks what a transformer with one input answers.
func wantRows(t *testing.T, tr Transformer, rows map[*frame.Value]string) {
	t.Helper()
	for in, want := range rows {
		if got := row(tr, in); got != want {
			t.Errorf("%+v: got %s, want %s", *in, got, want)
		}
	}
}

// wantFaults checks that nodes are refused with an error that names the
// attribute.
func wantFaults(t *testing.T, faults map[string]*bundle.Node) {
	t.Helper()
	for attribute, n := range faults {
		attribute, _, _ = strings.Cut(attribute, " ")
		if err := readFault(t, n); !strings.Contains(err.Error(), `attribute "`+attribute+`"`) {
			t.Errorf("%v: does not name %s", err, attribute)
		}
	}
}

// allocs is how many allocations a row takes.
func allocs(t *testing.T, tr Transformer, in ...*frame.Value) float64 {
	out := outputs(tr)
	return testing.AllocsPerRun(100, func() {
		if err := tr.Transform(in, out); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkText(b *testing.B) {
	text := str(strings.Repeat("Red shoes, size 42, don't run away from naïve customers. ", 4))
	tokenizer, err := readTokenizer(NewSource(nodeOf("tokenizer", ""), Table))
	if err != nil {
		b.Fatal(err)
	}
	words, _ := apply(tokenizer, text)
	for _, c := range []struct {
		node *bundle.Node
		in   *frame.Value
	}{
		{nodeOf("tokenizer", ""), text},
		{regexTokenizerNode(`\W+`, true, 1, true), text},
		{nodeOf("ngram", "", attrInt("n", 2)), words[0]},
		{nodeOf("stopwords_remover", "", attrStrings("stop_words", "from", "away"), attrDefault("case_sensitive")), words[0]},
		{nodeOf("hashing_term_frequency", "", attrInt("num_features", 1<<18), attrInt("hashUnsafeBytesVersion", 2)), words[0]},
		{nodeOf("count_vectorizer", "", attrStrings("vocabulary", "red", "shoes,", "size"), attrFloat("min_tf", 1), attrDefault("binary")), words[0]},
	} {
		b.Run(c.node.Model.Op, func(b *testing.B) {
			tr := readNode(b, c.node)
			out := outputs(tr)
			in := []*frame.Value{c.in}
			b.ReportAllocs()
			for range b.N {
				if err := tr.Transform(in, out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
