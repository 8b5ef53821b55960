package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/javaregex"
)

// regexIndexer gives a text the index of the first of its regular expressions
// that matches anywhere in it.
//
// MLeap: core/feature/RegexIndexerModel.scala; Spark has no such op. A text that
// none matches has the default index or, where there is none, is refused; so is
// null.
type regexIndexer struct {
	regexes    []*javaregex.Regexp
	indices    []int
	otherwise  int
	hasDefault bool
}

func readRegexIndexer(s *Source) (Transformer, error) {
	t := &regexIndexer{indices: s.Ints("indices"), hasDefault: s.Has("default_value")}
	for _, pattern := range s.Strings("regexes") {
		t.regexes = append(t.regexes, readRegex(s, "regexes", pattern))
	}
	if t.hasDefault {
		t.otherwise = s.Int("default_value")
	}
	sameLength(s, "indices", len(t.indices), "regexes", len(t.regexes))
	return t, s.Err()
}

func (t *regexIndexer) Inputs() []Port { return stringInput() }

func (t *regexIndexer) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.ScalarOf(frame.Int)}}
}

func (t *regexIndexer) Holds() []Fact { return []Fact{{"regular expressions", len(t.regexes)}} }

func (t *regexIndexer) Transform(in, out []*frame.Value) error {
	for i, re := range t.regexes {
		found, err := re.Contains(in[0].Str)
		if err != nil {
			return tooHard(re, err)
		}
		if found {
			out[0].SetNum(float64(t.indices[i]))
			return nil
		}
	}
	if !t.hasDefault {
		return Bad(0, ErrUnseen, "no pattern matches "+strconv.Quote(in[0].Str), "a default_value in the model would be taken for it")
	}
	out[0].SetNum(float64(t.otherwise))
	return nil
}
