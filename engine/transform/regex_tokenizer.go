package transform

import (
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/javaregex"
	"github.com/pageleap/pageleap/engine/internal/javatext"
)

// regexTokenizer splits a text where a regular expression matches, or takes the
// matches themselves.
//
// Spark: ml/feature/Tokenizer.scala (RegexTokenizer). The text is made
// lower-case first if so asked. Gaps are those of Pattern.split, matches those of
// Matcher.find one after another, empty ones too. Tokens shorter than
// token_min_length are left out; a character beyond U+FFFF counts as two. null is
// refused. A pattern that cannot be matched as Java does is refused at load.
type regexTokenizer struct {
	regex     *javaregex.Regexp
	gaps      bool
	minLength int
	lower     bool
}

func readRegexTokenizer(s *Source) (Transformer, error) {
	t := &regexTokenizer{
		regex:     readRegex(s, "regex", s.String("regex")),
		gaps:      s.Bool("match_gaps"),
		minLength: s.Int("token_min_length"),
		lower:     s.Bool("lowercase_text"),
	}
	return t, s.Err()
}

// readRegex compiles a pattern that stands in the named attribute.
func readRegex(s *Source, name, pattern string) *javaregex.Regexp {
	re, err := javaregex.Compile(pattern)
	if err != nil {
		s.Fail(name, "has an unusable "+err.Error())
		return nil
	}
	re.Limit(s.Limits.Steps)
	return re
}

func (t *regexTokenizer) Inputs() []Port  { return stringInput() }
func (t *regexTokenizer) Outputs() []Port { return termsOutput() }

func (t *regexTokenizer) Transform(in, out []*frame.Value) error {
	text := in[0].Str
	if t.lower {
		text = javatext.ToLower(text)
	}
	tokens, err := out[0].Strs[:0], error(nil)
	if t.gaps {
		tokens, err = t.regex.Split(tokens, text)
	} else {
		tokens, err = t.regex.FindAll(tokens, text)
	}
	if err != nil {
		return tooHard(t.regex, err)
	}
	kept := tokens[:0]
	for _, token := range tokens {
		if t.minLength <= 0 || javatext.Len(token) >= t.minLength {
			kept = append(kept, token)
		}
	}
	setTerms(out[0], kept)
	return nil
}

// tooHard is the error for a text that a pattern gives up on.
func tooHard(re *javaregex.Regexp, err error) error {
	return Bad(0, ErrValue, "text that /"+javaregex.Short(re.String())+"/ cannot be matched with: "+err.Error(), "a pattern without nested repetitions has no such texts")
}
