package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func attrTensors(name string, v ...[]float64) bundle.Attribute {
	a := bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.TensorValue}
	for _, x := range v {
		a.Tensors = append(a.Tensors, bundle.Tensor{Base: frame.Double, Dims: []int{len(x)}, Floats: x})
	}
	return a
}

func TestBucketedRandomProjectionLSH(t *testing.T) {
	vectors, size := attrTensors("random_unit_vectors", []float64{1, 0, 0}, []float64{0.6, 0.8, 0}), attrInt("input_size", 3)
	tr := readNode(t, nodeOf("bucketed_random_projection_lsh", "input:a > output:b", vectors, size, attrFloat("bucket_length", 0.1)))
	wantRows(t, tr, map[*frame.Value]string{
		dense(0.3, 0, 9):         "[3 1]", // 0.3·10, where 0.3/0.1 is below 3
		dense(-0.3, 0.1, 0):      "[-3 -1]",
		sparse(3, 0, 0.7):        "[7 4]",
		dense(0, 0, 0):           "[0 0]",
		sparse(3):                "[0 0]",
		dense(math.NaN(), 0, 0):  "[NaN NaN]",
		dense(math.Inf(1), 0, 0): "[+Inf +Inf]",
	})
	wantNoAllocs(t, tr, dense(1, 2, 3))
	wantFaults(t, map[string]*bundle.Node{
		"bucket_length":       nodeOf("bucketed_random_projection_lsh", "", vectors, size, attrFloat("bucket_length", 0)),
		"bucket_length 2":     nodeOf("bucketed_random_projection_lsh", "", vectors, size, attrFloat("bucket_length", math.NaN())),
		"random_unit_vectors": nodeOf("bucketed_random_projection_lsh", "", vectors, attrInt("input_size", 4), attrFloat("bucket_length", 1)),
	})
}
