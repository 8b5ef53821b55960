package tree

import (
	"math"
	"math/bits"
	"slices"
)

// abreast is the number of trees that are walked at the same time. A step in a
// tree is mostly waiting for memory, in which a processor can take others.
const abreast = 8

// layOut picks the layout and the walk that are fastest for the forest.
//
// Walking abreast takes as many steps in each tree as the deepest has, and is
// three times as fast a step as walking to the leaf and no further, where no
// step's way can be foreseen. It is for trees whose leaves are mostly at a like
// depth.
//
// A step over small nodes costs two thirds of one over large ones, or less in
// forests larger than the caches, and to bring a value down to its bin costs
// about four steps: it pays from some twelve steps for each slot.
func (f *Forest) layOut() {
	steps, walk := 0, 0.0
	categorical := len(f.Sets) > 0
	for t := range f.Trees {
		if t%abreast == 0 {
			depth := int32(0)
			for _, tree := range f.Trees[t:min(t+abreast, len(f.Trees))] {
				depth = max(depth, tree.Depth)
			}
			steps += abreast * int(depth)
		}
		walk += f.walkLength(t)
	}
	f.abreast = len(f.Trees) >= abreast && float64(steps) <= 3*walk
	f.Values = slices.Clone(f.Values) // without what it had room to grow into
	if f.abreast && (categorical || steps >= 12*len(f.Slots)) && f.shrink() {
		return
	}
	f.abreast = f.abreast && !categorical
	f.Nodes, f.Sets = slices.Clone(f.Nodes), slices.Clone(f.Sets)
}

// treeNodes are the nodes of tree t.
func (f *Forest) treeNodes(t int) []Node {
	if t+1 < len(f.Trees) {
		return f.Nodes[f.Trees[t].Root:f.Trees[t+1].Root]
	}
	return f.Nodes[f.Trees[t].Root:]
}

// walkLength is the mean number of steps to a leaf of tree t if each split
// sends half of its rows each way.
func (f *Forest) walkLength(t int) float64 {
	nodes := f.treeNodes(t)
	root := f.Trees[t].Root
	length, share := 0.0, 1.0 // of rows that come to a node of this level
	for level := 1; len(nodes) > 0; share /= 2 {
		splits := 0
		for i := range nodes[:level] {
			if nodes[i].Right != root+int32(i) {
				splits++
			}
		}
		length += share * float64(splits)
		nodes, root, level = nodes[level:], root+int32(level), 2*splits
	}
	return length
}

// shrink turns Nodes into Small, if they fit.
func (f *Forest) shrink() bool {
	cuts := f.findCuts()
	if cuts == nil {
		return false
	}
	small := make([]SmallNode, 0, len(f.Nodes))
	for t := range f.Trees {
		root := f.Trees[t].Root
		nodes := f.treeNodes(t)
		if len(nodes) > 1<<rightBits {
			return false
		}
		for i, n := range nodes {
			right := int(n.Right - root)
			switch {
			case right == i:
				small = append(small, smallNode(uint64(n.Threshold), leafSlot, right))
			case n.Slot < 0:
				small = append(small, smallNode(f.leftBins(int(n.Threshold)), int(^n.Slot), right))
			default:
				left := uint64(0) // NaN
				if k, ok := slices.BinarySearch(cuts[n.Slot], n.Threshold); ok {
					left = 2<<k - 1
				}
				small = append(small, smallNode(left, int(n.Slot), right))
			}
		}
	}
	f.Cuts, f.Steps = make([]float64, 0, cutStride*len(cuts)), make([]uint8, len(cuts))
	for slot, c := range cuts {
		f.Steps[slot] = uint8(bits.Len(uint(len(c))))
		if c == nil {
			f.Steps[slot] = Categories
		}
		f.Cuts = append(f.Cuts, c...)
		for range cutStride - len(c) {
			f.Cuts = append(f.Cuts, math.Inf(1))
		}
	}
	f.Small, f.Nodes, f.Sets = small, nil, nil
	return true
}

// findCuts gives the different thresholds of each slot in ascending order, nil
// where its values are categories. It is nil where a slot has too many, or
// both, or where there are too many slots.
func (f *Forest) findCuts() [][]float64 {
	if len(f.Slots) > leafSlot {
		return nil
	}
	cuts := make([][]float64, len(f.Slots))
	categories := make([]bool, len(f.Slots))
	for i := range f.Nodes {
		n := &f.Nodes[i]
		switch {
		case int(n.Right) == i:
		case n.Slot < 0:
			if f.Sets[int(n.Threshold)]>>1 > otherBin {
				return nil
			}
			categories[^n.Slot] = true
		case !math.IsNaN(n.Threshold):
			c := cuts[n.Slot]
			if k, found := slices.BinarySearch(c, n.Threshold); !found {
				if len(c) == maxCuts {
					return nil
				}
				cuts[n.Slot] = slices.Insert(c, k, n.Threshold)
			}
		}
	}
	for slot := range cuts {
		if categories[slot] == (cuts[slot] != nil) {
			if categories[slot] {
				return nil
			}
			cuts[slot] = []float64{} // all its thresholds are NaN
		}
	}
	return cuts
}

// leftBins are the bins that the set of categories at i sends to the left.
func (f *Forest) leftBins(i int) uint64 {
	n := f.Sets[i] >> 1
	left := uint64(1)<<binBits - 1
	if f.Sets[i]&1 != 0 {
		left = 1<<n - 1
	}
	if n > 0 {
		left &^= f.Sets[i+1]
	}
	return left
}
