package transform

import (
	"math"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/frame"
)

// ngram makes terms of each n words in a row, joined by spaces.
//
// Spark: ml/feature/NGram.scala. Fewer than n words make none. null is refused.
type ngram struct{ n int }

func readNGram(s *Source) (Transformer, error) {
	t := &ngram{n: s.Int("n")}
	if t.n < 1 || t.n > math.MaxInt32 {
		s.Fail("n", "is "+strconv.Itoa(t.n)+", not 1 or more")
	}
	return t, s.Err()
}

func (t *ngram) Inputs() []Port  { return termsInput() }
func (t *ngram) Outputs() []Port { return termsOutput() }

func (t *ngram) Transform(in, out []*frame.Value) error {
	words, grams := in[0].Strs, out[0].Strs[:0]
	// Grams share their text here, but whoever writes them down does not.
	size := 0
	for i, w := range words {
		size += min(t.n, i+1, len(words)-i) * (len(w) + 1)
	}
	if size > mostText && len(words) >= t.n {
		return tooMuch(0, size, mostText, "bytes of n-grams")
	}
	if len(words) >= t.n {
		// All grams are pieces of one string.
		all := strings.Join(words, " ")
		from, to := 0, -1
		for i, w := range words {
			to += len(w) + 1
			if i >= t.n-1 {
				grams = append(grams, all[from:to])
				from += len(words[i-t.n+1]) + 1
			}
		}
	}
	setTerms(out[0], grams)
	return nil
}
