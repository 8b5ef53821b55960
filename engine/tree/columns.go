package tree

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
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
	if f.Small == nil {
		trees, _ := f.apart()
		if !g.makeSmall(number(trees)) {
			return nil, false
		}
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
			if n.right() == root+i-int(f.first(t)) {
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

// apart are the trees' nodes, with Right counted from each root, and the sets that
// they test.
func (f *Forest) apart() (trees [][]Node, sets []uint64) {
	trees, sets = make([][]Node, len(f.Trees)), f.Sets
	for t, tree := range f.Trees {
		end := f.Len()
		if t+1 < len(f.Trees) {
			end = int(f.Trees[t+1].Root)
		}
		for i := int(tree.Root); i < end; i++ {
			var n Node
			switch {
			case f.Narrow != nil:
				n = f.widened(i)
				n.Right += f.first(t)
			case f.Small != nil:
				n, sets = f.enlarged(i, sets)
				n.Right += f.first(t)
			default:
				n = f.Nodes[i]
			}
			n.Right -= tree.Root
			trees[t] = append(trees[t], n)
		}
	}
	return trees, sets
}

// widened is node i of Narrow, with Right counted from the first of its eight trees.
func (f *Forest) widened(i int) Node {
	n := f.Narrow[i]
	w := Node{Threshold: math.NaN(), Slot: int32(n.slot()), Right: int32(n.left())}
	if n.slot() == leafSlot {
		w.Slot, w.Threshold = 0, leafOf(f.Numbers[i])
	} else if n.margin() > 0 {
		w.Threshold = f.Cuts[cutStride*n.slot()+maxCuts-n.margin()]
		w.Right++
	}
	return w
}

// enlarged is widened for node i of Small. It puts the set that the node tests at
// the end of sets.
func (f *Forest) enlarged(i int, sets []uint64) (Node, []uint64) {
	n := f.Small[i]
	w := Node{Threshold: math.NaN(), Slot: int32(n.slot()), Right: int32(n.right())}
	switch left := uint64(n) & (1<<binBits - 1); {
	case n.slot() == leafSlot:
		w.Slot, w.Threshold = 0, leafOf(int32(uint32(n)))
	case f.Steps[n.slot()] == Categories: // those below otherBin, and what is none of them
		w.Slot, w.Threshold = ^w.Slot, float64(len(sets))
		sets = append(sets, otherBin<<1|^left>>otherBin&1, ^left&(1<<otherBin-1))
	case left > 0:
		w.Threshold = f.Cuts[cutStride*n.slot()+bits.OnesCount64(left)-1]
	}
	return w, sets
}

// number gives each node of trees as apart makes them a number, as a Builder does.
func number(trees [][]Node) (splits []Node, by [][]numbered) {
	for _, nodes := range trees {
		tree := make([]numbered, len(nodes))
		for i, n := range nodes {
			number := ^n.leaf()
			if int(n.Right) != i {
				number = int32(len(splits))
				splits = append(splits, n)
			}
			tree[i] = numbered(uint32(number)) | numbered(n.Right)<<32
		}
		by = append(by, tree)
	}
	return splits, by
}

// Abreast says whether the trees are best walked several at a time.
func (f *Forest) Abreast() bool { return len(f.Trees) >= abreast && (f.abreast || f.Cuts != nil) }

// WideColumns are Columns of trees with any number of thresholds and categories.
// Each set of categories that a split tests is a slot of its own.
type WideColumns struct {
	Shapes []uint32 // of each node: 0 for a leaf, else 1 + the slot
	Slots  []WideSlot
	Leaves []int32
}

// WideSlot is a feature and what is tested of it: Cuts, with the tests of its
// splits in order, each 1 + the number of the cut or 0 for what goes right
// always; or the set that goes right (see Sets).
type WideSlot struct {
	Feature int32
	Cuts    []float64
	Tests   []uint32
	Set     []uint64
}

// WideColumns takes apart any forest. ok is false where there are too many slots,
// cuts or nodes for what is made of it: 65,535 of each, or 2^20 nodes of a tree.
func (f *Forest) WideColumns() (c *WideColumns, ok bool) {
	c = &WideColumns{}
	cuts := make([][]float64, len(f.Slots))
	trees, all := f.apart()
	for _, nodes := range trees {
		for i, n := range nodes {
			if int(n.Right) != i && n.Slot >= 0 && n.Threshold == n.Threshold {
				cuts[n.Slot] = append(cuts[n.Slot], n.Threshold)
			}
		}
	}
	numeric := make([]int, len(f.Slots)) // the slots of the features' thresholds
	for s := range cuts {
		slices.Sort(cuts[s])
		cuts[s] = slices.Compact(cuts[s])
		if len(cuts[s]) > 1<<16-2 {
			return nil, false
		}
		numeric[s] = len(c.Slots)
		c.Slots = append(c.Slots, WideSlot{Feature: f.Slots[s], Cuts: cuts[s]})
	}
	sets := map[string]int{}
	for _, nodes := range trees {
		if len(nodes) > 1<<rightBits {
			return nil, false
		}
		for i, n := range nodes {
			if int(n.Right) == i {
				c.Shapes = append(c.Shapes, 0)
				c.Leaves = append(c.Leaves, n.leaf())
				continue
			}
			slot := 0
			if n.Slot >= 0 {
				slot = numeric[n.Slot]
				test := uint32(0)
				if k, found := slices.BinarySearch(cuts[n.Slot], n.Threshold); found && n.Threshold == n.Threshold {
					test = uint32(k + 1)
				}
				c.Slots[slot].Tests = append(c.Slots[slot].Tests, test)
			} else {
				at := int(n.Threshold)
				set := all[at:][:1+(all[at]>>1+63)/64]
				key := strconv.Itoa(int(^n.Slot))
				for _, w := range set {
					key += " " + strconv.FormatUint(w, 36)
				}
				var known bool
				if slot, known = sets[key]; !known {
					slot = len(c.Slots)
					sets[key] = slot
					c.Slots = append(c.Slots, WideSlot{Feature: f.Slots[^n.Slot], Set: set})
				}
			}
			c.Shapes = append(c.Shapes, uint32(slot+1))
		}
	}
	return c, len(c.Slots) < 1<<16-1
}
