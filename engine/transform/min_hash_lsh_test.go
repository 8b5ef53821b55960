package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestMinHashLSH(t *testing.T) {
	// (1 + i)·a + b overflows 32 bits.
	tr := readNode(t, nodeOf("min_hash_lsh", "input:a > output:b", attrInt("input_size", 12),
		attrInts("random_coefficients_a", 1569933735, 152454211, 144139129, 1649604550),
		attrInts("random_coefficients_b", 1207763660, 1729262581, 1249547202, 1235116564)))
	want := "[9.05133363e+08 3.01004682e+08 9.41142007e+08 6.49623734e+08]"
	wantRows(t, tr, map[*frame.Value]string{
		sparse(12, 3, 1, 4, 1, 11, 1):                      want,
		sparse(12, 3, -2.5, 4, math.NaN(), 5, 0, 11, 1e-9): want,
		dense(0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1):          want,
		dense(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0):          "unacceptable value at 0",
		sparse(12):       "unacceptable value at 0",
		sparse(12, 3, 0): "unacceptable value at 0",
	})
	out, _ := apply(tr, sparse(12, 7, 1))
	if d := out[0].Dims; len(d) != 2 || d[0] != 4 || d[1] != 1 {
		t.Errorf("dims %v", d)
	}
	wantNoAllocs(t, tr, sparse(12, 3, 1, 4, 1))
	a := attrInts("random_coefficients_a", 1)
	wantFaults(t, map[string]*bundle.Node{
		"random_coefficients_b":   nodeOf("min_hash_lsh", "", attrInt("input_size", 2), a, attrInts("random_coefficients_b", 1, 2)),
		"random_coefficients_a":   nodeOf("min_hash_lsh", "", attrInt("input_size", 2), a, attrInts("random_coefficients_b", 1<<40)),
		"random_coefficients_a 2": nodeOf("min_hash_lsh", "", attrInt("input_size", 2), a, attrInts("random_coefficients_b", -1)),
	})
}
