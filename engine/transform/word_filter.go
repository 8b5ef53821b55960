package transform

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/javatext"
)

// wordFilter keeps words that are longer than so many letters, and nothing but
// letters.
//
// MLeap: core/feature/WordLengthFilterModel.scala; Spark has no such op. Letters
// are those of all languages, but not the few beyond U+FFFF. null is refused.
type wordFilter struct{ length int }

func readWordFilter(s *Source) (Transformer, error) {
	return &wordFilter{length: s.Int("length")}, s.Err()
}

func (t *wordFilter) Inputs() []Port  { return termsInput() }
func (t *wordFilter) Outputs() []Port { return termsOutput() }

func (t *wordFilter) Transform(in, out []*frame.Value) error {
	kept := out[0].Strs[:0]
	for _, w := range in[0].Strs {
		if javatext.Len(w) > t.length && javatext.AllLetters(w) {
			kept = append(kept, w)
		}
	}
	setTerms(out[0], kept)
	return nil
}
