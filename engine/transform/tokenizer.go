package transform

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/javatext"
)

// tokenizer makes a text lower-case and splits it at each white space.
//
// Spark: ml/feature/Tokenizer.scala, toLowerCase().split("\\s") of Java's String.
// White space is space, \t, \n, \v, \f and \r only. Two in a row, or one at the
// beginning, leave an empty token; empty tokens at the end are left out, so that
// a text of nothing but white space has none; the empty text has one, empty.
// null is refused.
type tokenizer struct{}

func readTokenizer(s *Source) (Transformer, error) { return tokenizer{}, s.Err() }

func (tokenizer) Inputs() []Port  { return stringInput() }
func (tokenizer) Outputs() []Port { return termsOutput() }

func (tokenizer) Transform(in, out []*frame.Value) error {
	text := javatext.ToLower(in[0].Str)
	words, from := out[0].Strs[:0], 0
	for i := 0; i < len(text); i++ {
		if c := text[i]; c == ' ' || '\t' <= c && c <= '\r' {
			words = append(words, text[from:i])
			from = i + 1
		}
	}
	words = append(words, text[from:])
	for from > 0 && len(words) > 0 && words[len(words)-1] == "" {
		words = words[:len(words)-1]
	}
	setTerms(out[0], words)
	return nil
}
