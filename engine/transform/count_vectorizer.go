package transform

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// countVectorizer counts the words of its vocabulary.
//
// Spark: ml/feature/CountVectorizer.scala (CountVectorizerModel). The vector is
// sparse. Words that are not in the vocabulary count only for the length of the
// text. A count below min_tf is left out: min_tf is a number of times if it is 1
// or more, else a share of all the text's words. Then, if binary, all that is left
// is 1. null is refused.
type countVectorizer struct {
	index  map[string]int32
	binary bool
	minTF  float64
}

func readCountVectorizer(s *Source) (Transformer, error) {
	t := &countVectorizer{binary: s.Bool("binary"), minTF: s.Float("min_tf")}
	words := s.Strings("vocabulary")
	t.index = make(map[string]int32, len(words))
	for i, w := range words {
		if _, twice := t.index[w]; twice {
			// Java's vector is then shorter than the vocabulary, and its indices run over.
			s.Fail("vocabulary", "has "+strconv.Quote(w)+" twice")
		}
		t.index[w] = int32(i)
	}
	return t, s.Err()
}

func (t *countVectorizer) Inputs() []Port  { return termsInput() }
func (t *countVectorizer) Outputs() []Port { return vectorOutput(len(t.index)) }
func (t *countVectorizer) Holds() []Fact   { return []Fact{{"words", len(t.index)}} }

func (t *countVectorizer) Transform(in, out []*frame.Value) error {
	v := out[0]
	v.StartSparse(len(t.index))
	for _, word := range in[0].Strs {
		if i, ok := t.index[word]; ok {
			v.Indices = append(v.Indices, i)
		}
	}
	countIndices(v)
	least := t.minTF
	if least < 1 {
		least *= float64(len(in[0].Strs))
	}
	k := 0
	for j, n := range v.Nums {
		if n >= least {
			if t.binary {
				n = 1
			}
			v.Indices[k], v.Nums[k] = v.Indices[j], n
			k++
		}
	}
	v.Indices, v.Nums = v.Indices[:k], v.Nums[:k]
	return nil
}
