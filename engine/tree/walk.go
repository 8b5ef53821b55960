package tree

// Room is the scratch space that a walk needs: so many floats and ints.
func (f *Forest) Room() (floats, ints int) {
	return len(f.Slots), (len(f.Trees)+abreast-1)/abreast*abreast + slots
}

const slots = 256 // more than a binned forest can have

// Dense walks all trees with a dense feature vector, at least Width long, and
// gives the number of the leaf that each comes to, as part of ints.
func (f *Forest) Dense(features, floats []float64, ints []int32) (leaves []int32) {
	return f.walk(f.Fill(floats, features), ints)
}

// Sparse is Dense for a sparse feature vector with values at indices, which
// ascend.
func (f *Forest) Sparse(indices []int32, values, floats []float64, ints []int32) (leaves []int32) {
	return f.walk(f.FillSparse(floats, indices, values), ints)
}

func (f *Forest) walk(row []float64, ints []int32) []int32 {
	leaves := ints[:len(f.Trees)]
	switch {
	case f.Narrow != nil:
		f.walkNarrow(row, ints)
	case f.Small != nil:
		f.walkSmall(row, ints)
	case f.abreast:
		f.walkAbreast(row, ints)
	default:
		f.walkToLeaf(row, leaves)
	}
	return leaves
}

// bit is b as a number, with no branch.
func bit(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// walkToLeaf takes one tree after the other, each to its leaf and no further.
func (f *Forest) walkToLeaf(row []float64, leaves []int32) {
	nodes := f.Nodes
	for t := range f.Trees {
		i := f.Trees[t].Root
		n := &nodes[i]
		for n.Right != i {
			i = n.Right
			if n.Slot >= 0 {
				i -= bit(row[n.Slot] <= n.Threshold)
			} else {
				i -= f.left(int(n.Threshold), row[^n.Slot])
			}
			n = &nodes[i]
		}
		leaves[t] = n.leaf()
	}
}

// left is 1 where the set at i sends x to the left, else 0.
func (f *Forest) left(i int, x float64) int32 {
	header := f.Sets[i]
	if x >= 0 && x < float64(header>>1) {
		if c := int(x); float64(c) == x {
			return int32(^f.Sets[i+1+c>>6] >> (c & 63) & 1)
		}
	}
	return int32(^header & 1)
}

// walkSmall takes eight trees at a time. ints has room for their leaves, and at its
// end for bins.
func (f *Forest) walkSmall(row []float64, ints []int32) {
	bins := (*[slots]int32)(ints[len(ints)-slots:])
	bins[leafSlot] = otherBin
	f.fillBins(row, bins, 0)
	for i := range f.eights {
		e, l := &f.eights[i], (*[abreast]int32)(ints[abreast*i:])
		r := &e.roots
		t0, t1, t2, t3 := f.Small[r[0]:], f.Small[r[1]:], f.Small[r[2]:], f.Small[r[3]:]
		t4, t5, t6, t7 := f.Small[r[4]:], f.Small[r[5]:], f.Small[r[6]:], f.Small[r[7]:]
		n0, n1, n2, n3 := t0[0], t1[0], t2[0], t3[0]
		n4, n5, n6, n7 := t4[0], t5[0], t6[0], t7[0]
		for d := e.depth; d > 0; d-- {
			n0 = stepSmall(t0, n0, bins)
			n1 = stepSmall(t1, n1, bins)
			n2 = stepSmall(t2, n2, bins)
			n3 = stepSmall(t3, n3, bins)
			n4 = stepSmall(t4, n4, bins)
			n5 = stepSmall(t5, n5, bins)
			n6 = stepSmall(t6, n6, bins)
			n7 = stepSmall(t7, n7, bins)
		}
		l[0], l[1], l[2], l[3] = int32(n0), int32(n1), int32(n2), int32(n3)
		l[4], l[5], l[6], l[7] = int32(n4), int32(n5), int32(n6), int32(n7)
	}
}

// stepSmall is n's right child, or the one before it where n's bit for the bin
// is 1.
func stepSmall(tree []SmallNode, n SmallNode, bins *[slots]int32) SmallNode {
	return tree[n>>(64-rightBits)-n>>(bins[uint8(n>>slotShift)]&63)&1]
}

// fillBins finds each slot's bin, and shifts it to the left.
func (f *Forest) fillBins(row []float64, bins *[slots]int32, shift uint) {
	for s, steps := range f.Steps {
		x := row[s]
		c := (*[cutStride]float64)(f.Cuts[cutStride*s:])
		k := int32(0) // the cuts before k are passed, and none after k + 1<<steps - 2
		switch steps {
		case 5:
			k = bit(!(x <= c[15])) << 4
			fallthrough
		case 4:
			k += bit(!(x <= c[(k+7)&31])) << 3
			fallthrough
		case 3:
			k += bit(!(x <= c[(k+3)&31])) << 2
			fallthrough
		case 2:
			k += bit(!(x <= c[(k+1)&31])) << 1
			fallthrough
		case 1:
			k += bit(!(x <= c[k&31]))
		case Categories:
			k = otherBin
			if x >= 0 && x < otherBin && float64(int32(x)) == x {
				k = int32(x)
			}
		}
		bins[uint8(s)] = k << (shift & 31)
	}
}

// Sum adds the values of the leaves that the trees came to, in the order of
// the trees, to sum, which has Outputs elements.
func (f *Forest) Sum(leaves []int32, sum []float64) {
	values := f.Values
	switch n := len(sum); n {
	case 1:
		sum[0] = add(sum[0], values, leaves)
	case 2:
		addPairs((*[2]float64)(sum), values, leaves)
	default:
		for _, leaf := range leaves {
			for j, v := range values[int(leaf)*n:][:n] {
				sum[j] += v
			}
		}
	}
}

// add goes in fours, which still add up one after the other: in WebAssembly, Go's
// loops cost more than what is in them here.
func add(a float64, values []float64, leaves []int32) float64 {
	for len(leaves) >= 4 {
		a += values[leaves[0]]
		a += values[leaves[1]]
		a += values[leaves[2]]
		a += values[leaves[3]]
		leaves = leaves[4:]
	}
	for _, leaf := range leaves {
		a += values[leaf]
	}
	return a
}
