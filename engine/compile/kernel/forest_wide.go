package kernel

import "math"

// Trees with more thresholds or categories than forest.go's layout has room for.
// A node of 64 bits has a test in 16, which goes left where the slot's rank is
// below it, the slot in 28, and in 20 the right child as there. Ranks are u32: the
// number of cuts that a value isn't <= to; of a slot that is a set of categories,
// 0 for those that go left and 1 for the others, and its tests are all 1. A leaf
// tests 0, which goes right, to itself, whatever its slot, which is its number: the
// ranks come before the nodes, of which there are more, so that such a slot's rank
// is in the memory.
const wideSlotShift = 16

// unpackWideTrees makes nodes of columns, as unpackTrees does. slots has 8 bytes a
// slot: the addresses of its next test's lower and higher byte, 0 for a set. The
// columns whose bytes would all be 0 are 0.
func unpackWideTrees(shapes, shapesEnd, shapesHigh, slots, leaves, leavesHigh, leavesTop, trees, nodes Ptr) {
	for shapes != shapesEnd {
		root := nodes
		next, levelEnd, depth := uint32(1), uint32(1), uint32(0)
		for i := uint32(0); i != next; i++ {
			if i == levelEnd {
				depth++
				levelEnd = next
			}
			shape := uint32(shapes.U8())
			shapes++
			if shapesHigh != 0 {
				shape |= uint32(shapesHigh.U8()) << 8
				shapesHigh++
			}
			node := uint64(0)
			if shape == 0 {
				leaf := uint32(leaves.U8()) | uint32(leavesHigh.U8())<<8
				leaves++
				leavesHigh++
				if leavesTop != 0 {
					leaf |= uint32(leavesTop.U8()) << 16
					leavesTop++
				}
				node = uint64(leaf)<<wideSlotShift | uint64(i)<<rightShift
			} else {
				next += 2
				slot := slots + Ptr(shape-1)<<3
				test := uint32(1)
				if at := slot.Ptr(); at != 0 {
					test = uint32(at.U8())
					slot.SetPtr(at + 1)
					if high := (slot + 4).Ptr(); high != 0 {
						test |= uint32(high.U8()) << 8
						(slot + 4).SetPtr(high + 1)
					}
				}
				node = uint64(test) | uint64(shape-1)<<wideSlotShift | uint64(next-1)<<rightShift
			}
			nodes.SetU64(node)
			nodes += 8
		}
		trees.SetPtr(root)
		(trees + 4).SetU32(depth)
		trees += 8
	}
}

// fillRanks finds the rank of each slot's feature. slots has 16 bytes a slot: the
// feature, the address of its cuts or of its set, the number of cuts, and 1 for a
// set. The slots of sets come after the others.
func fillRanks(in Cell, slots, slotsEnd, ranks Ptr) {
	for ; slots != slotsEnd; slots += 16 {
		x := featureOf(in, slots.U32())
		rank := uint32(0)
		if (slots + 12).U32() != 0 {
			rank = goesRight(x, (slots + 4).Ptr())
		} else {
			cuts := (slots + 4).Ptr()
			n := (slots + 8).U32()
			for n > 0 { // the cuts below rank are passed, and none from rank + n on
				half := n >> 1
				if x <= (cuts + Ptr(rank+half)<<3).F64() {
					n = half
				} else {
					rank += half + 1
					n -= half + 1
				}
			}
		}
		ranks.SetU32(rank)
		ranks += 4
	}
}

func featureOf(in Cell, i uint32) float64 {
	if !in.Sparse() {
		return (in.Data() + Ptr(i)<<3).F64()
	}
	lo, hi := uint32(0), in.Len()
	for lo < hi {
		mid := (lo + hi) >> 1
		switch k := (in.Indices() + Ptr(mid)<<2).U32(); {
		case k == i:
			return (in.Data() + Ptr(mid)<<3).F64()
		case k < i:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0
}

// goesRight is 1 where a set of categories (engine/tree/forest.go, Sets) sends x
// to the right.
func goesRight(x float64, set Ptr) uint32 {
	header := set.U64()
	if x >= 0 && x < float64(header>>1) && math.Trunc(x) == x {
		c := uint32(x)
		return uint32((set+8+Ptr(c>>6)<<3).U64()>>(c&63)) & 1
	}
	return uint32(header) & 1
}

// walkWideAbreast is walkAbreast for wide nodes.
func walkWideAbreast(trees, treesEnd, ranks, leaves Ptr) {
	for trees != treesEnd {
		if treesEnd-trees < 64 {
			leaves -= 64>>1 - (treesEnd-trees)>>1
			trees = treesEnd - 64
		}
		t0, t1, t2, t3 := trees.Ptr(), (trees + 8).Ptr(), (trees + 16).Ptr(), (trees + 24).Ptr()
		t4, t5, t6, t7 := (trees + 32).Ptr(), (trees + 40).Ptr(), (trees + 48).Ptr(), (trees + 56).Ptr()
		n0, n1, n2, n3 := t0.U64(), t1.U64(), t2.U64(), t3.U64()
		n4, n5, n6, n7 := t4.U64(), t5.U64(), t6.U64(), t7.U64()
		depth := max((trees + 4).U32(), (trees + 12).U32(), (trees + 20).U32(), (trees + 28).U32(),
			(trees + 36).U32(), (trees + 44).U32(), (trees + 52).U32(), (trees + 60).U32())
		for ; depth > 0; depth-- {
			n0 = wideChild(t0, n0, ranks)
			n1 = wideChild(t1, n1, ranks)
			n2 = wideChild(t2, n2, ranks)
			n3 = wideChild(t3, n3, ranks)
			n4 = wideChild(t4, n4, ranks)
			n5 = wideChild(t5, n5, ranks)
			n6 = wideChild(t6, n6, ranks)
			n7 = wideChild(t7, n7, ranks)
		}
		leaves.SetU32(wideSlot(n0))
		(leaves + 4).SetU32(wideSlot(n1))
		(leaves + 8).SetU32(wideSlot(n2))
		(leaves + 12).SetU32(wideSlot(n3))
		(leaves + 16).SetU32(wideSlot(n4))
		(leaves + 20).SetU32(wideSlot(n5))
		(leaves + 24).SetU32(wideSlot(n6))
		(leaves + 28).SetU32(wideSlot(n7))
		leaves += 32
		trees += 64
	}
}

// wideSlot is n's slot, or the number of the leaf.
func wideSlot(n uint64) uint32 { return uint32(n>>wideSlotShift) & (1<<28 - 1) }

// wideChild is n's right child, or the one before it where the rank is below the
// test.
//
//kernel:inline
func wideChild(tree Ptr, n uint64, ranks Ptr) uint64 {
	return (tree + (Ptr(n>>rightShift)-Ptr(to01((ranks+Ptr(wideSlot(n))<<2).U32() < uint32(n)&0xffff)))<<3).U64()
}

// walkWideToLeaf is walkToLeaf for wide nodes.
func walkWideToLeaf(trees, treesEnd, ranks, leaves Ptr) {
	for ; trees != treesEnd; trees += 8 {
		tree := trees.Ptr()
		i := uint32(0)
		n := tree.U64()
		for {
			to := uint32(n>>rightShift) - to01((ranks+Ptr(wideSlot(n))<<2).U32() < uint32(n)&0xffff)
			if to == i {
				break
			}
			i = to
			n = (tree + Ptr(i)<<3).U64()
		}
		leaves.SetU32(wideSlot(n))
		leaves += 4
	}
}
