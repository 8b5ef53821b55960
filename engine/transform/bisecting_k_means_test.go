package transform

import (
	"errors"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func bisecting(lines ...string) *bundle.Node {
	n := nodeOf("bisecting_k_means", "features:f > prediction:p")
	n.Model.Files = []bundle.File{{Name: "tree.json", Data: []byte(strings.Join(lines, "\n") + "\n")}}
	return n
}

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py. MLeap puts
// the tie of (2, 2) between the first two elsewhere, by rounding.
func TestBisectingKMeans(t *testing.T) {
	tr := readNode(t, bisecting(
		`{"index":-1,"norm":2.0,"numChildren":2,"values":[1.0,1.0]}`,
		`{"index":-2,"norm":1.0,"numChildren":2,"values":[1.0,0.0]}`,
		`{"index":0,"norm":0.0,"numChildren":0,"values":[0.0,0.0]}`,
		`{"index":1,"norm":2.0,"numChildren":0,"values":[2.0,0.0]}`,
		`{"index":2,"norm":3.0,"numChildren":0,"values":[0.0,3.0]}`,
	))
	for _, c := range []struct {
		in   *frame.Value
		want float64
	}{
		{dense(0, 0), 0}, {dense(1, 0), 0}, {dense(1.5, 0), 1}, {dense(2, 2), 1}, {dense(0, 9), 2},
		{sparse(2, 0, 5), 1}, {sparse(2), 0}, {dense(1, 1.5), 0}, {dense(3, 4), 2},
	} {
		wantNear(t, tr, c.in, c.want)
	}
	wantNear(t, tr, dense(0, nan)) // refused
	wantNoAllocs(t, tr, dense(1, 2))
	wantNoAllocs(t, tr, sparse(2, 0, 5))
	wantNear(t, readNode(t, bisecting(`{"index":7,"norm":0.0,"numChildren":0,"values":[0.0]}`)), dense(3), 7)
}

func TestBisectingKMeansFaults(t *testing.T) {
	for name, n := range map[string]*bundle.Node{
		"sizes": bisecting(`{"index":-1,"norm":2.0,"numChildren":1,"values":[1.0,1.0]}`, `{"index":1,"norm":2.0,"numChildren":0,"values":[1.0]}`),
		"leaf":  bisecting(`{"index":-1,"norm":2.0,"numChildren":0,"values":[1.0,1.0]}`),
		"ends":  bisecting(`{"index":-1,"norm":2.0,"numChildren":2,"values":[1.0,1.0]}`),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
	if _, err := NewSource(nodeOf("bisecting_k_means", ">"), Table).Read(); !errors.Is(err, bundle.ErrNotFound) {
		t.Errorf("without a tree: %v", err)
	}
}
