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
// A step over small nodes costs two thirds of one over large ones and over narrow
// nodes half, or less in forests larger than the caches, and to bring a value down to its bin costs
// about four steps: it pays from some twelve steps for each slot.
func (b *Builder) layOut() {
	b.gather()
	f := &b.f
	steps := 0
	for t := range f.Trees {
		if t%abreast == 0 {
			depth := int32(0)
			for _, tree := range f.Trees[t:min(t+abreast, len(f.Trees))] {
				depth = max(depth, tree.Depth)
			}
			steps += abreast * int(depth)
		}
	}
	categorical := len(f.Sets) > 0
	f.abreast = len(f.Trees) >= abreast && float64(steps) <= 3*b.walk
	if f.abreast && (categorical || steps >= 12*len(f.Slots)) && f.shrink(b.splits, b.trees) {
		return
	}
	f.abreast = f.abreast && !categorical
	b.spread()
	if f.abreast {
		f.inEights()
	}
}

// eight are trees that are walked at the same time, each as far as the deepest. The
// forest's last may have its last tree several times.
type eight struct {
	roots [abreast]int32
	depth int32
}

func (f *Forest) inEights() {
	f.eights = make([]eight, (len(f.Trees)+abreast-1)/abreast)
	for i := range f.eights {
		e := &f.eights[i]
		for k := range e.roots {
			t := &f.Trees[min(i*abreast+k, len(f.Trees)-1)]
			e.roots[k], e.depth = t.Root, max(e.depth, t.Depth)
		}
	}
}

// gather makes all of the forest but its nodes.
func (b *Builder) gather() {
	f, n := &b.f, b.f.Outputs
	if !b.KeepPlaces {
		f.Values = slices.Clip(b.values)
		return
	}
	f.Values = make([]float64, 0, n*len(b.placed))
	for _, leaf := range b.placed {
		f.Values = append(f.Values, b.values[int(leaf)*n:][:n]...)
	}
}

// spread makes Nodes of the trees.
func (b *Builder) spread() {
	f := &b.f
	f.Nodes, f.Sets = make([]Node, 0, b.nodes), slices.Clone(f.Sets)
	for t, nodes := range b.trees {
		for _, n := range nodes {
			wide := Node{Threshold: leafOf(^n.number())}
			if number := n.number(); number >= 0 {
				wide = b.splits[number]
			}
			wide.Right = int32(n.right()) + f.Trees[t].Root
			f.Nodes = append(f.Nodes, wide)
		}
	}
}

// shrink makes Narrow of the trees, or Small, if they fit: splits by their numbers,
// and trees as a Builder keeps them.
func (f *Forest) shrink(splits []Node, trees [][]numbered) bool {
	return f.makeNarrow(splits, trees) || len(f.Sets) > 0 && f.makeSmall(splits, trees)
}

func (f *Forest) makeNarrow(splits []Node, trees [][]numbered) bool {
	if len(f.Sets) > 0 {
		return false
	}
	cuts := f.findCuts(splits)
	if cuts == nil {
		return false
	}
	count := countNodes(trees, 1<<childBits)
	if count < 0 {
		return false
	}
	narrow := make([]NarrowNode, len(splits)) // without their children
	for i := range splits {
		n := &splits[i]
		narrow[i] = NarrowNode(n.Slot)
		if n.Threshold == n.Threshold {
			narrow[i] |= NarrowNode(maxCuts-cuts[n.Slot].rank(n.Threshold)) << marginShift
		} else { // NaN
			narrow[i] |= 1 << childShift
		}
	}
	f.Narrow, f.Numbers = make([]NarrowNode, count), make([]int32, count)
	for t, nodes := range trees {
		root := f.Trees[t].Root
		fillNarrow(f.Narrow[root:], f.Numbers[root:], narrow, nodes, root-f.first(t))
	}
	f.keepCuts(cuts)
	return true
}

// fillNarrow makes a tree's nodes of splits that are in narrow by their numbers.
// The tree begins so many nodes after the first of its eight.
func fillNarrow(to []NarrowNode, numbers []int32, narrow []NarrowNode, nodes []numbered, after int32) {
	to, numbers = to[:len(nodes)], numbers[:len(nodes)]
	for i, n := range nodes {
		at := NarrowNode(after+int32(n>>32)) << childShift
		if number := n.number(); number >= 0 {
			to[i] = narrow[number] + at - 1<<childShift
		} else {
			to[i], numbers[i] = leafSlot|at, ^number
		}
	}
}

// countNodes is -1 where eight trees have more nodes than a node can count.
func countNodes(trees [][]numbered, most int) (count int) {
	first := 0
	for t, nodes := range trees {
		if t%abreast == 0 {
			first = count
		}
		count += len(nodes)
		if count-first > most {
			return -1
		}
	}
	return count
}

func (f *Forest) makeSmall(splits []Node, trees [][]numbered) bool {
	cuts := f.findCuts(splits)
	if cuts == nil {
		return false
	}
	count := countNodes(trees, 1<<rightBits)
	if count < 0 {
		return false
	}
	small := make([]SmallNode, len(splits)) // without their children
	for i := range splits {
		n := &splits[i]
		switch {
		case n.Slot < 0:
			small[i] = smallNode(f.leftBins(int(n.Threshold)), int(^n.Slot), 0)
		case n.Threshold == n.Threshold:
			small[i] = smallNode(2<<cuts[n.Slot].rank(n.Threshold)-1, int(n.Slot), 0)
		default: // NaN
			small[i] = smallNode(0, int(n.Slot), 0)
		}
	}
	f.Small = make([]SmallNode, count)
	for t, nodes := range trees {
		root := f.Trees[t].Root
		fillSmall(f.Small[root:], small, nodes, root-f.first(t))
	}
	f.keepCuts(cuts)
	return true
}

// keepCuts leaves Nodes to what has cuts.
func (f *Forest) keepCuts(cuts []cuts) {
	f.Cuts, f.Steps = make([]float64, 0, cutStride*len(cuts)), make([]uint8, len(cuts))
	for slot := range cuts {
		c := &cuts[slot]
		f.Steps[slot] = uint8(bits.Len(uint(c.n)))
		if c.categories {
			f.Steps[slot] = Categories
		}
		f.Cuts = append(f.Cuts, c.at[:]...)
	}
	f.Nodes, f.Sets = nil, nil
	f.inEights()
}

// fillSmall is fillNarrow for small nodes.
func fillSmall(to, small []SmallNode, nodes []numbered, after int32) {
	to = to[:len(nodes)]
	for i, n := range nodes {
		s := SmallNode(leafSlot<<slotShift | uint64(^uint32(n)))
		if number := n.number(); number >= 0 {
			s = small[number]
		}
		to[i] = s | SmallNode(after+int32(n>>32))<<(64-rightBits)
	}
}

// cuts are the different thresholds of a slot in ascending order, then +Inf; or
// its values are categories.
type cuts struct {
	at         [cutStride]float64
	n          int
	continuous bool
	categories bool
}

// rank is the number of thresholds below x, which is not NaN.
func (c *cuts) rank(x float64) int {
	k := bit(c.at[15] < x) << 4
	k += bit(c.at[(k+7)&31] < x) << 3
	k += bit(c.at[(k+3)&31] < x) << 2
	k += bit(c.at[(k+1)&31] < x) << 1
	k += bit(c.at[k&31] < x)
	return int(k)
}

// findCuts gives each slot's cuts. It is nil where a slot has too many, or
// categories as well, or where there are too many slots.
func (f *Forest) findCuts(splits []Node) []cuts {
	if len(f.Slots) > leafSlot {
		return nil
	}
	slots := make([]cuts, len(f.Slots))
	for i := range slots {
		for k := range slots[i].at {
			slots[i].at[k] = math.Inf(1)
		}
	}
	for i := range splits {
		n := &splits[i]
		if n.Slot < 0 {
			if f.Sets[int(n.Threshold)]>>1 > otherBin {
				return nil
			}
			slots[^n.Slot].categories = true
			continue
		}
		c := &slots[n.Slot]
		c.continuous = true
		if n.Threshold != n.Threshold {
			continue
		}
		k := c.rank(n.Threshold)
		if k < c.n && c.at[k] == n.Threshold {
			continue
		}
		if c.n == maxCuts {
			return nil
		}
		copy(c.at[k+1:], c.at[k:c.n])
		c.at[k] = n.Threshold
		c.n++
	}
	for i := range slots {
		if slots[i].categories && slots[i].continuous {
			return nil
		}
	}
	return slots
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
