package kernel

// Trees without categories, whose nodes fit 32 bits: in 8 of them the slot, in 5
// a margin, and in 19 the left child, counted from the root of the first of the
// eight trees that are walked together. The margin of a split at cut c is 31 - c.
// So when the slot's bin is added to it, the carry makes of the left child the
// right one where the bin is above c: a step is an addition, a shift and two
// loads, and nothing waits for a branch or a comparison.
//
// A leaf is its own left child, and has the slot 255, whose bin is 0. What is
// always right has the slot 254, whose bin is 32. A leaf's number is in a table
// of its own.

const (
	marginShift = 8
	childShift  = 13
	alwaysRight = 254
)

// unpackNarrow makes nodes of columns, which are those of unpackTrees. trees gets
// 8 bytes a tree: the address of the root, and, where it is the first of eight, the
// depth of the deepest of these. There are as many as make the last eight full:
// those beyond the last are a leaf of it. numbers gets the leaves' numbers, each
// as far from it as the leaf is from nodes.
func unpackNarrow(shapes, shapesEnd, slots, leaves, leavesHigh, leavesTop, trees, treesEnd, nodes, numbers Ptr) {
	base, deepest := nodes, trees+4
	for i := uint32(0); trees != treesEnd; i++ {
		if i&7 == 0 {
			base, deepest = nodes, trees+4
		}
		if shapes == shapesEnd {
			trees.SetPtr(nodes - 4)
			trees += 8
			continue
		}
		trees.SetPtr(nodes)
		trees += 8
		first := uint32(nodes-base) >> 2
		next, levelEnd, depth := uint32(1), uint32(1), uint32(0)
		for k := uint32(0); k != next; k++ {
			if k == levelEnd {
				depth++
				levelEnd = next
			}
			shape := uint32(shapes.U8())
			shapes++
			node := (first+k)<<childShift | leafSlot
			if shape == 0 {
				number := uint32(leaves.U8()) | uint32(leavesHigh.U8())<<8
				if leavesTop != 0 {
					number |= uint32(leavesTop.U8()) << 16
					leavesTop++
				}
				leaves++
				leavesHigh++
				numbers.SetU32(number)
			} else {
				slot := slots + Ptr(shape-1)<<3
				at := slot.Ptr()
				slot.SetPtr(at + 1)
				test := uint32(at.U8())
				node = (first+next)<<childShift | alwaysRight
				if test != 255 {
					node = (first+next)<<childShift | (31-test)<<marginShift | (shape - 1)
				}
				next += 2
			}
			nodes.SetU32(node)
			nodes += 4
			numbers += 4
		}
		deepest.SetU32(max(deepest.U32(), depth))
	}
}

// fillMargins finds the bin that each slot's feature falls in, and puts it where
// walkNarrow adds it to a margin, 4 bytes a slot.
func fillMargins(in Cell, features, featuresEnd, room Ptr, all bool, cuts, bins Ptr) {
	(bins + alwaysRight<<2).SetU32(32 << marginShift)
	x := gather(in, features, featuresEnd, room, all)
	for end := bins + (featuresEnd - features); bins != end; bins += 4 {
		bins.SetU32(rank(x.F64(), cuts) << marginShift)
		x += 8
		cuts += cutBytes
	}
}

// walkNarrow takes eight trees at a time, as deep as the deepest of them. leaves
// gets the numbers of the leaves, u32 each; toNumbers is how far unpackNarrow's
// numbers are from its nodes.
func walkNarrow(trees, treesEnd, bins, toNumbers, leaves Ptr) {
	for ; trees != treesEnd; trees += 64 {
		base := trees.Ptr()
		n0, n1, n2, n3 := base.U32(), (trees + 8).Ptr().U32(), (trees + 16).Ptr().U32(), (trees + 24).Ptr().U32()
		n4, n5, n6, n7 := (trees + 32).Ptr().U32(), (trees + 40).Ptr().U32(), (trees + 48).Ptr().U32(), (trees + 56).Ptr().U32()
		for depth := (trees + 4).U32(); depth > 0; depth-- {
			n0 = narrowChild(base, n0, bins)
			n1 = narrowChild(base, n1, bins)
			n2 = narrowChild(base, n2, bins)
			n3 = narrowChild(base, n3, bins)
			n4 = narrowChild(base, n4, bins)
			n5 = narrowChild(base, n5, bins)
			n6 = narrowChild(base, n6, bins)
			n7 = narrowChild(base, n7, bins)
		}
		leaves.SetU32(leafNumber(base, n0, toNumbers))
		(leaves + 4).SetU32(leafNumber(base, n1, toNumbers))
		(leaves + 8).SetU32(leafNumber(base, n2, toNumbers))
		(leaves + 12).SetU32(leafNumber(base, n3, toNumbers))
		(leaves + 16).SetU32(leafNumber(base, n4, toNumbers))
		(leaves + 20).SetU32(leafNumber(base, n5, toNumbers))
		(leaves + 24).SetU32(leafNumber(base, n6, toNumbers))
		(leaves + 28).SetU32(leafNumber(base, n7, toNumbers))
		leaves += 32
	}
}

// narrowChild takes a step.
//
//kernel:inline
func narrowChild(base Ptr, n uint32, bins Ptr) uint32 {
	return (base + Ptr((n+(bins+Ptr(uint8(n))<<2).U32())>>childShift)<<2).U32()
}

//kernel:inline
func leafNumber(base Ptr, n uint32, toNumbers Ptr) uint32 {
	return (base + Ptr(n>>childShift)<<2 + toNumbers).U32()
}
