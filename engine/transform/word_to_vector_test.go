package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestWordToVector(t *testing.T) {
	words, vectors := attrStrings("words", "a", "b", "c"), attrFloats("word_vectors", 1, 2, 3, 4, 0.1, 0.25)
	tr := readNode(t, nodeOf("word_to_vector", "input:a > output:b", words, attrInts("indices", 1, 0, 2), vectors))
	wantRows(t, tr, map[*frame.Value]string{
		terms("a"):       "[3 4]",
		terms("a|b|b"):   "[1.6666666666666665 2.6666666666666665]", // 5·(1/3)
		terms("a|x|x|x"): "[0.75 1]",
		terms("c|c|c"):   "[0.1 0.25]",
		terms("x"):       "[0 0]",
		terms(""):        "2:[]",
	})
	wantNoAllocs(t, tr, terms("a|x|c"))

	inOrder := readNode(t, nodeOf("word_to_vector", "input:a > output:b", words, attrTensor("word_vectors", []float64{1, 2, 3, 4, 0.1, 0.25}, 6)))
	wantRows(t, inOrder, map[*frame.Value]string{terms("a"): "[1 2]", terms("c"): "[0.1 0.25]"})

	sqrt := readNode(t, nodeOf("word_to_vector", "input:a > output:b", words, attrInts("indices", 1, 0, 2), vectors, attrString("kernel", "sqrt")))
	wantRows(t, sqrt, map[*frame.Value]string{terms("a"): "[0.6 0.8]", terms("x"): "[NaN NaN]", terms(""): "2:[]"})
}

func TestWordToVectorFaults(t *testing.T) {
	words := attrStrings("words", "a", "b")
	wantFaults(t, map[string]*bundle.Node{
		"words":          nodeOf("word_to_vector", ""),
		"word_vectors":   nodeOf("word_to_vector", "", words, attrFloats("word_vectors", 1, 2, 3)),
		"word_vectors 2": nodeOf("word_to_vector", "", attrStrings("words"), attrFloats("word_vectors", 1, 2, 3)),
		"indices":        nodeOf("word_to_vector", "", words, attrFloats("word_vectors", 1, 2), attrInts("indices", 0)),
		"indices 2":      nodeOf("word_to_vector", "", words, attrFloats("word_vectors", 1, 2), attrInts("indices", 0, 2)),
		"indices 3":      nodeOf("word_to_vector", "", words, attrFloats("word_vectors", 1, 2), attrInts("indices", -1, 0)),
		"kernel":         nodeOf("word_to_vector", "", words, attrFloats("word_vectors", 1, 2), attrString("kernel", "max")),
	})
}
