package transform

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/javatext"
)

// stopWordsRemover leaves out the words of a list.
//
// Spark: ml/feature/StopWordsRemover.scala. Unless case counts, both sides are
// made lower-case to be compared, in the locale of the attribute "locale", where
// "tr" and "az" have rules of their own; the words that stay keep their case.
// MLeap does not put the locale into bundles: then it is one without rules, such
// as English. Several columns share one list (inputCols), which MLeap's runtime
// does not load. null is refused.
type stopWordsRemover struct {
	inputs, outputs []Port
	words           map[string]bool
	caseSensitive   bool
	turkic          bool
}

func readStopWordsRemover(s *Source) (Transformer, error) {
	t := &stopWordsRemover{words: map[string]bool{}, caseSensitive: s.Bool("case_sensitive")}
	switch locale := s.StringOr("locale", ""); locale {
	case "tr", "az":
		t.turkic = true
	case "lt":
		s.Fail("locale", `is "lt", whose lower case is not supported`)
	}
	for _, w := range s.Strings("stop_words") {
		t.words[t.key(w)] = true
	}
	n := 1
	if s.Node != nil {
		n = max(n, Sockets(s.Node.Inputs, "input"))
	}
	for i := range n {
		in, out := columnPorts(s, n, i)
		t.inputs = append(t.inputs, Port{Name: in, Type: frame.ListOf(frame.String)})
		t.outputs = append(t.outputs, Port{Name: out, Type: frame.ListOf(frame.String).OrNull()})
	}
	return t, s.Err()
}

// key is how a word is compared.
func (t *stopWordsRemover) key(word string) string {
	switch {
	case t.caseSensitive:
		return word
	case t.turkic:
		return javatext.ToLowerTurkic(word)
	}
	return javatext.ToLower(word)
}

func (t *stopWordsRemover) Inputs() []Port  { return t.inputs }
func (t *stopWordsRemover) Outputs() []Port { return t.outputs }
func (t *stopWordsRemover) Holds() []Fact   { return []Fact{{"stop words", len(t.words)}} }

func (t *stopWordsRemover) Transform(in, out []*frame.Value) error {
	for i, v := range in {
		kept := out[i].Strs[:0]
		for _, w := range v.Strs {
			if !t.words[t.key(w)] {
				kept = append(kept, w)
			}
		}
		setTerms(out[i], kept)
	}
	return nil
}
