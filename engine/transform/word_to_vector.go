package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// wordToVector is the mean of the vectors of a text's words.
//
// Spark: ml/feature/Word2Vec.scala (Word2VecModel.transform). The vectors, 32-bit
// numbers, are added up as doubles, word by word, and the sum is multiplied with
// 1/n, where n counts the words without a vector too. A text without words is the
// sparse vector without entries. null is refused.
//
// MLeap: core/feature/WordToVectorModel.scala has the kernel "sqrt" besides, for
// models from elsewhere: the sum is divided by its length instead, which makes NaN
// of a text without known words.
type wordToVector struct {
	index   map[string]int // of a word's vector
	vectors []float64
	size    int
	sqrt    bool
}

func readWordToVector(s *Source) (Transformer, error) {
	words := s.Strings("words")
	t := &wordToVector{index: make(map[string]int, len(words))}
	if isTensor(s.Model, "word_vectors") {
		t.vectors, _ = s.Tensor("word_vectors")
	} else {
		t.vectors = s.Floats("word_vectors")
	}
	kernel := s.StringOr("kernel", "default")
	t.sqrt = kernel == "sqrt"
	if !t.sqrt && kernel != "default" {
		s.Fail("kernel", "is "+strconv.Quote(kernel)+`, not "default" or "sqrt"`)
	}
	var indices []int
	if s.Has("indices") {
		indices = s.Ints("indices")
		sameLength(s, "indices", len(indices), "words", len(words))
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	for i, w := range words {
		if indices != nil {
			i = indices[i]
		}
		t.index[w] = i
	}
	n := len(t.index)
	if n == 0 || len(t.vectors)%n != 0 {
		s.Fail("word_vectors", "has "+strconv.Itoa(len(t.vectors))+" numbers for "+strconv.Itoa(n)+" words")
		return nil, s.Err()
	}
	t.size = len(t.vectors) / n
	for _, i := range indices {
		if i < 0 || i >= n {
			s.Fail("indices", "has "+strconv.Itoa(i)+", and there are "+strconv.Itoa(n)+" vectors")
		}
	}
	return t, s.Err()
}

func isTensor(m *bundle.Model, name string) bool {
	for i := range m.Attributes {
		if m.Attributes[i].Name == name {
			return m.Attributes[i].Kind == bundle.TensorAttr
		}
	}
	return false
}

func (t *wordToVector) Inputs() []Port  { return termsInput() }
func (t *wordToVector) Outputs() []Port { return vectorOutput(t.size) }
func (t *wordToVector) Holds() []Fact   { return []Fact{{"words", len(t.index)}} }

func (t *wordToVector) Transform(in, out []*frame.Value) error {
	words := in[0].Strs
	if len(words) == 0 {
		out[0].StartSparse(t.size)
		return nil
	}
	sum := out[0].Zeros(t.size)
	for _, w := range words {
		if k, ok := t.index[w]; ok {
			for i, x := range t.vectors[k*t.size : (k+1)*t.size] {
				sum[i] += x
			}
		}
	}
	if t.sqrt {
		length := math.Sqrt(dot(sum, sum))
		for i := range sum {
			sum[i] /= length
		}
		return nil
	}
	by := 1 / float64(len(words))
	for i := range sum {
		sum[i] *= by
	}
	return nil
}
