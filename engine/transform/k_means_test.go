package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// centers is a list of vectors.
func centers(name string, vectors ...[]float64) bundle.Attribute {
	a := bundle.Attribute{Name: name, Kind: bundle.ListAttr, Type: bundle.TensorValue}
	for _, v := range vectors {
		a.Tensors = append(a.Tensors, bundle.Tensor{Base: frame.Double, Dims: []int{len(v)}, Floats: v})
	}
	return a
}

// The true values are Spark 4.1.2's: testdata/scripts/models_spark.py.
func TestKMeans(t *testing.T) {
	tr := readNode(t, nodeOf("k_means", "features:f > prediction:p", attrInt("num_features", 2),
		centers("cluster_centers", []float64{0, 0}, []float64{2, 0}, []float64{0, 2}, []float64{2, 0})))
	for _, c := range []struct {
		in   *frame.Value
		want []float64
	}{
		{dense(0, 0), []float64{0}},
		{dense(1, 0), []float64{0}},
		{dense(1, 1), []float64{0}},
		{dense(3, 0), []float64{1}},
		{dense(0, 9), []float64{2}},
		{sparse(2, 1, 1.1), []float64{2}},
		{sparse(2), []float64{0}},
		{dense(nan, 0), nil},
		{dense(inf, 0), []float64{0}},
	} {
		wantNear(t, tr, c.in, c.want...)
	}
	wantNoAllocs(t, tr, dense(1, 2))
	wantNoAllocs(t, tr, sparse(2, 1, 2))
	one := readNode(t, nodeOf("k_means", "features:f > prediction:p", centers("cluster_centers", []float64{5, 5})))
	wantNear(t, one, dense(1, 2), 0)
}

// Passing centres over must not change which is the closest, nor must the
// short cut for sparse vectors.
func TestKMeansClosest(t *testing.T) {
	const features, clusters = 4, 30
	r := newTwister(7)
	vectors := make([][]float64, clusters)
	for i := range vectors {
		for range features {
			vectors[i] = append(vectors[i], float64(r.bits(4)))
		}
	}
	tr := readNode(t, nodeOf("k_means", "features:f > prediction:p", centers("cluster_centers", vectors...)))
	for range 2000 {
		v := make([]float64, features)
		s := sparse(features)
		for i := range v {
			if v[i] = float64(r.bits(5)) / 2; v[i] != 0 {
				s.Put(i, v[i])
			}
		}
		closest, least := 0, inf
		for i, c := range vectors {
			if d := squaredDistance(v, c); d < least {
				closest, least = i, d
			}
		}
		wantNear(t, tr, dense(v...), float64(closest))
		if out, err := apply(tr, s); err != nil || squaredDistance(v, vectors[int(out[0].Num)]) != least {
			t.Errorf("%v: %v, %v", v, out, err)
		}
	}
}

func TestKMeansFaults(t *testing.T) {
	for name, n := range map[string]*bundle.Node{
		"none":     nodeOf("k_means", ">", centers("cluster_centers")),
		"sizes":    nodeOf("k_means", ">", centers("cluster_centers", []float64{1}, []float64{1, 2})),
		"features": nodeOf("k_means", ">", attrInt("num_features", 2), centers("cluster_centers", []float64{1})),
	} {
		t.Run(name, func(t *testing.T) { t.Log(readFault(t, n)) })
	}
}
