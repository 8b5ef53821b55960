package transform

import (
	"errors"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/tree"
)

// trees is what the ops made of decision trees have in common: the walk from a
// feature vector to a leaf in each tree. What the leaves' values amount to is
// each op's own.
//
// Spark can write the leaves themselves (its param leafCol), each as its place
// from left to right among those of its tree (ml/tree/treeModels.scala,
// predictLeaf): a number for a single tree, a vector for more. MLeap has no such
// output; the port is called leaf.
type trees struct {
	forest       *tree.Forest
	single       bool
	width        int  // of the least vector that has what the forest tests
	floats, ints int  // the room that a walk takes
	walked       bool // by Block: the leaves are there
}

func finish(b *tree.Builder, single bool) (trees, error) {
	f, err := b.Forest()
	if err != nil {
		return trees{}, err
	}
	t := trees{forest: f, single: single, width: f.Width()}
	t.floats, t.ints = f.Room()
	t.floats = max(t.floats, len(f.Trees))
	return t, nil
}

// readTree reads the one tree of a decision tree.
func readTree(s *Source, values int) (trees, error) {
	features := s.Int("num_features")
	if err := s.Err(); err != nil {
		return trees{}, err
	}
	b := newBuilder(s, features, values)
	b.KeepPlaces = writes(s, "leaf") || s.Has("leaf_variances")
	if err := addTree(b, new(bundle.TreeReader), s.Model, values); err != nil {
		return trees{}, err
	}
	return finish(b, true)
}

// readForest reads the trees that the attribute "trees" names, all of one op,
// each a model in a directory of its own.
func readForest(s *Source, op string, values int) (trees, error) {
	features, names := s.Int("num_features"), s.Strings("trees")
	if s.Err() == nil && len(names) == 0 {
		s.Fail("trees", "is empty: a forest has at least one tree")
	}
	if err := s.Err(); err != nil {
		return trees{}, err
	}
	b := newBuilder(s, features, values)
	b.KeepPlaces = writes(s, "leaf")
	reader := new(bundle.TreeReader)
	for _, name := range names {
		sub, err := s.Sub(name)
		if err != nil {
			return trees{}, err
		}
		if sub.Model.Op != op {
			return trees{}, sub.Malformed("a " + s.Model.Op + " is made of " + op)
		}
		if err := addTree(b, reader, sub.Model, values); err != nil {
			return trees{}, err
		}
	}
	return finish(b, false)
}

// newBuilder holds a forest to the bundle's limits.
func newBuilder(s *Source, features, values int) *tree.Builder {
	b := tree.NewBuilder(features, values)
	b.MaxNodes = min(s.Limits.Nodes, tree.MaxNodes)
	return b
}

// addTree reads m's tree. A leaf has so many values; where that is one, it may
// have more, of which MLeap too takes the first.
func addTree(b *tree.Builder, r *bundle.TreeReader, m *bundle.Model, values int) error {
	nodes, err := r.Read(m, func(n *bundle.TreeNode) (int32, error) {
		if !n.Leaf {
			return b.NewSplit(&tree.Split{Feature: n.Feature, Threshold: n.Threshold,
				Categorical: !n.Continuous, Categories: n.Categories, IsLeft: n.IsLeft, NumCategories: n.NumCategories})
		}
		if values == 1 && len(n.Values) > 1 {
			return b.NewLeaf(n.Values[:1])
		}
		return b.NewLeaf(n.Values)
	})
	if err == nil {
		err = b.Tree(nodes)
	}
	if err == nil {
		return nil
	}
	var fault *tree.Error
	if errors.As(err, &fault) {
		kind := bundle.ErrMalformed
		if fault.Limit {
			kind = bundle.ErrLimit
		}
		return &bundle.Error{Kind: kind, Path: m.Path, Msg: m.Op + ": " + fault.Msg}
	}
	return err
}

// checkCounts refuses class counts that aren't any: Spark divides only counts
// of 0 and more by their sum (ProbabilisticClassificationModel.
// normalizeToProbabilitiesInPlace).
func (t *trees) checkCounts(s *Source) error {
	for i, v := range t.forest.Values {
		if !(v >= 0) {
			return s.Malformed("leaf " + strconv.Itoa(i/t.forest.Outputs) + " has a class count of " + strconv.FormatFloat(v, 'g', -1, 64))
		}
	}
	return nil
}

func (t *trees) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.forest.Features)}}
}

func (t *trees) Holds() []Fact {
	f := t.forest
	return []Fact{{"trees", len(f.Trees)}, {"nodes", f.Len()}, {"depth", f.Depth()}, {"features", len(f.Slots)}, {"bytes", f.Bytes()}}
}

// ports are the last outputs of each op made of trees: the leaves, if they are
// wanted, and the walk's room.
func (t *trees) ports() []Port {
	room := Port{Type: frame.TensorOf(frame.Double)}
	switch {
	case t.forest.Places == nil:
		return []Port{room}
	case t.single:
		return []Port{{Name: "leaf", Type: frame.ScalarOf(frame.Double)}, room}
	}
	return []Port{{Name: "leaf", Type: frame.TensorOf(frame.Double, len(t.forest.Trees)).OrNull()}, room}
}

// leaves walks the trees and gives the number of each one's leaf, which is part
// of the room that is the last of out, as are floats, one a tree, for whatever the op has for them.
func (t *trees) leaves(features *frame.Value, out []*frame.Value) (leaves []int32, floats []float64, err error) {
	f, scratch := t.forest, out[len(out)-1]
	size := len(features.Nums)
	if features.Sparse {
		size = features.Size()
	}
	if size < t.width {
		return nil, nil, Bad(0, ErrShape, "a vector of "+strconv.Itoa(size), "the trees test feature "+strconv.Itoa(t.width-1))
	}
	if cap(scratch.Nums) < t.floats || cap(scratch.Indices) < t.ints {
		t.makeRoom(scratch)
	}
	floats, ints := scratch.Nums[:t.floats], scratch.Indices[:t.ints]
	switch {
	case t.walked:
		leaves = ints[:len(f.Trees)]
	case features.Sparse:
		leaves = f.Sparse(features.Indices, features.Nums, floats, ints)
	default:
		leaves = f.Dense(features.Nums, floats, ints)
	}
	switch {
	case f.Places == nil:
	case t.single:
		out[len(out)-2].SetNum(float64(f.Places[leaves[0]]))
	default:
		d := out[len(out)-2].Dense(len(leaves))
		for i, leaf := range leaves {
			d[i] = float64(f.Places[leaf])
		}
	}
	return leaves, floats[:len(f.Trees)], nil
}

func (t *trees) makeRoom(scratch *frame.Value) {
	scratch.Nums, scratch.Indices = make([]float64, t.floats), make([]int32, t.ints)
}

// Blocks and Block make the ops of many trees a Blocker.
func (t *trees) Blocks() bool { return t.forest.Blocks() }

func (t *trees) Block(in, out [][]*frame.Value) {
	f := t.forest
	rooms := make([][]int32, 0, len(in))
	for i := range in {
		features, scratch := in[i][0], out[i][len(out[i])-1]
		if cap(scratch.Nums) < t.floats || cap(scratch.Indices) < t.ints {
			t.makeRoom(scratch)
		}
		switch floats, ints := scratch.Nums[:t.floats], scratch.Indices[:t.ints]; {
		case features.Null:
		case features.Sparse && features.Size() >= t.width:
			f.BinSparse(features.Indices, features.Nums, floats, ints)
			rooms = append(rooms, ints)
		case !features.Sparse && len(features.Nums) >= t.width:
			f.Bin(features.Nums, floats, ints)
			rooms = append(rooms, ints)
		}
	}
	f.WalkBlock(rooms)
}

// noCounts is the error for a row that comes to leaves that nothing was counted
// in: Spark refuses to make a probability of zeros, where MLeap gives zeros.
func noCounts() error {
	return Bad(0, ErrRange, "the class counts of its leaves add up to 0", "there is no probability to be had from them")
}
