package transform

import (
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// What ops would make of short rows is bounded, and refused before it is made.
func TestBounds(t *testing.T) {
	const limit = "limit exceeded at 0"
	vector := func(size int) bundle.DataShape {
		return bundle.DataShape{Kind: frame.Tensor, Dims: []int{size}}
	}
	half := &frame.Value{Dims: []int{mostElements/2 + 1}, Nums: make([]float64, mostElements/2+1)}
	for i := range half.Nums {
		half.Nums[i] = 1
	}
	thousand := dense(make([]float64, 1000)...)
	shapes := attrShapes("input_shapes", vector(1000), vector(1000), vector(1000))
	features := func(i int) bundle.Attribute {
		ones := make([]int64, 1000)
		for k := range ones {
			ones[k] = 1
		}
		return attrInts("num_features"+strconv.Itoa(i), ones...)
	}
	words := strings.Repeat("word|", 100_000)
	for name, c := range map[string]struct {
		node *bundle.Node
		in   []*frame.Value
		want string
	}{
		"polynomials": {nodeOf("polynomial_expansion", "", attrInt("degree", 3)), []*frame.Value{thousand}, limit},
		"assembler": {nodeOf("vector_assembler", "", attrShapes("input_shapes", vector(mostElements/2+1), vector(mostElements/2+1))),
			[]*frame.Value{half, half}, limit},
		"products": {nodeOf("interaction", "", shapes, attrInt("num_inputs", 3), features(0), features(1), features(2)),
			[]*frame.Value{thousand, thousand, thousand}, limit},
		"ones": {nodeOf("binarizer", "", attrFloat("threshold", -1), attrShape("input_shapes", bundle.DataShape{Kind: frame.Tensor})),
			[]*frame.Value{sparse(mostElements + 1)}, limit},
		"grams":               {nodeOf("ngram", "", attrInt("n", 1000)), []*frame.Value{terms(words)}, limit},
		"cosines":             {nodeOf("dct", "", attrBool("inverse", false)), []*frame.Value{dense(make([]float64, 20_000)...)}, limit},
		"long sparse vectors": {nodeOf("dct", "", attrBool("inverse", true)), []*frame.Value{sparse(mostElements+1, 0, 1)}, limit},
	} {
		if got := row(readNode(t, c.node), c.in...); got != c.want {
			t.Errorf("%s: %.100s, want %s", name, got, c.want)
		}
	}
}
