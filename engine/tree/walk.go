package tree

// Room is the scratch space that a walk needs: so many floats and ints.
func (f *Forest) Room() (floats, ints int) {
	return len(f.Slots) + 1, len(f.Trees)
}

// Dense walks all trees with a dense feature vector, at least Width long, and
// gives the number of the leaf that each comes to, as part of ints.
func (f *Forest) Dense(features, floats []float64, ints []int32) (leaves []int32) {
	f.Fill(floats, features)
	return f.walk(floats, ints)
}

// Sparse is Dense for a sparse feature vector with values at indices, which
// ascend.
func (f *Forest) Sparse(indices []int32, values, floats []float64, ints []int32) (leaves []int32) {
	f.FillSparse(floats, indices, values)
	return f.walk(floats, ints)
}

// walk takes one tree after the other, each to its leaf and no further.
func (f *Forest) walk(row []float64, ints []int32) []int32 {
	nodes := f.Nodes
	leaves := ints[:len(f.Trees)]
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
		leaves[t] = int32(n.Threshold)
	}
	return leaves
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

// bit is b as a number, with no branch.
func bit(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// Sum adds the values of the leaves that the trees came to, in the order of
// the trees, to sum, which has Outputs elements.
func (f *Forest) Sum(leaves []int32, sum []float64) {
	values, n := f.Values, len(sum)
	if n == 2 {
		a, b := sum[0], sum[1]
		for _, leaf := range leaves {
			v := values[2*int(leaf):][:2]
			a += v[0]
			b += v[1]
		}
		sum[0], sum[1] = a, b
		return
	}
	for _, leaf := range leaves {
		for j, v := range values[int(leaf)*n:][:n] {
			sum[j] += v
		}
	}
}
