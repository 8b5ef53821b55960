package tree

import (
	"math"
	"math/bits"
	"slices"
)

// Columns are a forest's nodes taken apart, tree after tree and each tree level
// by level, so that what is alike stands together.
type Columns struct {
	Shapes []byte      // of each node: 0 for a leaf, else 1 + the slot
	Tests  [][]byte    // of each slot, in the order of its splits: the number of the cut, or of the set; 255 goes right always
	Cuts   [][]float64 // of each slot: its thresholds, ascending; at most 31
	Sets   [][]uint64  // of each slot, nil where it has cuts: the bins that go left (see SmallNode)
	Leaves []int32     // the leaves' numbers
}

// Columns takes the forest apart. ok is false where a slot has too many cuts or
// sets, or a tree too many nodes, for SmallNode.
func (f *Forest) Columns() (c *Columns, ok bool) {
	g := *f
	if f.Small == nil && !g.shrink(f.apart()) {
		return nil, false
	}
	c = &Columns{Tests: make([][]byte, len(f.Slots)), Cuts: make([][]float64, len(f.Slots)), Sets: make([][]uint64, len(f.Slots))}
	for s := range f.Slots {
		if g.Steps[s] == Categories {
			c.Sets[s] = []uint64{}
			continue
		}
		cuts := g.Cuts[cutStride*s:][:cutStride]
		for len(cuts) > 0 && math.IsInf(cuts[len(cuts)-1], 1) {
			cuts = cuts[:len(cuts)-1] // what is left out is +Inf again
		}
		c.Cuts[s] = cuts
	}
	for t := range g.Trees {
		root, end := int(g.Trees[t].Root), len(g.Small)
		if t+1 < len(g.Trees) {
			end = int(g.Trees[t+1].Root)
		}
		for i, n := range g.Small[root:end] {
			if n.right() == i {
				c.Shapes = append(c.Shapes, 0)
				c.Leaves = append(c.Leaves, int32(uint32(n)))
				continue
			}
			s := n.slot()
			c.Shapes = append(c.Shapes, byte(s+1))
			left := uint64(n) & (1<<binBits - 1)
			test := bits.OnesCount64(left) - 1 // 2<<k - 1
			if left == 0 {
				test = 255
			}
			if c.Sets[s] != nil {
				test = slices.Index(c.Sets[s], left)
				if test < 0 {
					test = len(c.Sets[s])
					if test == 255 {
						return nil, false
					}
					c.Sets[s] = append(c.Sets[s], left)
				}
			}
			c.Tests[s] = append(c.Tests[s], byte(test))
		}
	}
	return c, true
}

// apart are the trees' nodes, with Right counted from each root.
func (f *Forest) apart() [][]Node {
	trees := make([][]Node, len(f.Trees))
	for t, tree := range f.Trees {
		end := len(f.Nodes)
		if t+1 < len(f.Trees) {
			end = int(f.Trees[t+1].Root)
		}
		trees[t] = slices.Clone(f.Nodes[tree.Root:end])
		for i := range trees[t] {
			trees[t][i].Right -= tree.Root
		}
	}
	return trees
}

// Abreast says whether the trees are best walked several at a time.
func (f *Forest) Abreast() bool { return len(f.Trees) >= abreast && (f.abreast || f.Small != nil) }
