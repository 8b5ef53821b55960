package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestIDF(t *testing.T) {
	tr := readNode(t, nodeOf("idf", "input:a > output:b", attrVector("idf", 0.5, 0, 2)))
	wantRows(t, tr, map[*frame.Value]string{
		dense(1, 2, 3):                  "[0.5 0 6]",
		dense(-1, math.NaN(), 0):        "[-0.5 NaN 0]",
		dense(0, math.Inf(1), 0):        "[0 NaN 0]",
		sparse(3, 1, 4, 2, 1.5):         "3:[1=0 2=3]",
		sparse(3):                       "3:[]",
		sparse(3, 0, 0, 2, math.Inf(1)): "3:[0=0 2=+Inf]",
	})
	if n := tr.Inputs()[0].Type.Size(); n != 3 {
		t.Errorf("takes vectors of %d", n)
	}
	wantNoAllocs(t, tr, dense(1, 2, 3))
	wantNoAllocs(t, tr, sparse(3, 1, 4))
	wantFaults(t, map[string]*bundle.Node{"idf": nodeOf("idf", "", attrFloats("idf", 1))})
}
