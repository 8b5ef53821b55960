package kernel

// Forests of few steps are walked with the features as they are: to find their
// bins would take longer than the walk. A node is 16 bytes: the threshold, in 4
// bytes the place of the feature and in 4 the address of the right child, after
// the left one. A leaf is its own right child, and its threshold is a NaN, to
// whose right everything is; the lower half of it is the leaf's number.

// unpackPlain makes nodes of columns, which are those of unpackTrees; cuts are of
// unpackCuts. trees gets 8 bytes a tree: the address of the root, and, where it is
// the first of four, the depth of the deepest of these. There are as many as make
// the last four full: those beyond the last are a leaf of it.
func unpackPlain(shapes, shapesEnd, slots, leaves, leavesHigh, leavesTop, trees, treesEnd, cuts, nodes Ptr) {
	deepest := trees + 4
	for i := uint32(0); trees != treesEnd; i++ {
		if i&3 == 0 {
			deepest = trees + 4
		}
		if shapes == shapesEnd {
			trees.SetPtr(nodes - 16)
			trees += 8
			continue
		}
		trees.SetPtr(nodes)
		trees += 8
		next, levelEnd, depth := nodes+16, nodes+16, uint32(0)
		for nodes != next {
			if nodes == levelEnd {
				depth++
				levelEnd = next
			}
			shape := shapes.U8()
			shapes++
			if shape == 0 {
				number := uint64(leaves.U8()) | uint64(leavesHigh.U8())<<8
				if leavesTop != 0 {
					number |= uint64(leavesTop.U8()) << 16
					leavesTop++
				}
				leaves++
				leavesHigh++
				nodes.SetU64(nan | number)
				(nodes + 12).SetPtr(nodes)
			} else {
				place := Ptr(shape-1) << 3
				at := (slots + place).Ptr()
				(slots + place).SetPtr(at + 1)
				threshold := uint64(nan)
				if test := Ptr(at.U8()); test != 255 {
					threshold = (cuts + place<<5 + test<<3).U64()
				}
				nodes.SetU64(threshold)
				(nodes + 8).SetPtr(place)
				(nodes + 12).SetPtr(next + 16)
				next += 32
			}
			nodes += 16
		}
		deepest.SetU32(max(deepest.U32(), depth))
	}
}

const nan = 0x7ff8 << 48

// walkPlain takes four trees at a time, as deep as the deepest of them. leaves
// gets the numbers of the leaves, u32 each; the other arguments are gather's.
func walkPlain(in Cell, features, featuresEnd, room Ptr, all bool, trees, treesEnd, leaves Ptr) {
	x := gather(in, features, featuresEnd, room, all)
	for ; trees != treesEnd; trees += 32 {
		n0, n1, n2, n3 := trees.Ptr(), (trees + 8).Ptr(), (trees + 16).Ptr(), (trees + 24).Ptr()
		for depth := (trees + 4).U32(); depth > 0; depth-- {
			n0 = plainChild(n0, x)
			n1 = plainChild(n1, x)
			n2 = plainChild(n2, x)
			n3 = plainChild(n3, x)
		}
		leaves.SetU32(n0.U32())
		(leaves + 4).SetU32(n1.U32())
		(leaves + 8).SetU32(n2.U32())
		(leaves + 12).SetU32(n3.U32())
		leaves += 16
	}
}

// plainChild takes a step.
//
//kernel:inline
func plainChild(n, x Ptr) Ptr {
	return (n + 12).Ptr() - Ptr(to01((x+(n+8).Ptr()).F64() <= n.F64()))<<4
}

// walkPlainToLeaf takes one tree after the other, each to its leaf and no
// further.
func walkPlainToLeaf(in Cell, features, featuresEnd, room Ptr, all bool, trees, treesEnd, leaves Ptr) {
	x := gather(in, features, featuresEnd, room, all)
	for ; trees != treesEnd; trees += 8 {
		n := trees.Ptr()
		for {
			to := plainChild(n, x)
			if to == n {
				break
			}
			n = to
		}
		leaves.SetU32(n.U32())
		leaves += 4
	}
}
