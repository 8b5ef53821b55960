package kernel

import (
	"math"

	"github.com/pageleap/pageleap/engine/internal/fmath"
)

// Trees are stored in columns, which compress well, and are made into a layout
// for walking when the model is loaded. engine/tree/forest.go has the layout's
// definition: a node of 64 bits says in 36 of them which bins go left, then in
// 8 the slot, in 20 the right child, counted from the tree's root; the left
// child is before it. A leaf is its own right child, has its number in its lower
// bits, and the slot 255, whose bin is always 35, which goes right.

const (
	slotShift  = 36
	rightShift = 44
	leafSlot   = 255
	otherBin   = 35
	cutBytes   = 256 // of a slot: 32 cuts, the last of them +Inf
)

// unpackTrees makes nodes of columns. shapes has a byte a node, tree after tree,
// level by level: 0 for a leaf, else 1 + the slot. slots has 8 bytes a slot: the
// address of its next test, and of its sets of categories or 0. A test is a
// byte: the number of the cut, or of the set; 255 goes right always. A leaf's
// number is in two columns of bytes, or three: leavesTop is 0 or the third. trees
// gets 8 bytes a tree: the address of
// the root, and the depth.
func unpackTrees(shapes, shapesEnd, slots, leaves, leavesHigh, leavesTop, trees, nodes Ptr) {
	for shapes != shapesEnd {
		root := nodes
		next, levelEnd, depth := uint32(1), uint32(1), uint32(0)
		for i := uint32(0); i != next; i++ {
			if i == levelEnd {
				depth++
				levelEnd = next
			}
			shape := shapes.U8()
			shapes++
			node := uint64(0)
			if shape == 0 {
				node = uint64(leaves.U8()) | uint64(leavesHigh.U8())<<8 | leafSlot<<slotShift | uint64(i)<<rightShift
				if leavesTop != 0 {
					node |= uint64(leavesTop.U8()) << 16
					leavesTop++
				}
				leaves++
				leavesHigh++
			} else {
				next += 2
				slot := slots + Ptr(shape-1)<<3
				at := slot.Ptr()
				slot.SetPtr(at + 1)
				test := uint64(at.U8())
				left := uint64(0)
				if sets := (slot + 4).Ptr(); sets != 0 {
					left = (sets + Ptr(test)<<3).U64()
				} else if test != 255 {
					left = 2<<test - 1
				}
				node = left | uint64(shape-1)<<slotShift | uint64(next-1)<<rightShift
			}
			nodes.SetU64(node)
			nodes += 8
		}
		trees.SetPtr(root)
		(trees + 4).SetU32(depth)
		trees += 8
	}
}

// unpackCuts puts each slot's cuts (counts has how many) where there are 32 a
// slot, the rest +Inf.
func unpackCuts(counts, countsEnd, cuts, to Ptr) {
	for counts != countsEnd {
		n := uint32(counts.U8())
		counts++
		for i := range uint32(32) {
			x := uint64(0x7ff0000000000000)
			if i < n {
				x = cuts.U64()
				cuts += 8
			}
			to.SetU64(x)
			to += 8
		}
	}
}

// unpackCounts makes leaves' values of class counts, divided by their sum where
// they are to be normalized.
func unpackCounts(low, high Ptr, leaves, classes uint32, normalize bool, to Ptr) {
	for range leaves {
		sum := 0.0
		for k := range classes {
			n := float64(uint32(low.U8()) | uint32(high.U8())<<8)
			low++
			high++
			(to + Ptr(k)<<3).SetF64(n)
			sum += n
		}
		if !normalize {
			sum = 1
		}
		for range classes {
			to.SetF64(to.F64() / sum)
			to += 8
		}
	}
}

// gather gives where the features that the slots stand for are, one after the
// other: in the vector itself where it is dense and these are the first of it
// (all), else in room. features has the slots' features, u32 each.
//
//kernel:inline
func gather(in Cell, features, featuresEnd, room Ptr, all bool) Ptr {
	data, index := in.Data(), in.Indices()
	if !in.Sparse() {
		if all {
			return data
		}
		to := room
		for at := features; at != featuresEnd; at += 4 {
			to.SetF64((data + at.Ptr()<<3).F64())
			to += 8
		}
		return room
	}
	end, to := index+Ptr(in.Len())<<2, room
	for at := features; at != featuresEnd; at += 4 {
		feature := at.U32()
		for index != end && index.U32() < feature {
			index += 4
			data += 8
		}
		x := 0.0
		if index != end && index.U32() == feature {
			x = data.F64()
		}
		to.SetF64(x)
		to += 8
	}
	return room
}

// fillBins finds the bin that each slot's feature falls in. categories says of a
// slot whether it is of such; the other arguments are gather's.
func fillBins(in Cell, features, featuresEnd, room Ptr, all bool, categories, cuts, bins Ptr) {
	x := gather(in, features, featuresEnd, room, all)
	for end := bins + (featuresEnd-features)>>2; bins != end; bins++ {
		bins.SetU8(uint8(binOf(x.F64(), categories.U8(), cuts)))
		x += 8
		categories++
		cuts += cutBytes
	}
}

// binOf is the number of cuts that x isn't <= to; or the category itself, 35 for
// what is none below it.
//
//kernel:inline
func binOf(x float64, categories uint8, cuts Ptr) uint32 {
	if categories != 0 {
		if x >= 0 && x < otherBin && math.Trunc(x) == x {
			return uint32(x)
		}
		return otherBin
	}
	return rank(x, cuts)
}

// rank is the number of cuts that x isn't <= to.
//
//kernel:inline
func rank(x float64, cuts Ptr) uint32 {
	k := above(x, cuts, 15) << 4
	k += above(x, cuts+Ptr(k)<<3, 7) << 3
	k += above(x, cuts+Ptr(k)<<3, 3) << 2
	k += above(x, cuts+Ptr(k)<<3, 1) << 1
	return k + above(x, cuts+Ptr(k)<<3, 0)
}

// above is 1 where x isn't <= to the cut.
//
//kernel:inline
func above(x float64, cuts Ptr, i Ptr) uint32 { return not01(x <= (cuts + i<<3).F64()) }

// walkAbreast takes eight trees at a time, as deep as the deepest of them. There
// are at least eight: the last eight are walked together whatever their number,
// some twice. leaves gets the numbers of the leaves, u32 each.
func walkAbreast(trees, treesEnd, bins, leaves Ptr) {
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
			n0 = child(t0, n0, bins)
			n1 = child(t1, n1, bins)
			n2 = child(t2, n2, bins)
			n3 = child(t3, n3, bins)
			n4 = child(t4, n4, bins)
			n5 = child(t5, n5, bins)
			n6 = child(t6, n6, bins)
			n7 = child(t7, n7, bins)
		}
		leaves.SetU32(uint32(n0))
		(leaves + 4).SetU32(uint32(n1))
		(leaves + 8).SetU32(uint32(n2))
		(leaves + 12).SetU32(uint32(n3))
		(leaves + 16).SetU32(uint32(n4))
		(leaves + 20).SetU32(uint32(n5))
		(leaves + 24).SetU32(uint32(n6))
		(leaves + 28).SetU32(uint32(n7))
		leaves += 32
		trees += 64
	}
}

// child is n's right child, or the one before it where n's bit for the bin is 1.
//
//kernel:inline
func child(tree Ptr, n uint64, bins Ptr) uint64 {
	return (tree + (Ptr(n>>rightShift)-Ptr(n>>((bins+Ptr(uint8(n>>slotShift))).U8()&63))&1)<<3).U64()
}

// walkToLeaf takes one tree after the other, each to its leaf and no further.
func walkToLeaf(trees, treesEnd, bins, leaves Ptr) {
	for ; trees != treesEnd; trees += 8 {
		tree := trees.Ptr()
		n := tree.U64()
		for uint8(n>>slotShift) != leafSlot {
			n = child(tree, n, bins)
		}
		leaves.SetU32(uint32(n))
		leaves += 4
	}
}

// sumLeaves adds up the leaves' values, so many a leaf, in the order of the
// trees, from 0.
func sumLeaves(leaves, leavesEnd, values Ptr, outputs uint32, sum Ptr) {
	if outputs == 2 {
		a, b := 0.0, 0.0
		for ; leaves != leavesEnd; leaves += 4 {
			v := values + leaves.Ptr()<<4
			a += v.F64()
			b += (v + 8).F64()
		}
		sum.SetF64(a)
		(sum + 8).SetF64(b)
		return
	}
	fillBytes(sum, 0, outputs<<3)
	for ; leaves != leavesEnd; leaves += 4 {
		v := values + Ptr(leaves.U32()*outputs)<<3
		for k := range outputs {
			at := sum + Ptr(k)<<3
			at.SetF64(at.F64() + v.F64())
			v += 8
		}
	}
}

// setOtherBin makes leaves go right.
func setOtherBin(bins Ptr) { (bins + leafSlot).SetU8(otherBin) }

// checkWidth fails where a vector has fewer elements than trees test.
func checkWidth(in Cell, width, err uint32) Status {
	if n := in.Size(); n < width {
		return failInt(err, int64(n))
	}
	return done
}

// meanOfLeaves is the mean of the trees' values, added up from the first.
func meanOfLeaves(leaves, leavesEnd, values Ptr, out Cell) {
	n := float64((leavesEnd - leaves) >> 2)
	sum := (values + leaves.Ptr()<<3).F64()
	for leaves += 4; leaves != leavesEnd; leaves += 4 {
		sum += (values + leaves.Ptr()<<3).F64()
	}
	out.SetNum(sum / n)
}

// copyLeaf copies the values of the first tree's leaf.
func copyLeaf(leaves, values Ptr, outputs uint32, to Ptr) {
	copyBytes(to, values+Ptr(leaves.U32()*outputs)<<3, outputs<<3)
}

// placeLeaves gives each leaf's place in its tree.
func placeLeaves(leaves, leavesEnd, places, to Ptr) {
	for ; leaves != leavesEnd; leaves += 4 {
		to.SetF64((places + leaves.Ptr()<<3).F64())
		to += 8
	}
}

// boost gives the weighted sum of the trees' values; room has space for these.
func boost(leaves, leavesEnd, values, weights, room, to Ptr) {
	placeLeaves(leaves, leavesEnd, values, room)
	to.SetF64(dotDense(room, weights, uint32(leavesEnd-leaves)>>2))
}

// boostedProbability makes both sides and their probabilities of the margin,
// which is in raw's second place.
func boostedProbability(raw, probability Ptr) {
	m := (raw + 8).F64()
	raw.SetF64(-m)
	p := 1 / (1 + fmath.Exp(-2*-m))
	probability.SetF64(p)
	(probability + 8).SetF64(1 - p)
}
