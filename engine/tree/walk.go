package tree

// Room is the scratch space that a walk needs: so many floats and ints.
func (f *Forest) Room() (floats, ints int) {
	return len(f.Slots) + 1, (len(f.Trees)+abreast-1)/abreast*abreast + slots
}

const slots = 256 // more than a binned forest can have

// Dense walks all trees with a dense feature vector, at least Width long, and
// gives the number of the leaf that each comes to, as part of ints.
func (f *Forest) Dense(features, floats []float64, ints []int32) (leaves []int32) {
	return f.walk(f.tested(features, floats), ints)
}

// tested is what the trees test of a dense feature vector: all of it as it is, or
// what Fill makes of it.
func (f *Forest) tested(features, floats []float64) []float64 {
	if f.whole {
		return features
	}
	return f.Fill(floats, features)
}

// Sparse is Dense for a sparse feature vector with values at indices, which
// ascend.
func (f *Forest) Sparse(indices []int32, values, floats []float64, ints []int32) (leaves []int32) {
	return f.walk(f.FillSparse(floats, indices, values), ints)
}

// Blocks says whether rows are best walked many at a time: where the nodes are
// more than what stays near from row to row.
func (f *Forest) Blocks() bool { return 4*len(f.Narrow) >= 1<<20 }

// Bin and BinSparse begin to walk, as Dense and Sparse do, a forest that Blocks.
// WalkBlock goes on with all rows that have begun, each in its own ints, at whose
// beginning then is what Dense would give.
func (f *Forest) Bin(features, floats []float64, ints []int32) {
	f.bin(f.tested(features, floats), ints)
}

func (f *Forest) BinSparse(indices []int32, values, floats []float64, ints []int32) {
	f.bin(f.FillSparse(floats, indices, values), ints)
}

// WalkBlock takes all rows to a few trees after the other, whose nodes are near
// then.
func (f *Forest) WalkBlock(rooms [][]int32) {
	for from := 0; from < len(f.eights); from += 2 {
		for _, ints := range rooms {
			f.walkBinned(ints, from, min(from+2, len(f.eights)))
		}
	}
}

func (f *Forest) walk(row []float64, ints []int32) []int32 {
	leaves := ints[:len(f.Trees)]
	switch {
	case f.Narrow != nil:
		f.bin(row, ints)
		f.walkBinned(ints, 0, len(f.eights))
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
