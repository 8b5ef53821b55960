package kernel

// Trees whose nodes fit 32 bits: in 8 of them the slot, in 5 a margin, and in 19
// the left child, counted from the root of the first of the sixteen trees that are
// walked together, or eight, the last of a forest. The margin of a split at cut c
// is 31 - c. So when the slot's bin is added to it, the carry makes of the left
// child the right one where the bin is above c: a step is an addition, a shift and
// two loads, and nothing waits for a branch or a comparison. A feature with more
// than 31 cuts has a slot for each 31 of them, and a set of categories is a slot
// whose bin is 0 for what goes left and 32 for the rest.
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
// 8 bytes a tree: the address of the root, and, where it is the first of sixteen,
// the depth of the deepest of these. There are as many as make the last walk full:
// those beyond the last are a leaf of it. numbers gets the leaves' numbers, each
// as far from it as the leaf is from nodes.
func unpackNarrow(shapes, shapesEnd, slots, leaves, leavesHigh, leavesTop, trees, treesEnd, nodes, numbers Ptr) {
	base, deepest := nodes, trees+4
	for i := uint32(0); trees != treesEnd; i++ {
		if i&15 == 0 {
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
// the walk adds it to a margin, 8 bytes a slot. cuts are of unpackCuts, the other
// arguments gather's.
func fillMargins(in Cell, features, featuresEnd, room Ptr, all bool, cuts, bins Ptr) {
	x := gather(in, features, featuresEnd, room, all)
	for end := bins + (featuresEnd-features)<<1; bins != end; bins += 8 {
		bins.SetU32(rank(x.F64(), cuts) << marginShift)
		x += 8
		cuts += cutBytes
	}
}

// fillMarginsAbreast is fillMargins of two slots at a time: their numbers are
// compared with all their cuts, which are next to each other. counts has of each
// two how many comparisons these are, a multiple of two. What is not <= a cut is
// to the right of it, NaN too.
func fillMarginsAbreast(in Cell, features, featuresEnd, room Ptr, all bool, counts, countsEnd, cuts, bins Ptr) {
	x := gather(in, features, featuresEnd, room, all)
	for ; counts != countsEnd; counts++ {
		n := uint32(counts.U8())
		v := x.V128()
		rank := splatU64(uint64(n))
		for ; n != 0; n -= 2 {
			rank = rank.AddI64(v.LeF64(cuts.V128())).AddI64(v.LeF64((cuts + 16).V128()))
			cuts += 32
		}
		bins.SetV128(rank.ShlI64(marginShift))
		bins += 16
		x += 16
	}
}

// unpackPairs puts the cuts of each two slots, which are unpackCuts', next to each
// other for fillMarginsAbreast.
func unpackPairs(counts, countsEnd, cuts, to Ptr) {
	for ; counts != countsEnd; counts++ {
		for i := range Ptr(counts.U8()) {
			to.SetF64((cuts + i<<3).F64())
			(to + 8).SetF64((cuts + cutBytes + i<<3).F64())
			to += 16
		}
		cuts += 2 * cutBytes
	}
}

// fillSets is fillMargins of slots that are sets of categories: to the right of
// one is what goesRight.
func fillSets(in Cell, features, featuresEnd, room Ptr, sets, bins Ptr) {
	x := gather(in, features, featuresEnd, room, false)
	for end := bins + (featuresEnd-features)<<1; bins != end; bins += 8 {
		bins.SetU32(goesRight(x.F64(), sets.Ptr()) << childShift)
		x += 8
		sets += 4
	}
}

// setAlwaysRight makes what is always right go there.
func setAlwaysRight(bins Ptr) { (bins + alwaysRight<<3).SetU32(32 << marginShift) }

// walkNarrow16 takes sixteen trees at a time, as deep as the deepest of them.
// leaves gets the numbers of the leaves, u32 each; toNumbers is how far
// unpackNarrow's numbers are from its nodes.
func walkNarrow16(trees, treesEnd, bins, toNumbers, leaves Ptr) {
	for ; trees != treesEnd; trees += 128 {
		base := trees.Ptr()
		n0, n1, n2, n3 := base.U32(), (trees + 8).Ptr().U32(), (trees + 16).Ptr().U32(), (trees + 24).Ptr().U32()
		n4, n5, n6, n7 := (trees + 32).Ptr().U32(), (trees + 40).Ptr().U32(), (trees + 48).Ptr().U32(), (trees + 56).Ptr().U32()
		n8, n9, n10, n11 := (trees + 64).Ptr().U32(), (trees + 72).Ptr().U32(), (trees + 80).Ptr().U32(), (trees + 88).Ptr().U32()
		n12, n13, n14, n15 := (trees + 96).Ptr().U32(), (trees + 104).Ptr().U32(), (trees + 112).Ptr().U32(), (trees + 120).Ptr().U32()
		for depth := (trees + 4).U32(); depth > 0; depth-- {
			n0 = narrowChild(base, n0, bins)
			n1 = narrowChild(base, n1, bins)
			n2 = narrowChild(base, n2, bins)
			n3 = narrowChild(base, n3, bins)
			n4 = narrowChild(base, n4, bins)
			n5 = narrowChild(base, n5, bins)
			n6 = narrowChild(base, n6, bins)
			n7 = narrowChild(base, n7, bins)
			n8 = narrowChild(base, n8, bins)
			n9 = narrowChild(base, n9, bins)
			n10 = narrowChild(base, n10, bins)
			n11 = narrowChild(base, n11, bins)
			n12 = narrowChild(base, n12, bins)
			n13 = narrowChild(base, n13, bins)
			n14 = narrowChild(base, n14, bins)
			n15 = narrowChild(base, n15, bins)
		}
		leaves.SetU32(leafNumber(base, n0, toNumbers))
		(leaves + 4).SetU32(leafNumber(base, n1, toNumbers))
		(leaves + 8).SetU32(leafNumber(base, n2, toNumbers))
		(leaves + 12).SetU32(leafNumber(base, n3, toNumbers))
		(leaves + 16).SetU32(leafNumber(base, n4, toNumbers))
		(leaves + 20).SetU32(leafNumber(base, n5, toNumbers))
		(leaves + 24).SetU32(leafNumber(base, n6, toNumbers))
		(leaves + 28).SetU32(leafNumber(base, n7, toNumbers))
		(leaves + 32).SetU32(leafNumber(base, n8, toNumbers))
		(leaves + 36).SetU32(leafNumber(base, n9, toNumbers))
		(leaves + 40).SetU32(leafNumber(base, n10, toNumbers))
		(leaves + 44).SetU32(leafNumber(base, n11, toNumbers))
		(leaves + 48).SetU32(leafNumber(base, n12, toNumbers))
		(leaves + 52).SetU32(leafNumber(base, n13, toNumbers))
		(leaves + 56).SetU32(leafNumber(base, n14, toNumbers))
		(leaves + 60).SetU32(leafNumber(base, n15, toNumbers))
		leaves += 64
	}
}

// walkNarrow8 is walkNarrow16 of eight trees at a time.
func walkNarrow8(trees, treesEnd, bins, toNumbers, leaves Ptr) {
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
	return (base + Ptr((n+(bins+Ptr(uint8(n))<<3).U32())>>childShift)<<2).U32()
}

//kernel:inline
func leafNumber(base Ptr, n uint32, toNumbers Ptr) uint32 {
	return (base + Ptr(n>>childShift)<<2 + toNumbers).U32()
}
