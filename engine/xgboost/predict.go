package xgboost

import "math"

// A row is the features that the model uses, in the order of Used: float32
// numbers held in float64s, NaN where one is missing. Margins and outputs are
// float32 numbers held in float64s too; their buffers are the caller's.

// next is the child of the split n to which a row goes (predict_fn.h).
func (m *Model) next(n *node, row []float64) int32 {
	v := row[n.feature&featureMask]
	left := false
	switch {
	case v != v:
		left = n.feature&defaultLeft != 0
	case n.feature&categorical != 0:
		left = !m.among(n.data, v)
	default:
		left = v < float64(math.Float32frombits(n.data))
	}
	if left {
		return n.left
	}
	return n.right
}

// among says whether v, cut to a whole number, is one of the categories at a
// place in cats. A value that can't be a category is none (categorical.h).
func (m *Model) among(at uint32, v float64) bool {
	if v < 0 || v >= maxCategory {
		return false
	}
	c := uint32(v)
	lo, hi := at+1, at+1+m.cats[at]
	for lo < hi {
		mid := lo + (hi-lo)/2
		if m.cats[mid] < c {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < at+1+m.cats[at] && m.cats[lo] == c
}

// leaf is the position of the leaf that a row comes to.
func (m *Model) leaf(t *Tree, row []float64) int32 {
	i := int32(t.First)
	for {
		n := &m.nodes[i]
		if n.left < 0 {
			return i
		}
		i = m.next(n, row)
	}
}

// Margins adds up the leaves of the first so many trees for each group, in
// float32 and in the order of the trees.
func (m *Model) Margins(row []float64, trees int, out []float64) {
	for g, b := range m.base {
		out[g] = float64(b)
	}
	if m.Linear() {
		m.linear(row, out)
		return
	}
	for i := range m.Trees[:trees] {
		t := &m.Trees[i]
		v := math.Float32frombits(m.nodes[m.leaf(t, row)].data)
		out[t.Group] = float64(float32(out[t.Group]) + float32(v*t.Weight))
	}
}

// linear is gblinear.cc's Pred.
func (m *Model) linear(row, out []float64) {
	bias := m.weights[m.Features*m.Groups:]
	for g := range out[:m.Groups] {
		sum := bias[g] + float32(out[g])
		for i, v := range row {
			if v == v {
				sum += float32(float32(v) * m.weights[i*m.Groups+g])
			}
		}
		out[g] = float64(sum)
	}
}

// Leaves is the number of the node in which each of the first so many trees ends.
func (m *Model) Leaves(row []float64, trees int, out []float64) {
	for i := range m.Trees[:trees] {
		t := &m.Trees[i]
		out[i] = float64(int(m.leaf(t, row)) - t.First)
	}
}
