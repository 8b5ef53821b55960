//go:build !wasm

package tree

// walkAbreast takes eight trees at a time, all as deep as the deepest, with no
// branch but the loop's. There are at least eight trees, and no categories.
// At the end, up to four trees are walked by four, and more by eight: some twice.
func (f *Forest) walkAbreast(row []float64, leaves []int32) {
	nodes := f.Nodes
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
		l[0], l[1], l[2], l[3] = int32(n0.Threshold), int32(n1.Threshold), int32(n2.Threshold), int32(n3.Threshold)
		l[4], l[5], l[6], l[7] = int32(n4.Threshold), int32(n5.Threshold), int32(n6.Threshold), int32(n7.Threshold)
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
	l[0], l[1], l[2], l[3] = int32(n0.Threshold), int32(n1.Threshold), int32(n2.Threshold), int32(n3.Threshold)
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
