//go:build !wasm

package tree

// walkAbreast takes eight trees at a time, all as deep as the deepest, with no
// branch but the loop's. There are at least eight trees, and no categories.
// At the end, up to four trees are walked by four, and more by eight: some twice.
func (f *Forest) walkAbreast(row []float64, ints []int32) {
	nodes, leaves := f.Nodes, ints[:len(f.Trees)]
	for t := 0; t < len(f.Trees); t += abreast {
		if t >= len(f.Trees)-4 {
			f.walkFour(row, leaves)
			return
		}
		t = min(t, len(f.Trees)-abreast)
		q, l := (*[abreast]Tree)(f.Trees[t:]), (*[abreast]int32)(leaves[t:])
		n0, n1, n2, n3 := &nodes[q[0].Root], &nodes[q[1].Root], &nodes[q[2].Root], &nodes[q[3].Root]
		n4, n5, n6, n7 := &nodes[q[4].Root], &nodes[q[5].Root], &nodes[q[6].Root], &nodes[q[7].Root]
		for d := deepest(q); d > 0; d-- {
			n0 = step(nodes, n0, row)
			n1 = step(nodes, n1, row)
			n2 = step(nodes, n2, row)
			n3 = step(nodes, n3, row)
			n4 = step(nodes, n4, row)
			n5 = step(nodes, n5, row)
			n6 = step(nodes, n6, row)
			n7 = step(nodes, n7, row)
		}
		l[0], l[1], l[2], l[3] = n0.leaf(), n1.leaf(), n2.leaf(), n3.leaf()
		l[4], l[5], l[6], l[7] = n4.leaf(), n5.leaf(), n6.leaf(), n7.leaf()
	}
}

// walkFour is walkAbreast for the last four trees.
func (f *Forest) walkFour(row []float64, leaves []int32) {
	nodes, t := f.Nodes, len(f.Trees)-4
	q, l := (*[4]Tree)(f.Trees[t:]), (*[4]int32)(leaves[t:])
	n0, n1, n2, n3 := &nodes[q[0].Root], &nodes[q[1].Root], &nodes[q[2].Root], &nodes[q[3].Root]
	for d := max(q[0].Depth, q[1].Depth, q[2].Depth, q[3].Depth); d > 0; d-- {
		n0 = step(nodes, n0, row)
		n1 = step(nodes, n1, row)
		n2 = step(nodes, n2, row)
		n3 = step(nodes, n3, row)
	}
	l[0], l[1], l[2], l[3] = n0.leaf(), n1.leaf(), n2.leaf(), n3.leaf()
}

func deepest(q *[abreast]Tree) int32 {
	return max(q[0].Depth, q[1].Depth, q[2].Depth, q[3].Depth, q[4].Depth, q[5].Depth, q[6].Depth, q[7].Depth)
}

func step(nodes []Node, n *Node, row []float64) *Node {
	return &nodes[n.Right-bit(row[n.Slot] <= n.Threshold)]
}

// addPairs adds the leaves' values to sum, one leaf after the other.
func addPairs(sum *[2]float64, values []float64, leaves []int32) {
	a, b := sum[0], sum[1]
	for _, leaf := range leaves {
		v := values[2*leaf:][:2]
		a += v[0]
		b += v[1]
	}
	sum[0], sum[1] = a, b
}

// bin fills in the bins for walkBinned, at the end of ints.
func (f *Forest) bin(row []float64, ints []int32) {
	bins := (*[slots]int32)(ints[len(ints)-slots:])
	bins[leafSlot] = 0
	f.fillBins(row, bins, marginShift)
}

// walkBinned walks some eights of Narrow, one after the other. ints has room for
// the leaves of all, and at its end bins.
func (f *Forest) walkBinned(ints []int32, from, to int) {
	bins := (*[slots]int32)(ints[len(ints)-slots:])
	for i := from; i < to; i++ {
		e, l := &f.eights[i], (*[abreast]int32)(ints[abreast*i:])
		r := &e.roots
		nodes, numbers := f.Narrow[r[0]:], f.Numbers[r[0]:]
		n0, n1, n2, n3 := f.Narrow[r[0]], f.Narrow[r[1]], f.Narrow[r[2]], f.Narrow[r[3]]
		n4, n5, n6, n7 := f.Narrow[r[4]], f.Narrow[r[5]], f.Narrow[r[6]], f.Narrow[r[7]]
		for d := e.depth; d > 0; d-- {
			n0 = stepNarrow(nodes, n0, bins)
			n1 = stepNarrow(nodes, n1, bins)
			n2 = stepNarrow(nodes, n2, bins)
			n3 = stepNarrow(nodes, n3, bins)
			n4 = stepNarrow(nodes, n4, bins)
			n5 = stepNarrow(nodes, n5, bins)
			n6 = stepNarrow(nodes, n6, bins)
			n7 = stepNarrow(nodes, n7, bins)
		}
		l[0], l[1], l[2], l[3] = numbers[n0.left()], numbers[n1.left()], numbers[n2.left()], numbers[n3.left()]
		l[4], l[5], l[6], l[7] = numbers[n4.left()], numbers[n5.left()], numbers[n6.left()], numbers[n7.left()]
	}
}

func stepNarrow(nodes []NarrowNode, n NarrowNode, bins *[slots]int32) NarrowNode {
	return nodes[(n+NarrowNode(bins[uint8(n)]))>>childShift]
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
		nodes := f.Small[r[0]:]
		n0, n1, n2, n3 := f.Small[r[0]], f.Small[r[1]], f.Small[r[2]], f.Small[r[3]]
		n4, n5, n6, n7 := f.Small[r[4]], f.Small[r[5]], f.Small[r[6]], f.Small[r[7]]
		for d := e.depth; d > 0; d-- {
			n0 = stepSmall(nodes, n0, bins)
			n1 = stepSmall(nodes, n1, bins)
			n2 = stepSmall(nodes, n2, bins)
			n3 = stepSmall(nodes, n3, bins)
			n4 = stepSmall(nodes, n4, bins)
			n5 = stepSmall(nodes, n5, bins)
			n6 = stepSmall(nodes, n6, bins)
			n7 = stepSmall(nodes, n7, bins)
		}
		l[0], l[1], l[2], l[3] = int32(n0), int32(n1), int32(n2), int32(n3)
		l[4], l[5], l[6], l[7] = int32(n4), int32(n5), int32(n6), int32(n7)
	}
}

// stepSmall is n's right child, or the one before it where n's bit for the bin
// is 1.
func stepSmall(nodes []SmallNode, n SmallNode, bins *[slots]int32) SmallNode {
	return nodes[n>>(64-rightBits)-n>>(bins[uint8(n>>slotShift)]&63)&1]
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
