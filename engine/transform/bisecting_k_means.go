package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// bisectingKMeans goes down a tree of clusters, each time to the child whose
// centre is closest, the first of equals, and gives the leaf's number.
//
// Spark: mllib/clustering/BisectingKMeansModel.scala
// (ClusteringTreeNode.predict). For the distance measure what is said of kMeans
// holds.
type bisectingKMeans struct {
	nodes    []clusterNode // in pre-order
	features int
	cosine   bool
}

type clusterNode struct {
	center
	index int // of the cluster, in a leaf
	end   int // the node after this one's last descendant
}

func readBisectingKMeans(s *Source) (Transformer, error) {
	t := &bisectingKMeans{cosine: readCosine(s)}
	var open []clusterParent
	err := bundle.EachClusterNode(s.Model, func(n *bundle.ClusterNode) error {
		i := len(t.nodes)
		if i == 0 {
			t.features = len(n.Values)
		}
		switch leaf := n.NumChildren == 0; {
		case len(n.Values) != t.features:
			return s.Malformed("cluster " + strconv.Itoa(i) + " has a centre of " + strconv.Itoa(len(n.Values)) + " elements, the first one of " + strconv.Itoa(t.features))
		case leaf && n.Index < 0 || n.Index > math.MaxInt32:
			return s.Malformed("cluster " + strconv.Itoa(i) + " is a leaf of index " + strconv.Itoa(n.Index))
		}
		t.nodes = append(t.nodes, clusterNode{center: center{append([]float64(nil), n.Values...), n.Norm}, index: n.Index, end: i + 1})
		if n.NumChildren > 0 {
			open = append(open, clusterParent{i, n.NumChildren})
			return nil
		}
		// A leaf ends every parent whose last descendant it is.
		for len(open) > 0 {
			p := &open[len(open)-1]
			if p.missing--; p.missing > 0 {
				break
			}
			t.nodes[p.node].end = i + 1
			open = open[:len(open)-1]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, s.Err()
}

// clusterParent is a node whose children are not all read yet.
type clusterParent struct{ node, missing int }

func (t *bisectingKMeans) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.features)}}
}

func (t *bisectingKMeans) Outputs() []Port {
	return []Port{{Name: "prediction", Type: frame.ScalarOf(frame.Int)}}
}

func (t *bisectingKMeans) Holds() []Fact {
	return []Fact{{"nodes", len(t.nodes)}, {"features", t.features}}
}

func (t *bisectingKMeans) Transform(in, out []*frame.Value) error {
	norm := norm2(in[0].Nums)
	if math.IsNaN(norm) {
		return errNaNPoint()
	}
	if t.cosine && norm == 0 {
		return errZeroPoint()
	}
	i := 0
	for t.nodes[i].end > i+1 {
		i = t.closestChild(i, in[0], norm)
	}
	out[0].SetNum(float64(t.nodes[i].index))
	return nil
}

func (t *bisectingKMeans) closestChild(parent int, v *frame.Value, norm float64) int {
	best, least := parent+1, 0.0
	for i := parent + 1; i < t.nodes[parent].end; i = t.nodes[i].end {
		d := 0.0
		if t.cosine {
			d = t.nodes[i].cosineDistance(v, norm)
		} else {
			d = t.nodes[i].squaredDistance(v, norm)
		}
		if i == parent+1 || d < least {
			best, least = i, d
		}
	}
	return best
}
